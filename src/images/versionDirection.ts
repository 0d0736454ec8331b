export type Direction = 'up' | 'down';

/** An epoch, as Debian, RPM and Python have it, the numbers, and whatever follows. */
const version = /^(?:(\d+)[:!])?v?(\d+(?:\.\d+)*)(.*)$/s;
/** Their revisions compare number by number where only numbers differ. */
const systemTypes: ReadonlySet<string> = new Set(['apk', 'deb', 'rpm']);
const longestVersion = 128;
/** More digits are not compared exactly, and are no version. */
const mostDigits = 15;

/**
 * Whether a version is above or below another. Answers only where the rules of every kind of package agree: Semantic Versioning,
 * Debian's, RPM's, Alpine's and Python's differ in epochs, zeros at the end, and in what follows the numbers. `type`: as in a purl.
 * https://www.debian.org/doc/debian-policy/ch-controlfields.html#version, https://semver.org/#spec-item-11
 */
export function directionOf(before: string, after: string, type?: string): Direction | undefined {
  const [old, now] = [partsOf(before), partsOf(after)];
  if (old === undefined || old.epoch !== now?.epoch) return undefined;
  const at = old.numbers.findIndex((number, index) => number !== now.numbers[index]);
  const [oldNumber, newNumber] = [old.numbers[at], now.numbers[at]];
  if (oldNumber !== undefined && newNumber !== undefined) return oldNumber < newNumber ? 'up' : 'down';
  if (old.numbers.length !== now.numbers.length)
    return old.rest === now.rest ? byLength(old.numbers, now.numbers) : undefined;
  return type !== undefined && systemTypes.has(type) ? byRevision(old.rest, now.rest) : undefined;
}

function partsOf(text: string) {
  if (text.length > longestVersion || (text.match(/\d+/g) ?? []).some(({ length }) => length > mostDigits))
    return undefined;
  const [, epoch = '0', digits, rest = ''] = version.exec(text) ?? [];
  if (digits === undefined || isNoVersion(digits, rest)) return undefined;
  return { epoch, numbers: digits.split('.').map(Number), rest };
}

/** A number without a dot may be the start of a commit's id, or a whole one, unless it begins with a date. */
function isNoVersion(digits: string, rest: string): boolean {
  if (digits.includes('.')) return false;
  return /^\w/.test(rest) || (digits.length >= 6 && !/^(?:19|20)\d\d(?:0[1-9]|1[0-2])/.test(digits));
}

/** `1.2` is below `1.2.1`, and in some systems equal to `1.2.0`. */
function byLength(old: readonly number[], now: readonly number[]): Direction | undefined {
  const more = old.length < now.length ? now.slice(old.length) : old.slice(now.length);
  if (more.every((number) => number === 0)) return undefined;
  return old.length < now.length ? 'up' : 'down';
}

/** `-9+deb12u3` is below `-9+deb12u13`. */
function byRevision(old: string, now: string): Direction | undefined {
  if (old.replace(/\d+/g, '0') !== now.replace(/\d+/g, '0')) return undefined;
  const [oldNumbers, newNumbers] = [numbersIn(old), numbersIn(now)];
  const at = oldNumbers.findIndex((number, index) => number !== newNumbers[index]);
  const [oldNumber = 0, newNumber = 0] = [oldNumbers[at], newNumbers[at]];
  return oldNumber === newNumber ? undefined : oldNumber < newNumber ? 'up' : 'down';
}

function numbersIn(text: string): readonly number[] {
  return (text.match(/\d+/g) ?? []).map(Number);
}
