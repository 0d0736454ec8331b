import { pause as nextTurn } from '../core/pause';
import { longestTag } from '../core/reference';
import type { Pause } from '../core/pause';
import { sliceRows, sortInSlices } from '../core/sortInSlices';

/** `1.4`, `v2.3.1-alpine`, `20240601`: numbers first, then whatever a separator sets off. */
const version = /^v?(\d+(?:\.\d+)*)(?:[-+._](.*))?$/i;

interface Ranked {
  readonly tag: string;
  readonly rank: 0 | 1 | 2;
  readonly numbers: readonly number[];
  readonly suffix: string;
}

/**
 * Tags as a reader looks for them when the registry tells no dates: `latest`, versions from the highest, then names. An
 * alias comes before what it stands for: `2`, `2.3`, `2.3.1`. Runs of digits in names count as numbers, the highest first.
 */
export async function sortNewestFirst(tags: readonly string[], pause: Pause = nextTurn): Promise<readonly string[]> {
  const ranked = tags.map((tag): Ranked => {
    // A longer one is no tag, and may hold anything.
    const match = tag.length > longestTag ? null : version.exec(tag);
    if (tag === 'latest' || match === null) return { tag, rank: tag === 'latest' ? 0 : 2, numbers: [], suffix: '' };
    return { tag, rank: 1, numbers: (match[1] ?? '').split('.').map(Number), suffix: match[2] ?? '' };
  });
  if (tags.length > sliceRows) await pause();
  return (await sortInSlices(ranked, compare, pause)).map(({ tag }) => tag);
}

function compare(a: Ranked, b: Ranked): number {
  if (a.rank !== b.rank) return a.rank - b.rank;
  if (a.rank === 2) return compareNames(a.tag, b.tag);
  const length = Math.max(a.numbers.length, b.numbers.length);
  for (let index = 0; index < length; index++) {
    // A missing number stands for the highest: `2.3` is whichever `2.3.x` is newest.
    const difference = (b.numbers[index] ?? Infinity) - (a.numbers[index] ?? Infinity);
    if (difference !== 0 && !Number.isNaN(difference)) return difference;
  }
  if ((a.suffix === '') !== (b.suffix === '')) return a.suffix === '' ? -1 : 1;
  return compareNames(a.suffix, b.suffix) || compareNames(a.tag, b.tag);
}

/** Names differ in the first of their runs, of digits or of other characters, that differs. */
function compareNames(a: string, b: string): number {
  const at = runWithDifference(a, b);
  const [x, y] = [runAt(a, at), runAt(b, at)];
  const difference = isDigit(x.charCodeAt(0)) && isDigit(y.charCodeAt(0)) ? Number(y) - Number(x) : 0;
  return difference || (x < y ? -1 : Number(x > y));
}

/** Where it begins. Found without taking the names apart: of 100,000 tags, that would take seconds. */
function runWithDifference(a: string, b: string): number {
  let at = 0;
  while (at < a.length && a.charCodeAt(at) === b.charCodeAt(at)) at++;
  const isInsideRun = continuesRun(a, at) || continuesRun(b, at);
  if (isInsideRun) while (continuesRun(a, at - 1)) at--;
  return isInsideRun ? at - 1 : at;
}

/** Whether the character there belongs to the run of the one before it. */
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
