import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { realRegistries } from '../../contract/realRegistries';
import { vendors } from '../../contract/vendorSubjects';
import { goPrograms } from '../../rig/goPrograms';
import { projectRoot } from '../../rig/paths';

const page = readFileSync(join(projectRoot, 'docs/tested-registries.md'), 'utf8');

/** The first cells of each row below a heading. */
function rowsBelow(heading: string): readonly (readonly string[])[] {
  const [, part = ''] = page.split(`## ${heading}\n`);
  const lines = (part.split('\n## ')[0] ?? '').split('\n').filter((line) => line.startsWith('|'));
  const cells = lines.map((line) => line.split('|').map((cell) => cell.trim()));
  return cells.slice(2).map(([, name = '', second = '']) => [name, second]);
}

describe('docs/tested-registries.md, which npm run bench writes', () => {
  it('names the programs that the contract tests start, and no others', () => {
    expect(rowsBelow('Real programs').map(([name]) => name)).toEqual(
      Object.values(realRegistries).map(({ name }) => name),
    );
  });

  it('names the versions that Go builds', () => {
    const { distribution3, crane, ociregistry, olareg } = goPrograms;
    const versions = rowsBelow('Real programs').slice(1);
    expect(versions).toEqual([
      ['Distribution 3', distribution3.version],
      ...[crane, ociregistry, olareg].map(({ name, version }) => [name, version]),
    ]);
  });

  it('names the doubles of kinds, and by which kind they are connected', () => {
    expect(rowsBelow('Doubles')).toEqual(vendors.map(({ name, preset }) => [name, `\`${preset}\``]));
  });
});
