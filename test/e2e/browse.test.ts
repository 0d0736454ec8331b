import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { buildArtifact, buildSbomReferrer, buildSignatureReferrer } from '../sandbox/artifacts';
import { jsonBlob } from '../sandbox/blob';
import { buildImage, buildIndex, buildManifest, mediaTypes } from '../sandbox/images';
import { startRecorder, type Recorder } from '../sandbox/recorder';
import { startV2Server, type V2Server } from '../sandbox/v2Server';
import { connected, repositories, startSeededRegistry, type SeededRegistry } from './images';
import { notifications } from './notification';
import { registriesView } from './registriesView';
import type { TreeView } from './treeView';
import { useWorkbench } from './workbench';

let registry: SeededRegistry;
let recorder: Recorder;
let large: V2Server;
let odd: V2Server;
const image = buildImage();
const arm64 = buildImage({ platform: { os: 'linux', architecture: 'arm64' } });
const sbom = buildSbomReferrer(image, { spdxVersion: 'SPDX-2.3' }, new Date(0));

beforeAll(async () => {
  registry = await startSeededRegistry();
  recorder = await startRecorder(registry.url);
  const small = Array.from({ length: 1200 }, (_, index) => ({
    name: `team/service-${String(index).padStart(4, '0')}`,
    tags: {},
  }));
  const builds = Object.fromEntries(Array.from({ length: 250 }, (_, index) => [`build-${index + 1}`, image]));
  large = await startV2Server({
    repositories: [{ name: 'ci/builds', tags: builds }, { name: 'ci/empty', tags: {} }, ...small],
  });
  const both = buildIndex([{ manifest: buildImage({ user: 'gone' }) }, { manifest: arm64 }]);
  const faulty = { os: 'linux', architecture: 'amd64', config: { Entrypoint: '/bin/app', Labels: { a: null } } };
  odd = await startV2Server({
    repositories: [
      {
        name: 'odd/app',
        tags: {
          nested: buildIndex([{ manifest: buildIndex([{ manifest: image }]) }]),
          // Somebody cleaned up, and the index lives on.
          sparse: { ...both, children: [arm64] },
          faulty: buildManifest({ config: jsonBlob(mediaTypes.ociConfig, faulty), layers: [] }),
          scan: buildArtifact({ artifactType: 'application/vnd.acme.scan', files: [] }),
        },
        untagged: [sbom, buildSignatureReferrer(sbom, 'odd/app', new Date(0))],
      },
    ],
  });
});
afterEach(() => {
  odd.clearFaults();
  recorder.clearFaults();
});
afterAll(async () => {
  await recorder.stop();
  await registry.stop();
  await large.stop();
  await odd.stop();
});

describe('the Registries view', () => {
  const workbench = useWorkbench(() => ({
    settings: connected(
      { label: 'Acme', url: recorder.url },
      { label: 'Large', url: large.url },
      { label: 'Odd', url: odd.url },
    ),
  }));

  /** Opens rows from a connection down; a row that is open stays so. */
  const opened = async (...path: readonly string[]): Promise<TreeView> => {
    const view = registriesView(workbench());
    await view.open();
    for (const label of path) await view.expand(label);
    return view;
  };

  it('shows repositories, tags from the newest, and what each tag is', async () => {
    const view = await opened('Acme');
    expect((await view.rows()).map(({ label }) => label)).toEqual([
      'Acme',
      ...repositories.map(({ name }) => name).sort(),
      'Large',
      'Odd',
    ]);
    await view.expand('team/api');
    await view.describes('1.3', '1 mo. ago · ');
    await view.describes('1.4', 'amd64, arm64');
    const tags = (await view.rows()).filter(({ level }) => level === 3);
    expect(tags.map(({ label }) => label)).toEqual(['latest', '1.4', '1.3']);
    expect(tags[0]?.description).toMatch(/^2 days ago · [\d.]+ k?B · amd64, arm64$/);
    expect(tags[0]?.spoken).toMatch(/^Tag latest, 2 days ago, [\d.]+ k?B, 2 platforms/);
    await workbench().screenshot('tags');
  });

  it('tells the rest in the tooltip', async () => {
    const view = await opened('Acme', 'team/api');
    await view.describes('1.4', 'amd64, arm64');
    const tooltip = await view.tooltip('1.4');
    expect(tooltip).toContain(`${new URL(recorder.url).host}/team/api:1.4`);
    expect(tooltip).toContain('sha256:');
    expect(tooltip).toContain('application/vnd.oci.image.index.v1+json');
    expect(tooltip).toContain('Platforms: amd64, arm64');
    expect(tooltip).toContain('org.opencontainers.image.version = 1.4');
    await workbench().screenshot('tooltip');
  });

  it('opens an index to its platforms, with attestations under the one they describe', async () => {
    const view = await opened('Acme', 'team/api', '1.4', 'linux/amd64');
    const rows = await view.rows();
    const from = rows.findIndex(({ label }) => label === '1.4');
    expect(rows.slice(from, from + 5).map(({ label }) => label)).toEqual([
      '1.4',
      'linux/amd64',
      'SBOM (SPDX)',
      'Provenance',
      'linux/arm64',
    ]);
    expect(rows.map(({ label }) => label).join()).not.toContain('unknown');
    await workbench().screenshot('platforms');
    await view.collapse('team/api');
  });

  it('folds a cosign signature under the image it signs', async () => {
    const view = await opened('Acme', 'signed/app');
    expect((await view.rows()).filter(({ level }) => level === 3).map(({ label }) => label)).toEqual(['1.0']);
    await view.expand('1.0');
    await view.expand('linux/amd64');
    await view.row('Signature');
    await view.collapse('signed/app');
  });

  it('shows what is left of an image that lost a part, and marks what is missing', async () => {
    const view = await opened('Odd', 'odd/app', 'sparse');
    await view.describes('linux/amd64', 'missing');
    expect(await view.tooltip('linux/amd64')).toContain(
      'The index lists it, but the registry does not have it (any more).',
    );
    expect(await view.menu('linux/amd64')).toEqual(['Copy Image Digest', '---', 'Inspect Image Manifest']);
    await view.describes('linux/arm64', 'B');
    await workbench().screenshot('missing-child');
    await view.collapse('sparse');
  });

  it('follows an index into an index, and what describes its image into what describes that', async () => {
    const view = await opened('Odd', 'odd/app', 'nested', 'linux/amd64', 'SBOM (SPDX)');
    await view.row('Signature');
    await workbench().screenshot('nested-index');
    await view.collapse('nested');
  });

  it('says in a row what it could not ask, beside the image', async () => {
    odd.fail(/referrers/, {
      status: 403,
      headers: { 'Content-Type': 'application/json' },
      body: '{"errors":[{"code":"DENIED","message":"no referrers for you"}]}',
    });
    const view = await opened('Odd', 'odd/app', 'faulty', 'linux/amd64');
    await view.row('Signatures and SBOMs could not be listed. It says “no referrers for you” (403).');
    expect(await view.tooltip('faulty')).toContain('Not readable: config.Entrypoint, config.Labels.a');
    await workbench().screenshot('referrers-refused');
    await view.collapse('Odd');
  });

  it('does not offer a chart what only images can do', async () => {
    const view = await opened('Acme', 'charts/web');
    await view.describes('1.0.0', 'Helm chart');
    expect(await view.menu('1.0.0')).toEqual([
      'Copy Full Tag',
      'Copy As…',
      'Copy Image Digest',
      '---',
      'Open Image',
      'Inspect Image Manifest',
      'Compare…',
      '---',
      'Add to Favourites',
      '---',
      'Refresh',
      '---',
      'Untag…',
      'Delete Image…',
    ]);
    await view.collapse('charts/web');
  });

  it('refreshes a row and keeps what is expanded', async () => {
    const view = await opened('Acme', 'team/web');
    await view.describes('2.0', '5 days ago');
    recorder.reset();
    await view.inline('Acme', 'Refresh');
    await recorder.until((requests) =>
      requests.some(({ path, status }) => path.startsWith('/v2/team/web/tags/list') && status === 200),
    );
    await view.row(['team/web', '2.0']);
    expect(recorder.requests.filter(({ path }) => path.startsWith('/v2/_catalog'))).toHaveLength(1);
    recorder.reset();
    await view.titleAction('Refresh Registries');
    await recorder.until((requests) => requests.some(({ path }) => path.startsWith('/v2/team/web/tags/list')));
    await view.row(['team/web', '2.0']);
    await view.collapse('Acme');
  });

  it('draws two hundred rows, then more', async () => {
    const view = await opened('Large');
    for (const [left, next] of [
      ['800 of 1,000 left', 'team/service-0198'],
      ['400 of 1,000 left', 'team/service-0598'],
    ] as const) {
      await workbench().page.keyboard.press('End');
      await view.describes('Load more…', left);
      await view.click('Load more…');
      // It comes where the row that was clicked was.
      await view.row(next);
    }
    await workbench().page.keyboard.press('End');
    await view.row('team/service-1199');
    expect(large.requests.filter(({ path }) => path.startsWith('/v2/_catalog'))).toHaveLength(2);
    await workbench().page.keyboard.press('Home');
  });

  it('draws a hundred tags of a long list, and says how many are left', async () => {
    const view = await opened('Large', 'ci/empty', 'ci/builds');
    await view.row('build-250');
    await view.scrollTo('Load more…', 'down');
    await view.describes('Load more…', '150 of 250 left');
    await workbench().screenshot('load-more');
    await view.click('Load more…');
    await view.gone('Load more…');
    await view.scrollTo('build-1', 'down');
    await view.scrollTo('Acme', 'up');
    await view.collapse('ci/builds');
    await view.describes('ci/empty', 'no tags');
    await view.collapse('Large');
  });

  it('says in a row what failed, in the words of the registry, and tries again', async () => {
    const view = await opened('Acme', 'team/web');
    recorder.fail(/GET \/v2\/team\/web\/tags\/list/, {
      status: 403,
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ errors: [{ code: 'DENIED', message: 'requested access is denied by policy 7' }] }),
    });
    await view.choose('team/web', 'Refresh');
    const problem = 'The registry says “requested access is denied by policy 7” (403).';
    expect((await view.row(problem)).spoken).toContain('Could not list the tags of team/web');
    expect(await view.menu(problem)).toEqual(['Update Credential…', '---', 'Retry', 'Show Log']);
    expect(await view.inlineActions(problem)).toEqual(['Retry']);
    await workbench().screenshot('problem');
    recorder.clearFaults();
    await view.inline(problem, 'Retry');
    await view.row(['team/web', '2.0']);
    await view.gone(problem);
    expect(await notifications(workbench()).all()).toEqual([]);
  });

  it('shows of each row in a narrow view what matters most', async () => {
    const view = await opened('Acme', 'team/web');
    const { page } = workbench();
    const side = await page.locator('.part.sidebar').boundingBox();
    if (side === null) throw new Error('There is no side bar.');
    const [edge, middle] = [side.x + side.width, side.y + side.height / 2];
    const drag = async (from: number, to: number) => {
      await page.mouse.move(from, middle);
      await page.mouse.down();
      await page.mouse.move(to, middle, { steps: 5 });
      await page.mouse.up();
    };
    await drag(edge, side.x + 220);
    recorder.fail(/GET \/v2\/team\/web\/tags\/list/, { status: 503, body: '' });
    await view.choose('team/web', 'Refresh');
    const problem = `${new URL(recorder.url).host} has a problem of its own (503). Try again later.`;
    expect((await view.row(['team/web', problem])).description).toBe('Server error');
    await workbench().screenshot('narrow');
    recorder.clearFaults();
    await view.inline(['team/web', problem], 'Retry');
    await view.row(['team/web', '2.0']);
    await drag(side.x + 220, edge);
  });

  it('looks at home in a light theme and in high contrast', async () => {
    const view = await opened('Acme', 'team/web');
    await workbench().useTheme('Light 2026');
    await view.row(['team/web', '2.0']);
    await workbench().screenshot('light');
    await workbench().useTheme('Dark High Contrast');
    await view.row(['team/web', '2.0']);
    await workbench().screenshot('high-contrast');
  });
});
