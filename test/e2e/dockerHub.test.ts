import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { needsSecondFactor, startDockerHub, type SandboxHub } from '../sandbox/dockerHub/hub';
import { buildImage, buildIndex } from '../sandbox/images';
import { dialog } from './dialog';
import { editor } from './editor';
import { openPage } from './pageView';
import { notifications } from './notification';
import { quickInput } from './quickInput';
import { registriesView } from './registriesView';
import { imageMenu } from './tagMenu';
import { useWorkbench } from './workbench';

const daysAgo = (days: number): Date => new Date(Date.now() - days * 24 * 3600 * 1000 - 60_000);
const built = (architecture: string, days: number) =>
  buildImage({ created: daysAgo(days), platform: { os: 'linux', architecture } });
const multi = buildIndex([{ manifest: built('amd64', 3) }, { manifest: built('arm64', 3) }]);

let hub: SandboxHub;

beforeAll(async () => {
  hub = await startDockerHub({
    repositories: [
      { name: 'alice/app', tags: { '1.0': built('amd64', 40), '2.0': multi, latest: multi } },
      { name: 'acme/web', tags: { '1': built('amd64', 9) } },
      {
        name: 'acme/builds',
        tags: Object.fromEntries(Array.from({ length: 250 }, (_, at) => [`build-${at + 1}`, built('amd64', 250 - at)])),
      },
      { name: 'library/nginx', tags: { latest: multi } },
      { name: 'alice/secret', tags: { '1': multi } },
      { name: 'bob/tool', tags: { '1': multi } },
    ],
    privates: ['alice/secret'],
    users: {
      alice: { secret: 'dckr_pat_secret', organizations: ['acme'] },
      carol: { secret: 'password of carol', refusal: needsSecondFactor },
      bob: { secret: 'password of bob', organizations: ['alice'], mayDelete: false },
    },
    pulls: { limit: '100;w=21600', remaining: '76;w=21600' },
  });
});
afterEach(() => {
  hub.clearFaults();
});
afterAll(async () => {
  await hub.stop();
});

describe('Docker Hub', () => {
  const workbench = useWorkbench(() => ({
    settings: { 'registryExplorer.dockerHub.url': hub.url, 'registryExplorer.dockerHub.registryUrl': hub.registryUrl },
  }));
  const opened = async () => {
    const view = registriesView(workbench());
    await view.open();
    await view.expand('Docker Hub');
    await view.expand(['Docker Hub', 'alice']);
    await view.expand(['alice', 'app']);
    return view;
  };

  it('is connected by user name and access token; a wrong one is said in the box', async () => {
    const view = registriesView(workbench());
    await view.open();
    await view.welcomeButton('Connect Registry…');
    const input = quickInput(workbench());
    await input.pick('Docker Hub');
    await input.titled('Connect Registry (2 of 2)');
    await workbench().screenshot('hub-sign-in');
    await input.pick('User name and access token');
    await input.titled('Connect Registry (3 of 4)');
    await input.type('alice');
    await input.accept();
    await input.titled('Connect Registry (4 of 4)');
    await input.type('wrong');
    await input.accept();
    await input.says('Incorrect authentication credentials');
    await input.back();
    await input.titled('Connect Registry (3 of 4)');
    await input.type('carol');
    await input.accept();
    await input.titled('Connect Registry (4 of 4)');
    await input.type('password of carol');
    await input.accept();
    await input.says('Use a personal access token in place of the password');
    await workbench().screenshot('hub-second-factor');
    await input.back();
    await input.titled('Connect Registry (3 of 4)');
    await input.type('alice');
    await input.accept();
    await input.titled('Connect Registry (4 of 4)');
    await input.type('dckr_pat_secret');
    await input.accept();
    await view.row('Docker Hub');
  });

  it('shows namespaces, repositories and tags with age, size and platforms, and asks for no manifest', async () => {
    const view = await opened();
    const rows = await view.rows();
    expect(rows.map(({ label }) => label)).toEqual([
      ...['Docker Hub', 'alice', 'app', 'latest', '2.0', '1.0', 'secret', 'acme'],
    ]);
    expect([rows[1]?.spoken, rows.at(-1)?.spoken]).toEqual(['Account alice', 'Organization acme']);
    await view.describes('2.0', '3 days ago');
    await view.describes('2.0', 'amd64, arm64');
    await view.expand(['app', '2.0']);
    await view.row(['2.0', 'linux/arm64']);
    await workbench().screenshot('hub-tags');
    await view.collapse(['app', '2.0']);
    expect(hub.registry.requests).toEqual([]);
  });

  it('offers on a tag what can be done there', async () => {
    const view = await opened();
    expect(await view.menu(['app', '2.0'])).toEqual([
      ...imageMenu,
      ...['Open in Browser', '---', 'Add to Favourites', '---', 'Refresh', '---', 'Untag…'],
    ]);
    await view.choose(['app', '2.0'], 'Copy Full Tag');
    await expect.poll(() => workbench().clipboard()).toBe('alice/app:2.0');
    await view.choose(['app', '2.0'], 'Copy Image Digest');
    await expect.poll(() => workbench().clipboard()).toBe(multi.digest);
  });

  it('shows an image as a page', async () => {
    const page = await openPage(workbench(), await opened(), ['app', '2.0'], 'alice/app:2.0');
    expect(await page.fact('Digest')).toEqual([multi.digest]);
    expect(await page.fact('Other tags')).toEqual(['latest']);
    await workbench().screenshot('hub-page');
  });

  it('adds a namespace by hand, and takes it away', async () => {
    const view = await opened();
    await view.choose('Docker Hub', 'Add Namespace…');
    const input = quickInput(workbench());
    await input.type('nobody');
    await input.accept();
    await input.says('object not found');
    await input.type('library');
    await input.accept();
    await view.expand(['Docker Hub', 'library']);
    await view.row(['library', 'nginx']);
    await view.choose(['Docker Hub', 'library'], 'Remove Namespace from View');
    await view.gone(['Docker Hub', 'library']);
  });

  it('finds a public repository, and shows it in the tree', async () => {
    const view = await opened();
    await view.choose('Docker Hub', 'Search Repositories…');
    const input = quickInput(workbench());
    await input.type('ngi');
    await input.accept();
    await input.pick('nginx');
    await view.row(['library', 'nginx']);
    await workbench().screenshot('hub-search-shown');
  });

  it('tells how many pulls are left', async () => {
    const view = await opened();
    await view.choose('Docker Hub', 'Show Pull Limit');
    const toast = notifications(workbench());
    expect(await toast.saying('pulls in')).toContain('100 pulls in 6 hours: 76 left');
    await toast.clear();
  });

  it('deletes a tag after saying which others keep the image', async () => {
    const view = await opened();
    await view.choose(['app', 'latest'], 'Untag…');
    const question = dialog(workbench());
    expect(await question.message()).toBe('Untag alice/app:latest?');
    expect(await question.detail()).toContain('Deletes only this tag. The image stays under 2.0.');
    await workbench().screenshot('hub-delete');
    await question.press('Untag');
    await view.gone(['app', 'latest']);
  });

  it('explains too many requests and an outage in the row, and tries again', async () => {
    const view = await opened();
    hub.fail(/acme/, { status: 429, headers: { 'Retry-After': '1200' }, body: '{"detail":"Rate limit exceeded"}' });
    await view.expand(['Docker Hub', 'acme']);
    const rows = (await view.rows()).map(({ label }) => label);
    expect(rows.join()).toMatch(/has had too many requests from you\. Try again in (?:19|20) minutes/);
    await workbench().screenshot('hub-rate-limit');
    hub.clearFaults();
    hub.fail(/acme/, { status: 503, body: '{"message":"Service Unavailable"}' });
    await view.choose(['Docker Hub', 'acme'], 'Refresh');
    await expect
      .poll(async () => (await view.rows()).map(({ label }) => label).join())
      .toContain('has a problem of its own (503)');
    hub.clearFaults();
    await view.choose(['Docker Hub', 'acme'], 'Refresh');
    await view.row(['acme', 'web']);
  });

  it('says what an image is and what its manifest says, in the words of the registry behind it', async () => {
    const view = await opened();
    await view.choose(['app', '2.0'], 'Inspect Image Manifest');
    const document = editor(workbench());
    await document.titled('app@2.0 manifest.json');
    expect(JSON.parse(await document.text())).toEqual(JSON.parse(multi.bytes.toString()));
    await document.close();
    await view.choose(['app', '1.0'], 'Inspect Image');
    await document.titled('app@1.0 linux-amd64.yaml');
    await document.close();
  });

  it('is filtered by its own search, and sorted by the dates that it lists', async () => {
    const view = await opened();
    await view.collapse(['alice', 'app']);
    await view.expand(['Docker Hub', 'acme']);
    await view.expand(['acme', 'builds']);
    const before = hub.requests.length;
    const asked = () => hub.requests.slice(before).map(({ path }) => path);
    await view.choose(['acme', 'builds'], 'Filter…');
    const input = quickInput(workbench());
    await input.titled('Filter builds');
    await input.type('build-12');
    await view.row(['builds', 'build-12']);
    await view.row(['builds', 'build-129']);
    await workbench().screenshot('hub-filtered');
    await input.accept();
    await input.closed();
    await view.inline(['acme', 'builds'], 'Clear Filter');
    await view.row(['builds', 'build-250']);
    expect(asked().filter((path) => path.includes('name=build-12'))).toHaveLength(1);
    await view.choose(['acme', 'builds'], 'Sort…');
    await input.titled('Sort builds');
    await input.pick('Oldest first');
    await view.row(['builds', 'build-1']);
    expect(asked().filter((path) => path.includes('/manifests/'))).toEqual([]);
    await view.collapse(['Docker Hub', 'acme']);
    await view.expand(['alice', 'app']);
  });

  it('is disconnected, and knows nothing of the one when another account is connected', async () => {
    const view = await opened();
    await view.choose('Docker Hub', 'Disconnect');
    await dialog(workbench()).press('Disconnect');
    await view.welcomeButton('Connect Registry…');
    const input = quickInput(workbench());
    await input.pick('Docker Hub');
    await input.titled('Connect Registry (2 of 2)');
    await input.pick('User name and access token');
    await input.titled('Connect Registry (3 of 4)');
    await input.type('bob');
    await input.accept();
    await input.titled('Connect Registry (4 of 4)');
    await input.type('password of bob');
    await input.accept();
    await view.row(['Docker Hub', 'alice']);
    expect((await view.rows()).map(({ label }) => label)).toEqual(['Docker Hub', 'bob', 'alice']);
    await view.expand(['Docker Hub', 'alice']);
    await view.expand(['alice', 'app']);
    await view.choose(['app', '2.0'], 'Untag…');
    await dialog(workbench()).press('Untag');
    const toast = notifications(workbench());
    expect(await toast.saying('Could not untag')).toContain('a token needs the permission “Read, Write, Delete”');
    await toast.clear();
    const tokens = hub.requests.slice(-3).map(({ headers }) => headers.authorization ?? '');
    for (const token of tokens) expect(token).toContain('-of-bob');
  });
});

describe('Docker Hub for everybody', () => {
  const workbench = useWorkbench(() => ({
    settings: { 'registryExplorer.dockerHub.url': hub.url, 'registryExplorer.dockerHub.registryUrl': hub.registryUrl },
  }));

  it('shows public namespaces typed by hand, and offers no deletion', async () => {
    const view = registriesView(workbench());
    await view.open();
    await view.welcomeButton('Connect Registry…');
    const input = quickInput(workbench());
    await input.pick('Docker Hub');
    await input.titled('Connect Registry (2 of 2)');
    await input.pick('Anonymously');
    await input.titled('Connect Registry (3 of 3)');
    await input.type('library, Alice');
    await input.says('Namespaces are lower case: “alice”.');
    await input.type('library, alice');
    await input.accept();
    await view.row(['Docker Hub', 'alice']);
    await view.expand(['Docker Hub', 'alice']);
    await view.row(['alice', 'app']);
    expect((await view.rows()).map(({ label }) => label)).toEqual(['Docker Hub', 'library', 'alice', 'app']);
    await view.expand(['alice', 'app']);
    const menu = await view.menu(['app', '1.0']);
    for (const command of ['Untag…', 'Delete Image…']) expect(menu).not.toContain(command);
  });
});
