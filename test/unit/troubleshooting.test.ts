import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { sentences } from './weather/sentences';

/** docs/troubleshooting.md has every message that tells of a failure; they are found in the source. */

const root = resolve(import.meta.dirname, '../..');
const read = (file: string): string => readFileSync(resolve(root, file), 'utf8');
const text = read('docs/troubleshooting.md').replace(/\s+/g, ' ');

/** Files that say nothing to the user but such messages. */
const wholly = [
  ...['ui/report.ts', 'core/docker/programReason.ts', 'ui/advice.ts', 'ui/connections/keychain.ts'],
  ...['providers/generic/registryUrl.ts', 'providers/gitlab/gitLabAddress.ts'],
];
const isWholly = (file: string) => wholly.includes(file) || /^(?:core|engine)\//.test(file);
/** What a `Failure` says besides is given to it by these names. */
const explaining = /^(explanations?|unlisted)$/;

interface Message {
  readonly file: string;
  readonly words: string;
}

/** The texts that `t` is given below a node, and below what it uses of the same file. */
function messagesBelow(start: ts.Node, known: ReadonlyMap<string, ts.Node>, seen = new Set<ts.Node>()): string[] {
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    if (seen.has(node)) return;
    seen.add(node);
    const words = translated(node);
    if (words !== undefined) found.push(words);
    const used = ts.isIdentifier(node) && !isMember(node) ? known.get(node.text) : undefined;
    if (used !== undefined) visit(used);
    ts.forEachChild(node, visit);
  };
  visit(start);
  return found;
}

/** The `b` of `a.b`, which names nothing of the file. */
function isMember(node: ts.Identifier): boolean {
  return ts.isPropertyAccessExpression(node.parent) && node.parent.name === node;
}

function translated(node: ts.Node): string | undefined {
  if (!ts.isCallExpression(node) || node.expression.getText() !== 't') return undefined;
  const [first] = node.arguments;
  return first !== undefined && ts.isStringLiteralLike(first) ? first.text : undefined;
}

function messagesOf(file: string): readonly Message[] {
  const source = ts.createSourceFile(file, read(join('src', file)), ts.ScriptTarget.Latest, true);
  if (isWholly(file)) return messagesBelow(source, new Map()).map((words) => ({ file, words }));
  const known = new Map<string, ts.Node>();
  const roots: ts.Node[] = [];
  /** Functions that are given an explanation. */
  const givers = new Set<string>();
  const look = (node: ts.Node): void => {
    const name = ts.isVariableDeclaration(node) || ts.isFunctionDeclaration(node) ? node.name?.getText() : undefined;
    if (name !== undefined) known.set(name, node);
    const isNamed = ts.isVariableDeclaration(node) || ts.isPropertyAssignment(node) || ts.isParameter(node);
    if (isNamed && explaining.test(node.name.getText())) {
      roots.push(node);
      const giver = node.parent.parent;
      if (ts.isParameter(node) && ts.isVariableDeclaration(giver)) givers.add(giver.name.getText());
    }
    ts.forEachChild(node, look);
  };
  look(source);
  const lookAtCalls = (node: ts.Node): void => {
    if (ts.isCallExpression(node) && givers.has(node.expression.getText())) roots.push(...node.arguments);
    ts.forEachChild(node, lookAtCalls);
  };
  lookAtCalls(source);
  const seen = new Set<ts.Node>();
  return roots.flatMap((start) => messagesBelow(start, known, seen)).map((words) => ({ file, words }));
}

/** As it stands in the document: what differs from case to case is left open; of plural forms, the last. */
function written(words: string): string {
  const form = words.split(' | ').at(-1) ?? words;
  return form.replace(/(\{\d+\})+/g, '…').replace(/\s+/g, ' ');
}

const files = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' }).filter((file) =>
  file.endsWith('.ts'),
);
const messages = files.flatMap(messagesOf).filter(({ words }) => words.trim().split(' ').length > 2);

describe('docs/troubleshooting.md', () => {
  it('is held against messages of every part', () => {
    expect(messages.length).toBeGreaterThan(90);
    const parts = [
      'ui/report.ts',
      'providers/ghcr/githubApi.ts',
      'providers/generic/vendors.ts',
      'ui/azure/pullAccessPrompts.ts',
      'core/network/systemFailure.ts',
      'engine/address.ts',
    ];
    for (const file of parts) expect(messages.map((message) => message.file)).toContain(file);
  });

  it('has every message that tells of a failure', () => {
    const missing = messages.filter(({ words }) => !text.includes(written(words)));
    expect(missing.map(({ file, words }) => `${file}: ${written(words)}`)).toEqual([]);
  });

  it('has every way in which an answer may be none of a registry', () => {
    const whats = Object.values(sentences).flatMap((sentence) => /does: (.+?)\. Check/.exec(sentence)?.[1] ?? []);
    const known = [...text.matchAll(/`([^`]+)`/g)].map(([, words = '']) => words.split('…')[0] ?? '');
    const missing = whats.filter((what) => !known.some((words) => words.length > 10 && what.startsWith(words)));
    expect(missing).toEqual([]);
  });

  it('is led to from the README, and is no part of the package', () => {
    expect(read('README.md')).toContain('](docs/troubleshooting.md)');
    expect(read('.vscodeignore')).not.toContain('docs');
    expect(read('.vscodeignore').split('\n')[0]).toBe('**');
  });
});
