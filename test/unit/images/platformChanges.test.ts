import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Platform } from '../../../src/core/model';
import { platformKey } from '../../../src/core/platform';
import { comparePlatforms } from '../../../src/images/platformChanges';
import type { ImageOfPlatform } from '../../../src/images/platformChanges';

/** `linux/arm64/v8`, `windows/amd64 10.0.20348.2700`. */
const platform = (text: string): Platform => {
  const [name = '', osVersion] = text.split(' ');
  const [os = '', architecture = '', variant] = name.split('/');
  return {
    os,
    architecture,
    ...(variant === undefined ? {} : { variant }),
    ...(osVersion === undefined ? {} : { osVersion }),
  };
};
const on = (text: string, digest: string): ImageOfPlatform => ({ platform: platform(text), digest });

describe('a platform', () => {
  it.each([
    ['linux/arm64', 'linux/arm64/v8'],
    ['linux/arm', 'linux/arm/v7'],
    ['linux/amd64', 'linux/amd64/v1'],
    ['windows/amd64 10.0.20348.2700', 'windows/amd64 10.0.20348.3807'],
  ])('%s is %s', (one, other) => {
    expect(platformKey(platform(one))).toBe(platformKey(platform(other)));
  });

  it.each([
    ['linux/arm/v6', 'linux/arm/v7'],
    ['linux/amd64', 'linux/amd64/v3'],
    ['linux/arm64', 'linux/arm64/v9'],
    ['linux/arm/v8', 'linux/arm'],
    ['windows/amd64 10.0.17763.1', 'windows/amd64 10.0.20348.1'],
    ['windows/amd64 10.0.17763.1', 'windows/amd64'],
  ])('%s is not %s', (one, other) => {
    expect(platformKey(platform(one))).not.toBe(platformKey(platform(other)));
  });
});

describe('the platforms of two images', () => {
  it('are the same, changed, or on one side only', () => {
    const [amd, newAmd] = [on('linux/amd64', '1'), on('linux/amd64', '2')];
    const [arm, sameArm] = [on('linux/arm64', '3'), on('linux/arm64/v8', '3')];
    const [s390x, riscv] = [on('linux/s390x', '4'), on('linux/riscv64', '5')];
    expect(comparePlatforms([amd, arm, s390x], [riscv, sameArm, newAmd])).toEqual({
      same: [arm],
      changed: [{ before: amd, after: newAmd }],
      removed: [s390x],
      added: [riscv],
    });
  });

  it('can be there several times', () => {
    const gzip = on('linux/amd64', 'gzip');
    const [zstd, newZstd] = [on('linux/amd64', 'zstd'), on('linux/amd64', 'zstd2')];
    expect(comparePlatforms([zstd, gzip], [gzip, newZstd])).toEqual({
      same: [gzip],
      changed: [{ before: zstd, after: newZstd }],
      removed: [],
      added: [],
    });
    expect(comparePlatforms([gzip], [gzip, gzip]).added).toEqual([gzip]);
  });

  it('belong together where nothing names them', () => {
    const [one, other] = [{ digest: '1' }, { digest: '2' }];
    expect(comparePlatforms([one], [other]).changed).toEqual([{ before: one, after: other }]);
    expect(comparePlatforms([one], [on('linux/amd64', '1')])).toMatchObject({ same: [], changed: [] });
  });

  const images = fc.array(
    fc.record({
      platform: fc.constantFrom('linux/amd64', 'linux/arm64', 'linux/arm64/v8').map(platform),
      digest: fc.constantFrom('1', '2', '3'),
    }),
    { maxLength: 6 },
  );

  it('are each told once, and the same the other way round', () => {
    fc.assert(
      fc.property(images, images, (one, other) => {
        const there = comparePlatforms(one, other);
        const back = comparePlatforms(other, one);
        expect([...there.same, ...there.changed.map(({ before }) => before), ...there.removed]).toHaveLength(
          one.length,
        );
        expect([...there.same, ...there.changed.map(({ after }) => after), ...there.added]).toHaveLength(other.length);
        expect([back.removed, back.added, back.same.length]).toEqual([there.added, there.removed, there.same.length]);
        const pairs = ({ changed }: typeof there) => new Set(changed.map(({ before, after }) => [before, after]));
        expect(new Set([...pairs(back)].map(([before, after]) => [after, before]))).toEqual(pairs(there));
      }),
    );
  });
});
