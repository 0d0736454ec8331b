import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sortNewestFirst } from '../../../src/images/tagOrder';

describe('newestFirst', () => {
  it.each([
    ['versions by number', ['1.9', '1.10', '1.2.3', '10.0'], ['10.0', '1.10', '1.9', '1.2.3']],
    ['latest first', ['edge', '1.0', 'latest'], ['latest', '1.0', 'edge']],
    ['an alias before what it stands for', ['2.3.0', '2', '2.3.1', '2.3', '1'], ['2', '2.3', '2.3.1', '2.3.0', '1']],
    ['a release before its previews', ['2.0.0-rc.2', '2.0.0', '2.0.0-rc.10'], ['2.0.0', '2.0.0-rc.10', '2.0.0-rc.2']],
    ['versions with and without v', ['v1.0', '2.0', 'v3'], ['v3', '2.0', 'v1.0']],
    ['dates', ['20240601', '20250101', '20241231'], ['20250101', '20241231', '20240601']],
    ['numbers in names', ['build-9', 'build-10', 'build-100'], ['build-100', 'build-10', 'build-9']],
    ['variants of a version together', ['1.0-slim', '1.0', '1.0-alpine'], ['1.0', '1.0-alpine', '1.0-slim']],
    ['nothing', [], []],
  ])('puts %s', async (_what, tags, ordered) => {
    expect(await sortNewestFirst(tags)).toEqual(ordered);
  });

  const part = fc.constantFrom('1', '2', '10', '01', '.', '-', 'v', 'rc', 'a', '_', 'latest', '9'.repeat(20));
  const composed = fc.array(part, { minLength: 1, maxLength: 6 }).map((parts) => parts.join(''));
  const tag = fc.oneof(
    composed.filter((text) => !/^[.-]/.test(text)),
    fc.stringMatching(/^[A-Za-z0-9_][A-Za-z0-9._-]{0,8}$/),
  );
  const tags = fc.uniqueArray(tag, { maxLength: 30 });

  it('gives every tag once, and no other', async () => {
    await fc.assert(
      fc.asyncProperty(tags, async (names) => {
        expect([...(await sortNewestFirst(names))].sort()).toEqual([...names].sort());
      }),
    );
  });

  it('gives the same order however the registry lists them', async () => {
    const shuffled = tags.chain((names) =>
      fc.tuple(fc.constant(names), fc.shuffledSubarray(names, { minLength: names.length })),
    );
    await fc.assert(
      fc.asyncProperty(shuffled, async ([names, others]) => {
        expect(await sortNewestFirst(others)).toEqual(await sortNewestFirst(names));
      }),
      { numRuns: 500 },
    );
  });

  it('keeps the order of any two when others are between them', async () => {
    await fc.assert(
      fc.asyncProperty(tags, tag, tag, async (names, one, other) => {
        if (one === other) return;
        const all = await sortNewestFirst([...new Set([...names, one, other])]);
        expect(all.filter((name) => name === one || name === other)).toEqual(await sortNewestFirst([one, other]));
      }),
      { numRuns: 500 },
    );
  });

  it('leaves what it was given as it was', async () => {
    const given = ['1', '2'];
    await sortNewestFirst(given);
    expect(given).toEqual(['1', '2']);
  });

  it('compares names as it would their runs of digits and of other characters', async () => {
    const runs = (name: string): readonly string[] => name.match(/\d+|\D+/g) ?? [];
    const byRuns = (a: string, b: string): number => {
      const [left, right] = [runs(a), runs(b)];
      const at = left.findIndex((run, index) => run !== right[index]);
      if (at === -1 || at >= right.length) return left.length - right.length;
      const [x = '', y = ''] = [left[at], right[at]];
      const difference = /^\d/.test(x) && /^\d/.test(y) ? Number(y) - Number(x) : 0;
      return difference || (x < y ? -1 : 1);
    };
    const name = fc.stringMatching(/^x[ab01]{0,8}$/);
    await fc.assert(
      fc.asyncProperty(fc.uniqueArray(name), async (names) => {
        expect(await sortNewestFirst(names)).toEqual([...names].sort(byRuns));
      }),
    );
  });
});
