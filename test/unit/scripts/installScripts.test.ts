import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { node24, projectRoot } from '../../rig/paths';

/** Packages that want to run code while they are installed, and why nothing is lost when they do not. */
const notRun: Readonly<Record<string, string>> = {
  '@vscode/vsce-sign': 'fetches a program that signs packages; ours are not signed',
  'cpu-features': 'compiles a part of ssh2, which is not used',
  esbuild: 'puts its program in the place of a script that starts it; the program is a package of its own',
  keytar: 'copies the binary for this system to where it looks first; it also looks where the binary is',
  protobufjs: 'prints a warning',
  ssh2: 'compiles a faster cipher for what is left out of the bundle',
};

const lock = JSON.parse(readFileSync(join(projectRoot, 'package-lock.json'), 'utf8')) as {
  readonly packages: Readonly<Record<string, { readonly hasInstallScript?: boolean; readonly integrity?: string }>>;
};
const locked = Object.entries(lock.packages).filter(([path]) => path !== '');

describe('installing', () => {
  it('runs no code of packages', () => {
    expect(readFileSync(join(projectRoot, '.npmrc'), 'utf8')).toMatch(/^ignore-scripts=true$/m);
  });

  it('knows each package that would run some, and no other', () => {
    const names = locked
      .filter(([, { hasInstallScript }]) => hasInstallScript === true)
      .map(([path]) => path.replace(/^.*node_modules\//, ''));
    expect([...new Set(names)].sort()).toEqual(Object.keys(notRun).sort());
  });

  it('takes only packages whose content the lock file knows', () => {
    const unknown = locked.filter(([, { integrity }]) => integrity === undefined).map(([path]) => path);
    expect(unknown).toEqual([]);
  });

  it('brings the Node that VS Code needs as a package', () => {
    const { optionalDependencies } = JSON.parse(readFileSync(join(projectRoot, 'package.json'), 'utf8')) as {
      readonly optionalDependencies: Readonly<Record<string, string>>;
    };
    for (const name of Object.keys(optionalDependencies))
      expect(lock.packages[`node_modules/${name}`]).not.toHaveProperty('hasInstallScript');
    expect(existsSync(node24)).toBe(true);
  });
});
