import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = resolve(import.meta.dirname, '../..');
const map = readFileSync(join(root, 'src/README.md'), 'utf8');
const files = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' });

describe('src/README.md', () => {
  it('names files that are there', () => {
    const named = [...map.matchAll(/(?<![\w*.])((?:[\w-]+\/)*[\w.-]+\.(?:ts|mjs|md|json))\b/g)].map(
      ([, path = '']) => path,
    );
    expect(named.length).toBeGreaterThan(60);
    const isThere = (path: string) =>
      existsSync(join(root, 'src', path)) ||
      existsSync(join(root, path)) ||
      files.some((file) => file === path || file.endsWith(`/${path}`));
    expect(named.filter((path) => !isThere(path) && !path.startsWith('dependency-cruiser'))).toEqual([]);
  });

  it('names every room, and every file of the core', () => {
    const rooms = readdirSync(join(root, 'src'), { withFileTypes: true }).filter((entry) => entry.isDirectory());
    expect(rooms.filter(({ name }) => !map.includes(`\`${name}/\``))).toEqual([]);
    const core = readdirSync(join(root, 'src/core')).filter((file) => file.endsWith('.ts'));
    expect(core.filter((file) => !map.includes(`\`${file}\``))).toEqual([]);
  });

  it('names functions that are there, in its walks from top to bottom', () => {
    const lines = [...map.matchAll(/^[^`\n]*?([\w-]+(?:\/[\w-]+)+\.ts) +(\w+)\(/gm)];
    expect(lines.length).toBeGreaterThan(12);
    const missing = lines.filter(
      ([, file = '', name = '']) => !new RegExp(`\\b${name}\\b`).test(readFileSync(join(root, 'src', file), 'utf8')),
    );
    expect(missing.map(([, file, name]) => `${file ?? ''}: ${name ?? ''}`)).toEqual([]);
  });
});
