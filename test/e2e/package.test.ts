import { chmod, cp, mkdir, mkdtemp, readdir, readFile, rename, rm, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sbomFile, sources } from '../../scripts/build';
import { packagesIn as packagesNamedIn } from '../../scripts/sbom';
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

  it('has an SBOM of the packages that the third-party notices name, and the same one lies beside it', async () => {
    const files = new Map(entriesOf(await readFile(vsixFile)).map(({ name, content }) => [name, content.toString()]));
    const sbom = files.get('extension/dist/sbom.cdx.json') ?? '';
    expect(await readFile(sbomFile, 'utf8')).toBe(sbom);
    const { components, dependencies, metadata } = JSON.parse(sbom) as Sbom;
    const named = bundles.flatMap((bundle) => packagesNamedIn(files.get(`extension/${bundle}/${noticesName}`) ?? ''));
    const listed = components.map(
      ({ group, name, version }) => `${group === undefined ? '' : `${group}/`}${name} ${version}`,
    );
    expect(listed.sort()).toEqual([...new Set(named)].sort());
    // Whatever is in the package is there for a reason.
    const needed = new Set([metadata.component['bom-ref']]);
    const edges = new Map(dependencies.map(({ ref, dependsOn = [] }) => [ref, dependsOn]));
    for (const ref of needed) for (const on of edges.get(ref) ?? []) needed.add(on);
    expect(components.map((each) => each['bom-ref']).filter((ref) => !needed.has(ref))).toEqual([]);
  });

  it('starts with a small part: what is not needed for the first row is loaded later', async () => {
    const files = entriesOf(await readFile(vsixFile)).filter(({ name }) => /^extension\/dist\/[^/]+\.js$/.test(name));
    const [start] = files.filter(({ name }) => name === 'extension/dist/extension.js');
    expect(start?.content.length).toBeLessThan(125_000);
    expect(files.length).toBeGreaterThan(10);
  });

  it('has a page for users: no picture that VS Code would not show, and nothing about building it', async () => {
    const page = entriesOf(await readFile(vsixFile)).find(({ name }) => name === 'extension/readme.md');
    const text = page?.content.toString() ?? '';
    expect([...text.matchAll(/^## (.+)$/gm)].map(([, heading]) => heading).slice(0, 2)).toEqual([
      'Connect a registry',
      'What each job looks like',
    ]);
    expect(text).not.toMatch(/!\[|<img|npm |<!--/);
  });

  it.each([
    // Of JSON, and of what only passes on what others export, a source map does not tell.
    ['dist', ['node_modules/keytar', 'node_modules/@sigstore/tuf'], 50],
    ['dist/page', ['node_modules/@vscode/codicons', 'node_modules/lit'], 4],
  ])(
    'names in the third-party notices of %s the packages that its code comes from, and no other',
    async (bundle, copied, least) => {
      const notices = entriesOf(await readFile(vsixFile)).find(
        ({ name }) => name === `extension/${bundle}/${noticesName}`,
      );
      const named = packagesNamedIn(notices?.content.toString() ?? '');
      const bundled = await packagesIn(folder, bundle, copied);
      expect(bundled.length).toBeGreaterThan(least);
      expect(named).toEqual([...bundled].sort());
    },
  );
});

const noticesName = 'THIRD_PARTY_NOTICES.txt';
const bundles = ['dist', 'dist/page'];

interface Sbom {
  readonly metadata: { readonly component: { readonly 'bom-ref': string } };
  readonly components: readonly (Package & { readonly group?: string; readonly 'bom-ref': string })[];
  readonly dependencies: readonly { readonly ref: string; readonly dependsOn?: readonly string[] }[];
}

const withSourceMaps = `
  const project = require('./webpack.project.js');
  module.exports = (...given) => project(...given).map((each) => ({ ...each, devtool: 'hidden-source-map' }));`;

/** By the source maps, and by what was copied. */
async function packagesIn(project: string, bundle: string, copied: readonly string[]): Promise<readonly string[]> {
  const maps = (await readdir(join(project, bundle))).filter((file) => file.endsWith('.map'));
  const folders = new Set(copied);
  for (const map of maps) {
    const { sources } = JSON.parse(await readFile(join(project, bundle, map), 'utf8')) as { sources: string[] };
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
