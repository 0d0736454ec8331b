import { Version } from '@cyclonedx/cyclonedx-library/Spec';
import { JsonStrictValidator } from '@cyclonedx/cyclonedx-library/Validation';
import { describe, expect, it } from 'vitest';
import { makeSbom, packagesIn } from '../../../scripts/sbom';
import type { Lock } from '../../../scripts/sbom';

const integrity = `sha512-${Buffer.alloc(64, 7).toString('base64')}`;

/** The app needs a and the tool; a needs @scope/b in a version of its own, by way of c, which is not bundled. */
const lock: Lock = {
  packages: {
    '': { name: 'app', version: '1.2.3', license: 'MIT', dependencies: { a: '^1.0.0', alias: 'npm:real@4.0.0' } },
    'node_modules/a': { version: '1.0.0', license: 'Apache-2.0', integrity, dependencies: { c: '^3.0.0' } },
    'node_modules/c': { version: '3.0.0', license: 'MIT', integrity, dependencies: { '@scope/b': '^2.0.0' } },
    'node_modules/c/node_modules/@scope/b': { version: '2.0.0', license: 'See LICENSE', integrity },
    'node_modules/@scope/b': { version: '1.0.0', license: 'MIT', integrity },
    'node_modules/alias': { name: 'real', version: '4.0.0', license: 'ISC', integrity, dependencies: { a: '1' } },
  },
};
const packages = ['real 4.0.0', 'a 1.0.0', '@scope/b 2.0.0'];

interface Sbom {
  readonly serialNumber?: string;
  readonly metadata: { readonly timestamp?: string; readonly component: Component };
  readonly components: readonly Component[];
  readonly dependencies: readonly { readonly ref: string; readonly dependsOn?: readonly string[] }[];
}

interface Component {
  readonly 'bom-ref': string;
  readonly purl?: string;
  readonly licenses?: readonly unknown[];
  readonly externalReferences?: readonly unknown[];
}

const parsed = (names = packages) => JSON.parse(makeSbom(names, lock)) as Sbom;

describe('makeSbom', () => {
  it('is CycloneDX', async () => {
    expect(await new JsonStrictValidator(Version.v1dot6).validate(makeSbom(packages, lock))).toBeNull();
  });

  it('has the packages that it is given and no other, in the version that is locked', () => {
    expect(parsed().components.map(({ purl }) => purl)).toEqual([
      'pkg:npm/%40scope/b@2.0.0',
      'pkg:npm/a@1.0.0',
      'pkg:npm/real@4.0.0',
    ]);
  });

  it('has the licence of each, and the archive with its hash', () => {
    const [b, a] = parsed().components;
    expect(a?.licenses).toEqual([{ license: { id: 'Apache-2.0' } }]);
    expect(b?.licenses).toEqual([{ license: { name: 'See LICENSE' } }]);
    expect(b?.externalReferences).toEqual([
      {
        type: 'distribution',
        url: 'https://registry.npmjs.org/@scope/b/-/b-2.0.0.tgz',
        hashes: [{ alg: 'SHA-512', content: '07'.repeat(64) }],
      },
    ]);
  });

  it('tells what depends on what, also by way of a package that is not bundled', () => {
    const edges = parsed().dependencies.flatMap(({ ref, dependsOn = [] }) => dependsOn.map((on) => `${ref} ${on}`));
    expect(edges).toEqual([
      'app pkg:npm/a@1.0.0',
      'app pkg:npm/real@4.0.0',
      'pkg:npm/a@1.0.0 pkg:npm/%40scope/b@2.0.0',
      'pkg:npm/real@4.0.0 pkg:npm/a@1.0.0',
    ]);
  });

  it('is the same text for the same packages, in whatever order: without a time or a number of its own', () => {
    expect(makeSbom([...packages].reverse(), lock)).toBe(makeSbom(packages, lock));
    expect(parsed().serialNumber).toBeUndefined();
    expect(parsed().metadata.timestamp).toBeUndefined();
  });

  it('refuses a package that the lock does not have in this version', () => {
    expect(() => parsed(['a 1.0.1'])).toThrow('package-lock.json has no a 1.0.1.');
  });

  it('refuses a package whose archive has no hash', () => {
    const unhashed = { packages: { '': {}, 'node_modules/a': { version: '1.0.0' } } };
    expect(() => makeSbom(['a 1.0.0'], unhashed)).toThrow('package-lock.json has no hash of a 1.0.0.');
  });
});

it('packagesIn reads the headings of third-party notices', () => {
  const line = '-'.repeat(80);
  expect(packagesIn(`Notices\n\n${line}\n@scope/b 2.0.0\n\nText\n\n${line}\na 1.0.0\n\nMIT\n`)).toEqual([
    '@scope/b 2.0.0',
    'a 1.0.0',
  ]);
});
