import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { cp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join, relative } from 'node:path';
import { node24, projectRoot, vsixFile } from '../test/rig/paths';
import { runCommand } from '../test/rig/processes';
import { makeSbom, packagesIn } from './sbom';
import type { Lock } from './sbom';
import { writeTexts } from './texts';
import { checkContents, checkPlaces, checkSilence, checkStart } from './vsixContents';
import { entriesOf, withEvenModes } from './zip';

/** What the package is made of. */
export const sources = [
  ...['src', 'resources', 'l10n', 'package.json', 'package-lock.json', 'package.nls.json', 'package.nls.de.json'],
  ...['webpack.config.js', 'scripts/build.ts', 'scripts/texts.ts', 'scripts/zip.ts', 'scripts/notices.cjs'],
  ...[
    'scripts/sbom.ts',
    'scripts/licenses',
    'tsconfig.json',
    '.prettierrc.json',
    '.vscodeignore',
    'README.md',
    'CHANGELOG.md',
    'LICENSE',
  ],
];
const stampFile = join(projectRoot, 'out/vsix.stamp');

/** What the package is made of besides this project, as CycloneDX; the same file is in the package. */
export const sbomFile = join(projectRoot, 'registry-explorer.cdx.json');

/**
 * Bundles the extension and packs it as registry-explorer.vsix, with its SBOM beside it, unless that is already done for these very
 * sources. The same sources give the same bytes, whoever builds them, when and where. `isPreRelease`: VS Code offers it only to those
 * who want pre-releases.
 */
export async function buildVsix(log: (line: string) => void, isPreRelease = false): Promise<void> {
  const channel = isPreRelease ? ['--pre-release'] : [];
  const fingerprintNow = async () => [await fingerprint(sources), ...channel].join(' ');
  if (existsSync(vsixFile) && (await stamp()) === (await stampFor(await fingerprintNow()))) return;
  log('Building registry-explorer.vsix…');
  await writeTexts();
  const source = await fingerprintNow();
  await rm(join(projectRoot, 'dist'), { recursive: true, force: true });
  await tool(projectRoot, 'webpack-cli/bin/cli.js', '--mode', 'production');
  await checkSilence(join(projectRoot, 'dist'));
  await checkStart(join(projectRoot, 'dist'));
  await writeSbom();
  const packing = ['package', '--no-dependencies', relativeLinks, ...channel, '--out', vsixFile];
  await tool(await gather(), '@vscode/vsce/vsce', ...packing);
  const zip = withEvenModes(await readFile(vsixFile));
  const files = entriesOf(zip);
  checkContents(files);
  checkPlaces(files, [projectRoot, homedir()]);
  await writeFile(vsixFile, zip);
  await writeFile(stampFile, await stampFor(source));
}

/** Writes the SBOM into the bundle and beside the package: of what the notices of both bundles name. */
async function writeSbom(): Promise<void> {
  const dist = join(projectRoot, 'dist');
  const notices = ['THIRD_PARTY_NOTICES.txt', 'page/THIRD_PARTY_NOTICES.txt'].map((file) => join(dist, file));
  const [lock, ...texts] = await Promise.all(
    [join(projectRoot, 'package-lock.json'), ...notices].map((file) => readFile(file, 'utf8')),
  );
  const sbom = makeSbom(texts.flatMap(packagesIn), JSON.parse(lock ?? '') as Lock);
  await writeFile(join(dist, 'sbom.cdx.json'), sbom);
  await writeFile(sbomFile, sbom);
}

/** Links stay as they are: nothing is published yet at the address that vsce would rewrite them to. */
const relativeLinks = '--no-rewrite-relative-links';

/** What is packed, beside the bundle. */
const packed = [
  'package.json',
  'package.nls.json',
  'package.nls.de.json',
  'l10n',
  'resources',
  'CHANGELOG.md',
  'LICENSE',
];

/** Puts what is packed into a folder of its own, where the README is the extension's page in VS Code. */
async function gather(): Promise<string> {
  const folder = join(projectRoot, 'out', 'package');
  await rm(folder, { recursive: true, force: true });
  for (const path of [...packed, 'dist', '.vscodeignore'])
    await cp(join(projectRoot, path), join(folder, path), { recursive: true });
  await writeFile(join(folder, 'README.md'), pageOf(await readFile(join(projectRoot, 'README.md'), 'utf8')));
  return folder;
}

/**
 * The README without the parts that are of use in the repository only. Pictures are among them: on the page of an extension, VS Code
 * shows only those from the web.
 */
function pageOf(readme: string): string {
  return readme.replaceAll(/<!-- repository only -->.*?<!-- \/repository only -->\n\n?/gs, '');
}

/** vsce gives every file this time, the first that a zip can tell; it sorts names by the language, and writes local times. */
const everywhere = { SOURCE_DATE_EPOCH: '315532800', LC_ALL: 'C', TZ: 'UTC' } as const;

async function tool(cwd: string, script: string, ...args: readonly string[]): Promise<void> {
  const path = join(projectRoot, 'node_modules', script);
  await runCommand({
    command: node24,
    args: [path, ...args],
    cwd,
    env: { ...process.env, ...everywhere },
  });
}

/** The bundle counts too: a development build may have replaced it since. */
async function stampFor(source: string): Promise<string> {
  return `${source} ${await fingerprint(['dist', 'registry-explorer.vsix', 'registry-explorer.cdx.json'])}`;
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
