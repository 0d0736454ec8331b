import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, resolve, dirname } from 'node:path';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';

/** The layers of src/README.md, read from every import there is. */

const source = resolve(import.meta.dirname, '../../src');

interface Import {
  readonly from: string;
  /** A file of ours relative to src without its ending, or a package's name. */
  readonly to: string;
  readonly own: boolean;
}

const files = readdirSync(source, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'));
const imports: readonly Import[] = files.flatMap(importsOf);

function importsOf(file: string): Import[] {
  const path = join(source, file);
  const { importedFiles } = ts.preProcessFile(readFileSync(path, 'utf8'), true, true);
  return importedFiles.map(({ fileName }) => {
    const own = fileName.startsWith('.');
    return { from: file, to: own ? relative(source, resolve(dirname(path), fileName)) : packageOf(fileName), own };
  });
}

function packageOf(specifier: string): string {
  if (specifier.startsWith('node:')) return 'node';
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
}

function layerOf(file: string): string {
  return file.split('/')[0] ?? '';
}

/** The files and packages that a file brings with it: what it imports as types, or when it comes to need it, is not among them. */
function loadedAtStart(file: string, loaded = new Set<string>()): ReadonlySet<string> {
  if (loaded.has(file)) return loaded;
  loaded.add(file);
  const path = join(source, file);
  for (const statement of ts.createSourceFile(path, readFileSync(path, 'utf8'), ts.ScriptTarget.Latest).statements) {
    if (!ts.isImportDeclaration(statement) && !ts.isExportDeclaration(statement)) continue;
    const isType = ts.isImportDeclaration(statement)
      ? statement.importClause?.phaseModifier === ts.SyntaxKind.TypeKeyword
      : statement.isTypeOnly;
    const from = statement.moduleSpecifier;
    if (isType || from === undefined || !ts.isStringLiteral(from)) continue;
    if (from.text.startsWith('.')) loadedAtStart(`${relative(source, resolve(dirname(path), from.text))}.ts`, loaded);
    else loaded.add(packageOf(from.text));
  }
  return loaded;
}

/** What every kind of registry uses. */
const isShared =
  /^(?:images\/.*|core\/(?:bounds|manifest|referrersTag|registryClient|schemas)\.ts|providers\/(?:pins|rows|tagListing|v2|generic\/generic)\.ts)$/;

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

function violations(broken: (one: Import) => boolean): string[] {
  return imports.filter(broken).map(({ from, to }) => `${from} imports ${to}`);
}

/** What each layer may import of the others. */
const allowed: Readonly<Record<string, (to: string, from: string) => boolean>> = {
  core: () => false,
  images: (to) => layerOf(to) === 'core',
  registries: (to) => ['core', 'images'].includes(layerOf(to)) || ['providers/provider', 'ui/settings'].includes(to),
  engine: (to) => layerOf(to) === 'core',
  azure: (to) => layerOf(to) === 'core',
  providers: (to) => ['core', 'images'].includes(layerOf(to)) || to === 'azure/azure',
  ui: (to) =>
    ['core', 'images', 'registries'].includes(layerOf(to)) ||
    ['azure/azure', 'engine/engine', 'providers/provider'].includes(to),
  'extension.ts': () => true,
};

describe('layers', () => {
  it('reads the imports of every file', () => {
    expect(files.length).toBeGreaterThan(40);
    expect(imports).toContainEqual({ from: 'core/auth.ts', to: 'core/challenge', own: true });
    expect(imports).toContainEqual({ from: 'core/http.ts', to: 'axios', own: false });
  });

  it('import downward only', () => {
    const isBroken = ({ from, to, own }: Import) =>
      own && layerOf(from) !== layerOf(to) && !allowed[layerOf(from)]?.(to, from);
    expect(violations(isBroken)).toEqual([]);
  });

  it('have no way up to extension.ts', () => {
    expect(violations(({ to, own }) => own && to === 'extension')).toEqual([]);
  });

  it('keep providers apart: a folder imports no other, and table.ts alone names them', () => {
    const folder = (file: string) => file.split('/').slice(0, 2).join('/');
    const isBroken = ({ from, to, own }: Import) =>
      own &&
      to.split('/').length === 3 &&
      to.startsWith('providers/') &&
      folder(from) !== folder(to) &&
      from !== 'providers/table.ts';
    expect(violations(isBroken)).toEqual([]);
  });

  it('give each library one owner', () => {
    const owners: Readonly<Record<string, (from: string) => boolean>> = {
      vscode: (from) => ['ui', 'registries'].includes(layerOf(from)) || from === 'extension.ts',
      axios: (from) => from === 'core/http.ts',
      dockerode: (from) => layerOf(from) === 'engine',
      keytar: (from) => from.startsWith('ui/connections/'),
    };
    const isBroken = ({ from, to, own }: Import) => {
      if (own) return false;
      if (to.startsWith('@azure/')) return layerOf(from) !== 'azure';
      if (to.startsWith('@microsoft/vscode-azext')) return layerOf(from) !== 'ui';
      return owners[to]?.(from) === false;
    };
    expect(violations(isBroken)).toEqual([]);
  });

  it("load Azure's SDK, and Microsoft's wizard, on first use", () => {
    const heavy = /^(?:@azure\/|@microsoft\/vscode-azext-utils)/;
    const loaded = [...loadedAtStart('extension.ts')];
    expect(loaded).toContain('azure/account.ts');
    expect(loaded.filter((name) => heavy.test(name))).toEqual([]);
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

  it('read images through ImageSource, not from a registry', () => {
    const client = /^core\/(?:registryClient|http|auth|retry)$/;
    expect(violations(({ from, to }) => layerOf(from) === 'images' && client.test(to))).toEqual([]);
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

  it('let commands see VS Code through App alone', () => {
    const isBroken = ({ from, to }: Import) =>
      from.startsWith('ui/commands/') && from !== 'ui/commands/register.ts' && to === 'vscode';
    expect(violations(isBroken)).toEqual([]);
  });
});
