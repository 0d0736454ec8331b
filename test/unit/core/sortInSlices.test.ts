import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sliceRows, sortInSlices } from '../../../src/core/sortInSlices';

const numbers = (count: number): readonly number[] =>
  Array.from({ length: count }, (_, index) => (index * 7919) % count);
const ascending = (one: number, other: number): number => one - other;

describe('sorting in slices', () => {
  it('gives what sorting at once gives, also where rows are equal', async () => {
    const rows = fc.array(fc.integer({ min: 0, max: 5 }), { minLength: 2 * sliceRows, maxLength: 5 * sliceRows });
    await fc.assert(
      fc.asyncProperty(rows, async (keys) => {
        const items = keys.map((key, index) => ({ key, index }));
        const byKey = (one: { key: number }, other: { key: number }) => one.key - other.key;
        expect(await sortInSlices(items, byKey)).toEqual([...items].sort(byKey));
      }),
      { numRuns: 5 },
    );
  });

  it('lets others run after each slice, so that none compares more rows than a slice has', async () => {
    let compared = 0;
    let most = 0;
    const note = () => {
      most = Math.max(most, compared);
      compared = 0;
      return Promise.resolve();
    };
    const compare = (one: number, other: number) => {
      compared++;
      return ascending(one, other);
    };
    const count = 50 * sliceRows;
    const sorted = await sortInSlices(numbers(count), compare, note);
    await note();
    expect([sorted.length, sorted[0], sorted.at(-1)]).toEqual([count, 0, count - 1]);
    // A slice is sorted with n log n comparisons, and merged with n.
    expect(most).toBeLessThan(sliceRows * Math.ceil(Math.log2(sliceRows)));
  });

  it('sorts few rows at once', async () => {
    let pauses = 0;
    const count = () => {
      pauses++;
      return Promise.resolve();
    };
    expect(await sortInSlices([3, 1, 2], ascending, count)).toEqual([1, 2, 3]);
    expect(await sortInSlices([], ascending, count)).toEqual([]);
    expect(pauses).toBe(0);
  });
});
