import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Entry } from '../../../src/core/model';
import { inOrder, inTagOrder } from '../../../src/images/tagOrder';
import type { RowOrder } from '../../../src/images/tagOrder';
import { detailsFrom, tagAt } from '../../../src/providers/rows';

const repository = { host: 'registry.example.com', path: 'app' };

/** A tag as a registry lists it that tells dates, or as one that tells none. */
const listed = (name: string, day?: number) =>
  tagAt(
    repository,
    name,
    day === undefined
      ? undefined
      : detailsFrom({ digest: '', type: 'image', created: new Date(Date.UTC(2026, 0, day)) }),
  );
const labels = async (entries: readonly Entry[]) => (await inTagOrder(entries)).map(({ label }) => label);
const ordered = (names: readonly string[]) => labels(names.map((name) => listed(name)));

describe('the order of tags', () => {
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
  ])('puts %s', async (_what, tags, expected) => {
    expect(await ordered(tags)).toEqual(expected);
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
        expect([...(await ordered(names))].sort()).toEqual([...names].sort());
      }),
    );
  });

  it('gives the same order however the registry lists them', async () => {
    const shuffled = tags.chain((names) =>
      fc.tuple(fc.constant(names), fc.shuffledSubarray(names, { minLength: names.length })),
    );
    await fc.assert(
      fc.asyncProperty(shuffled, async ([names, others]) => {
        expect(await ordered(others)).toEqual(await ordered(names));
      }),
      { numRuns: 500 },
    );
  });

  it('keeps the order of any two when others are between them', async () => {
    await fc.assert(
      fc.asyncProperty(tags, tag, tag, async (names, one, other) => {
        if (one === other) return;
        const all = await ordered([...new Set([...names, one, other])]);
        expect(all.filter((name) => name === one || name === other)).toEqual(await ordered([one, other]));
      }),
      { numRuns: 500 },
    );
  });

  it('goes by version whatever the dates say, and puts names newest first, those without a date last', async () => {
    const tags = [listed('edge', 1), listed('1.0', 9), listed('nightly'), listed('main', 8), listed('latest', 2)];
    expect(await labels([...tags, listed('10.0', 1), listed('develop', 8)])).toEqual([
      'latest',
      '10.0',
      '1.0',
      'develop',
      'main',
      'edge',
      'nightly',
    ]);
  });

  it('keeps what is no tag in front, as it was listed', async () => {
    const below = ['b', 'a'].map((label): Entry => ({ kind: 'repository', label, image: repository }));
    expect(await labels([listed('1'), ...below, listed('2')])).toEqual(['b', 'a', '2', '1']);
  });

  it('leaves what it was given as it was', async () => {
    const given = [listed('1'), listed('2')];
    await inTagOrder(given);
    expect(given.map(({ label }) => label)).toEqual(['1', '2']);
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
        expect(await ordered(names)).toEqual([...names].sort(byRuns));
      }),
    );
  });
});

describe('another order of tags', () => {
  interface Known {
    readonly day?: number;
    readonly size?: number;
  }
  const tagOf = (name: string, { day, size }: Known = {}): Entry =>
    tagAt(
      repository,
      name,
      detailsFrom({
        digest: '',
        type: 'image',
        created: day === undefined ? undefined : new Date(Date.UTC(2026, 0, day)),
        size,
      }),
    );
  const tags = [
    tagOf('1.10', { day: 3, size: 30 }),
    tagOf('edge', { day: 4, size: 5 }),
    tagOf('latest', { day: 2, size: 20 }),
    tagOf('1.9', { day: 5 }),
    tagOf('nightly', { size: 40 }),
  ];

  it.each<[RowOrder, string]>([
    ['version', 'latest 1.10 1.9 edge nightly'],
    ['versionReversed', 'nightly edge 1.9 1.10 latest'],
    ['newest', 'latest 1.9 edge 1.10 nightly'],
    ['oldest', 'latest 1.10 edge 1.9 nightly'],
    ['largest', 'latest nightly 1.10 edge 1.9'],
    ['smallest', 'edge latest 1.10 nightly 1.9'],
    ['name', 'latest 1.9 1.10 edge nightly'],
    ['nameReversed', 'nightly latest edge 1.10 1.9'],
  ])('%s', async (order, expected) => {
    expect((await inOrder(tags, order)).map(({ label }) => label).join(' ')).toBe(expected);
  });

  it('goes by what became known later', async () => {
    const names = [tagOf('1'), tagOf('2'), tagOf('3')];
    const times: Readonly<Record<string, Date>> = { 1: new Date(3), 3: new Date(1) };
    const sorted = await inOrder(names, 'newest', ({ label }) => ({ time: times[label] }));
    expect(sorted.map(({ label }) => label)).toEqual(['1', '3', '2']);
  });

  it('puts repositories by name, or by their last change as the listing tells it', async () => {
    const at = (label: string, day?: number): Entry => ({
      kind: 'repository',
      label,
      image: repository,
      ...(day === undefined ? {} : { updated: new Date(Date.UTC(2026, 0, day)) }),
    });
    const listedSo = [at('web-10', 1), at('web-9', 3), at('latest'), at('api', 2)];
    const labelsIn = async (order: RowOrder) => (await inOrder(listedSo, order)).map(({ label }) => label);
    expect(await labelsIn('name')).toEqual(['api', 'latest', 'web-9', 'web-10']);
    expect(await labelsIn('newest')).toEqual(['web-9', 'api', 'web-10', 'latest']);
  });

  it('takes the id of a commit for no version, even if it has no letter', async () => {
    expect(await ordered(['917005', '1.3.0', '1234567-amd64', '0.9', '1.2.0'])).toEqual([
      '1.3.0',
      '1.2.0',
      '0.9',
      '1234567-amd64',
      '917005',
    ]);
  });

  it('takes what begins with a date for a version', async () => {
    expect(await ordered(['202512', '2025.11', '20260102', '202601021530', 'v20251231-alpine', '99'])).toEqual([
      '202601021530',
      '20260102',
      'v20251231-alpine',
      '202512',
      '2025.11',
      '99',
    ]);
  });
});
