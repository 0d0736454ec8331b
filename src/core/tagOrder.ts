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
export function newestFirst(tags: readonly string[]): readonly string[] {
  const ranked = tags.map((tag): Ranked => {
    const match = version.exec(tag);
    if (tag === 'latest' || match === null) return { tag, rank: tag === 'latest' ? 0 : 2, numbers: [], suffix: '' };
    return { tag, rank: 1, numbers: (match[1] ?? '').split('.').map(Number), suffix: match[2] ?? '' };
  });
  return ranked.sort(compare).map(({ tag }) => tag);
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

const chunks = /\d+|\D+/g;
const digits = /^\d+$/;

function compareNames(a: string, b: string): number {
  const left = a.match(chunks) ?? [];
  const right = b.match(chunks) ?? [];
  for (let index = 0; index < Math.min(left.length, right.length); index++) {
    const [x = '', y = ''] = [left[index], right[index]];
    if (x === y) continue;
    const difference = digits.test(x) && digits.test(y) ? Number(y) - Number(x) : 0;
    return difference || (x < y ? -1 : 1);
  }
  return left.length - right.length || (a < b ? -1 : Number(a > b));
}
