import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { isEndOfList, mostBarrenPages } from '../../../src/core/bounds';
import { diagnose } from '../../../src/core/network/diagnose';
import { axiosHttp } from '../../../src/core/axiosHttp';
import { Redaction } from '../../../src/core/network/redaction';
import type { Credential, Entry, Group, Repository, Tag } from '../../../src/core/model';
import { withDigest } from '../../../src/core/reference';
import { gitLab as type } from '../../../src/providers/gitlab/gitLabType';
import type { ProviderContext, RegistryProvider } from '../../../src/providers/provider';
import { Search } from '../../../src/registries/search';
import type { Found } from '../../../src/registries/search';
import { report } from '../../../src/ui/report';
import { startGitLab, type GitLabOptions, type GitLabProject, type SandboxGitLab } from '../../sandbox/gitlab/gitlab';
import { buildImage } from '../../sandbox/images';
import { startRecorder } from '../../sandbox/recorder';
import { jsonReply } from '../../sandbox/serve';
import { collectLog } from '../collectLog';
import { scripted } from '../core/scripted';
import { failing } from '../failing';
import { contextOf } from '../providerContext';
import { scriptedAsk } from '../ui/scriptedAsk';

const { signal } = new AbortController();
const image = buildImage({ created: new Date('2026-05-01T10:00:00.000Z') });
const proxies = { support: 'off', configured: '', exceptions: [], env: {} };
const day = (number: number): Date => new Date(Date.UTC(2026, 4, number));

const options: GitLabOptions = {
  projects: {
    'Acme/Shop/Web': {
      repositories: { '': { latest: image, '1.0': image }, worker: { edge: image, keep: image } },
      members: { alice: 40, dave: 30 },
      lastActivity: day(2),
      protectedTags: ['keep'],
    },
    'acme/api': { repositories: { '': { '2': image } }, members: { alice: 20 }, lastActivity: day(3) },
    'acme/docs': { repositories: {}, members: { alice: 40 }, lastActivity: day(4), registry: 'disabled' },
    'acme/inner': {
      repositories: { '': { '1': image } },
      members: { gina: 10 },
      lastActivity: day(1),
      isPublic: true,
      registry: 'private',
    },
    'acme/old': { repositories: {}, members: { alice: 40 }, lastActivity: day(1), isArchived: true },
    'free/tool': { repositories: { cli: { v1: image } }, members: {}, lastActivity: day(9), isPublic: true },
  },
  tokens: {
    'glpat-alice': { user: 'alice', scopes: ['api'] },
    'glpat-dave': { user: 'dave', scopes: ['api'] },
    'glpat-gina': { user: 'gina', scopes: ['read_api', 'read_registry'] },
    'glpat-reader': { user: 'alice', scopes: ['read_api', 'read_registry'] },
    'glpat-images': { user: 'alice', scopes: ['read_registry'] },
    'glpat-expired': { user: 'alice', scopes: ['api'], state: 'expired' },
    'glpat-revoked': { user: 'alice', scopes: ['api'], state: 'revoked' },
  },
};

async function serving(changed: Partial<GitLabOptions> = {}): Promise<SandboxGitLab> {
  const gitLab = await startGitLab({ ...options, ...changed });
  onTestFinished(() => gitLab.stop());
  return gitLab;
}

function openAt(url: string, token: string | undefined, parts: Partial<ProviderContext> = {}): RegistryProvider {
  const credential: Credential =
    token === undefined ? { kind: 'anonymous' } : { kind: 'basic', username: '', secret: token };
  return type.open(
    { id: 'gl', provider: 'gitlab', label: 'GitLab', url, signIn: { kind: 'basic' } },
    contextOf(credential, parts),
  );
}

const group = (path: string): Group => ({ kind: 'group', key: path.toLowerCase(), label: path });
const labelsIn = async (provider: RegistryProvider, parent?: Entry) =>
  (await provider.list(parent, undefined, signal)).items.map(({ label }) => label);
const saying = async (promise: Promise<unknown>) => report(await failing(promise), 'do it')?.message;

describe('GitLab', () => {
  let gitLab: SandboxGitLab;
  let provider: RegistryProvider;
  beforeEach(async () => {
    gitLab = await serving();
    provider = openAt(gitLab.url, 'glpat-alice');
  });
  const asked = () => gitLab.requests.map(({ method, path }) => `${method} ${path}`);
  const repositoryIn = async (project: string, label: string, one = provider): Promise<Repository> => {
    const found = (await one.list(group(project), undefined, signal)).items.find((entry) => entry.label === label);
    if (found?.kind !== 'repository') throw new Error(`${project} has no ${label}`);
    return found;
  };
  const tagIn = async (project: string, label: string, tag: string, one = provider): Promise<Tag> => {
    const repository = await repositoryIn(project, label, one);
    const found = (await one.list(repository, undefined, signal)).items.find((entry) => entry.label === tag);
    if (found?.kind !== 'tag') throw new Error(`${label} has no ${tag}`);
    return found;
  };

  describe('projects', () => {
    it('are found by a part of their path, those of groups above and those added by hand included', async () => {
      const added = openAt(gitLab.url, 'glpat-alice', { shown: () => ({ namespaces: ['free/tool', 'free/web'] }) });
      const find = async (text: string) =>
        (await added.find?.(undefined)?.(text, undefined, signal))?.items.map(({ label }) => label);
      expect([await find('SHOP'), await find('web'), await find('none')]).toEqual([
        ['Acme/Shop/Web'],
        ['Acme/Shop/Web', 'free/web'],
        [],
      ]);
      expect(asked()).toContain(
        'GET /api/v4/projects?membership=true&order_by=last_activity_at&sort=desc&search=SHOP&search_namespaces=true&per_page=100&page=1',
      );
      expect(added.find?.(group('acme/api'))).toBeUndefined();
    });

    it('are looked into by a search, for repositories', async () => {
      const connection = {
        id: 'gl',
        provider: 'gitlab',
        label: 'GitLab',
        url: gitLab.url,
        signIn: { kind: 'basic' },
      } as const;
      const search = new Search({
        all: () => [{ connection, provider }],
        onDidChange: () => ({ dispose: () => undefined }),
      });
      const found = async (text: string) => {
        const trails: string[] = [];
        const take = (news: Found) => {
          if (news.kind === 'hits')
            trails.push(...news.hits.map(({ trail }) => trail.map(({ label }) => label).join(' › ')));
        };
        await search.open(signal).find(text, take, signal);
        return trails;
      };
      expect(await found('shop')).toEqual([...['Acme/Shop/Web', 'Acme/Shop/Web › web', 'Acme/Shop/Web › web/worker']]);
      expect(await found('web/worker:edge')).toEqual(['Acme/Shop/Web › web/worker']);
      expect(asked().filter((path) => path.includes('/registry/repositories'))).toHaveLength(1);
    });

    it('are not found by what else GitLab looks into', async () => {
      const described: GitLabProject = { repositories: {}, members: { alice: 40 }, lastActivity: day(1) };
      const { url } = await serving({ projects: { 'acme/api': { ...described, description: 'Behind the web shop' } } });
      expect(await openAt(url, 'glpat-alice').find?.(undefined)?.('shop', undefined, signal)).toEqual({ items: [] });
    });

    it('are listed with one request, the latest active first, without those without a registry', async () => {
      expect(await provider.list(undefined, undefined, signal)).toEqual({
        items: [
          { kind: 'group', key: 'acme/api', label: 'acme/api', icon: 'project', called: 'Project' },
          { kind: 'group', key: 'acme/shop/web', label: 'Acme/Shop/Web', icon: 'project', called: 'Project' },
          { kind: 'group', key: 'acme/old', label: 'acme/old', icon: 'project', called: 'Project' },
        ],
      });
      expect(asked()).toEqual([
        'GET /api/v4/projects?membership=true&order_by=last_activity_at&sort=desc&per_page=100&page=1',
      ]);
    });

    it('end with a failure after many empty pages, and continue from there', async () => {
      let asked = 0;
      const { url } = await scripted(({ path }) => {
        asked++;
        return jsonReply(200, [], { 'X-Next-Page': String(Number(/&page=(\d+)/.exec(path)?.[1]) + 1) });
      });
      const one = openAt(url, 'glpat-alice');
      const { items, next, failure } = await one.list(undefined, undefined, signal);
      expect([asked, items, next]).toEqual([mostBarrenPages, [], String(mostBarrenPages + 1)]);
      expect(isEndOfList(failure)).toBe(true);
      await one.list(undefined, next, signal);
      expect(asked).toBe(2 * mostBarrenPages);
      await one.learn?.({ host: 'registry.example.com', path: 'acme/web' }, signal);
      expect(asked).toBe(3 * mostBarrenPages);
    });

    it('are listed page by page, and empty pages are skipped', async () => {
      const many = (from: number, count: number, registry: 'enabled' | 'disabled') =>
        Array.from({ length: count }, (_, index): [string, GitLabProject] => [
          `many/p${from + index}`,
          { repositories: {}, members: { alice: 40 }, lastActivity: new Date(1e12 - (from + index) * 1000), registry },
        ]);
      const projects = Object.fromEntries([...many(0, 100, 'disabled'), ...many(100, 101, 'enabled')]);
      const server = await serving({ projects });
      const own = openAt(server.url, 'glpat-alice');
      const first = await own.list(undefined, undefined, signal);
      expect(first.items.map(({ label }) => label).slice(0, 2)).toEqual(['many/p100', 'many/p101']);
      expect(first).toMatchObject({ next: '3' });
      const last = await own.list(undefined, first.next, signal);
      expect(last).toEqual({
        items: [{ kind: 'group', key: 'many/p200', label: 'many/p200', icon: 'project', called: 'Project' }],
      });
      expect(server.requests.map(({ path }) => path.slice(-7))).toEqual(['&page=1', '&page=2', '&page=3']);
    });

    it('have a next page even if a proxy removes the links, or the number', async () => {
      for (const headers of [{ 'X-Next-Page': '2' }, { Link: '<https://x.test/?page=2>; rel="next"' }]) {
        gitLab.fail(/projects\?/, {
          status: 200,
          headers,
          body: JSON.stringify([{ id: 1, path_with_namespace: 'a/b' }]),
        });
        expect(await provider.list(undefined, undefined, signal)).toMatchObject({ next: '2' });
        gitLab.clearFaults();
      }
    });

    it('are never requested from the host in a link', async () => {
      const elsewhere = await startRecorder(gitLab.url);
      onTestFinished(() => elsewhere.stop());
      const Link = `<${elsewhere.url}/api/v4/projects?page=2>; rel="next"`;
      gitLab.fail(/page=1$/, {
        status: 200,
        headers: { Link },
        body: JSON.stringify([{ id: 1, path_with_namespace: 'a/b' }]),
      });
      const { next } = await provider.list(undefined, undefined, signal);
      await provider.list(undefined, next, signal);
      expect(elsewhere.requests).toEqual([]);
      expect(asked().at(-1)).toMatch(/^GET \/api\/v4\/projects\?.*page=2$/);
    });

    it('are found if GitLab is under a path', async () => {
      const below = await serving({ prefix: '/gitlab' });
      expect(below.url).toMatch(/\/gitlab$/);
      const own = openAt(below.url, 'glpat-alice');
      expect(await labelsIn(own)).toContain('acme/api');
      expect(await labelsIn(own, await repositoryIn('acme/api', 'api', own))).toEqual(['2']);
      const wrong = await saying(openAt(new URL(below.url).origin, 'glpat-alice').list(undefined, undefined, signal));
      expect(wrong).toContain('there is no GitLab at http://');
    });

    it('can be added by their path if the account is no member', async () => {
      const added = openAt(gitLab.url, 'glpat-alice', { shown: () => ({ namespaces: ['free/tool', 'acme/api'] }) });
      expect(await labelsIn(added)).toEqual(['acme/api', 'Acme/Shop/Web', 'acme/old', 'free/tool']);
      expect(await labelsIn(added, await repositoryIn('free/tool', 'tool/cli', added))).toEqual(['v1']);
      expect(asked()).toContain('GET /api/v4/projects/free%2Ftool');
      const { namespaces } = provider;
      await namespaces?.check('free/tool', signal);
      expect(await saying(namespaces?.check('free/none', signal) ?? Promise.resolve())).toContain(
        '404 Project Not Found',
      );
      expect(await saying(namespaces?.check('acme/inner', signal) ?? Promise.resolve())).toContain(
        'your role in this project does not let you see its images',
      );
      expect(namespaces?.problem('free/tool')).toBeUndefined();
      expect(namespaces?.problem('a.b/c-d/e_f')).toBeUndefined();
      for (const wrong of ['free', '/tool', 'free/', 'free/to ol', '../x'])
        expect(namespaces?.problem(wrong), wrong).toContain('not the path of a project');
    });
  });

  describe('repositories', () => {
    it('have the names that GitLab shows, and the host that GitLab names', async () => {
      await labelsIn(provider);
      const { items } = await provider.list(group('Acme/Shop/Web'), undefined, signal);
      expect(items).toEqual([
        { kind: 'repository', label: 'web', image: { host: gitLab.host, path: 'acme/shop/web' } },
        { kind: 'repository', label: 'web/worker', image: { host: gitLab.host, path: 'acme/shop/web/worker' } },
      ]);
      expect(gitLab.host).not.toBe(new URL(gitLab.url).host);
      expect(asked().at(-1)).toMatch(/^GET \/api\/v4\/projects\/\d+\/registry\/repositories\?per_page=100&page=1$/);
    });

    it('are read with the name of the user, and a token of GitLab’s token server', async () => {
      await labelsIn(provider);
      expect(await labelsIn(provider, await repositoryIn('acme/api', 'api'))).toEqual(['2']);
      const realm = gitLab.requests.find(({ path }) => path.startsWith('/jwt/auth'));
      const basic = Buffer.from('alice:glpat-alice').toString('base64');
      expect(realm?.headers.authorization).toBe(`Basic ${basic}`);
      expect(gitLab.registry.requests.some(({ headers }) => headers.authorization?.startsWith('Basic'))).toBe(false);
      expect(await provider.engineCredential(gitLab.host, signal)).toEqual({
        kind: 'basic',
        username: 'alice',
        secret: 'glpat-alice',
      });
      expect(await provider.accountName?.(signal)).toBe('alice');
      expect(asked().filter((line) => line === 'GET /api/v4/user')).toHaveLength(1);
    });

    it('are deleted by GitLab later, and are no rows meanwhile', async () => {
      await labelsIn(provider);
      const repository = await repositoryIn('Acme/Shop/Web', 'web/worker');
      const deletion = provider.deletion?.repository;
      expect(deletion?.isDeferred).toBe(true);
      expect(await deletion?.counts(repository, signal)).toEqual({ tags: 2 });
      await deletion?.delete(repository, signal);
      expect(asked().at(-1)).toMatch(/^DELETE \/api\/v4\/projects\/\d+\/registry\/repositories\/\d+$/);
      expect(await labelsIn(provider, group('Acme/Shop/Web'))).toEqual(['web']);
      gitLab.finishDeletions();
      expect(await failing(deletion?.delete(repository, signal) ?? Promise.resolve())).toMatchObject({
        kind: 'notFound',
      });
    });

    it('are rows again if GitLab could not delete them', async () => {
      await labelsIn(provider);
      const location = `${gitLab.host}/acme/api`;
      const body = JSON.stringify([
        { id: 1, location, status: 'delete_failed' },
        { id: 2, location: `${location}/a`, status: 'delete_ongoing' },
        { id: 3, location: 'no name', status: null },
      ]);
      gitLab.fail(/registry\/repositories/, { status: 200, body });
      expect(await labelsIn(provider, group('acme/api'))).toEqual(['api']);
    });
  });

  describe('tags', () => {
    it('are removed by the API, which Developers may use, and others stay', async () => {
      const dave = openAt(gitLab.url, 'glpat-dave');
      await labelsIn(dave);
      const tag = await tagIn('Acme/Shop/Web', 'web/worker', 'edge', dave);
      await dave.deletion?.untag?.delete(tag, signal);
      expect(asked().at(-1)).toMatch(/^DELETE \/api\/v4\/projects\/\d+\/registry\/repositories\/\d+\/tags\/edge$/);
      expect(await labelsIn(dave, await repositoryIn('Acme/Shop/Web', 'web/worker', dave))).toEqual(['keep']);
    });

    it('are removed even if no repository was listed before, and not found if there is none', async () => {
      await labelsIn(provider);
      const image = (path: string) => ({ host: gitLab.host, path, tag: 'edge' });
      const untag = (path: string) =>
        provider.deletion?.untag?.delete({ kind: 'tag', label: 'edge', image: image(path) }, signal) ??
        Promise.resolve();
      await untag('acme/shop/web/worker');
      expect(await labelsIn(provider, await repositoryIn('Acme/Shop/Web', 'web/worker'))).toEqual(['keep']);
      for (const missing of ['acme/shop/web/none', 'nobody/nothing'])
        expect(await failing(untag(missing))).toMatchObject({ kind: 'notFound' });
    });

    it('that are protected stay, and the failure says so', async () => {
      await labelsIn(provider);
      const tag = await tagIn('Acme/Shop/Web', 'web/worker', 'keep');
      expect(await saying(provider.deletion?.untag?.delete(tag, signal) ?? Promise.resolve())).toContain(
        'a repository the role Maintainer; protected tags cannot be deleted. It says “403 Forbidden” (403).',
      );
    });

    it('are deleted with their image by the registry, which only Maintainers may', async () => {
      await labelsIn(provider);
      const tag = await tagIn('Acme/Shop/Web', 'web', 'latest');
      const dave = openAt(gitLab.url, 'glpat-dave');
      await labelsIn(dave);
      const refused = dave.deletion?.image?.delete(tag.image, image.digest, signal) ?? Promise.resolve();
      expect(await saying(refused)).toContain('needs an access token with the scope api, and the role Maintainer');
      await provider.deletion?.image?.delete(tag.image, image.digest, signal);
      expect(await labelsIn(provider, await repositoryIn('Acme/Shop/Web', 'web'))).toEqual([]);
    });

    it('are read by name, without being listed before', async () => {
      await labelsIn(provider);
      const tag: Tag = { kind: 'tag', label: '2', image: { host: gitLab.host, path: 'acme/api', tag: '2' } };
      const [own, repository] = provider.locate(tag.image) ?? [];
      expect([own, repository]).toMatchObject([{ key: 'acme/api' }, { label: 'api' }]);
      expect(await provider.details?.(tag, signal)).toMatchObject({ digest: image.digest });
      const bytes = (await provider.content?.manifest(withDigest(tag.image, image.digest), signal))?.bytes;
      expect(Buffer.from(bytes ?? []).equals(image.bytes)).toBe(true);
    });
  });

  describe('a name', () => {
    const named = (path: string, tag?: string) => ({ host: gitLab.host, path, ...(tag === undefined ? {} : { tag }) });

    it('leads to the known project with the longest matching path', async () => {
      expect(provider.locate(named('acme/api', '2'))).toBeUndefined();
      await provider.learn?.(named('acme/shop/web/worker'), signal);
      expect(provider.locate(named('acme/shop/web/worker', 'edge'))).toMatchObject([
        { kind: 'group', key: 'acme/shop/web', label: 'Acme/Shop/Web' },
        { kind: 'repository', label: 'web/worker', image: { path: 'acme/shop/web/worker' } },
        { kind: 'tag', label: 'edge', image: { path: 'acme/shop/web/worker', tag: 'edge' } },
      ]);
      for (const other of ['acme/shop', 'acme/shop/website', 'free/tool/cli'])
        expect(provider.locate(named(other)), other).toBeUndefined();
      expect(provider.locate({ host: 'elsewhere.test', path: 'acme/api' })).toBeUndefined();
    });

    it('leads to its tags with two requests, where no project was listed, beside those that sign in', async () => {
      const image = named('acme/shop/web/worker', 'edge');
      await provider.learn?.(image, signal);
      const repository = provider.locate(image)?.[1];
      expect((await provider.list(repository, undefined, signal)).items.map(({ label }) => label)).toContain('edge');
      const isSignIn = (path: string) => /^GET \/(?:api\/v4\/user$|jwt\/auth\?)/.test(path);
      expect(asked().filter((path) => !isSignIn(path))).toEqual([
        'GET /api/v4/projects?membership=true&order_by=last_activity_at&sort=desc&search=acme%2Fshop&search_namespaces=true&per_page=100&page=1',
      ]);
      expect(gitLab.registry.requests.map(({ path }) => path).filter((path) => path !== '/v2/')).toEqual([
        '/v2/acme/shop/web/worker/tags/list?n=1000',
      ]);
    });

    it('of Docker Hub causes no request, and one of another host only one', async () => {
      await provider.learn?.({ host: 'docker.io', path: 'acme/api' }, signal);
      expect(asked()).toEqual([]);
      await provider.learn?.({ host: 'ghcr.io', path: 'acme/api' }, signal);
      await provider.learn?.({ host: 'ghcr.io', path: 'acme/secret' }, signal);
      expect(asked()).toEqual([
        'GET /api/v4/projects?membership=true&order_by=last_activity_at&sort=desc&per_page=100&page=1',
      ]);
    });

    it('that no project has is not found, although the registry says that access is denied', async () => {
      await labelsIn(provider);
      const missing: Repository = { kind: 'repository', label: 'x', image: named('acme/none') };
      expect(await failing(provider.list(missing, undefined, signal))).toMatchObject({ kind: 'notFound' });
      const hidden: Repository = { kind: 'repository', label: 'x', image: named('acme/shop/web/none') };
      expect(await failing(provider.list(hidden, undefined, signal))).toMatchObject({ kind: 'notFound' });
    });

    it('is pushed to a project, but not to an archived one', async () => {
      expect(await provider.pushTargets(signal)).toEqual([
        { host: gitLab.host, namespace: 'acme/api' },
        { host: gitLab.host, namespace: 'acme/shop/web' },
      ]);
    });
  });

  it('knows the registry’s host after a project was listed, and is diagnosed there first', async () => {
    expect(provider.hostOf(undefined)).toBeUndefined();
    expect(provider.endpoints?.map(({ url }) => url)).toEqual([`${gitLab.url}/api/v4`]);
    await labelsIn(provider);
    expect(provider.hostOf(undefined)).toBe(gitLab.host);
    expect(provider.endpoints?.map(({ url }) => url)).toEqual([gitLab.registryUrl, `${gitLab.url}/api/v4`]);
    expect(await provider.endpoints?.[0]?.credential?.(signal)).toMatchObject({ username: 'alice' });
  });

  it('is diagnosed from the name of its registry to the first tags, without its token', async () => {
    const diagnosis = await diagnose(
      {
        open: () => provider,
        ...{ http: axiosHttp(collectLog()), tls: undefined, proxies, redaction: new Redaction() },
      },
      () => undefined,
      signal,
    );
    const steps = [...diagnosis.servers.flatMap((server) => server.steps), ...diagnosis.use];
    expect(steps.filter(({ outcome }) => outcome !== 'ok')).toEqual([]);
    expect(steps.at(-1)?.facts).toContainEqual({ name: 'repository', value: 'acme/api' });
    const told = diagnosis.redact(JSON.stringify([steps, diagnosis.requests]));
    expect(told).not.toMatch(new RegExp(`glpat|${Buffer.from('alice:glpat').toString('base64').slice(0, 12)}`));
  });

  it('leads to the pages of its registry', async () => {
    await labelsIn(provider);
    const tag = await tagIn('Acme/Shop/Web', 'web/worker', 'edge');
    const pages = [undefined, group('Acme/Shop/Web'), tag].map((entry) => provider.webPage?.(entry)?.href);
    expect(pages).toEqual([
      `${gitLab.url}/`,
      `${gitLab.url}/Acme/Shop/Web/container_registry`,
      `${gitLab.url}/Acme/Shop/Web/container_registry/101`,
    ]);
  });

  describe('a token', () => {
    it.each([
      [undefined, 'GitLab lists projects only with an access token; add one with Update Credential….'],
      ['glpat-wrong', 'GitLab does not accept this access token. It says “401 Unauthorized” (401).'],
      ['glpat-revoked', 'GitLab does not accept this access token. It says “Token was revoked. You have to'],
      [
        'glpat-expired',
        'the access token has expired; make a new one in GitLab, and enter it with Update Credential…. It says “Token is',
      ],
      ['glpat-images', 'the access token lacks a scope; this needs read_api or api. It says “The request requires'],
    ])('%s is explained', async (token, words) => {
      expect(await saying(openAt(gitLab.url, token).list(undefined, undefined, signal))).toContain(words);
    });

    it('that may only read deletes nothing, and the failure names the missing scope', async () => {
      const reader = openAt(gitLab.url, 'glpat-reader');
      await labelsIn(reader);
      const tag = await tagIn('Acme/Shop/Web', 'web/worker', 'edge', reader);
      const { deletion } = reader;
      const repository = await repositoryIn('Acme/Shop/Web', 'web/worker', reader);
      const tries = [deletion?.untag?.delete(tag, signal), deletion?.repository?.delete(repository, signal)];
      for (const refused of tries)
        expect(await saying(refused ?? Promise.resolve())).toContain('lacks a scope; this needs api.');
      const byRegistry = deletion?.image?.delete(tag.image, image.digest, signal) ?? Promise.resolve();
      expect(await saying(byRegistry)).toContain('deleting an image needs an access token with the scope api');
      expect(await labelsIn(reader, repository)).toEqual(['edge', 'keep']);
    });

    it('that the registry refuses has a failure that names the scope for reading', async () => {
      const server = await serving({ tokens: { 'glpat-lister': { user: 'alice', scopes: ['read_api'] } } });
      server.fail(/jwt\/auth/, { status: 403, body: '{"errors":[{"code":"DENIED","message":"access forbidden"}]}' });
      const own = openAt(server.url, 'glpat-lister');
      await labelsIn(own);
      const { items } = await own.list(group('acme/api'), undefined, signal);
      const said = await saying(own.list(items[0], undefined, signal));
      expect(said).toContain('it needs the scope read_registry. It says “access forbidden” (403).');
    });

    it('whose role is too low sees no images, and the failure says so', async () => {
      const gina = openAt(gitLab.url, 'glpat-gina');
      expect(await labelsIn(gina)).toEqual([]);
      const added = openAt(gitLab.url, 'glpat-gina', { shown: () => ({ namespaces: ['acme/inner'] }) });
      expect(await labelsIn(added)).toEqual(['acme/inner']);
      expect(await saying(added.list(group('acme/inner'), undefined, signal))).toContain('your role in this project');
    });
  });

  it('says how long to wait after too many requests', async () => {
    gitLab.fail(/projects/, { status: 429, headers: { 'Retry-After': '60' }, body: 'Retry later\n' });
    const failure = await failing(provider.list(undefined, undefined, signal));
    expect(failure).toMatchObject({ kind: 'rateLimited', detail: { retryAfterSeconds: 60 } });
  });
});

describe('the questions of GitLab', () => {
  const connecting = async (url: string, secret = ' glpat-x ') => {
    const { ask, inputs } = scriptedAsk(url, secret);
    const described = await type.connect(ask, () => '');
    return { ...described, address: inputs[0], token: inputs[1] };
  };

  it.each([
    ['gitlab.com', 'https://gitlab.com', 'GitLab'],
    ['https://www.gitlab.com/acme/web', 'https://gitlab.com', 'GitLab'],
    ['gitlab.com/acme/web/container_registry', 'https://gitlab.com', 'GitLab'],
    ['git.example.com', 'https://git.example.com', 'git.example.com'],
    ['http://localhost:8080/', 'http://localhost:8080', 'localhost:8080'],
    ['https://example.com/gitlab/', 'https://example.com/gitlab', 'example.com/gitlab'],
    ['https://example.com/gitlab/users/sign_in', 'https://example.com/gitlab', 'example.com/gitlab'],
    ['https://git.example.com/api/v4/projects?page=1', 'https://git.example.com', 'git.example.com'],
    ['https://git.example.com/-/user_settings/profile#top', 'https://git.example.com', 'git.example.com'],
  ])('read %s', async (typed, url, label) => {
    expect((await connecting(typed)).connection).toMatchObject({ provider: 'gitlab', url, label });
    // The result is also a valid text to type.
    expect((await connecting(url)).connection).toMatchObject({ url });
  });

  it.each([
    ['', 'Type the address of GitLab'],
    ['two words', 'Type the address of GitLab'],
    ['https://me:secret@gitlab.com', 'Type the address of GitLab'],
    ['registry.gitlab.com', 'the address of GitLab’s web pages: gitlab.com'],
  ])('refuse %j', async (typed, words) => {
    const { address } = await connecting('gitlab.com');
    expect(address?.problem?.(typed)).toContain(words);
  });

  it('put the token only into the credential', async () => {
    const described = await connecting('gitlab.com', ' glpat-abcdefgh1234 ');
    expect(described.credential).toEqual({ kind: 'basic', username: '', secret: 'glpat-abcdefgh1234' });
    expect(JSON.stringify(described.connection)).not.toContain('1234');
  });

  it('begin with gitlab.com, and refuse tokens that cannot list', async () => {
    const { address, token } = await connecting('gitlab.com');
    expect(address?.value).toBe('gitlab.com');
    expect(token?.problem?.(' ')).toBe('Type the access token.');
    expect(token?.problem?.('gldt-abc')).toContain('deploy token');
    expect(token?.problem?.('glpat-abc')).toBeUndefined();
  });
});
