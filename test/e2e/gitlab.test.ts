import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { startGitLab, type SandboxGitLab } from '../sandbox/gitlab/gitlab';
import { buildImage, buildIndex } from '../sandbox/images';
import { dialog } from './dialog';
import { openPage } from './pageView';
import { notifications } from './notification';
import { quickInput } from './quickInput';
import { openedTo, registriesView } from './registriesView';
import { imageMenu } from './tagMenu';
import { useWorkbench } from './workbench';

const created = new Date(Date.now() - 3 * 24 * 3600 * 1000 - 60_000);
const built = (architecture: string) => buildImage({ created, platform: { os: 'linux', architecture } });
const multi = buildIndex([{ manifest: built('amd64') }, { manifest: built('arm64') }]);
const daysAgo = (days: number): Date => new Date(Date.now() - days * 24 * 3600 * 1000);

let gitLab: SandboxGitLab;

beforeAll(async () => {
  gitLab = await startGitLab({
    prefix: '/gitlab',
    projects: {
      'Acme/shop/Web': {
        repositories: {
          '': { latest: multi, '2.0': multi, '1.0': built('amd64') },
          worker: { '1': built('amd64'), '2': built('arm64') },
        },
        members: { alice: 40, dave: 30 },
        lastActivity: daysAgo(1),
      },
      'Acme/docs': { repositories: {}, members: { alice: 40, dave: 30 }, lastActivity: daysAgo(2) },
      'Acme/scratch': {
        repositories: { '': { '1': multi } },
        members: { alice: 40 },
        lastActivity: daysAgo(0),
        registry: 'disabled',
      },
      'free/tool': { repositories: { cli: { v1: multi } }, members: {}, lastActivity: daysAgo(5), isPublic: true },
    },
    tokens: {
      'glpat-alice': { user: 'alice', scopes: ['api'] },
      'glpat-images': { user: 'alice', scopes: ['read_registry'] },
      'glpat-dave': { user: 'dave', scopes: ['api'] },
    },
  });
});
afterEach(() => {
  gitLab.clearFaults();
});
afterAll(async () => {
  await gitLab.stop();
});

describe('GitLab', () => {
  const workbench = useWorkbench(() => ({}));
  const label = () => gitLab.url.replace('http://', '');
  const opened = (...path: readonly string[]) => openedTo(workbench(), [label(), ...path]);

  it('is connected by its address and a token, and says in place what is wrong with either', async () => {
    const view = registriesView(workbench());
    await view.open();
    await view.welcomeButton('Connect Registry…');
    const input = quickInput(workbench());
    await input.pick('GitLab');
    await input.titled('Connect Registry (2 of 3)');
    expect(await input.value()).toBe('gitlab.com');
    await input.type('registry.gitlab.com');
    await input.says('Type the address of GitLab’s web pages: gitlab.com.');
    await workbench().screenshot('gitlab-address');
    await input.type(`${gitLab.url}/users/sign_in`);
    await input.accept();
    await input.titled('Connect Registry (3 of 3)');
    await input.says('read_api and read_registry to browse and pull');
    await workbench().screenshot('gitlab-token');
    await input.type('glpat-wrong');
    await input.accept();
    await input.says('GitLab does not accept this access token');
    await workbench().screenshot('gitlab-wrong-token');
    await input.type('glpat-images');
    await input.accept();
    await input.says('the access token lacks a scope; this needs read_api or api');
    await workbench().screenshot('gitlab-missing-scope');
    await input.type('glpat-alice');
    await input.accept();
    await view.row([label(), 'Acme/shop/Web']);
    await view.describes(label(), 'alice');
  });

  it('shows projects, their repositories, and tags with their platforms', async () => {
    const view = await opened('Acme/shop/Web');
    await view.expand(['Acme/shop/Web', 'web']);
    await view.describes(['web', '2.0'], 'amd64, arm64');
    await view.expand([label(), 'Acme/docs']);
    await view.describes([label(), 'Acme/docs'], 'no repositories');
    expect((await view.rows()).map((row) => row.label)).toEqual([
      ...[label(), 'Acme/shop/Web', 'web', 'latest', '2.0', '1.0', 'web/worker', 'Acme/docs'],
    ]);
    expect((await view.row([label(), 'Acme/docs'])).spoken).toBe('Project Acme/docs, no repositories');
    await workbench().screenshot('gitlab-tags');
  });

  it('offers on its rows what can be done there, and copies the full tag', async () => {
    const view = await opened('Acme/shop/Web', 'web');
    expect(await view.menu(['web', '2.0'])).toEqual([
      ...imageMenu,
      ...['Open in Browser', '---', 'Add to Favourites', '---', 'Refresh', '---', 'Untag…', 'Delete Image…'],
    ]);
    await view.choose(['web', '2.0'], 'Copy Full Tag');
    await expect.poll(() => workbench().clipboard()).toBe(`${gitLab.host}/acme/shop/web:2.0`);
  });

  it('shows an image as a page', async () => {
    const page = await openPage(workbench(), await opened('Acme/shop/Web', 'web'), ['web', '2.0'], 'web:2.0');
    expect(await page.fact('Digest')).toEqual([expect.stringMatching(/^sha256:/)]);
    expect(await page.frame.locator('.subtitle').innerText()).toBe(`${label()} · image for 2 platforms`);
  });

  it('is filtered by its own search, and its tags are sorted', async () => {
    const view = await opened('Acme/shop/Web');
    await view.choose(label(), 'Filter…');
    const input = quickInput(workbench());
    await input.type('docs');
    await view.gone([label(), 'Acme/shop/Web']);
    await view.row([label(), 'Acme/docs']);
    await input.escape();
    await view.row([label(), 'Acme/shop/Web']);
    await view.choose(['Acme/shop/Web', 'web'], 'Sort…');
    await input.titled('Sort web');
    await input.pick('By name, reversed');
    await view.describes(['Acme/shop/Web', 'web'], 'by name, reversed');
    await view.choose(['Acme/shop/Web', 'web'], 'Sort…');
    await input.pick('As in the settings');
  });

  it('untags, and the image stays under its other tag', async () => {
    const view = await opened('Acme/shop/Web', 'web');
    await view.choose(['web', '2.0'], 'Untag…');
    await dialog(workbench()).press('Untag');
    await view.gone(['web', '2.0']);
    await view.describes(['web', 'latest'], 'amd64, arm64');
  });

  it('adds a public project by its path', async () => {
    const view = await opened();
    await view.choose(label(), 'Add Namespace…');
    const input = quickInput(workbench());
    await input.says('Path of a project, such as group/project');
    await input.type('free');
    await input.says('“free” is not the path of a project');
    await input.type('free/none');
    await input.accept();
    await input.says('404 Project Not Found');
    await workbench().screenshot('gitlab-add-project');
    await input.type('free/tool');
    await input.accept();
    await view.expand([label(), 'free/tool']);
    await view.expand(['free/tool', 'tool/cli']);
    await view.row(['tool/cli', 'v1']);
    await view.collapse([label(), 'free/tool']);
  });

  it('deletes a repository, which GitLab does later, and says so', async () => {
    const view = await opened('Acme/shop/Web');
    await view.choose(['Acme/shop/Web', 'web/worker'], 'Delete Repository…');
    const question = dialog(workbench());
    const detail = await question.detail();
    expect(detail).toContain('Also deletes 2 tags. This cannot be undone.');
    expect(detail).toContain('The registry deletes it in the background, which may take a while.');
    await workbench().screenshot('gitlab-delete-repository');
    await question.press('Delete Repository');
    await view.gone(['Acme/shop/Web', 'web/worker']);
    await workbench().screenshot('gitlab-deletion-taken-on');
    expect(gitLab.requests.filter(({ method }) => method === 'DELETE').at(-1)?.path).toMatch(/repositories\/101$/);
  });

  it('is signed in to anew with another token, which is told what its user may not do', async () => {
    const view = await opened();
    await view.choose(label(), 'Update Credential…');
    const input = quickInput(workbench());
    await input.titled('Update Credential');
    await input.type('glpat-dave');
    await input.accept();
    await input.closed();
    await view.describes(label(), 'dave');
    await opened('Acme/shop/Web', 'web');
    await view.choose(['web', '1.0'], 'Delete Image…');
    await dialog(workbench()).press('Delete Image');
    const toast = notifications(workbench());
    expect(await toast.saying('Could not delete')).toContain(
      'deleting an image needs an access token with the scope api, and the role Maintainer in the project',
    );
    await workbench().screenshot('gitlab-role');
    await toast.clear();
  });

  it('says that GitLab is not there, and comes back', async () => {
    gitLab.fail(/projects/, { status: 503, body: 'GitLab is not responding' });
    const view = await opened();
    await view.choose(label(), 'Refresh');
    await expect
      .poll(async () => (await view.rows()).map((row) => row.label).join())
      .toContain('has a problem of its own (503): “GitLab is not responding”');
    gitLab.clearFaults();
    await view.choose(label(), 'Refresh');
    await view.row([label(), 'Acme/shop/Web']);
  });
});
