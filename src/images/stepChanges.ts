import type { BuildStep } from './imageFacts';

/** From the base up; where steps were replaced, the removed ones come first. */
export interface StepChanges {
  readonly changes: readonly StepChange[];
  /** An image has more than `mostSteps`: those above them were not compared. */
  readonly isCut: boolean;
}

type StepChange =
  | { readonly kind: 'kept'; readonly before: BuildStep; readonly after: BuildStep }
  | { readonly kind: 'removed'; readonly before: BuildStep }
  | { readonly kind: 'added'; readonly after: BuildStep };

/** Far more than images have, whose layers engines bound near 127. Time and memory of the comparison grow with their square. */
export const mostSteps = 500;

interface Keyed {
  readonly step: BuildStep;
  readonly key: string;
}

/** What a longest common sequence of steps keeps. Steps are equal when their words are, and without words when their layers are. */
export function compareSteps(before: readonly BuildStep[], after: readonly BuildStep[]): StepChanges {
  const [one, other] = [keyed(before), keyed(after)];
  const lengths = commonLengths(one, other);
  const changes: StepChange[] = [];
  let added: StepChange[] = [];
  let [i, j] = [0, 0];
  for (;;) {
    const [old, now] = [one[i], other[j]];
    if (old === undefined && now === undefined) break;
    if (old !== undefined && old.key === now?.key) {
      changes.push(...added, { kind: 'kept', before: old.step, after: now.step });
      added = [];
      [i, j] = [i + 1, j + 1];
    } else if (old !== undefined && (now === undefined || skipsOld(lengths, i, j, old.key < now.key))) {
      changes.push({ kind: 'removed', before: old.step });
      i++;
    } else if (now !== undefined) {
      added.push({ kind: 'added', after: now.step });
      j++;
    }
  }
  return { changes: [...changes, ...added], isCut: Math.max(before.length, after.length) > mostSteps };
}

function keyed(steps: readonly BuildStep[]): readonly Keyed[] {
  return steps.slice(0, mostSteps).map((step) => {
    const { keyword = '', text, comment = '', layer } = step;
    const words = [keyword, text, comment].join('\n').trim();
    return { step, key: words === '' ? (layer?.diffId ?? layer?.digest ?? '') : words };
  });
}

/** `lengths[i][j]`: how many steps the rest of one from `i` and the rest of the other from `j` have in common. */
function commonLengths(one: readonly Keyed[], other: readonly Keyed[]): readonly Uint16Array[] {
  // Numbers instead of texts, which may be long.
  const numbers = new Map<string, number>();
  const numberOf = ({ key }: Keyed): number => {
    const number = numbers.get(key) ?? numbers.size;
    numbers.set(key, number);
    return number;
  };
  const [rows, columns] = [one.map(numberOf), other.map(numberOf)];
  const lengths = Array.from({ length: rows.length + 1 }, () => new Uint16Array(columns.length + 1));
  for (let i = rows.length - 1; i >= 0; i--) {
    for (let j = columns.length - 1; j >= 0; j--) {
      const row = lengths[i];
      if (row === undefined) continue;
      row[j] =
        rows[i] === columns[j]
          ? lengthAt(lengths, i + 1, j + 1) + 1
          : Math.max(lengthAt(lengths, i + 1, j), lengthAt(lengths, i, j + 1));
    }
  }
  return lengths;
}

function lengthAt(lengths: readonly Uint16Array[], i: number, j: number): number {
  return lengths[i]?.[j] ?? 0;
}

/** Where both ways keep as many, the texts decide, so that the comparison the other way round keeps the same steps. */
function skipsOld(lengths: readonly Uint16Array[], i: number, j: number, isOldFirst: boolean): boolean {
  const [withoutOld, withoutNew] = [lengthAt(lengths, i + 1, j), lengthAt(lengths, i, j + 1)];
  return withoutOld === withoutNew ? isOldFirst : withoutOld > withoutNew;
}
