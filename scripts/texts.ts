import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { format, resolveConfig } from 'prettier';
import ts from 'typescript';
import { projectRoot } from '../test/rig/paths';

/** What VS Code hands to `@vscode/l10n`: texts by their key, https://code.visualstudio.com/api/references/vscode-api#l10n */
export type Bundle = Readonly<
  Record<string, string | { readonly message: string; readonly comment: readonly string[] }>
>;

/** The English texts; a translation is beside it, with the language in its name. */
export const bundleFile = join(projectRoot, 'l10n/bundle.l10n.json');

/** Writes the texts of src to `bundleFile`. */
export async function writeTexts(): Promise<void> {
  await mkdir(dirname(bundleFile), { recursive: true });
  await writeFile(bundleFile, await textsOfSource());
}

/** What `bundleFile` has to hold. */
export async function textsOfSource(): Promise<string> {
  const folder = join(projectRoot, 'src');
  const files = (await readdir(folder, { recursive: true })).filter((file) => file.endsWith('.ts'));
  const texts = await Promise.all(files.map(async (file) => textsOf(file, await readFile(join(folder, file), 'utf8'))));
  // In an order that the moving of a file does not change.
  const all = Object.fromEntries(texts.flatMap(Object.entries).sort(([one], [other]) => (one < other ? -1 : 1)));
  return format(JSON.stringify(all), { ...(await resolveConfig(bundleFile)), parser: 'json' });
}

/**
 * The texts that one file gives to `t` of `@vscode/l10n`. Throws, with the line, where a translation would not be found:
 * where the text does not stand in the call itself, or is asked for before the translation is loaded.
 *
 * Microsoft's own `@vscode/l10n-dev` sees `l10n.t(…)` only, and not a `t` that is imported by its name.
 */
export function textsOf(file: string, content: string): Bundle {
  const source = ts.createSourceFile(file, content, ts.ScriptTarget.Latest, true);
  const names = source.statements.flatMap(importedNames);
  const texts: Record<string, Bundle[string]> = {};
  const refuse = (node: ts.Node, why: string): never => {
    throw new Error(`src/${file}:${source.getLineAndCharacterOfPosition(node.getStart()).line + 1}: ${why}`);
  };
  const visit = (node: ts.Node, runsLater: boolean): void => {
    if (isT(node, names)) {
      const call = node.parent;
      if (!ts.isCallExpression(call) || call.expression !== node) return refuse(node, 't can only be called.');
      if (!runsLater) refuse(node, 'a text at the top of a module is read before its translation is loaded.');
      const [key, text] = given(call) ?? refuse(node, 'the text must stand in the call to t, as a plain string.');
      texts[key] = text;
    }
    ts.forEachChild(node, (child) => {
      visit(child, runsLater || ts.isFunctionLike(node));
    });
  };
  visit(source, false);
  return texts;
}

/** What a file calls `t` and the module that has it. */
function importedNames(statement: ts.Statement): readonly string[] {
  if (!ts.isImportDeclaration(statement) || !ts.isStringLiteral(statement.moduleSpecifier)) return [];
  if (statement.moduleSpecifier.text !== '@vscode/l10n') return [];
  const bindings = statement.importClause?.namedBindings;
  if (bindings === undefined) return [];
  if (ts.isNamespaceImport(bindings)) return [`${bindings.name.text}.t`];
  return bindings.elements
    .filter(({ name, propertyName = name }) => propertyName.text === 't')
    .map(({ name }) => name.text);
}

function isT(node: ts.Node, names: readonly string[]): boolean {
  if (ts.isPropertyAccessExpression(node)) return names.includes(node.getText());
  if (!ts.isIdentifier(node) || !names.includes(node.text) || ts.isImportSpecifier(node.parent)) return false;
  // The `t` of `a.t` and of `{ t: 1 }` is another.
  const { parent } = node;
  const isMember = ts.isPropertyAccessExpression(parent) && parent.name === node;
  return !isMember && !(ts.isPropertyAssignment(parent) && parent.name === node);
}

/** The key and the text of `t('…')` or `t({ message: '…', comment: '…' })`, as `@vscode/l10n` looks it up. */
function given({ arguments: [first] }: ts.CallExpression): readonly [string, Bundle[string]] | undefined {
  if (first === undefined) return undefined;
  if (ts.isStringLiteralLike(first)) return [first.text, first.text];
  if (!ts.isObjectLiteralExpression(first)) return undefined;
  const message = literalOf(first, 'message');
  const comment = literalOf(first, 'comment');
  if (message === undefined || comment === undefined) return undefined;
  return [`${message}/${comment}`, { message, comment: [comment] }];
}

function literalOf({ properties }: ts.ObjectLiteralExpression, name: string): string | undefined {
  const property = properties.find((candidate) => candidate.name?.getText() === name);
  if (property === undefined || !ts.isPropertyAssignment(property)) return undefined;
  return ts.isStringLiteralLike(property.initializer) ? property.initializer.text : undefined;
}
