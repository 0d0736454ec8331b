import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { projectRoot } from '../rig/paths';

/** SECURITY.md names a test for each line of its tables. */
const rows = readFileSync(join(projectRoot, 'SECURITY.md'), 'utf8')
  .split('\n')
  .filter((line) => line.startsWith('| '))
  .map((line) => line.split('|').map((cell) => cell.trim()))
  .filter(([, first, , last]) => !first?.startsWith('---') && last !== 'Held by');

interface Named {
  readonly file: string;
  readonly titles: readonly string[];
}

/** Of a cell: `file` “title”, “title”; `file` “title” */
function testsNamedIn(cell: string): readonly Named[] {
  return [...cell.matchAll(/`([^`]+)`((?:,? “[^”]+”)+)/g)].map(([, file = '', titles = '']) => ({
    file,
    titles: [...titles.matchAll(/“([^”]+)”/g)].map(([, title = '']) => title),
  }));
}

/** What a file of tests calls its tests and groups, as it is written. */
function titlesIn(file: string): readonly string[] {
  const path = join(projectRoot, 'test', file);
  if (!existsSync(path)) return [];
  const titles: string[] = [];
  const look = (node: ts.Node): void => {
    if (ts.isCallExpression(node) && /^(it|test|describe)\b/.test(node.expression.getText())) {
      const [title] = node.arguments;
      if (title !== undefined && ts.isStringLiteralLike(title)) titles.push(title.text);
    }
    ts.forEachChild(node, look);
  };
  look(ts.createSourceFile(path, readFileSync(path, 'utf8'), ts.ScriptTarget.Latest, true));
  return titles;
}

describe('SECURITY.md', () => {
  it('has lines', () => {
    expect(rows.length).toBeGreaterThan(30);
  });

  it('names tests in each line, in words that are read here to the last', () => {
    const unread = rows.filter(([, , , cell = '']) => {
      const read = testsNamedIn(cell).map(
        ({ file, titles }) => `\`${file}\` ${titles.map((t) => `“${t}”`).join(', ')}`,
      );
      return read.length === 0 || read.join('; ') !== cell;
    });
    expect(unread).toEqual([]);
  });

  it('names no test that is not there', () => {
    const named = rows.flatMap(([, , , cell = '']) => testsNamedIn(cell));
    const known = new Map([...new Set(named.map(({ file }) => file))].map((file) => [file, titlesIn(file)]));
    const missing = named.flatMap(({ file, titles }) =>
      titles.filter((title) => known.get(file)?.includes(title) !== true).map((title) => `${file}: ${title}`),
    );
    expect(missing).toEqual([]);
  });
});
