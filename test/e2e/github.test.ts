import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { startGitHub, type SandboxGitHub } from '../sandbox/github/github';
import { buildImage, buildIndex } from '../sandbox/images';
import { dialog } from './dialog';
import { openPage } from './pageView';
import { notifications } from './notification';
import { quickInput } from './quickInput';
import { openedTo, registriesView } from './registriesView';
import { imageMenu } from './tagMenu';
import { useWorkbench } from './workbench';

const updated = new Date(Date.now() - 3 * 24 * 3600 * 1000 - 60_000);
const built = (architecture: string) => buildImage({ created: updated, platform: { os: 'linux', architecture } });
const multi = buildIndex([{ manifest: built('amd64') }, { manifest: built('arm64') }]);
const gitHubRegistry = 'GitHub Container Registry';
const byToken = 'Personal access token (classic)';

let gitHub: SandboxGitHub;

beforeAll(async () => {
  gitHub = await startGitHub({
    packages: {
      'octocat/app': [
        { manifest: multi, tags: ['latest', '2.0'], updated },
        { manifest: built('amd64'), tags: ['1.0'], updated },
      ],
      'Acme/web': [{ manifest: multi, tags: ['1'], updated }],
      'Locked/web': [{ manifest: multi, tags: ['1'], updated }],
      'monalisa/smile': [{ manifest: multi, tags: ['1'], updated }],
      'hubot/tool': [{ manifest: multi, tags: ['1'], updated }],
    },
    organizations: ['Acme', 'Locked'],
    users: ['octocat', 'hubot', 'monalisa'],
    tokens: {
      gho_monalisa: { login: 'monalisa', scopes: ['read:packages'] },
      gho_octocat: { login: 'octocat', scopes: ['read:packages'] },
      ghp_nothing: { login: 'hubot', scopes: ['repo'] },
      ghp_hubot: {
        login: 'hubot',
        scopes: ['read:packages', 'read:org', 'delete:packages'],
        organizations: ['Acme', 'Locked'],
        needsSso: ['Locked'],
      },
    },
    notForRegistry: ['gho_octocat', 'gho_monalisa', 'ghp_nothing'],
  });
});
afterEach(() => {
  gitHub.clearFaults();
});
afterAll(async () => {
  await gitHub.stop();
});

describe('GitHub Container Registry', () => {
  const workbench = useWorkbench(() => ({
    settings: {
      'registryExplorer.github.apiUrl': gitHub.url,
      'registryExplorer.github.registryUrl': gitHub.registryUrl,
    },
    helpers: [join(import.meta.dirname, 'accounts')],
    env: { GITHUB_ACCOUNTS: JSON.stringify({ octocat: 'gho_octocat', monalisa: 'gho_monalisa' }) },
  }));
  const connect = async () => {
    await workbench().runCommand('Registry Explorer: Connect Registry…');
    const input = quickInput(workbench());
    await input.pick(gitHubRegistry);
    await input.titled('Connect Registry (2 of 3)');
    await input.pick('github.com');
    await input.titled('Connect Registry (3 of 3)');
    return input;
  };
  const opened = (...path: readonly string[]) => openedTo(workbench(), path);

  it('is connected by the GitHub account of VS Code, which asks the user first', async () => {
    await opened();
    const input = await connect();
    await workbench().screenshot('github-sign-in');
    await input.pick('GitHub account of VS Code');
    const question = dialog(workbench());
    expect(await question.detail()).toContain('wants to sign in using GitHub');
    await workbench().screenshot('github-consent');
    await question.press('Allow');
    const view = registriesView(workbench());
    await view.row(['GitHub', 'octocat']);
    await view.expand(['GitHub', 'octocat']);
    await view.expand(['octocat', 'app']);
    await view.describes(['app', '2.0'], '3 days ago');
    expect((await view.rows()).map(({ label }) => label)).toEqual([
      ...['GitHub', 'octocat', 'app', 'latest', '2.0', '1.0'],
    ]);
    await workbench().screenshot('github-tags');
  });

  it('offers on a tag what can be done there', async () => {
    const view = await opened('GitHub', 'octocat', 'app');
    expect(await view.menu(['app', '2.0'])).toEqual([
      ...imageMenu,
      ...['Open in Browser', '---', 'Add to Favourites', '---', 'Refresh', '---', 'Delete Image…'],
    ]);
    await view.choose(['app', '2.0'], 'Copy Full Tag');
    await expect.poll(() => workbench().clipboard()).toBe(`${gitHub.host}/octocat/app:2.0`);
  });

  it('is filtered and sorted by what it lists, without a manifest', async () => {
    const view = await opened('GitHub', 'octocat');
    await view.choose(['GitHub', 'octocat'], 'Sort…');
    const input = quickInput(workbench());
    await input.titled('Sort octocat');
    await input.pick('Newest first');
    await view.describes(['GitHub', 'octocat'], 'newest first');
    await view.choose(['octocat', 'app'], 'Filter…');
    await input.type('1.*');
    await view.gone(['app', 'latest']);
    await view.row(['app', '1.0']);
    await input.escape();
    await view.row(['app', 'latest']);
    await view.choose(['GitHub', 'octocat'], 'Sort…');
    await input.pick('As the registry lists them');
  });

  it('says that manifests need a personal access token, and where to add it', async () => {
    const view = await opened('GitHub', 'octocat', 'app');
    await view.choose(['app', '2.0'], 'Inspect Image Manifest');
    const toast = notifications(workbench());
    expect(await toast.saying('Could not')).toContain('Add a personal access token (classic) with read:packages');
    expect((await toast.buttons('Could not'))[0]).toBe('Update Credential…');
    await workbench().screenshot('github-needs-token');
    await toast.clear();
  });

  it('is connected by a personal access token beside it, which is told what it lacks', async () => {
    const input = await connect();
    await input.pick(byToken);
    await input.titled('Connect Registry (4 of 4)');
    await input.says('Personal access token (classic) at github.com');
    await input.offersButton('Create one at github.com');
    await workbench().screenshot('github-token');
    await input.type('github_pat_fine');
    await input.says('fine-grained token');
    await input.type('ghp_wrong');
    await input.accept();
    await input.says('Bad credentials');
    await input.type('ghp_nothing');
    await input.accept();
    await input.says('the token has the scopes repo, but needs read:packages');
    await workbench().screenshot('github-missing-scope');
    await input.type('ghp_hubot');
    await input.accept();
    const view = registriesView(workbench());
    await view.row(['GitHub', 'hubot']);
  });

  it('keeps two accounts side by side', async () => {
    const view = await opened();
    const roots = (await view.rows()).filter(({ level }) => level === 1);
    expect(roots.map(({ description }) => description)).toEqual(['octocat', 'hubot']);
  });

  it('is connected by another account of VS Code as well, each with its own packages', async () => {
    const input = await connect();
    await input.pick('GitHub account of VS Code');
    await dialog(workbench()).press('Allow');
    await input.pick('Sign in to another account');
    const view = registriesView(workbench());
    await view.row(['GitHub', 'monalisa']);
    await view.expand(['GitHub', 'monalisa']);
    await view.row(['monalisa', 'smile']);
    await workbench().screenshot('github-accounts');
    const tokens = gitHub.requests.slice(-2).map(({ headers }) => headers.authorization);
    expect(tokens).toEqual(['Bearer gho_monalisa', 'Bearer gho_monalisa']);
  });
});

describe('GitHub by token', () => {
  const workbench = useWorkbench(() => ({
    settings: {
      'registryExplorer.github.apiUrl': gitHub.url,
      'registryExplorer.github.registryUrl': gitHub.registryUrl,
    },
  }));

  it('shows organizations, and why one cannot be listed, with the link', async () => {
    const view = registriesView(workbench());
    await view.open();
    await view.welcomeButton('Connect Registry…');
    const input = quickInput(workbench());
    await input.pick(gitHubRegistry);
    await input.titled('Connect Registry (2 of 3)');
    await input.pick('github.com');
    await input.titled('Connect Registry (3 of 3)');
    await input.pick(byToken);
    await input.titled('Connect Registry (4 of 4)');
    await input.type('ghp_hubot');
    await input.accept();
    await view.row(['GitHub', 'hubot']);
    await view.expand(['GitHub', 'Locked']);
    const labels = (await view.rows()).map(({ label }) => label);
    expect(labels.join()).toMatch(
      /single sign-on: authorize this token for it at https:\/\/github\.com\/orgs\/Locked\/sso/,
    );
    await workbench().screenshot('github-sso');
    await view.collapse(['GitHub', 'Locked']);
    await view.expand(['GitHub', 'Acme']);
    await view.expand(['Acme', 'web']);
    await view.describes(['web', '1'], 'amd64, arm64');
  });

  it('shows an image as a page', async () => {
    const page = await openPage(workbench(), registriesView(workbench()), ['web', '1'], 'web:1');
    expect(await page.frame.locator('.subtitle').innerText()).toBe('GitHub · image for 2 platforms');
    expect(await page.fact('Digest')).toEqual([expect.stringMatching(/^sha256:/)]);
  });

  it('adds an owner by hand', async () => {
    const view = registriesView(workbench());
    await view.choose('GitHub', 'Add Namespace…');
    const input = quickInput(workbench());
    await input.type('octocat');
    await input.accept();
    await view.expand(['GitHub', 'octocat']);
    await view.expand(['octocat', 'app']);
    await view.row(['app', '2.0']);
  });

  it('says before deleting which tags go with the version, and explains that the last one stays', async () => {
    const view = registriesView(workbench());
    await view.choose(['app', 'latest'], 'Delete Image…');
    const question = dialog(workbench());
    expect(await question.detail()).toContain('Deletes 2 tags that point to this image: 2.0, latest.');
    await question.press('Delete 2 Tags');
    await view.gone(['app', '2.0']);
    await view.choose(['app', '1.0'], 'Delete Image…');
    await question.press('Delete Image');
    const toast = notifications(workbench());
    expect(await toast.saying('Could not delete')).toContain('GitHub keeps the last tagged version of a package');
    await workbench().screenshot('github-last-version');
    await toast.clear();
  });

  it('explains too many requests and an outage', async () => {
    const view = registriesView(workbench());
    gitHub.fail(/hubot|user\/packages/, {
      status: 403,
      headers: { 'Retry-After': '60' },
      body: '{"message":"secondary rate limit"}',
    });
    await view.expand(['GitHub', 'hubot']);
    expect((await view.rows()).map(({ label }) => label).join()).toContain(
      'has had too many requests from you. Try again in 60',
    );
    gitHub.clearFaults();
    gitHub.fail(/user\/packages/, { status: 500, body: '{"message":"Server Error"}' });
    await view.choose(['GitHub', 'hubot'], 'Refresh');
    await expect
      .poll(async () => (await view.rows()).map(({ label }) => label).join())
      .toContain('has a problem of its own (500)');
    gitHub.clearFaults();
    await view.choose(['GitHub', 'hubot'], 'Refresh');
    await view.row(['hubot', 'tool']);
  });
});

describe('GitHub Enterprise Server', () => {
  let server: SandboxGitHub;
  beforeAll(async () => {
    server = await startGitHub({
      prefix: '/api/v3',
      packages: { 'octocat/app': [{ manifest: multi, tags: ['1.0'], updated }] },
      users: ['octocat'],
      tokens: { ghp_enterprise: { login: 'octocat', scopes: ['read:packages', 'read:org'] } },
    });
  });
  afterAll(async () => {
    await server.stop();
  });
  const workbench = useWorkbench(() => ({ settings: { 'registryExplorer.tags.details': 'never' } }));

  it('is connected by its address', async () => {
    const host = `localhost:${new URL(server.url).port}`;
    const view = registriesView(workbench());
    await view.open();
    await view.welcomeButton('Connect Registry…');
    const input = quickInput(workbench());
    await input.pick(gitHubRegistry);
    await input.titled('Connect Registry (2 of 3)');
    await input.pick('GitHub Enterprise');
    await input.titled('Connect Registry (3 of 4)');
    await input.type(server.url);
    await input.says('Type the name of the server');
    await input.type(`http://${host}`);
    await input.accept();
    await input.titled('Connect Registry (4 of 4)');
    await input.pick(byToken);
    await input.titled('Connect Registry (5 of 5)');
    await input.type('ghp_enterprise');
    await input.accept();
    await view.row([host, 'octocat']);
    await view.expand([host, 'octocat']);
    await view.expand(['octocat', 'app']);
    await view.row(['app', '1.0']);
  });
});
