import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import type { Credential, Entry, Group, Repository, Tag } from '../../../src/core/model';
import { ghcr } from '../../../src/providers/ghcr/ghcrType';
import type { AccountSession, RegistryProvider } from '../../../src/providers/provider';
import { Listing } from '../../../src/ui/tree/listing';
import { startGitHub, type GitHubOptions, type SandboxGitHub } from '../../sandbox/github/github';
import { buildImage } from '../../sandbox/images';
import { collectLog } from '../collectLog';
import { failing } from '../failing';
import { openAt } from './githubRig';
import { scriptedAsk } from '../ui/scriptedAsk';

const { signal } = new AbortController();
const updated = new Date('2026-05-01T10:00:00.000Z');
const image = buildImage({ created: updated });
const other = buildImage({ created: updated, user: 'other' });

const options: GitHubOptions = {
  packages: {
    'octocat/app': [{ manifest: image, tags: ['2', '1'], updated }],
    'octocat/web': [
      { manifest: image, tags: ['2'], updated },
      { manifest: other, tags: ['1'], updated },
    ],
    'Acme/app': [{ manifest: other, tags: ['1'], updated }],
  },
  organizations: ['Acme'],
  users: ['octocat'],
  tokens: {
    ghp_octocat: { login: 'octocat', scopes: ['read:packages', 'read:org'], organizations: ['Acme'] },
    gho_session: { login: 'octocat', scopes: ['read:packages'] },
  },
  notForRegistry: ['gho_session', 'ghp_octocat'],
};

async function serving(changed: Partial<GitHubOptions> = {}): Promise<SandboxGitHub> {
  const gitHub = await startGitHub({ ...options, ...changed });
  onTestFinished(() => gitHub.stop());
  return gitHub;
}

const basic = (secret: string, username = 'octocat'): Credential => ({ kind: 'basic', username, secret });
const anonymous: Credential = { kind: 'anonymous' };
const session = (): Promise<AccountSession> =>
  Promise.resolve({ token: 'gho_session', account: 'octocat', scopes: ['read:packages'] });

const group = (name: string): Group => ({ kind: 'group', key: name.toLowerCase(), label: name });
const labels = async (provider: RegistryProvider, parent?: Entry): Promise<string[]> =>
  (await provider.list(parent, undefined, signal)).items.map(({ label }) => label);

let gitHub: SandboxGitHub;
beforeEach(async () => {
  gitHub = await serving();
});
const repository = (path: string, at = gitHub): Repository => ({
  kind: 'repository',
  label: path,
  image: { host: at.host, path },
});
const tag = (path: string, name: string): Tag => ({
  kind: 'tag',
  label: name,
  image: { host: gitHub.host, path, tag: name },
});

describe('a failure at GitHub', () => {
  it('with the organizations does not hide the user’s own packages or added owners', async () => {
    gitHub.fail(/user\/orgs/, { status: 500 });
    const provider = openAt(gitHub, basic('ghp_octocat'), { shown: () => ({ namespaces: ['hubot'] }) });
    const listing = new Listing(50, 50, { list: (cursor, given) => provider.list(undefined, cursor, given) });
    await listing.load();
    expect(listing.wantedEntries.map(({ label }) => label)).toEqual(['octocat', 'hubot']);
    expect(listing.failure).toMatchObject({ detail: { status: 500 } });
  });

  it.each([
    ['the wait that GitHub asks of those it tells none', 403, {}, 60],
    ['the wait that it tells', 429, { 'X-RateLimit-Remaining': '0', 'X-RateLimit-Reset': '99999999999' }, 600],
  ])('shows %s', async (_what, status, headers, atLeast) => {
    gitHub.fail(/packages/, {
      status,
      headers,
      body: '{"message":"You have exceeded a secondary rate limit. Please wait a few minutes before you try again."}',
    });
    const provider = openAt(gitHub, basic('ghp_octocat'));
    const failure = await failing(provider.list(group('octocat'), undefined, signal));
    expect(failure.kind).toBe('rateLimited');
    expect(failure.detail.retryAfterSeconds).toBeGreaterThanOrEqual(atLeast);
  });

  it('names the organization that requires single sign-on, and only links of GitHub', async () => {
    const provider = openAt(gitHub, basic('ghp_octocat'));
    await labels(provider);
    for (const [link, isShown] of [
      ['https://github.com/orgs/Acme/sso?authorization_request=a', true],
      ['https://evil.example/orgs/Acme/sso', false],
      ['https://github.com.evil.example/orgs/Acme/sso', false],
    ] as const) {
      const headers = { 'X-GitHub-SSO': `required; url=${link}` };
      gitHub.clearFaults();
      gitHub.fail(/orgs\/Acme/, { status: 403, headers, body: '{"message":"Resource protected"}' });
      const { detail } = await failing(provider.list(group('Acme'), undefined, signal));
      expect(detail.explanation).toContain('Acme');
      expect(detail.explanation?.includes(link)).toBe(isShown);
    }
  });

  it('says which scope a deletion lacks, also if GitHub names several', async () => {
    gitHub.fail(/DELETE/, {
      status: 403,
      headers: { 'X-OAuth-Scopes': 'read:packages', 'X-Accepted-OAuth-Scopes': 'delete:packages, read:packages' },
      body: '{"message":"Forbidden"}',
    });
    const provider = openAt(gitHub, basic('ghp_octocat'));
    const deletion = provider.deletion?.image?.delete(tag('octocat/web', '1').image, other.digest, signal);
    const failure = await failing(deletion ?? Promise.resolve());
    expect(failure.detail.explanation).toContain('read:packages, but this needs delete:packages');
  });
});

describe('the owner of packages', () => {
  it('does not depend on the typed user name', async () => {
    // The token is octocat's, although another name was typed; ghcr.io accepts any name with a token.
    const provider = openAt(gitHub, basic('ghp_octocat', 'acme'));
    const { items } = await provider.list(group('acme'), undefined, signal);
    expect(items.map(({ label }) => label)).toEqual(['app']);
    expect(await labels(provider, items[0])).toEqual(['1']);
  });

  it('can be on a further page of organizations', async () => {
    const organizations = Array.from({ length: 150 }, (_value, index) => `org${index}`);
    const scopes = ['read:packages', 'read:org'];
    const many = await serving({ organizations, tokens: { ghp: { login: 'octocat', scopes, organizations } } });
    const provider = openAt(many, basic('ghp'));
    const listing = new Listing(500, 500, { list: (cursor, given) => provider.list(undefined, cursor, given) });
    await listing.load();
    expect([listing.known, listing.failure]).toEqual([151, undefined]);
  });

  it('can be proposed for a push if it was added by name', async () => {
    const provider = openAt(gitHub, anonymous, { account: session, shown: () => ({ namespaces: ['Acme'] }) });
    expect(await provider.pushTargets(signal)).toEqual(
      ['octocat', 'acme'].map((namespace) => ({ host: gitHub.host, namespace })),
    );
  });

  it('may have an underscore, as managed users of an enterprise do', () => {
    const problem = openAt(gitHub, anonymous).namespaces?.problem;
    for (const good of ['acme', 'Acme-2', 'jane-doe_acme']) expect(problem?.(good)).toBeUndefined();
    for (const bad of ['', '-a', 'a/b', 'a b', '_a', 'a'.repeat(80)]) expect(problem?.(bad)).toBeTypeOf('string');
  });
});

describe('packages with more versions than GitHub lists', () => {
  it('end at GitHub’s limit', async () => {
    const versions = Array.from({ length: 10_150 }, (_value, index) => ({
      manifest: image,
      tags: [`v${index}`],
      updated,
    }));
    const many = await serving({ packages: { 'octocat/many': versions } });
    const provider = openAt(many, basic('ghp_octocat'));
    const listing = new Listing(20_000, 20_000, {
      list: (cursor, given) => provider.list(repository('octocat/many', many), cursor, given),
    });
    await listing.load();
    expect([listing.known, listing.failure]).toEqual([10_000, undefined]);
  });

  it('show their tags, also after many versions without tags', async () => {
    const versions = Array.from({ length: 2_600 }, (_value, index) => ({
      manifest: image,
      tags: index === 2_550 ? ['release'] : [],
      updated,
    }));
    const many = await serving({ packages: { 'octocat/many': versions } });
    const provider = openAt(many, basic('ghp_octocat'));
    const listing = new Listing(50, 50, {
      list: (cursor, given) => provider.list(repository('octocat/many', many), cursor, given),
    });
    await listing.load();
    expect(listing.wantedEntries.map(({ label }) => label)).toEqual(['release']);
  });
});

describe('a refusal of the registry', () => {
  it('for an account is not repeated for each tag', async () => {
    const tags = Array.from({ length: 50 }, (_value, index) => `v${index}`);
    const many = await serving({ packages: { 'octocat/app': [{ manifest: image, tags, updated }] } });
    const log = collectLog();
    const provider = openAt(many, anonymous, { account: session, log });
    const { items } = await provider.list(repository('octocat/app', many), undefined, signal);
    for (const one of items) {
      if (one.kind === 'tag')
        expect(await provider.details?.(one, signal)).toMatchObject({ digest: image.digest, updated });
    }
    expect(items.length).toBe(50);
    expect(log.lines.filter((line) => line.includes('/token')).length).toBe(1);
  });

  it('for an account is shown before an engine uses it', async () => {
    const provider = openAt(gitHub, anonymous, { account: session });
    const failure = await failing(provider.engineCredential(gitHub.host, signal));
    expect(failure.detail.explanation).toContain('personal access token (classic) with read:packages');
  });

  it('for a token in addition to an account does not blame the account', async () => {
    const provider = openAt(gitHub, basic('ghp_octocat'), { account: session });
    const manifest = provider.content?.manifest(tag('octocat/app', '1').image, signal);
    const { detail } = await failing(manifest ?? Promise.resolve());
    expect(detail.explanation ?? '').not.toContain('VS Code’s account');
  });
});

describe('the address of a server', () => {
  const connecting = async (typed: string) => {
    const { ask, inputs } = scriptedAsk('GitHub Enterprise', typed, 'GitHub account of VS Code');
    return { ...(await ghcr.connect(ask, () => '')), inputs };
  };

  it.each([
    ['git.example.com', 'https://git.example.com'],
    ['HTTPS://Git.Example.com/', 'https://git.example.com'],
    ['http://git.example.com:8080', 'http://git.example.com:8080'],
  ])('reads %s as %s', async (typed, expected) => {
    expect((await connecting(typed)).connection.url).toBe(expected);
  });

  it.each(['ftp://git.example.com', 'https://:pw@git.example.com', 'two words', ''])('refuses %j', async (typed) => {
    const { inputs } = await connecting('git.example.com');
    expect(inputs[0]?.problem?.(typed)).toBeTypeOf('string');
  });
});
