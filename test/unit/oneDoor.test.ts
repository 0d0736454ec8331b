import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';

const source = resolve(import.meta.dirname, '../../src');
const files = readdirSync(source, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'));

/** What of `vscode.window` draws no text of others outside of trees and documents. */
const harmlessMembers = [
  ...['createTreeView', 'createOutputChannel', 'state', 'onDidChangeWindowState', 'showTextDocument'],
  // Pages: what they show goes through cleanPage, and is drawn as text.
  ...['tabGroups', 'createWebviewPanel', 'registerWebviewPanelSerializer'],
];

/** Of each use of `window`, in code alone, what is used of it. */
function windowMembers(text: string): readonly string[] {
  const members: string[] = [];
  const visit = (node: ts.Node): void => {
    if ((ts.isIdentifier(node) || ts.isStringLiteral(node)) && node.text === 'window') {
      const owner = ts.isPropertyAccessExpression(node.parent) && node.parent.name === node ? node.parent : node;
      const use = owner.parent;
      const isMember = ts.isPropertyAccessExpression(use) && use.expression === owner;
      members.push(isMember ? use.name.text : 'window itself');
    }
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile('', text, ts.ScriptTarget.Latest, true));
  return members;
}

describe('one door for messages, boxes, progress and the status bar', () => {
  it('is ui/say.ts', () => {
    const others = files
      .filter((file) => file !== 'ui/say.ts')
      .flatMap((file) =>
        windowMembers(readFileSync(join(source, file), 'utf8'))
          .filter((member) => !harmlessMembers.includes(member))
          .map((member) => `${file}: ${member}`),
      );
    expect(others).toEqual([]);
  });

  it.each([
    ["vscode.window\n  .showErrorMessage('x')", 'showErrorMessage'],
    ['const { window } = vscode', 'window itself'],
    ["import { window } from 'vscode'", 'window itself'],
    ["vscode['window'].showErrorMessage('x')", 'window itself'],
    ['const show = vscode.window', 'window itself'],
  ])('sees %j', (text, member) => {
    expect(windowMembers(text)).toEqual([member]);
  });

  it('is used: the functions are called there', () => {
    const members = windowMembers(readFileSync(join(source, 'ui/say.ts'), 'utf8'));
    for (const member of [
      'createInputBox',
      'createQuickPick',
      'showErrorMessage',
      'withProgress',
      'setStatusBarMessage',
    ])
      expect(members).toContain(member);
  });

  it("is gone through before Microsoft's wizard draws", () => {
    const text = readFileSync(join(source, 'ui/azure/wizard.ts'), 'utf8');
    const drawn = [...text.matchAll(/\b(?:placeHolder|prompt|label|description|detail|noPicksMessage): (\w+)\b/g)];
    const raw = drawn.map(([all]) => all).filter((one) => !/: (?:clean|string|unknown)\b/.test(one));
    expect(raw).toEqual([]);
    for (const file of files.filter((one) => one !== 'ui/azure/wizard.ts'))
      expect(readFileSync(join(source, file), 'utf8')).not.toContain('AzExtUserInput');
  });
});

describe('one door for the accounts of VS Code', () => {
  it('is ui/connections/vsCodeAccounts.ts, which knows what VS Code throws', () => {
    const users = files.filter((file) => /\bvscode\.authentication\b/.test(readFileSync(join(source, file), 'utf8')));
    expect(users).toEqual([join('ui/connections/vsCodeAccounts.ts')]);
  });
});
