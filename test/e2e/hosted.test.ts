import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { unless } from '../leftOut';
import { startEngine, whyNoEngine, type RunningEngine } from '../sandbox/engines';
import { startHosted, type Hosted } from '../sandbox/hosted';
import { dialog } from './dialog';
import { editor } from './editor';
import { imagesView } from './imagesView';
import { notifications } from './notification';
import { quickInput } from './quickInput';
import { openedTo } from './registriesView';
import { useWorkbench } from './workbench';

const reason = whyNoEngine('docker');

describe('Docker Hub and GitHub, by the logins of docker', unless(reason), () => {
  let hosted: Hosted;
  let engine: RunningEngine;

  beforeAll(async () => {
    hosted = await startHosted();
    engine = await startEngine('docker', { mirror: hosted.hub.registryUrl });
  });
  afterAll(async () => {
    await engine.stop();
    await hosted.stop();
  });

  const workbench = useWorkbench(() => ({
    settings: {
      'registryExplorer.connections': [
        { provider: 'dockerHub', label: 'Hub', url: hosted.hub.url, login: 'docker', namespaces: ['library'] },
        { provider: 'ghcr', label: 'GitHub', url: 'https://github.com', login: 'docker' },
      ],
      'registryExplorer.dockerHub.url': hosted.hub.url,
      'registryExplorer.dockerHub.registryUrl': hosted.hub.registryUrl,
      'registryExplorer.github.apiUrl': hosted.gitHub.url,
      'registryExplorer.github.registryUrl': hosted.gitHub.registryUrl,
    },
    env: {
      DOCKER_HOST: engine.url,
      DOCKER_CONFIG: '',
      DOCKER_AUTH_CONFIG: JSON.stringify({ auths: hosted.dockerAuths }),
      GITHUB_ACCOUNTS: JSON.stringify(hosted.accounts),
    },
    helpers: [join(import.meta.dirname, 'accounts')],
  }));
  const opened = (...path: readonly string[]) => openedTo(workbench(), path);

  it('shows what the logins may see, from the settings of a team', async () => {
    const hub = await opened('Hub');
    await hub.row(['Hub', 'library']);
    expect((await hub.rows()).map(({ label }) => label)).toEqual(['Hub', 'mona', 'acme', 'library', 'GitHub']);
    await hub.describes('Hub', 'mona (docker login)');
    await opened('Hub', 'mona', 'web');
    await hub.row(['web', '2.3.1']);
    await workbench().screenshot('hosted-hub');
    await hub.collapse('Hub');
    const gitHub = await opened('GitHub', 'octocat', 'web');
    await gitHub.describes(['web', '2.3.1'], 'amd64, arm64, arm/v7');
    await workbench().screenshot('hosted-github');
  });

  /** Waits until a tag is shown in the Images view. Where the pull took long, a message says that it has ended instead. */
  const pulled = async (repository: readonly [string, string], tag: string): Promise<void> => {
    const images = imagesView(workbench());
    const isShown = async () => (await images.rows()).some(({ label }) => label === tag);
    const isTold = async () => (await notifications(workbench()).all()).some((text) => text.startsWith('Pulled'));
    await expect.poll(async () => (await isShown()) || (await isTold())).toBe(true);
    if (!(await isShown())) await images.expand(repository);
    await images.row([repository[1], tag]);
  };

  it('pulls an image from GitHub, and one from Docker Hub', async () => {
    await imagesView(workbench()).open();
    const view = await opened('GitHub', 'octocat', 'web');
    await view.choose(['web', '2.3.1'], 'Pull Image');
    await pulled([hosted.gitHub.host, 'octocat/web'], '2.3.1');
    await (await opened()).collapse('GitHub');
    await (await opened('Hub', 'mona', 'web')).choose(['web', '1.4.2'], 'Pull Image');
    await pulled(['docker.io', 'mona/web'], '1.4.2');
  });

  it('pulls whole repositories of both', async () => {
    const images = imagesView(workbench());
    await (await opened()).collapse(['Hub', 'mona']);
    const hub = await opened('Hub', 'acme');
    await hub.choose(['acme', 'worker'], 'Pull Repository');
    await dialog(workbench()).press('Pull 8 Tags');
    await pulled(['docker.io', 'acme/worker'], '3.2.0');
    await images.collapse(['docker.io', 'acme/worker']);
    await (await opened()).collapse('Hub');
    await (await opened('GitHub')).collapse(['GitHub', 'octocat']);
    const gitHub = await opened('GitHub', 'acme');
    await gitHub.choose(['acme', 'worker'], 'Pull Repository');
    await dialog(workbench()).press('Pull 8 Tags');
    await pulled([hosted.gitHub.host, 'acme/worker'], 'edge');
  });

  it('leads to the pages of repositories and tags', async () => {
    const leadsTo = async (path: readonly string[], address: string) => {
      await (await opened()).choose(path, 'Open in Browser');
      const question = dialog(workbench());
      expect(await question.detail()).toContain(address);
      await question.press('Cancel');
    };
    await opened('GitHub', 'octocat', 'web');
    await leadsTo(['octocat', 'web'], 'https://github.com/users/octocat/packages/container/package/web');
    await leadsTo(['web', '2.3.1'], 'https://github.com/users/octocat/packages/container/web/');
    await (await opened()).collapse('GitHub');
    // This Docker Hub is on this computer, whose pages open without a question.
    await opened('Hub', 'mona', 'web');
    const page = workbench().page.context().waitForEvent('page');
    await (await opened()).choose(['mona', 'web'], 'Open in Browser');
    // What stands in for the desktop leads pages of its own computer through itself.
    expect((await page).url()).toContain(`${new URL(hosted.hub.url).port}/r/mona/web`);
    await (await page).close();
  });

  it('keeps its addresses when VS Code starts anew', async () => {
    await workbench().reload();
    // What was open is open again, and leaves no room for the rows below.
    await (await opened()).row(['Hub', 'mona', 'web', 'latest']);
    await (await opened()).collapse('Hub');
    const view = await opened('GitHub');
    await view.row(['GitHub', 'octocat']);
  });

  it('signs in with an account of VS Code instead, and with a token beside it', async () => {
    const view = await opened();
    await view.choose('GitHub', 'Update Credential…');
    const input = quickInput(workbench());
    await input.pick('GitHub account of VS Code');
    await dialog(workbench()).press('Allow');
    await input.closed();
    await view.describes('GitHub', 'octocat');
    await view.choose('GitHub', 'Update Credential…');
    await input.pick('Personal access token (classic)');
    await input.titled('Update Credential (2 of 2)');
    await input.type('ghp_of-the-sandbox');
    await input.accept();
    await input.closed();
    await view.describes('GitHub', 'octocat');
    await opened('GitHub', 'octocat', 'web');
    await view.choose(['web', '2.3.1'], 'Inspect Image Manifest');
    await editor(workbench()).titled('web@2.3.1 manifest.json');
    await notifications(workbench()).clear();
  });
});
