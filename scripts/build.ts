import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join, relative } from 'node:path';
import { node24, projectRoot, vsixFile } from '../test/rig/paths';
import { runCommand } from '../test/rig/processes';
import { writeTexts } from './texts';
import { checkContents, checkPlaces, checkSilence, checkStart } from './vsixContents';
import { entriesOf, withEvenModes } from './zip';

/** What the package is made of. */
export const sources = [
  ...['src', 'resources', 'l10n', 'package.json', 'package-lock.json', 'package.nls.json', 'package.nls.de.json'],
  ...['webpack.config.js', 'scripts/build.ts', 'scripts/texts.ts', 'scripts/zip.ts', 'scripts/notices.cjs'],
  ...['scripts/licenses', 'tsconfig.json', '.prettierrc.json', '.vscodeignore', 'README.md', 'CHANGELOG.md', 'LICENSE'],
];
const stampFile = join(projectRoot, 'out/vsix.stamp');

/** Bundles the extension and packs it as registry-explorer.vsix, unless that is already done for these very sources.
 *  The same sources give the same bytes, whoever builds them, when and where. */
export async function buildVsix(log: (line: string) => void): Promise<void> {
  if (existsSync(vsixFile) && (await stamp()) === (await stampFor(await fingerprint(sources)))) return;
  log('Building registry-explorer.vsix…');
  await writeTexts();
  const source = await fingerprint(sources);
  await rm(join(projectRoot, 'dist'), { recursive: true, force: true });
  await tool('webpack-cli/bin/cli.js', '--mode', 'production');
  await checkSilence(join(projectRoot, 'dist'));
  await checkStart(join(projectRoot, 'dist'));
  const page = ['--readme-path', await writePage()];
  await tool('@vscode/vsce/vsce', 'package', '--no-dependencies', relativeLinks, ...page, '--out', vsixFile);
  const zip = withEvenModes(await readFile(vsixFile));
  const files = entriesOf(zip);
  checkContents(files);
  checkPlaces(files, [projectRoot, homedir()]);
  await writeFile(vsixFile, zip);
  await writeFile(stampFile, await stampFor(source));
}

/** Links stay as they are: nothing is published yet at the address that vsce would rewrite them to. */
const relativeLinks = '--no-rewrite-relative-links';

/**
 * The extension's page in VS Code: the README without the parts that are of use in the repository only. Pictures are among them, as
 * that page shows none of the package.
 */
async function writePage(): Promise<string> {
  const file = join(projectRoot, 'out', 'page.md');
  await mkdir(join(projectRoot, 'out'), { recursive: true });
  await writeFile(file, pageOf(await readFile(join(projectRoot, 'README.md'), 'utf8')));
  return file;
}

export function pageOf(readme: string): string {
  return readme.replaceAll(/<!-- repository only -->.*?<!-- \/repository only -->\n\n?/gs, '');
}

/** vsce gives every file this time, the first that a zip can tell; it sorts names by the language, and writes local times. */
const everywhere = { SOURCE_DATE_EPOCH: '315532800', LC_ALL: 'C', TZ: 'UTC' } as const;

async function tool(script: string, ...args: readonly string[]): Promise<void> {
  const path = join(projectRoot, 'node_modules', script);
  await runCommand({
    command: node24,
    args: [path, ...args],
    cwd: projectRoot,
    env: { ...process.env, ...everywhere },
  });
}

/** The bundle counts too: a development build may have replaced it since. */
async function stampFor(source: string): Promise<string> {
  return `${source} ${await fingerprint(['dist', 'registry-explorer.vsix'])}`;
}

async function stamp(): Promise<string | undefined> {
  return existsSync(stampFile) ? readFile(stampFile, 'utf8') : undefined;
}

async function fingerprint(paths: readonly string[]): Promise<string> {
  const hash = createHash('sha256');
  for (const path of paths) {
    for (const file of await filesOf(join(projectRoot, path))) {
      hash.update(`${relative(projectRoot, file)}\0`).update(await readFile(file));
    }
  }
  return hash.digest('hex');
}

async function filesOf(path: string): Promise<readonly string[]> {
  if (!existsSync(path)) return [];
  const entries = await readdir(path, { withFileTypes: true, recursive: true }).catch(() => undefined);
  if (!entries) return [path];
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}
