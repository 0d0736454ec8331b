import type { Entry, ImageDetails } from '../core/model';
import { pause as nextTurn } from '../core/pause';
import { longestTag } from '../core/reference';
import type { Pause } from '../core/pause';
import { sliceRows, sortInSlices } from '../core/sortInSlices';

/** `1.4`, `v2.3.1-alpine`, `20240601`: numbers, then an optional suffix after a separator. */
const version = /^v?(\d+(?:\.\d+)*)(?:[-+._](.*))?$/i;

/** What of an entry its place depends on. */
type Placed = Pick<Entry, 'kind' | 'label'> & { readonly details?: Pick<ImageDetails, 'created' | 'updated'> };

interface Ranked<T> {
  readonly entry: T;
  readonly tag: string;
  readonly rank: 0 | 1 | 2;
  readonly numbers: readonly number[];
  readonly suffix: string;
  /** When it was set, as the listing says; of names only, because versions and `latest` have a place of their own. */
  readonly time: number;
}

/**
 * The order in which the tags of every registry are shown: `latest`, then versions from the highest, then names. A shorter version
 * comes before the longer ones it stands for: `2`, `2.3`, `2.3.1`. Names are newest first if the listing has dates; those without
 * a date come after them, with digits compared as numbers, the highest first. What is no tag stays in front, in its own order.
 */
export async function inTagOrder<T extends Placed>(
  entries: readonly T[],
  pause: Pause = nextTurn,
): Promise<readonly T[]> {
  const tags = entries.filter(({ kind }) => kind === 'tag');
  if (tags.length === 0) return entries;
  const ranked = tags.map(rank);
  if (tags.length > sliceRows) await pause();
  const sorted = (await sortInSlices(ranked, compare, pause)).map(({ entry }) => entry);
  return tags.length === entries.length ? sorted : [...entries.filter(({ kind }) => kind !== 'tag'), ...sorted];
}

function rank<T extends Placed>(entry: T): Ranked<T> {
  const { label: tag, details } = entry;
  // A longer text is not a valid tag, and may have any content.
  const match = tag.length > longestTag ? null : version.exec(tag);
  if (tag === 'latest') return { entry, tag, rank: 0, numbers: [], suffix: '', time: 0 };
  if (match === null) {
    const time = (details?.updated ?? details?.created)?.getTime() ?? -Infinity;
    return { entry, tag, rank: 2, numbers: [], suffix: '', time };
  }
  return { entry, tag, rank: 1, numbers: (match[1] ?? '').split('.').map(Number), suffix: match[2] ?? '', time: 0 };
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
