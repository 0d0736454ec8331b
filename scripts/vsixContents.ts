import { readdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { ZipEntry } from './zip';

/** All that runs or is read on the page of the extension; a source, a test or a source map is none of it. */
const wanted = [
  /^\[Content_Types\]\.xml$/,
  /^extension\.vsixmanifest$/,
  /^extension\/package(\.nls(\.[a-z-]+)?)?\.json$/,
  /^extension\/(readme\.md|changelog\.md|LICENSE\.txt)$/i,
  /^extension\/dist\/[^/]+\.js(\.LICENSE\.txt)?$/,
  /^extension\/dist\/(page\/)?THIRD_PARTY_NOTICES\.txt$/,
  /^extension\/dist\/sbom\.cdx\.json$/,
  /^extension\/dist\/page\/(page\.(js(\.LICENSE\.txt)?|css)|codicon\.(css|ttf))$/,
  /^extension\/dist\/keytar\/(LICENSE\.md|lib\/keytar\.js|prebuilds\/[a-z0-9-]+\/keytar\.node)$/,
  /^extension\/resources\/.+\.(svg|png)$/,
  /^extension\/l10n\/bundle\.l10n(\.[a-z-]+)?\.json$/,
];
const needed = [
  ...[
    'extension/package.json',
    'extension/readme.md',
    'extension/package.nls.json',
    'extension/package.nls.de.json',
    'extension/l10n/bundle.l10n.json',
    'extension/l10n/bundle.l10n.de.json',
    'extension/dist/extension.js',
    'extension/dist/THIRD_PARTY_NOTICES.txt',
    'extension/dist/page/THIRD_PARTY_NOTICES.txt',
    'extension/dist/sbom.cdx.json',
    ...['page.js', 'page.css', 'codicon.css', 'codicon.ttf'].map((name) => `extension/dist/page/${name}`),
  ],
  ...['darwin-arm64', 'darwin-x64', 'linux-arm64', 'linux-x64', 'win32-arm64', 'win32-x64'].map(
    (system) => `extension/dist/keytar/prebuilds/${system}/keytar.node`,
  ),
];

/** Throws when the package holds something users have no use for, or lacks what runs. */
export function checkContents(files: readonly ZipEntry[]): void {
  const names = files.map(({ name }) => name);
  const foreign = names.filter((name) => !wanted.some((pattern) => pattern.test(name)));
  const missing = needed.filter((name) => !names.includes(name));
  if (foreign.length > 0) throw new Error(`The package holds what does not run:\n  ${foreign.join('\n  ')}`);
  if (missing.length > 0) throw new Error(`The package lacks:\n  ${missing.join('\n  ')}`);
}

/** Throws when a file of the package names one of these folders, as that of the project or the builder's home. */
export function checkPlaces(files: readonly ZipEntry[], folders: readonly string[]): void {
  // Everything is below the root of the file system.
  const telling = folders.filter((folder) => dirname(folder) !== folder).flatMap(spellingsOf);
  // Whole names: /root is neither in /rootfs nor in /var/root.
  const pattern = new RegExp(`(?<![\\w.-])(${telling.map(escaped).join('|')})(?![\\w.-])`);
  for (const { name, content } of telling.length > 0 ? files : []) {
    const found = pattern.exec(content.toString('utf8'))?.[0];
    if (found !== undefined) throw new Error(`${name} in the package tells where it was built: ${found}`);
  }
}

/** As it is, in a string of JavaScript or JSON, with the slashes of modules, in a URL. */
function spellingsOf(folder: string): readonly string[] {
  return [folder, JSON.stringify(folder).slice(1, -1), folder.replaceAll('\\', '/'), pathToFileURL(folder).pathname];
}

function escaped(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
}

/** Where Microsoft's tools for extensions report to, and fetch experiments from. */
const telemetry = /\.services\.visualstudio\.com|\.data\.microsoft\.com|\bexp-tas\.com/i;

/** Rejects when a bundle could report home. */
export async function checkSilence(folder: string): Promise<void> {
  for (const name of await readdir(folder, { recursive: true })) {
    if (!name.endsWith('.js')) continue;
    const found = telemetry.exec(await readFile(join(folder, name), 'utf8'));
    if (found !== null) throw new Error(`The bundle ${name} knows where to report to: ${found[0]}`);
  }
}

/** What addresses in Azure's SDK hold, and what its sign-in is called. */
const sdk = /\{subscriptionId\}|\bmsal\b/i;

/** Rejects when what runs at the start of VS Code brings Azure's SDK with it, which is loaded on first use. */
export async function checkStart(folder: string): Promise<void> {
  const files = (await readdir(folder)).filter((name) => name.endsWith('.js'));
  const withSdk = await Promise.all(files.map(async (name) => sdk.test(await readFile(join(folder, name), 'utf8'))));
  if (!withSdk.includes(true))
    throw new Error("The bundle holds no part of Azure's SDK: look for something else in it.");
  if (withSdk[files.indexOf('extension.js')] === true)
    throw new Error("The bundle extension.js brings Azure's SDK with it, which is to be loaded on first use.");
}
