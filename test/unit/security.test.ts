import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';

/** SECURITY.md names the tests that hold each line of its threat model; they have to be there. */

const root = resolve(import.meta.dirname, '../..');
const read = (file: string): string => readFileSync(resolve(root, file), 'utf8');

/** The titles of all tests and groups of a file that run, as they are written. */
function titlesIn(source: string): readonly string[] {
  const titles: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isCallExpression(node)) {
      const words = wordsOf(node.expression);
      if (words.includes('skip') || words.includes('todo')) return;
      const [title] = node.arguments;
      const isTest = /^(?:it|test|describe)$/.test(words[0] ?? '');
      if (isTest && title !== undefined && ts.isStringLiteralLike(title)) titles.push(title.text);
    }
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile('a.test.ts', source, ts.ScriptTarget.Latest));
  return titles;
}

/** `it`, `each` of `it.each(…)`. */
function wordsOf(node: ts.Expression): readonly string[] {
  if (ts.isIdentifier(node)) return [node.text];
  if (ts.isCallExpression(node)) return wordsOf(node.expression);
  if (ts.isPropertyAccessExpression(node)) return [...wordsOf(node.expression), node.name.text];
  return [];
}

/** What is wrong with the lines of a threat model: those that name no test, and tests that are not there. */
function problemsOf(text: string, sourceOf: (file: string) => string | undefined): readonly string[] {
  return linesOf(text).flatMap((cells) => {
    const held = cells.at(-1) ?? '';
    const named = [...held.matchAll(/`([^`]+)` "(.+?)"(?=<br>|$)/g)].map(([, file = '', title = '']) => ({
      file,
      title,
    }));
    const written = named.map(({ file, title }) => `\`${file}\` "${title}"`).join('<br>');
    if (named.length === 0 || written !== held) return [`Names its tests otherwise than \`file\` "title": ${held}`];
    return named.flatMap(({ file, title }) => {
      const source = sourceOf(file);
      if (source === undefined) return [`No such file: ${file}`];
      return titlesIn(source).includes(title) ? [] : [`No such test in ${file}: ${title}`];
    });
  });
}

/** The cells of each line of a table, but for its head. */
function linesOf(text: string): readonly (readonly string[])[] {
  const rows = text.split('\n').filter((line) => line.startsWith('|'));
  const isRule = (line: string | undefined) => line !== undefined && /^\|[-| ]+\|$/.test(line);
  return rows
    .filter((line, index) => !isRule(line) && !isRule(rows[index + 1]))
    .map((line) =>
      line
        .slice(1, -1)
        .split('|')
        .map((cell) => cell.trim()),
    );
}

const security = read('SECURITY.md');

describe('SECURITY.md', () => {
  it('names tests that are there, in each line of its threat model', () => {
    const sourceOf = (file: string) => (existsSync(resolve(root, file)) ? read(file) : undefined);
    expect(problemsOf(security, sourceOf)).toEqual([]);
  });

  it('has lines for every stranger', () => {
    const parts = security.split(/^### /m).slice(1);
    const strangers = parts.filter((part) => linesOf(part).length > 0).map((part) => part.split('\n')[0]);
    expect(strangers).toEqual([
      ...['The registry', 'The token server', 'The target of a redirect', 'The author of an image', 'The workspace'],
      ...['Other extensions', 'The network', 'The container engine', 'Files and programs on the machine'],
      'The packages that it is made of',
    ]);
  });

  it('says how to report, and is led to from the README', () => {
    expect(security).toContain('Report a vulnerability');
    expect(read('README.md')).toContain('](SECURITY.md)');
  });
});

describe('a threat model', () => {
  const source = `describe('group', () => { it('one', f); it.each([1])('%d more', f); it.skip('left out', f); it.todo('later'); });`;
  const model = (held: string) => `| It could | The extension | Held by |\n| --- | --- | --- |\n| a | b | ${held} |`;
  const problems = (held: string) => problemsOf(model(held), (file) => (file === 'a.test.ts' ? source : undefined));

  it('may name groups, tests, and tests of many cases', () => {
    expect(problems('`a.test.ts` "group"<br>`a.test.ts` "one"<br>`a.test.ts` "%d more"')).toEqual([]);
  });

  it.each([
    ['`b.test.ts` "one"', 'No such file: b.test.ts'],
    ['`a.test.ts` "two"', 'No such test in a.test.ts: two'],
    ['`a.test.ts` "one"<br>`a.test.ts` "two"', 'No such test in a.test.ts: two'],
    ['`a.test.ts` "left out"', 'No such test in a.test.ts: left out'],
    ['`a.test.ts` "later"', 'No such test in a.test.ts: later'],
    ['', 'Names its tests otherwise than `file` "title": '],
    ['`a.test.ts` "one", and another', 'Names its tests otherwise than `file` "title": `a.test.ts` "one", and another'],
    ['`a.test.ts`', 'Names its tests otherwise than `file` "title": `a.test.ts`'],
  ])('that is held by %s is wrong', (held, problem) => {
    expect(problems(held)).toEqual([problem]);
  });
});
