import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import type { Credential, Entry, Group, Repository, Tag } from '../../../src/core/model';
import { endpointsOf } from '../../../src/providers/ghcr/githubEndpoints';
import { ghcr } from '../../../src/providers/ghcr/ghcrType';
import type { AccountSession, RegistryProvider } from '../../../src/providers/provider';
import { report } from '../../../src/ui/report';
import { startGitHub, type GitHubOptions, type SandboxGitHub } from '../../sandbox/github/github';
import { buildImage, buildIndex } from '../../sandbox/images';
import { failing } from '../failing';
import { openAt } from './githubRig';
import { scriptedAsk } from '../ui/scriptedAsk';

const { signal } = new AbortController();
const updated = new Date('2026-05-01T10:00:00.000Z');
const amd64 = buildImage({ created: updated, platform: { os: 'linux', architecture: 'amd64' } });
const arm64 = buildImage({ created: updated, platform: { os: 'linux', architecture: 'arm64' } });
const multi = buildIndex([{ manifest: amd64 }, { manifest: arm64 }]);
const classic = ['read:packages', 'read:org', 'delete:packages'];

const options: GitHubOptions = {
  packages: {
    'octocat/app': [
      { manifest: multi, tags: ['latest', '2.0'], updated },
      { manifest: arm64, tags: [], updated },
      { manifest: amd64, tags: ['1.0'], updated },
    ],
    'octocat/only': [{ manifest: amd64, tags: ['1'], updated }],
    'Acme/tools/cli': [{ manifest: multi, tags: ['v1'], updated }],
    'Locked/web': [{ manifest: amd64, tags: ['1'], updated }],
    'hubot/app': [{ manifest: amd64, tags: ['1'], updated }],
  },
  organizations: ['Acme', 'Locked'],
  users: ['octocat', 'hubot'],
  tokens: {
    ghp_octocat: { login: 'octocat', scopes: classic, organizations: ['Acme', 'Locked'], needsSso: ['Locked'] },
    ghp_reader: { login: 'octocat', scopes: ['read:packages'], organizations: ['Acme'] },
    ghp_nothing: { login: 'octocat', scopes: ['repo'] },
    ghp_hubot: { login: 'hubot', scopes: classic },
    gho_session: { login: 'octocat', scopes: ['read:packages'] },
    gho_deleting: { login: 'octocat', scopes: ['read:packages', 'delete:packages'] },
  },
  notForRegistry: ['gho_session', 'gho_deleting', 'ghp_reader', 'ghp_nothing'],
};

async function serving(changed: Partial<GitHubOptions> = {}): Promise<SandboxGitHub> {
  const gitHub = await startGitHub({ ...options, ...changed });
  onTestFinished(() => gitHub.stop());
  return gitHub;
}

const basic = (secret: string, username = 'octocat'): Credential => ({ kind: 'basic', username, secret });
const anonymous: Credential = { kind: 'anonymous' };
const group = (name: string): Group => ({ kind: 'group', key: name.toLowerCase(), label: name });

describe('GitHub Container Registry', () => {
  let gitHub: SandboxGitHub;
  let provider: RegistryProvider;
  beforeEach(async () => {
    gitHub = await serving();
    provider = openAt(gitHub, basic('ghp_octocat'));
  });
  const paths = () => gitHub.requests.map(({ method, path }) => `${method} ${path}`);
  const labels = async (parent?: Entry, one = provider) =>
    (await one.list(parent, undefined, signal)).items.map(({ label }) => label);
  const repository = (path: string): Repository => ({
    kind: 'repository',
    label: path,
    image: { host: gitHub.host, path },
  });
  const tag = (path: string, name: string): Tag => ({
    kind: 'tag',
    label: name,
    image: { host: gitHub.host, path, tag: name },
  });

  it('lists the user, the organizations, and owners added by hand, each once', async () => {
    expect(await labels()).toEqual(['octocat', 'Acme', 'Locked']);
    const added = openAt(gitHub, basic('ghp_octocat'), { shown: () => ({ namespaces: ['hubot', 'acme'] }) });
    expect(await labels(undefined, added)).toEqual(['octocat', 'acme', 'Locked', 'hubot']);
  });

  it('lists the user’s own packages if the organizations cannot be listed', async () => {
    expect(await labels(undefined, openAt(gitHub, basic('ghp_reader')))).toEqual(['octocat']);
  });

  it('lists packages in lower case, also if their owner is not, and with slashes in their names', async () => {
    await labels();
    const { items } = await provider.list(group('Acme'), undefined, signal);
    expect(items).toEqual([
      {
        ...{ kind: 'repository', label: 'tools/cli', image: { host: gitHub.host, path: 'acme/tools/cli' } },
        updated: new Date('2026-01-01T00:00:00Z'),
      },
    ]);
    expect(await labels(items[0])).toEqual(['v1']);
    expect(paths().at(-1)).toContain('/orgs/Acme/packages/container/tools%2Fcli/versions');
    expect(await labels(group('hubot'))).toEqual(['app']);
  });

  it('lists all owners if one requires single sign-on, and shows the link', async () => {
    await labels();
    const failure = await failing(provider.list(group('Locked'), undefined, signal));
    expect(report(failure, 'list')?.message).toContain(
      'authorize this token for it at https://github.com/orgs/Locked/sso?authorization_request=abc',
    );
    expect(failure.kind).toBe('forbidden');
    expect(await labels(group('octocat'))).toEqual(['app', 'only']);
  });

  it('knows that it has listed all tags after the last page', async () => {
    await labels();
    const app = repository('octocat/app');
    const areAll = () => provider.content?.source(app.image).digestTags.areAll;
    expect(areAll()).toBe(false);
    await labels(app);
    expect(areAll()).toBe(true);
  });

  it('lists a row for each tag of a version, and none for versions without tags', async () => {
    const { items } = await provider.list(repository('octocat/app'), undefined, signal);
    expect(items.map(({ label }) => label)).toEqual(['latest', '2.0', '1.0']);
    expect(items[0]).toMatchObject({ image: { host: gitHub.host, path: 'octocat/app', tag: 'latest' } });
  });

  it('reads details, platforms, manifests and configs from the registry', async () => {
    const one = tag('octocat/app', '2.0');
    expect(await provider.details?.(one, signal)).toMatchObject({
      digest: multi.digest,
      type: 'index',
      created: updated,
    });
    expect(await labels(one)).toEqual(['linux/amd64', 'linux/arm64']);
    expect((await provider.content?.manifest(one.image, signal))?.digest).toBe(multi.digest);
    expect(
      (await provider.content?.config({ ...one.image, digest: arm64.digest }, signal))?.platform?.architecture,
    ).toBe('arm64');
  });

  it('knows the pages of packages and versions', async () => {
    await labels(group('octocat'));
    await labels(repository('octocat/app'));
    expect(provider.webPage?.(repository('octocat/app'))?.pathname).toBe(
      '/users/octocat/packages/container/package/app',
    );
    expect(provider.webPage?.(tag('octocat/app', '1.0'))?.pathname).toBe('/users/octocat/packages/container/app/3');
  });

  it('proposes to push to the user and the organizations, with the token', async () => {
    expect(await provider.pushTargets(signal)).toEqual(
      ['octocat', 'acme', 'locked'].map((namespace) => ({ host: gitHub.host, namespace })),
    );
    expect(await provider.engineCredential(gitHub.host, signal)).toEqual(basic('ghp_octocat'));
  });

  it('says at once that a token is wrong, and which scope another lacks', async () => {
    const wrong = await failing(openAt(gitHub, basic('ghp_wrong')).list(undefined, undefined, signal));
    expect(report(wrong, 'connect')?.message).toBe('Could not connect: the registry says “Bad credentials” (401).');
    const lacking = await failing(openAt(gitHub, basic('ghp_nothing')).list(undefined, undefined, signal));
    expect(report(lacking, 'connect')?.message).toContain(
      'the token has the scopes repo, but needs read:packages to browse',
    );
  });

  it('never uses the token of one account for another', async () => {
    const hubot = openAt(gitHub, basic('ghp_hubot', 'hubot'));
    await Promise.all([labels(), labels(undefined, hubot)]);
    await labels(group('hubot'), hubot);
    const sent = gitHub.requests.filter(({ path }) => path.includes('hubot') || path.startsWith('/user/packages'));
    expect(sent.map(({ headers }) => headers.authorization)).toEqual(['Bearer ghp_hubot']);
  });

  describe('with the account of VS Code', () => {
    const asked: string[] = [];
    const account = (sessions: Readonly<Record<string, string>>) => {
      asked.length = 0;
      return (scopes: readonly string[], mayAsk: boolean): Promise<AccountSession | undefined> => {
        asked.push(`${scopes.join('+')} ${mayAsk ? 'asking' : 'silently'}`);
        const token = sessions[scopes.join('+')];
        return Promise.resolve(token === undefined ? undefined : { token, account: 'octocat', scopes });
      };
    };

    it('lists with read:packages, without asking the user', async () => {
      const session = openAt(gitHub, anonymous, { account: account({ 'read:packages': 'gho_session' }) });
      expect(await labels(undefined, session)).toEqual(['octocat']);
      expect(await labels(group('octocat'), session)).toEqual(['app', 'only']);
      expect(new Set(asked)).toEqual(new Set(['read:packages silently']));
    });

    it('still lists if the registry refuses the account, shows what is known, and says what is needed', async () => {
      const session = openAt(gitHub, anonymous, { account: account({ 'read:packages': 'gho_session' }) });
      await labels(repository('octocat/app'), session);
      expect(await session.details?.(tag('octocat/app', '2.0'), signal)).toMatchObject({
        digest: multi.digest,
        updated,
      });
      const failure = await failing(
        session.content?.manifest(tag('octocat/app', '2.0').image, signal) ?? Promise.resolve(),
      );
      expect(failure.detail.explanation).toContain('Add a personal access token (classic) with read:packages');
      expect(report(failure, 'inspect')?.remedies[0]).toBe('updateCredential');
    });

    it('uses a personal access token, if there is one, for everything', async () => {
      const both = openAt(gitHub, basic('ghp_octocat'), { account: account({ 'read:packages': 'gho_session' }) });
      expect((await both.content?.manifest(tag('octocat/app', '2.0').image, signal))?.digest).toBe(multi.digest);
    });

    it('asks for more scopes only if a command needs them', async () => {
      const session = openAt(gitHub, anonymous, {
        account: account({ 'read:packages': 'gho_session', 'read:packages+delete:packages': 'gho_deleting' }),
      });
      const preview = await session.deletion?.image?.preview(
        tag('octocat/app', '1.0').image,
        ['1.0'],
        () => undefined,
        signal,
      );
      // The registry refuses the session, so the images of the tags are not known.
      expect(preview).toMatchObject({ images: [{ tags: ['1.0'] }], unknown: ['1.0', '2.0', 'latest'] });
      expect(preview).not.toHaveProperty('referrers');
      expect(asked).not.toContain('read:packages+delete:packages asking');
      await session.deletion?.image?.delete(tag('octocat/app', '1.0').image, preview?.images[0]?.digest ?? '', signal);
      expect(asked).toContain('read:packages+delete:packages asking');
      expect(await labels(repository('octocat/app'), session)).toEqual(['latest', '2.0']);
    });

    it('says that the account is signed out', async () => {
      const failure = await failing(
        openAt(gitHub, anonymous, { account: account({}) }).list(undefined, undefined, signal),
      );
      expect([failure.kind, failure.detail.explanation]).toEqual([
        'unauthorized',
        expect.stringContaining('signed out'),
      ]);
    });
  });

  it('says before a deletion which tags share the version, and deletes it', async () => {
    const preview = await provider.deletion?.image?.preview(
      tag('octocat/app', 'latest').image,
      ['latest'],
      () => undefined,
      signal,
    );
    expect(preview).toMatchObject({ images: [{ digest: multi.digest, tags: ['2.0', 'latest'] }] });
    await provider.deletion?.image?.delete(tag('octocat/app', 'latest').image, multi.digest, signal);
    expect(await labels(repository('octocat/app'))).toEqual(['1.0']);
  });

  it('explains that the last version cannot be deleted, and that a token may not delete', async () => {
    const last = provider.deletion?.image?.delete(tag('octocat/only', '1').image, amd64.digest, signal);
    expect((await failing(last ?? Promise.resolve())).detail.explanation).toContain(
      'Delete the whole package on its page',
    );
    const reader = openAt(gitHub, basic('ghp_reader'));
    const forbidden = reader.deletion?.image?.delete(tag('octocat/app', '1.0').image, amd64.digest, signal);
    expect((await failing(forbidden ?? Promise.resolve())).detail.explanation).toBe(
      'the token has the scopes read:packages, but this needs delete:packages',
    );
  });

  it('says that a tag no longer exists, or points elsewhere now', async () => {
    const preview = provider.deletion?.image?.preview(
      tag('octocat/app', 'gone').image,
      ['gone'],
      () => undefined,
      signal,
    );
    expect((await failing(preview ?? Promise.resolve())).kind).toBe('notFound');
    const moved = provider.deletion?.image?.delete(tag('octocat/app', '2.0').image, amd64.digest, signal);
    expect((await failing(moved ?? Promise.resolve())).message).toContain('moved to another image');
  });

  it.each([
    [403, { 'X-RateLimit-Remaining': '0', 'X-RateLimit-Reset': String(Math.floor(Date.now() / 1000) + 600) }, 600],
    [403, { 'Retry-After': '60' }, 60],
    [429, { 'Retry-After': '60' }, 60],
  ])('says how long to wait after too many requests: %d %j', async (status, headers, seconds) => {
    gitHub.fail(/packages/, { status, headers, body: '{"message":"API rate limit exceeded"}' });
    const failure = await failing(provider.list(group('octocat'), undefined, signal));
    expect(failure.kind).toBe('rateLimited');
    expect(Math.abs((failure.detail.retryAfterSeconds ?? 0) - seconds)).toBeLessThan(30);
  });

  it('sends no request if it was aborted before', async () => {
    await expect(provider.list(group('octocat'), undefined, AbortSignal.abort())).rejects.toMatchObject({
      name: 'AbortError',
    });
    expect(gitHub.requests).toEqual([]);
  });
});

describe('an image of GitHub, where nothing was listed', () => {
  it.each([
    ['octocat', ['/user', '/user/packages/container/app/versions']],
    ['acme', ['/orgs/acme/packages', '/orgs/acme/packages/container/tools%2Fcli/versions']],
    ['hubot', ['/orgs/hubot/packages', '/user', '/users/hubot/packages/container/app/versions']],
  ])('of %s has its tags after these requests', async (owner, asked) => {
    const gitHub = await serving();
    const provider = openAt(gitHub, basic('ghp_octocat'));
    const path = owner === 'acme' ? 'acme/tools/cli' : `${owner}/app`;
    const repository = provider.locate({ host: gitHub.host, path })?.[1];
    expect((await provider.list(repository, undefined, signal)).items).not.toEqual([]);
    expect(gitHub.requests.map((request) => request.path.replace(/\?.*/, ''))).toEqual(asked);
  });
});

describe('long lists of GitHub', () => {
  it('show their first rows with one request, and each further page with one more', async () => {
    const many = Array.from({ length: 1000 }, (_value, index) => [`octocat/p${1000 + index}`, []] as const);
    const versions = Array.from({ length: 3000 }, (_value, index) => ({
      manifest: amd64,
      // The first page has no version with a tag.
      tags: index < 100 ? [] : [`v${index}`],
      updated,
    }));
    const gitHub = await serving({ packages: { ...Object.fromEntries(many), 'octocat/long': versions } });
    const provider = openAt(gitHub, basic('ghp_octocat'));
    await provider.list(undefined, undefined, signal);
    const before = gitHub.requests.length;
    const first = await provider.list(group('octocat'), undefined, signal);
    expect([first.items.length, first.next, gitHub.requests.length - before]).toEqual([100, '2', 1]);
    const second = await provider.list(group('octocat'), first.next, signal);
    expect([second.items[0]?.label, gitHub.requests.length - before]).toEqual(['p1100', 2]);
    const long: Repository = { kind: 'repository', label: 'long', image: { host: gitHub.host, path: 'octocat/long' } };
    const rows = await provider.list(long, undefined, signal);
    expect([rows.items.length, rows.next, gitHub.requests.length - before]).toEqual([100, '3', 4]);
  });
});

describe('the address of GitHub', () => {
  const unset = () => '';
  const byToken = ['Personal access token (classic)'];
  it.each([
    ['https://github.com', 'https://api.github.com', 'ghcr.io'],
    ['https://acme.ghe.com', 'https://api.acme.ghe.com', 'containers.acme.ghe.com'],
    ['https://git.example.com', 'https://git.example.com/api/v3', 'containers.git.example.com'],
  ])('%s has its API at %s and its images at %s', (url, api, host) => {
    expect(endpointsOf(url, unset)).toMatchObject({ api, host });
  });

  it.each([
    [
      ['github.com', 'GitHub account of VS Code'],
      { url: 'https://github.com', label: 'GitHub', signIn: { kind: 'askAccount', authentication: 'github' } },
    ],
    [
      ['GitHub Enterprise', 'git.example.com', 'GitHub account of VS Code'],
      {
        url: 'https://git.example.com',
        label: 'git.example.com',
        signIn: { kind: 'askAccount', authentication: 'github-enterprise' },
      },
    ],
    [['github.com', ...byToken, 'ghp_x'], { url: 'https://github.com', label: 'GitHub', signIn: { kind: 'basic' } }],
  ])('the answers %j make a connection', async (script, expected) => {
    const { connection } = await ghcr.connect(scriptedAsk(...script).ask, unset);
    expect(connection).toEqual({ provider: 'ghcr', ...expected });
  });

  it('refuses a fine-grained token', async () => {
    const { ask, inputs } = scriptedAsk('github.com', ...byToken, 'ghp_x');
    await ghcr.connect(ask, unset);
    expect(inputs[0]?.problem?.('github_pat_abc')).toContain('fine-grained');
  });

  it.each([
    ['github.com', 'https://github.com', 'Create one at github.com'],
    ['https://git.example.com', 'https://git.example.com', 'Create one at git.example.com'],
    ['http://git.example.com', undefined, undefined],
  ])('at %s leads to the page where tokens are created, only over https', async (server, origin, title) => {
    const where = server === 'github.com' ? [server] : ['GitHub Enterprise', server];
    const { ask, inputs } = scriptedAsk(...where, ...byToken, 'ghp_x');
    await ghcr.connect(ask, unset);
    const page = inputs.at(-1)?.page;
    expect([page?.title, page?.url.origin]).toEqual([title, origin]);
    if (page !== undefined)
      expect(page.url.href).toBe(
        `${String(origin)}/settings/tokens/new?description=Registry%20Explorer&scopes=read:packages,write:packages,delete:packages`,
      );
  });

  it('is that of the connection if only the credential is asked', async () => {
    const { ask, prompts } = scriptedAsk('GitHub account of VS Code');
    const { signIn } = await ghcr.signIn(ask, { url: 'https://git.example.com' });
    expect(signIn).toEqual({ kind: 'askAccount', authentication: 'github-enterprise' });
    expect(prompts).toEqual(['How do you sign in to GitHub?']);
  });
});
