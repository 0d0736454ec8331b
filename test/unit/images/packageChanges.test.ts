import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { comparePackages } from '../../../src/images/packageChanges';
import type { NamedPackage } from '../../../src/images/packageChanges';
import { directionOf } from '../../../src/images/versionDirection';

/** `deb:bash@5.2`, `bash@5.2`, `bash`. */
const packages = (texts: string): readonly NamedPackage[] =>
  texts.split(' ').flatMap((text) => {
    if (text === '') return [];
    const [, type, name = '', version] = /^(?:(\w+):)?([^@]+)(?:@(.*))?$/.exec(text) ?? [];
    return [{ name, ...(type === undefined ? {} : { type }), ...(version === undefined ? {} : { version }) }];
  });
const compare = (before: string, after: string) => comparePackages(packages(before), packages(after));

describe('the packages of two images', () => {
  it('are added, removed, moved or unchanged', async () => {
    expect(
      await compare('deb:bash@5.2 deb:curl@7.88.1 deb:wget@1.21', 'deb:zlib@1.3 deb:curl@8.0.0 deb:bash@5.2'),
    ).toEqual({
      added: packages('deb:zlib@1.3'),
      removed: packages('deb:wget@1.21'),
      moved: [{ name: 'curl', type: 'deb', from: ['7.88.1'], to: ['8.0.0'], direction: 'up' }],
      unchanged: 1,
    });
  });

  it('are told in the order of their names, with all that was known of them', async () => {
    const zlib = { name: 'zlib', version: '1', license: 'Zlib' };
    expect((await comparePackages([], [zlib, { name: 'acl', version: '2', license: 'GPL' }])).added).toEqual([
      { name: 'acl', version: '2', license: 'GPL' },
      zlib,
    ]);
  });

  it('are told apart by type', async () => {
    expect(await compare('deb:yaml@1', 'npm:yaml@1')).toEqual({
      added: packages('npm:yaml@1'),
      removed: packages('deb:yaml@1'),
      moved: [],
      unchanged: 0,
    });
  });

  it('can have several versions, of which only those that differ are told', async () => {
    expect(await compare('npm:lodash@3.0.0 npm:lodash@4.0.0', 'npm:lodash@4.0.0 npm:lodash@3.1.0')).toEqual({
      added: [],
      removed: [],
      moved: [{ name: 'lodash', type: 'npm', from: ['3.0.0'], to: ['3.1.0'], direction: 'up' }],
      unchanged: 1,
    });
    expect(await compare('lodash@3 lodash@4', 'lodash@4')).toMatchObject({ removed: packages('lodash@3'), moved: [] });
    expect(await compare('lodash@4', 'lodash@4 lodash@5')).toMatchObject({ added: packages('lodash@5'), moved: [] });
    const many = await compare('lodash@4.1 lodash@3.1', 'lodash@5.1');
    expect(many.moved).toEqual([{ name: 'lodash', from: ['3.1', '4.1'], to: ['5.1'] }]);
  });

  it('count once, however often a list has them', async () => {
    expect(await compare('a@1 a@1 b@1', 'a@1 b@2 b@2')).toMatchObject({
      unchanged: 1,
      moved: [{ from: ['1'], to: ['2'] }],
    });
  });

  it('are moved without a version where one side does not tell it', async () => {
    expect((await compare('a', 'a@1.0')).moved).toEqual([{ name: 'a', from: [], to: ['1.0'] }]);
    expect(await compare('a', 'a')).toMatchObject({ unchanged: 1, moved: [] });
  });

  it('are compared with pauses', async () => {
    const many = (version: string) =>
      Array.from({ length: 20_000 }, (_each, at) => ({ name: `p${at}`, type: 'npm', version }));
    let pauses = 0;
    const pause = () => {
      pauses++;
      return Promise.resolve();
    };
    expect(await comparePackages(many('1.0.0'), many('1.0.0'), pause)).toMatchObject({ unchanged: 20_000 });
    // Both lists and their comparison, 2,000 at a time.
    expect(pauses).toBe(9 + 9 + 10);
    expect((await comparePackages(many('1.0.0'), many('1.0.1'), pause)).moved).toHaveLength(20_000);
    // What was found is put in order in slices as well.
    expect(pauses).toBeGreaterThan(2 * (9 + 9 + 10));
  });

  const list = fc.array(
    fc.record(
      {
        name: fc.constantFrom('a', 'b', '__proto__'),
        version: fc.constantFrom('1', '2', '3'),
        type: fc.constantFrom('deb', 'npm'),
      },
      { requiredKeys: ['name'] },
    ),
    { maxLength: 12 },
  );

  it('are each told once, and the same the other way round', async () => {
    await fc.assert(
      fc.asyncProperty(list, list, async (one, other) => {
        const there = await comparePackages(one, other);
        const back = await comparePackages(other, one);
        const count = (all: readonly NamedPackage[]) =>
          new Set(all.map(({ name, type, version }) => JSON.stringify([name, type, version]))).size;
        const ids = (all: readonly NamedPackage[]) =>
          all.map(({ name, type, version }) => JSON.stringify([name, type, version])).sort();
        expect(back.unchanged).toBe(there.unchanged);
        expect([ids(back.added), ids(back.removed)]).toEqual([ids(there.removed), ids(there.added)]);
        const opposite = { up: 'down', down: 'up' } as const;
        expect(back.moved).toEqual(
          there.moved.map(({ from, to, direction, ...rest }) => ({
            ...rest,
            from: to,
            to: from,
            ...(direction === undefined ? {} : { direction: opposite[direction] }),
          })),
        );
        expect(there.removed.length + there.unchanged).toBeLessThanOrEqual(count(one));
        const same = await comparePackages(one, one);
        expect(same).toEqual({ added: [], removed: [], moved: [], unchanged: count(one) });
      }),
    );
  });
});

describe('a version', () => {
  it.each([
    ['1.2.3', '1.2.10'],
    ['1.9', '2'],
    ['v1.2.3', 'v1.3.0'],
    ['1.2', '1.2.1'],
    ['1.2.3-rc.1', '1.2.4'],
    ['1.2.3-r0', '1.2.4-r0'],
    ['1.2-1', '1.2.1-1'],
    ['2.36-9+deb12u3', '2.37-1'],
    ['1:2.36-9', '1:2.37-1'],
    ['1!2.0', '1!3.0'],
    ['1.1.1w', '1.1.2a'],
    ['20230311', '20240203'],
  ])('%s is below %s', (low, high) => {
    expect([directionOf(low, high), directionOf(high, low)]).toEqual(['up', 'down']);
  });

  it.each([
    ['2.36-9+deb12u3', '2.36-9+deb12u13', 'deb'],
    ['1.2.3-r9', '1.2.3-r10', 'apk'],
    ['5.14.0-362.8.1.el9', '5.14.0-362.18.1.el9', 'rpm'],
  ])('%s is below %s, in %3$s alone', (low, high, type) => {
    expect([directionOf(low, high, type), directionOf(high, low, type)]).toEqual(['up', 'down']);
    expect(directionOf(low, high, 'npm')).toBeUndefined();
    expect(directionOf(low, high)).toBeUndefined();
  });

  it.each([
    ['1.2.3', '1.2.3'],
    ['1.2', '1.2.0'],
    ['1.2.3-rc.1', '1.2.3'],
    ['1.2.3-rc2', '1.2.3-rc10'],
    ['1.2.3+1', '1.2.3+2'],
    ['1.2~rc1', '1.2'],
    ['2.0', '1:1.0'],
    ['1:1.0', '2:1.0'],
    ['1.1.1w', '1.1.1x'],
    ['1a2b3c4', '3a4b5c6'],
    ['1234567', '2345678'],
    ['0.0.0-20230101120000-abcdef123456', '0.0.0-20240101120000-abcdef123456'],
    ['2023a', '2024a'],
    ['latest', '1.0'],
    ['', '1'],
    ['1.99999999999999999999', '1.99999999999999999998'],
    [`1.${'0.'.repeat(100)}1`, '2'],
  ])('%s is neither above nor below %s for sure', (one, other) => {
    expect([directionOf(one, other), directionOf(other, one)]).toEqual([undefined, undefined]);
  });

  it('has one direction at most, whatever is written', () => {
    const part = fc.constantFrom('1', '2', '10', '.', '-', ':', 'v', 'r', '~', '+', 'a');
    const text = fc.array(part, { maxLength: 8 }).map((parts) => parts.join(''));
    const opposite = { up: 'down', down: 'up' } as const;
    fc.assert(
      fc.property(text, text, fc.constantFrom('deb', 'npm'), (one, other, type) => {
        const there = directionOf(one, other, type);
        expect(directionOf(other, one, type)).toBe(there === undefined ? undefined : opposite[there]);
      }),
      { numRuns: 2000 },
    );
  });
});
