import { pause as nextTurn } from './pause';
import type { Pause } from './pause';

/** Rows compared at a time: some milliseconds. */
export const sliceRows = 2000;

/** Sorts as `toSorted` does, in slices with a `pause` after each. */
export async function sortInSlices<T>(
  items: readonly T[],
  compare: (one: T, other: T) => number,
  pause: Pause = nextTurn,
): Promise<readonly T[]> {
  let runs: (readonly T[])[] = [];
  for (let at = 0; at < items.length; at += sliceRows) {
    if (at > 0) await pause();
    runs.push(items.slice(at, at + sliceRows).sort(compare));
  }
  while (runs.length > 1) {
    const merged: (readonly T[])[] = [];
    for (let at = 0; at < runs.length; at += 2)
      merged.push(await merge(runs[at] ?? [], runs[at + 1] ?? [], compare, pause));
    runs = merged;
  }
  return runs[0] ?? [];
}

async function merge<T>(
  left: readonly T[],
  right: readonly T[],
  compare: (one: T, other: T) => number,
  pause: Pause,
): Promise<readonly T[]> {
  const merged: T[] = [];
  let taken = 0;
  for (const item of left) {
    for (let other = right[taken]; taken < right.length && other !== undefined; other = right[++taken]) {
      if (compare(item, other) <= 0) break;
      merged.push(other);
      if (merged.length % sliceRows === 0) await pause();
    }
    merged.push(item);
    if (merged.length % sliceRows === 0) await pause();
  }
  return [...merged, ...right.slice(taken)];
}
