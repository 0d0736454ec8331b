import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

/** What src/README.md says of the rooms and is no import: who may import whom is in .dependency-cruiser.mjs. */

const source = resolve(import.meta.dirname, '../../src');
const files = readdirSync(source, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'));

function layerOf(file: string): string {
  return file.split('/')[0] ?? '';
}

function filesWith(pattern: RegExp): string[] {
  return files.filter((file) => pattern.test(readFileSync(join(source, file), 'utf8'))).sort();
}

describe('layers', () => {
  it('are read in every file', () => {
    expect(files.length).toBeGreaterThan(40);
  });

  it('read settings in one place, which knows whose word counts', () => {
    // Of those that know VS Code: Azure's web apps have a configuration as well.
    expect(filesWith(/\bgetConfiguration\b/).filter((file) => layerOf(file) !== 'azure')).toEqual(['ui/settings.ts']);
    expect(filesWith(/\bnetworkSetting\(/)).toEqual(['ui/settings.ts', 'ui/surroundings.ts']);
  });

  it('sign in to registries in one place, which knows what is tried again', () => {
    expect(filesWith(/\bwithAuth\(/)).toEqual(['core/auth.ts']);
    expect(filesWith(/\bregistryHttp\(/)).toEqual([
      'core/auth.ts',
      'core/network/diagnose.ts',
      'providers/acr/acr.ts',
      'providers/dockerHub/dockerHub.ts',
      'providers/generic/generic.ts',
      'providers/ghcr/ghcr.ts',
    ]);
  });
});
