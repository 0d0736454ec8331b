import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { newestFirst } from '../../../src/core/tagOrder';

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
  ])('puts %s', (_what, tags, ordered) => {
    expect(newestFirst(tags)).toEqual(ordered);
  });

  const part = fc.constantFrom('1', '2', '10', '01', '.', '-', 'v', 'rc', 'a', '_', 'latest', '9'.repeat(20));
  const composed = fc.array(part, { minLength: 1, maxLength: 6 }).map((parts) => parts.join(''));
  const tag = fc.oneof(
    composed.filter((text) => !/^[.-]/.test(text)),
    fc.stringMatching(/^[A-Za-z0-9_][A-Za-z0-9._-]{0,8}$/),
  );
  const tags = fc.uniqueArray(tag, { maxLength: 30 });

  it('gives every tag once, and no other', () => {
    fc.assert(
      fc.property(tags, (names) => {
        expect([...newestFirst(names)].sort()).toEqual([...names].sort());
      }),
    );
  });

  it('gives the same order however the registry lists them', () => {
    const shuffled = tags.chain((names) =>
      fc.tuple(fc.constant(names), fc.shuffledSubarray(names, { minLength: names.length })),
    );
    fc.assert(
      fc.property(shuffled, ([names, others]) => {
        expect(newestFirst(others)).toEqual(newestFirst(names));
      }),
      { numRuns: 500 },
    );
  });

  it('keeps the order of any two when others are between them', () => {
    fc.assert(
      fc.property(tags, tag, tag, (names, one, other) => {
        if (one === other) return;
        const all = newestFirst([...new Set([...names, one, other])]);
        expect(all.filter((name) => name === one || name === other)).toEqual(newestFirst([one, other]));
      }),
      { numRuns: 500 },
    );
  });

  it('leaves what it was given as it was', () => {
    const given = ['1', '2'];
    newestFirst(given);
    expect(given).toEqual(['1', '2']);
  });
});
