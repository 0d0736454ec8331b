import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** All that runs or is read on the page of the extension; a source, a test or a source map is none of it. */
const wanted = [
  /^\[Content_Types\]\.xml$/,
  /^extension\.vsixmanifest$/,
  /^extension\/package(\.nls(\.[a-z-]+)?)?\.json$/,
  /^extension\/(readme\.md|changelog\.md|LICENSE\.txt)$/i,
  /^extension\/dist\/[^/]+\.js(\.LICENSE\.txt)?$/,
  /^extension\/dist\/keytar\/(LICENSE\.md|lib\/keytar\.js|prebuilds\/[a-z0-9-]+\/keytar\.node)$/,
  /^extension\/resources\/.+\.(svg|png)$/,
  /^extension\/l10n\/bundle\.l10n(\.[a-z-]+)?\.json$/,
];
const needed = [
  ...['extension/package.json', 'extension/package.nls.json', 'extension/dist/extension.js'],
  ...['darwin-arm64', 'darwin-x64', 'linux-arm64', 'linux-x64', 'win32-arm64', 'win32-x64'].map(
    (system) => `extension/dist/keytar/prebuilds/${system}/keytar.node`,
  ),
];

/** Rejects when the package holds something users have no use for, or lacks what runs. */
export async function checkContents(vsixFile: string): Promise<void> {
  const names = namesInZip(await readFile(vsixFile));
  const foreign = names.filter((name) => !wanted.some((pattern) => pattern.test(name)));
  const missing = needed.filter((name) => !names.includes(name));
  if (foreign.length > 0) throw new Error(`The package holds what does not run:\n  ${foreign.join('\n  ')}`);
  if (missing.length > 0) throw new Error(`The package lacks:\n  ${missing.join('\n  ')}`);
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

/** File names of the central directory: https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT sections 4.3.12 and 4.3.16 */
export function namesInZip(zip: Buffer): readonly string[] {
  const end = zip.lastIndexOf('PK\x05\x06', undefined, 'latin1');
  if (end < 0) throw new Error('This is no zip file.');
  const names: string[] = [];
  let at = zip.readUInt32LE(end + 16);
  for (let count = zip.readUInt16LE(end + 10); count > 0; count--) {
    const length = zip.readUInt16LE(at + 28);
    names.push(zip.toString('utf8', at + 46, at + 46 + length));
    at += 46 + length + zip.readUInt16LE(at + 30) + zip.readUInt16LE(at + 32);
  }
  return names;
}
