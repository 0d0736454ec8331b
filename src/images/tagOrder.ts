import type { Entry } from '../core/model';
import { pause as nextTurn } from '../core/pause';
import { longestTag } from '../core/reference';
import type { Pause } from '../core/pause';
import { sliceRows, sortInSlices } from '../core/sortInSlices';

/** `1.4`, `v2.3.1-alpine`, `20240601`: numbers, then an optional suffix after a separator. */
const version = /^v?(\d+(?:\.\d+)*)(?:[-+._](.*))?$/i;

/** In which order rows are shown. */
export const rowOrders = [
  'version',
  'versionReversed',
  'newest',
  'oldest',
  'name',
  'nameReversed',
  'largest',
  'smallest',
] as const;
export type RowOrder = (typeof rowOrders)[number];

/** What of a row its place depends on; absent where it is not known. */
interface Facts {
  readonly time?: Date | undefined;
  /** Bytes. */
  readonly size?: number | undefined;
}

interface Ranked<T> {
  readonly entry: T;
  readonly tag: string;
  readonly rank: 0 | 1 | 2;
  readonly numbers: readonly number[];
  readonly suffix: string;
  /** When it was set, as the listing says; of names only, because versions and `latest` have a place of their own. */
  readonly time: number;
}

/** The fact that an order goes by; nothing where it goes by names. */
export function factOf(order: RowOrder | undefined): keyof Facts | undefined {
  switch (order) {
    case 'newest':
    case 'oldest':
      return 'time';
    case 'largest':
    case 'smallest':
      return 'size';
    default:
      return undefined;
  }
}

/** The facts that a listing tells of an entry. */
export function factsOf(entry: Entry): Facts {
  if (entry.kind === 'repository') return { time: entry.updated };
  if (entry.kind !== 'tag') return {};
  return { time: entry.details?.updated ?? entry.details?.created, size: entry.details?.size };
}

/**
 * The order in which the tags of every registry are shown: `latest`, then versions from the highest, then names. A shorter version
 * comes before the longer ones it stands for: `2`, `2.3`, `2.3.1`. Names are newest first if the listing has dates; those without
 * a date come after them, with digits compared as numbers, the highest first. What is no tag stays in front, in its own order.
 */
export async function inTagOrder<T extends Entry>(
  entries: readonly T[],
  pause: Pause = nextTurn,
): Promise<readonly T[]> {
  const tags = entries.filter(({ kind }) => kind === 'tag');
  if (tags.length === 0) return entries;
  if (tags.length > sliceRows) await pause();
  const sorted = await byVersion(tags, compare, pause);
  return tags.length === entries.length ? sorted : [...entries.filter(({ kind }) => kind !== 'tag'), ...sorted];
}

/**
 * The same rows in another order. `latest` comes first, unless the order is a reversed one. Rows of which a fact is not known come last
 * where the order goes by it. `facts`: what is known by now, if that is more than the listing told.
 */
export async function inOrder<T extends Entry>(
  entries: readonly T[],
  order: RowOrder,
  facts: (entry: T) => Facts = factsOf,
  pause: Pause = nextTurn,
): Promise<readonly T[]> {
  switch (order) {
    case 'version':
      return inTagOrder(entries, pause);
    case 'versionReversed':
      return byVersion(entries, (a, b) => compare(b, a), pause);
    case 'newest':
      return byFact(await byVersion(entries, compare, pause), (entry) => -timeOf(facts(entry)), true, pause);
    case 'oldest':
      return byFact(await byVersion(entries, compare, pause), (entry) => timeOf(facts(entry)), false, pause);
    case 'largest':
      return byFact(await byVersion(entries, compare, pause), (entry) => -sizeOf(facts(entry)), true, pause);
    case 'smallest':
      return byFact(await byVersion(entries, compare, pause), (entry) => sizeOf(facts(entry)), false, pause);
    case 'name':
      return byName(entries, 1, pause);
    case 'nameReversed':
      return byName(entries, -1, pause);
  }
}

async function byVersion<T extends Entry>(
  entries: readonly T[],
  order: (a: Ranked<T>, b: Ranked<T>) => number,
  pause: Pause,
): Promise<readonly T[]> {
  // Registries list the lowest first: turned round, most are in place.
  return (await sortInSlices(entries.map(rank).reverse(), order, pause)).map(({ entry }) => entry);
}

/** By a number of each row, the smallest first; NaN: it is not known. Equal ones stay as they are. */
async function byFact<T extends Entry>(
  entries: readonly T[],
  numberOf: (entry: T) => number,
  latestFirst: boolean,
  pause: Pause,
): Promise<readonly T[]> {
  const placed = entries.map((entry, at) => {
    const number = numberOf(entry);
    const isFirst = latestFirst && isLatest(entry);
    return { entry, at, number: isFirst ? -Infinity : Number.isNaN(number) ? Infinity : number };
  });
  const sorted = await sortInSlices(
    placed,
    (a, b) => (a.number === b.number ? a.at - b.at : a.number < b.number ? -1 : 1),
    pause,
  );
  return sorted.map(({ entry }) => entry);
}

/** Digits in names are compared as numbers. */
async function byName<T extends Entry>(entries: readonly T[], direction: 1 | -1, pause: Pause): Promise<readonly T[]> {
  const { compare: compareText } = new Intl.Collator('en', { numeric: true });
  const order = (a: T, b: T) => {
    if (direction === 1 && isLatest(a) !== isLatest(b)) return isLatest(a) ? -1 : 1;
    const difference = compareText(a.label, b.label) || (a.label < b.label ? -1 : Number(a.label > b.label));
    return direction * difference;
  };
  return sortInSlices(entries, order, pause);
}

function isLatest({ kind, label }: Entry): boolean {
  return kind === 'tag' && label === 'latest';
}

function timeOf({ time }: Facts): number {
  return time?.getTime() ?? NaN;
}

function sizeOf({ size }: Facts): number {
  return size ?? NaN;
}

function rank<T extends Entry>(entry: T): Ranked<T> {
  const { label: tag } = entry;
  // A longer text is not a valid tag, and may have any content.
  const match = tag.length > longestTag ? null : version.exec(tag);
  if (tag === 'latest') return { entry, tag, rank: 0, numbers: [], suffix: '', time: 0 };
  const digits = match?.[1] ?? '';
  if (match === null || isNoVersion(digits))
    return { entry, tag, rank: 2, numbers: [], suffix: '', time: factsOf(entry).time?.getTime() ?? -Infinity };
  return { entry, tag, rank: 1, numbers: digits.split('.').map(Number), suffix: match[2] ?? '', time: 0 };
}

/** Many digits without a dot are the number of a build, or a commit whose id has no letter, unless they begin with a date. */
function isNoVersion(digits: string): boolean {
  return /^\d{6,}$/.test(digits) && !/^(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:(?:0[1-9]|[12]\d|3[01])\d*)?$/.test(digits);
}

function compare(a: Ranked<unknown>, b: Ranked<unknown>): number {
  if (a.rank !== b.rank) return a.rank - b.rank;
  if (a.time !== b.time) return a.time > b.time ? -1 : 1;
  if (a.rank === 2) return compareNames(a.tag, b.tag);
  const length = Math.max(a.numbers.length, b.numbers.length);
  for (let index = 0; index < length; index++) {
    // A missing number counts as the highest: `2.3` usually points to the newest `2.3.x`.
    const difference = (b.numbers[index] ?? Infinity) - (a.numbers[index] ?? Infinity);
    if (difference !== 0 && !Number.isNaN(difference)) return difference;
  }
  if ((a.suffix === '') !== (b.suffix === '')) return a.suffix === '' ? -1 : 1;
  return compareNames(a.suffix, b.suffix) || compareNames(a.tag, b.tag);
}

/** Splits names into runs of digits and runs of other characters, and compares the first run that differs. */
function compareNames(a: string, b: string): number {
  const at = runWithDifference(a, b);
  const [x, y] = [runAt(a, at), runAt(b, at)];
  const difference = isDigit(x.charCodeAt(0)) && isDigit(y.charCodeAt(0)) ? Number(y) - Number(x) : 0;
  return difference || (x < y ? -1 : Number(x > y));
}

/** The start of the first run that differs. It does not split the names: for 100,000 tags that would take seconds. */
function runWithDifference(a: string, b: string): number {
  let at = 0;
  while (at < a.length && a.charCodeAt(at) === b.charCodeAt(at)) at++;
  const isInsideRun = continuesRun(a, at) || continuesRun(b, at);
  if (isInsideRun) while (continuesRun(a, at - 1)) at--;
  return isInsideRun ? at - 1 : at;
}

/** Whether the character at `at` belongs to the same run as the one before it. */
function continuesRun(text: string, at: number): boolean {
  return at > 0 && at < text.length && isDigit(text.charCodeAt(at)) === isDigit(text.charCodeAt(at - 1));
}

function runAt(text: string, start: number): string {
  let end = start;
  do end++;
  while (continuesRun(text, end));
  return text.slice(start, end);
}

function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39;
}
