import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';

/** What src/README.md says of the rooms and is no import: who may import whom is in .dependency-cruiser.mjs. */

const source = resolve(import.meta.dirname, '../../src');
const files = readdirSync(source, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'));

function layerOf(file: string): string {
  return file.split('/')[0] ?? '';
}

/** What every kind of registry uses. Hosts of source code, which `commitsBetween.ts` lists, are no registries. */
const isShared =
  /^(?:images\/(?!commitsBetween\.ts).*|core\/(?:bounds|manifest|referrersTag|registryClient|schemas)\.ts|providers\/(?:pins|rows|tagListing|v2|generic\/generic)\.ts)$/;

/** The words of a file that the compiler reads, comments left out. */
function codeOf(file: string): readonly string[] {
  const path = join(source, file);
  const tree = ts.createSourceFile(path, readFileSync(path, 'utf8'), ts.ScriptTarget.Latest, true);
  const textOf = (node: ts.Node): readonly string[] => {
    const inside: string[] = [];
    node.forEachChild((child) => void inside.push(...textOf(child)));
    return inside.length === 0 ? [node.getText(tree)] : inside;
  };
  return textOf(tree);
}

function filesWith(pattern: RegExp): string[] {
  return files.filter((file) => pattern.test(readFileSync(join(source, file), 'utf8'))).sort();
}

describe('layers', () => {
  it('are read in every file', () => {
    expect(files.length).toBeGreaterThan(40);
  });

  it('name no cloud where every kind of registry is served', () => {
    const shared = (file: string) =>
      ['core', 'images', 'registries'].includes(layerOf(file)) || file === 'providers/provider.ts';
    // A sign-in may be of a tenant, and what is stored keeps the names that 0.1.0 gave it.
    const ofConnections = ['core/model.ts', 'registries/secrets.ts', 'registries/storedConnections.ts'];
    // Where a line has its rule from may be a page of Microsoft's.
    const withoutSources = (text: string) => text.replace(/\/\/ .*https:\/\/.*|\bhttps:\/\/\S+/g, '');
    const words = [/azure|\bentra\b|microsoft|subscription|tenant|portal|resource ?manager/i, /\bARM\b|\barm[A-Z]/];
    const named = files.filter((file) => {
      const text = withoutSources(readFileSync(join(source, file), 'utf8'));
      return shared(file) && words.some((each) => each.test(text));
    });
    expect(named.filter((file) => !ofConnections.includes(file))).toEqual([]);
  });

  it('read settings in one place, which knows whose word counts', () => {
    // Of those that know VS Code: Azure's web apps have a configuration as well.
    expect(filesWith(/\bgetConfiguration\b/).filter((file) => layerOf(file) !== 'azure')).toEqual(['ui/settings.ts']);
    expect(filesWith(/\bnetworkSetting\(/)).toEqual(['ui/settings.ts', 'ui/surroundings.ts']);
  });

  it('sign in to registries in one place, which knows what is tried again', () => {
    expect(filesWith(/\bwithAuth\(/)).toEqual(['core/auth.ts']);
    expect(filesWith(/\bregistryHttp\(/)).toEqual(['core/auth.ts', 'core/network/diagnose.ts', 'providers/v2.ts']);
  });

  it('name no vendor in what is shared', () => {
    const vendor = /google|quay|artifactory|gitlab|github|azure|dockerhub|harbor/i;
    expect(codeOf('providers/generic/vendors.ts').filter((text) => vendor.test(text))).toContain("'quay'");
    const named = files
      .filter((file) => isShared.test(file))
      .flatMap((file) => codeOf(file).map((text) => ({ file, text })));
    expect(named.length).toBeGreaterThan(1000);
    expect(named.filter(({ text }) => vendor.test(text))).toEqual([]);
  });
});
