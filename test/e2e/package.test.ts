import { chmod, cp, mkdir, mkdtemp, readdir, readFile, rename, rm, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sources } from '../../scripts/build';
import { entriesOf } from '../../scripts/zip';
import { node24, projectRoot, vsixFile } from '../rig/paths';
import { runCommand } from '../rig/processes';

/** The package that all these tests install, built a second time: by somebody else, elsewhere, at another time. */
describe('the package', () => {
  let folder: string;

  beforeAll(async () => {
    await mkdir(join(projectRoot, 'out'), { recursive: true });
    // On the same disk as the modules, so that links to them do for a copy.
    folder = await mkdtemp(join(projectRoot, 'out/somebody else '));
    for (const source of [...sources, 'scripts', 'test/rig'])
      await cp(join(projectRoot, source), join(folder, source), { recursive: true, force: true }).catch(unlessMissing);
    await runCommand({ command: 'cp', args: ['-al', join(projectRoot, 'node_modules'), join(folder, 'node_modules')] });
    await chmod(join(folder, 'README.md'), 0o600);
    await utimes(join(folder, 'LICENSE'), 0, 0);
    // The bundle tells then which sources it was made from.
    await rename(join(folder, 'webpack.config.js'), join(folder, 'webpack.project.js'));
    await writeFile(join(folder, 'webpack.config.js'), withSourceMaps);
    await runCommand({
      command: 'sh',
      args: ['-c', 'umask 002; exec "$0" --import tsx scripts/package.ts', node24],
      cwd: folder,
      env: { ...process.env, TZ: 'Pacific/Auckland', LC_ALL: 'cs_CZ.UTF-8', SOURCE_DATE_EPOCH: '1700000000' },
    });
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('has the same bytes', async () => {
    const [first, second] = await Promise.all(
      [vsixFile, join(folder, 'registry-explorer.vsix')].map((f) => readFile(f)),
    );
    const [names, otherNames] = [first, second].map((zip) => entriesOf(zip ?? Buffer.of()).map(({ name }) => name));
    expect(otherNames).toEqual(names);
    expect(second?.equals(first ?? Buffer.of())).toBe(true);
  });

  it('starts with a small part: what is not needed for the first row is loaded later', async () => {
    const files = entriesOf(await readFile(vsixFile)).filter(({ name }) => /^extension\/dist\/[^/]+\.js$/.test(name));
    const [start] = files.filter(({ name }) => name === 'extension/dist/extension.js');
    expect(start?.content.length).toBeLessThan(120_000);
    expect(files.length).toBeGreaterThan(10);
  });

  it('has a page for users: no picture that VS Code would not show, and nothing about building it', async () => {
    const page = entriesOf(await readFile(vsixFile)).find(({ name }) => name === 'extension/readme.md');
    const text = page?.content.toString() ?? '';
    expect([...text.matchAll(/^## (.+)$/gm)].map(([, heading]) => heading).slice(0, 2)).toEqual([
      'Connect a registry',
      'What you can do',
    ]);
    expect(text).not.toMatch(/!\[|<img|npm |<!--/);
  });

  it('names in its third-party notices the packages that its code comes from, and no other', async () => {
    const notices = entriesOf(await readFile(vsixFile)).find(({ name }) => name === `extension/dist/${noticesName}`);
    const named = [...(notices?.content.toString() ?? '').matchAll(/^-{80}\n(.+)$/gm)].map(([, heading]) => heading);
    const bundled = await packagesIn(folder);
    expect(bundled.length).toBeGreaterThan(50);
    expect(named).toEqual([...bundled].sort());
  });
});

const noticesName = 'THIRD_PARTY_NOTICES.txt';

const withSourceMaps = `
  const project = require('./webpack.project.js');
  module.exports = (...given) => ({ ...project(...given), devtool: 'hidden-source-map' });`;

/** By the source maps, and by what was copied. */
async function packagesIn(project: string): Promise<readonly string[]> {
  const maps = (await readdir(join(project, 'dist'))).filter((file) => file.endsWith('.map'));
  const folders = new Set(['node_modules/keytar']);
  for (const map of maps) {
    const { sources } = JSON.parse(await readFile(join(project, 'dist', map), 'utf8')) as { sources: string[] };
    for (const source of sources) {
      const found = /^webpack:\/\/[^/]*\/\.\/(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(source)?.[1];
      if (found !== undefined) folders.add(found);
    }
  }
  const names = [...folders].map(async (path) => {
    const { name, version } = JSON.parse(await readFile(join(project, path, 'package.json'), 'utf8')) as Package;
    return `${name} ${version}`;
  });
  return [...new Set(await Promise.all(names))];
}

interface Package {
  readonly name: string;
  readonly version: string;
}

function unlessMissing(error: NodeJS.ErrnoException): void {
  if (error.code !== 'ENOENT') throw error;
}
