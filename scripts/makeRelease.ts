import { createHash } from 'node:crypto';
import { appendFile, copyFile, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { projectRoot, vsixFile } from '../test/rig/paths';
import { buildVsix, sbomFile } from './build';
import { channelOf, notesFor } from './release';

/** Makes the files of a release in out/release. `tag`: its tag in git, as v1.2.3. Rejects when package.json or CHANGELOG.md say otherwise. */
async function makeRelease(tag: string): Promise<void> {
  const read = (file: string) => readFile(join(projectRoot, file), 'utf8');
  const { name, version } = JSON.parse(await read('package.json')) as {
    readonly name: string;
    readonly version: string;
  };
  const notes = notesFor(tag, version, await read('CHANGELOG.md'));
  const channel = channelOf(version);
  await buildVsix(console.log, channel === 'pre-release');
  const folder = join(projectRoot, 'out/release');
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  const files = [
    [vsixFile, `${name}-${version}.vsix`],
    [sbomFile, `${name}-${version}.cdx.json`],
  ] as const;
  const sums = files.map(async ([from, to]) => {
    await copyFile(from, join(folder, to));
    return `${createHash('sha256')
      .update(await readFile(from))
      .digest('hex')}  ${to}\n`;
  });
  await writeFile(join(folder, 'SHA256SUMS'), (await Promise.all(sums)).join(''));
  await writeFile(join(folder, 'NOTES.md'), notes);
  // The jobs of the workflow that come after ask for it.
  const { GITHUB_OUTPUT: output } = process.env;
  if (output !== undefined) await appendFile(output, `pre-release=${String(channel === 'pre-release')}\n`);
  console.log(`out/release has the ${channel} ${version}.`);
}

makeRelease(process.argv[2] ?? '').catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
