import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startDemoAzure, type DemoAzure } from '../sandbox/azure/demoAzure';
import { startHosted, type Hosted } from '../sandbox/hosted';
import { buildImage } from '../sandbox/images';
import { startV2Server, type V2Server } from '../sandbox/v2Server';
import { connectAzure, declineResourcesExtension, useAzureWorkbench } from './azureWorkbench';
import { startSeededRegistry, type SeededRegistry } from './images';
import { notifications } from './notification';
import { pageView } from './pageView';
import { quickInput } from './quickInput';
import { openedTo, registriesView } from './registriesView';
import type { Workbench } from './launch';
import { useWorkbench } from './workbench';

const image = buildImage({ created: new Date(Date.now() - 3 * 24 * 3600 * 1000) });
const hostOf = ({ url }: { readonly url: string }): string => new URL(url).host;

/** Opens the box by its key, from wherever the keyboard is. */
async function openBox(workbench: Workbench) {
  // Keys of extensions are known when their views are.
  await registriesView(workbench).open();
  await workbench.page.keyboard.press('Control+Alt+g');
  const input = quickInput(workbench);
  await input.titled('Go to Image');
  const labels = async () => (await input.rows()).map(({ label }) => label);
  const offers = (label: string) => expect.poll(labels).toContain(label);
  return { input, labels, offers };
}

describe('Go to Image…', () => {
  let real: SeededRegistry;
  let large: V2Server;
  let down: V2Server;
  let strange: V2Server;
  let closed: V2Server;
  let hosted: Hosted;

  beforeAll(async () => {
    const bulk = Array.from({ length: 1003 }, (_, at) => ({ name: `bulk/r${1000 + at}`, tags: { '1.4': image } }));
    real = await startSeededRegistry();
    large = await startV2Server({ repositories: bulk });
    down = await startV2Server({ repositories: [] });
    down.fail(/_catalog/, { status: 503, body: 'closed for today' });
    strange = await startV2Server({ repositories: [{ name: 'team/secret', tags: { '7': image } }] });
    closed = await startV2Server({
      repositories: [{ name: 'team/app', tags: { '1': image } }],
      auth: { kind: 'basic', users: { alice: 'secret' } },
    });
    hosted = await startHosted();
  });
  afterAll(async () => {
    await Promise.all([real, large, down, strange, closed, hosted].map((server) => server.stop()));
  });

  const workbench = useWorkbench(() => ({
    settings: {
      'registryExplorer.connections': [
        { provider: 'generic', label: 'Real', url: real.url },
        { provider: 'generic', label: 'Down', url: down.url },
        { provider: 'generic', label: 'Closed', url: closed.url },
        { provider: 'dockerHub', label: 'Hub', url: hosted.hub.url, login: 'docker' },
        { provider: 'ghcr', label: 'GitHub', url: 'https://github.com', login: 'docker' },
        { provider: 'generic', label: 'Large', url: large.url },
      ],
      'registryExplorer.dockerHub.url': hosted.hub.url,
      'registryExplorer.dockerHub.registryUrl': hosted.hub.registryUrl,
      'registryExplorer.github.apiUrl': hosted.gitHub.url,
      'registryExplorer.github.registryUrl': hosted.gitHub.registryUrl,
    },
    env: {
      DOCKER_HOST: 'unix:///nowhere/docker.sock',
      DOCKER_CONFIG: '',
      DOCKER_AUTH_CONFIG: JSON.stringify({ auths: hosted.dockerAuths }),
      GITHUB_ACCOUNTS: JSON.stringify(hosted.accounts),
    },
    helpers: [join(import.meta.dirname, 'accounts')],
  }));

  it('leads from a pasted line to the row in one request, in a registry of 1,003 repositories', async () => {
    const name = `${hostOf(large)}/bulk/r2002:1.4`;
    const { input } = await openBox(workbench());
    await input.type(`FROM ${name} AS build`);
    await input.accept();
    await input.closed();
    const view = registriesView(workbench());
    await view.selected(['bulk/r2002', '1.4']);
    const asked = large.requests.map(({ path }) => path).filter((path) => /_catalog|tags\/list/.test(path));
    expect(asked).toEqual(['/v2/bulk/r2002/tags/list?n=1000']);
    await workbench().screenshot('go-to-landed');
  });

  it('offers what was used last while nothing is typed', async () => {
    const { input, labels } = await openBox(workbench());
    await expect.poll(labels).toEqual(['bulk/r2002:1.4']);
    expect((await input.rows())[0]?.description).toBe('Large');
    await input.escape();
    await input.closed();
  });

  it('finds words in every registry while they are typed, and says what failed', async () => {
    const { input, labels, offers } = await openBox(workbench());
    await input.type('web');
    for (const label of ['team/web', 'charts/web', 'mona/web', 'octocat/web']) await offers(label);
    await offers('Could not search Down');
    await workbench().screenshot('go-to-words');
    await workbench().page.setViewportSize({ width: 640, height: 900 });
    await workbench().screenshot('go-to-words-narrow');
    await workbench().page.setViewportSize({ width: 1280, height: 900 });
    await input.type('octocat/web');
    await expect.poll(async () => (await labels())[0]).toBe('Go to octocat/web');
    await offers('octocat/web');
    for (;;) {
      const active = await workbench()
        .page.locator('.quick-input-list .monaco-list-row.focused .label-name')
        .first()
        .innerText();
      if (active === 'octocat/web') break;
      await workbench().page.keyboard.press('ArrowDown');
    }
    await input.choose();
    await registriesView(workbench()).selected(['octocat', 'web']);
  });

  /** Waits for all that is found: what comes later draws the lines anew, which takes the pointer and the keyboard from their buttons. */
  const allFound = async (labels: () => Promise<readonly string[]>): Promise<void> => {
    const all = ['Could not search Closed', 'Could not search Down', 'Go to team/api:1.4', 'team/api:1.4'];
    await expect.poll(async () => (await labels()).toSorted()).toEqual(all);
  };

  it('copies by a button of a hit', async () => {
    const { input, labels } = await openBox(workbench());
    await input.type('team/api:1.4');
    await allFound(labels);
    const row = workbench()
      .page.locator('.quick-input-list .monaco-list-row', { hasText: /^team\/api:1\.4/ })
      .first();
    await row.hover();
    await workbench().screenshot('go-to-buttons');
    await row.getByRole('button', { name: 'Copy Full Tag' }).click();
    await input.closed();
    await expect.poll(() => workbench().clipboard()).toBe(`${real.host}/team/api:1.4`);
  });

  it('copies by that button without the mouse', async () => {
    await workbench().page.evaluate('navigator.clipboard.writeText("")');
    const { input, labels } = await openBox(workbench());
    // Tab would also stop at the row under the pointer.
    await workbench().page.mouse.move(0, 0);
    await workbench().page.keyboard.type('team/api:1.4');
    await allFound(labels);
    await input.arrowTo('Go to team/api:1.4');
    const button = workbench().page.locator('.quick-input-list .action-label:focus');
    for (let turns = 0; turns < 20 && !(await button.isVisible()); turns++)
      await workbench().page.keyboard.press('Tab');
    expect(await button.getAttribute('aria-label')).toBe('Copy Full Tag');
    await workbench().page.keyboard.press('Enter');
    await input.closed();
    await expect.poll(() => workbench().clipboard()).toBe('team/api:1.4');
  });

  it('says that a filter is in the way, and clears it', async () => {
    const view = await openedTo(workbench(), ['Real']);
    await view.click('Real');
    await view.press('Control+Alt+f');
    const filter = quickInput(workbench());
    await filter.type('charts');
    await filter.accept();
    await filter.closed();
    await view.gone(['Real', 'team/api']);
    const { input } = await openBox(workbench());
    await input.type(`${real.host}/team/api:1.4`);
    await input.accept();
    const told = notifications(workbench());
    expect(await told.saying('filter')).toBe('team/api is there, but the filter of Real hides it.');
    await workbench().screenshot('go-to-filtered');
    await told.press('filter', 'Clear Filter');
    await view.selected(['team/api', '1.4']);
  });

  it('says that the sign-in was refused, with a way to sign in', async () => {
    const { input } = await openBox(workbench());
    await input.type(`docker pull ${hostOf(closed)}/team/app:1`);
    await input.accept();
    const told = notifications(workbench());
    expect(await told.saying('Could not go to team/app:1')).toContain('401');
    expect(await told.buttons('Could not go to team/app:1')).toContain('Update Credential…');
    await workbench().screenshot('go-to-refused');
    await told.clear();
  });

  it('looks at an image of a registry that is not connected, and connects nothing', async () => {
    const view = registriesView(workbench());
    const before = (await view.rows()).filter(({ level }) => level === 1).map(({ label }) => label);
    const { input, labels } = await openBox(workbench());
    await input.type(`${hostOf(strange)}/team/secret:7`);
    await expect
      .poll(async () => (await labels())[0])
      .toBe(`Look at ${hostOf(strange)}/team/secret:7 without connecting`);
    await workbench().screenshot('go-to-not-connected');
    await input.accept();
    await input.closed();
    const page = pageView(workbench());
    await page.frame.locator('h1', { hasText: `${hostOf(strange)}/team/secret:7` }).waitFor();
    await page.ready();
    expect(await page.fact('Digest')).toEqual([expect.stringMatching(/^sha256:/)]);
    expect((await view.rows()).filter(({ level }) => level === 1).map(({ label }) => label)).toEqual(before);
  });

  it('finds projects of GitLab', async () => {
    const input = quickInput(workbench());
    await workbench().runCommand('Registry Explorer: Connect Registry…');
    await input.pick('GitLab');
    await input.titled('Connect Registry (2 of 3)');
    await input.type(hosted.gitLab.url);
    await input.accept();
    await input.titled('Connect Registry (3 of 3)');
    await input.type(hosted.gitLabToken);
    await input.accept();
    await input.closed();
    const box = await openBox(workbench());
    await box.input.type('backend');
    await box.offers('acme/shop/backend');
    await box.input.choose();
    await registriesView(workbench()).selected('acme/shop/backend');
  });
});

describe('Go to Image…, in Azure', () => {
  let demo: DemoAzure;
  beforeAll(async () => {
    demo = await startDemoAzure({ repositories: [{ name: 'webapp6', tags: { '1.0': image, '2.0': image } }] });
  });
  afterAll(() => demo.stop());
  const workbench = useAzureWorkbench(() => demo);

  it('finds repositories of every registry, and leads to a tag', async () => {
    await connectAzure(workbench());
    await declineResourcesExtension(workbench());
    const { input, labels, offers } = await openBox(workbench());
    await input.type('webapp6:2.0');
    await offers('webapp6:2.0');
    await workbench().screenshot('go-to-azure');
    // That it may be an image of Docker Hub comes last.
    await offers('Look at webapp6:2.0 without connecting');
    expect((await labels())[0]).toBe('webapp6:2.0');
    await input.choose();
    await registriesView(workbench()).selected(['webapp6', '2.0']);
  });
});
