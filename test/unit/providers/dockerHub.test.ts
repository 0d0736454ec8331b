import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import type { Credential, Entry, Group, Repository, Tag, SignIn } from '../../../src/core/model';
import type { ProviderContext, RegistryProvider } from '../../../src/providers/provider';
import { dockerHub } from '../../../src/providers/dockerHub/dockerHubType';
import { tagAnswer } from '../../../src/providers/dockerHub/hubAnswers';
import { platformsOf, tagOf } from '../../../src/providers/dockerHub/hubTags';
import { report } from '../../../src/ui/report';
import { needsSecondFactor, startDockerHub, type HubOptions, type SandboxHub } from '../../sandbox/dockerHub/hub';
import { describeTag } from '../../sandbox/dockerHub/hubRoutes';
import { buildImage, buildIndex } from '../../sandbox/images';
import { failing } from '../failing';
import { contextOf } from '../providerContext';

const { signal } = new AbortController();
const created = new Date('2026-05-01T10:00:00Z');
const amd64 = buildImage({ created, platform: { os: 'linux', architecture: 'amd64' } });
const arm64 = buildImage({ created, platform: { os: 'linux', architecture: 'arm64' } });
const multi = buildIndex([{ manifest: amd64 }, { manifest: arm64 }]);
const older = buildImage({ created: new Date('2026-01-01T10:00:00Z') });
const anonymous: Credential = { kind: 'anonymous' };
const basic = (username: string, secret = `secret of ${username}`): Credential => ({ kind: 'basic', username, secret });

const options: HubOptions = {
  repositories: [
    { name: 'alice/app', tags: { '1.0': older, latest: multi, '2.0': multi } },
    { name: 'alice/hidden', tags: { '1': amd64 } },
    { name: 'acme/web', tags: { '1': amd64 } },
    { name: 'library/nginx', tags: { latest: multi } },
    { name: 'bob/app', tags: { '1': amd64 } },
  ],
  privates: ['alice/hidden'],
  users: {
    alice: { secret: 'secret of alice', organizations: ['acme'] },
    bob: { secret: 'secret of bob' },
    reader: { secret: 'secret of reader', organizations: ['alice'], mayDelete: false },
    careful: { secret: 'secret of careful', refusal: needsSecondFactor },
    acme: { secret: 'organization token' },
  },
  pulls: { limit: '100;w=21600', remaining: '76;w=21600' },
};

async function serving(changed: Partial<HubOptions> = {}): Promise<SandboxHub> {
  const hub = await startDockerHub({ ...options, ...changed });
  onTestFinished(() => hub.stop());
  return hub;
}

function openAt(hub: SandboxHub, credential: Credential, parts: Partial<ProviderContext> = {}): RegistryProvider {
  const signIn: SignIn =
    credential.kind === 'basic' ? { kind: 'basic', account: credential.username } : { kind: 'anonymous' };
  const connection = { id: 'hub', provider: 'dockerHub', label: 'Docker Hub', url: hub.url, signIn };
  const setting = (name: string) =>
    name === 'dockerHub.registryUrl' ? hub.registryUrl : name === 'dockerHub.url' ? hub.url : '';
  return dockerHub.open(connection, contextOf(credential, { setting, ...parts }));
}

async function list(provider: RegistryProvider, parent?: Entry, cursor?: string) {
  const { items, next } = await provider.list(parent, cursor, signal);
  return { items, labels: items.map(({ label }) => label), next };
}

const group = (name: string): Group => ({ kind: 'group', key: name, label: name });
const repository = (path: string): Repository => ({
  kind: 'repository',
  label: path,
  image: { host: 'docker.io', path },
});
const tag = (path: string, name: string): Tag => ({
  kind: 'tag',
  label: name,
  image: { host: 'docker.io', path, tag: name },
});

describe('Docker Hub', () => {
  let hub: SandboxHub;
  let provider: RegistryProvider;
  beforeEach(async () => {
    hub = await serving();
    provider = openAt(hub, basic('alice'));
  });
  const paths = () => hub.requests.map(({ method, path }) => `${method} ${path}`);

  it('lists the account, its organizations, and namespaces added by hand, each once', async () => {
    const added = openAt(hub, basic('alice'), { shown: () => ({ namespaces: ['library', 'acme'] }) });
    expect((await list(added)).labels).toEqual(['alice', 'acme', 'library']);
    expect((await list(openAt(hub, anonymous, { shown: () => ({ namespaces: ['library'] }) }))).labels).toEqual([
      'library',
    ]);
  });

  it('lists the tags of an image with one request, beside that which signs in, where nothing was listed', async () => {
    const image = { host: 'docker.io', path: 'acme/web', tag: '1' };
    const way = provider.locate(image);
    expect(way?.map(({ label }) => label)).toEqual(['acme', 'web', '1']);
    expect((await list(provider, way?.[1])).labels).toEqual(['1']);
    expect(paths()).toEqual([
      'POST /v2/auth/token',
      'GET /v2/namespaces/acme/repositories/web/tags?page=1&page_size=100',
    ]);
  });

  it('lists the account itself if its organizations cannot be listed', async () => {
    hub.fail(/orgs|repositories\/namespaces/, { status: 403, body: '{"detail":"no"}' });
    expect((await list(provider)).labels).toEqual(['alice']);
  });

  it('lists repositories, including the account’s private ones', async () => {
    expect((await list(provider, group('alice'))).labels).toEqual(['app', 'hidden']);
    expect((await list(openAt(hub, anonymous), group('alice'))).labels).toEqual(['app']);
  });

  it('knows that it has listed all tags after the last page, and not after a search', async () => {
    const tags = Object.fromEntries(Array.from({ length: 150 }, (_value, index) => [`t${index}`, amd64]));
    const one = openAt(await serving({ repositories: [{ name: 'alice/app', tags }] }), basic('alice'));
    const app = repository('alice/app');
    const areAll = () => one.content?.source(app.image).digestTags.areAll;
    const known = [areAll()];
    await one.find?.(app)?.('t149', undefined, signal);
    known.push(areAll());
    const { next } = await list(one, app);
    known.push(areAll());
    await list(one, app, next);
    known.push(areAll());
    await list(one, app);
    expect([...known, areAll()]).toEqual([false, false, false, true, false]);
  });

  it('finds repositories and tags by a part of their names, and nothing where nothing has it', async () => {
    const find = async (parent: Entry | undefined, text: string) =>
      (await provider.find?.(parent)?.(text, undefined, signal))?.items;
    expect(await find(group('alice'), 'PP')).toEqual((await list(provider, group('alice'))).items.slice(0, 1));
    expect(await find(repository('alice/app'), '.0')).toEqual(
      (await list(provider, repository('alice/app'))).items.filter(({ label }) => label.endsWith('.0')),
    );
    expect(paths().filter((path) => path.includes('name=pp'))).toEqual([
      'GET /v2/namespaces/alice/repositories?page=1&page_size=100&name=pp&ordering=name',
    ]);
    expect(await find(group('alice'), 'none')).toEqual([]);
    hub.fail(/name=none/, { status: 404, body: '{"message":"object not found"}' });
    expect(await find(group('alice'), 'none')).toEqual([]);
    expect([provider.find?.(undefined), provider.find?.(tag('alice/app', '1.0'))]).toEqual([undefined, undefined]);
  });

  it('tells when a repository was last pushed to', async () => {
    const { items } = await list(provider, group('acme'));
    expect(items).toMatchObject([{ label: 'web', updated: new Date('2026-01-01T00:00:00Z') }]);
  });

  it('lists tags, the newest first, with everything that their rows show, without reading a manifest', async () => {
    const { items } = await list(provider, repository('alice/app'));
    expect(items.map(({ label }) => label)).toEqual(['2.0', 'latest', '1.0']);
    expect(items[0]).toMatchObject({
      image: { host: 'docker.io', path: 'alice/app', tag: '2.0' },
      details: {
        digest: multi.digest,
        type: 'index',
        created,
        platforms: [
          { os: 'linux', architecture: 'amd64' },
          { os: 'linux', architecture: 'arm64' },
        ],
      },
    });
    expect((await list(provider, items[0])).items).toMatchObject([
      { label: 'linux/amd64', image: { digest: amd64.digest } },
      { label: 'linux/arm64', image: { digest: arm64.digest } },
    ]);
    expect(hub.registry.requests).toEqual([]);
  });

  it('has right names for official images', async () => {
    const { items } = await list(provider, repository('library/nginx'));
    expect(items[0]?.kind === 'tag' && items[0].image).toEqual({
      host: 'docker.io',
      path: 'library/nginx',
      tag: 'latest',
    });
    expect(provider.webPage?.(repository('library/nginx'))?.pathname).toBe('/_/nginx');
    expect(provider.webPage?.(tag('alice/app', '1.0'))?.href).toBe(`${hub.url}/r/alice/app/tags?name=1.0`);
  });

  it('reads manifests and configs from the registry behind it', async () => {
    const manifest = await provider.content?.manifest({ host: 'docker.io', path: 'alice/hidden', tag: '1' }, signal);
    expect(manifest?.digest).toBe(amd64.digest);
    const image = await provider.content?.config(
      { host: 'docker.io', path: 'library/nginx', digest: arm64.digest },
      signal,
    );
    expect(image?.platform).toEqual({ os: 'linux', architecture: 'arm64' });
  });

  it('leads from a name to its tag', () => {
    expect(provider.locate({ host: 'docker.io', path: 'alice/app', tag: '1.0' })).toEqual([
      group('alice'),
      { kind: 'repository', label: 'app', image: { host: 'docker.io', path: 'alice/app' } },
      tag('alice/app', '1.0'),
    ]);
    expect(provider.locate({ host: 'ghcr.io', path: 'alice/app' })).toBeUndefined();
  });

  it('proposes to push where the account may', async () => {
    expect(await provider.pushTargets(signal)).toEqual([
      { host: 'docker.io', namespace: 'alice' },
      { host: 'docker.io', namespace: 'acme' },
    ]);
    expect(await provider.engineCredential('docker.io', signal)).toEqual(basic('alice'));
    expect(await openAt(hub, anonymous).pushTargets(signal)).toEqual([]);
  });

  it('requests one token for parallel requests, and another after it has expired', async () => {
    await Promise.all([list(provider), list(provider, group('alice')), list(provider, repository('alice/app'))]);
    expect(paths().filter((path) => path === 'POST /v2/auth/token')).toHaveLength(1);
    hub.endTokens();
    expect((await list(provider, group('alice'))).labels).toEqual(['app', 'hidden']);
    expect(paths().filter((path) => path === 'POST /v2/auth/token')).toHaveLength(2);
  });

  it('never uses the token of one account for another', async () => {
    const bob = openAt(hub, basic('bob'));
    await list(provider, group('alice'));
    expect((await list(bob, group('alice'))).labels).toEqual(['app']);
    expect((await list(openAt(hub, anonymous), group('alice'))).labels).toEqual(['app']);
  });

  it('accepts an organization access token with the name of the organization', async () => {
    expect((await list(openAt(hub, basic('acme', 'organization token')))).labels).toEqual(['acme']);
  });

  it('says in the Hub’s words that a secret is wrong, and explains two-factor authentication', async () => {
    const wrong = await failing(list(openAt(hub, basic('alice', 'wrong'))));
    expect(report(wrong, 'list')?.message).toBe(
      'Could not list: the registry says “Incorrect authentication credentials” (401).',
    );
    const protectedByMore = await failing(list(openAt(hub, basic('careful'))));
    expect(report(protectedByMore, 'list')?.message).toContain('Use a personal access token in place of the password');
    expect(protectedByMore.kind).toBe('unauthorized');
  });

  it('signs in again if the Hub is busy for a moment', async () => {
    const hub = await serving();
    hub.fail(/auth\/token/, { status: 503, headers: { 'Retry-After': '0' }, times: 2 });
    expect((await list(openAt(hub, basic('alice')))).labels).toEqual(['alice', 'acme']);
  });

  it('explains single sign-on', async () => {
    hub.fail(/auth\/token/, { status: 401, body: '{"detail":"Your organization enforces SSO login"}' });
    expect((await failing(list(provider))).detail.explanation).toContain('single sign-on');
  });

  it.each([
    [{ 'Retry-After': '1200' }, 1200],
    [{ 'X-Retry-After': String(Math.floor(Date.now() / 1000) + 600) }, 600],
  ])('says how long to wait after too many requests: %j', async (headers, seconds) => {
    hub.fail(/repositories/, { status: 429, headers, body: '{"detail":"Rate limit exceeded"}' });
    const failure = await failing(list(openAt(hub, anonymous), group('alice')));
    expect(failure.kind).toBe('rateLimited');
    expect(Math.abs((failure.detail.retryAfterSeconds ?? 0) - seconds)).toBeLessThan(30);
  });

  it('says that a namespace does not exist, or that a name is invalid', async () => {
    expect(await failing(list(provider, group('nobody')))).toMatchObject({ kind: 'notFound' });
    expect(await failing(provider.namespaces?.check('nobody', signal) ?? Promise.resolve())).toMatchObject({
      kind: 'notFound',
    });
    expect(provider.namespaces?.problem('Library')).toContain('“library”');
    expect(provider.namespaces?.problem('a/b')).toContain('is not a namespace');
    await provider.namespaces?.check('library', signal);
  });

  it('finds public repositories by words', async () => {
    const found = await provider.search?.('app', undefined, signal);
    expect(found?.items.map((one) => one.repository.image.path)).toEqual(['alice/app', 'bob/app']);
    const official = await provider.search?.('nginx', undefined, signal);
    expect(official?.items).toMatchObject([{ repository: { image: { path: 'library/nginx' } }, isOfficial: true }]);
  });

  it('tells how many pulls are left without a pull, and if there is no limit', async () => {
    expect(await provider.pullLimit?.(signal)).toEqual({ limit: 100, remaining: 76, windowSeconds: 21_600 });
    expect(hub.registry.requests.filter(({ method }) => method === 'GET')).toMatchObject([{ path: '/v2/' }]);
    const free = await startDockerHub({ repositories: options.repositories, users: options.users ?? {} });
    onTestFinished(() => free.stop());
    expect(await openAt(free, basic('alice')).pullLimit?.(signal)).toBeUndefined();
  });

  it('deletes a single tag, after naming the other tags of the image', async () => {
    const preview = await provider.deletion?.untag?.preview(tag('alice/app', 'latest'), signal);
    expect(preview).toEqual({ digest: multi.digest, others: ['2.0'] });
    await provider.deletion?.untag?.delete(tag('alice/app', 'latest'), signal);
    expect((await list(provider, repository('alice/app'))).labels).toEqual(['2.0', '1.0']);
  });

  it('says in advance what is immutable, and requests no deletion that would fail', async () => {
    const untag = provider.deletion?.untag;
    hub.makeImmutable('alice/app', ['v.*', '.*-RELEASE']);
    expect(await untag?.preview(tag('alice/app', 'latest'), signal)).toMatchObject({
      digest: multi.digest,
      rules: ['Docker Hub refuses to delete immutable tags: those of this repository that match v.*, .*-RELEASE.'],
    });
    for (const rules of [[], ['.*']]) {
      hub.makeImmutable('alice/app', rules);
      const failure = await failing(untag?.preview(tag('alice/app', 'latest'), signal) ?? Promise.resolve());
      expect(report(failure, 'untag')?.message).toBe(
        'Could not untag: all tags of this repository are immutable; its settings on Docker Hub can change that.',
      );
      expect(failure.detail.nextStep).toBe('openInBrowser');
    }
  });

  it('explains that a token may not delete, and offers no deletion without an account', async () => {
    const reader = openAt(hub, basic('reader'));
    const deleting = reader.deletion?.untag?.delete(tag('alice/app', 'latest'), signal);
    expect((await failing(deleting ?? Promise.resolve())).detail.explanation).toContain('Read, Write, Delete');
    expect(openAt(hub, anonymous).deletion).toBeUndefined();
  });

  it('sends no request if it was aborted before', async () => {
    await expect(provider.list(group('alice'), undefined, AbortSignal.abort())).rejects.toMatchObject({
      name: 'AbortError',
    });
    expect(hub.requests).toEqual([]);
  });
});

describe('long lists of Docker Hub', () => {
  it('show their first rows with one request, and each further page with one more', async () => {
    const many = Array.from({ length: 500 }, (_value, index) => ({
      name: `big/r${1000 + index}`,
      tags: { '1': amd64 },
    }));
    const tags = Object.fromEntries(Array.from({ length: 20_000 }, (_value, index) => [`t${index}`, amd64]));
    const hub = await serving({ repositories: [...many, { name: 'big/tags', tags }] });
    const provider = openAt(hub, anonymous);
    const first = await list(provider, group('big'));
    expect([first.labels.length, first.next, hub.requests.length]).toEqual([100, '2', 1]);
    const second = await list(provider, group('big'), first.next);
    expect([second.labels[0], hub.requests.length]).toEqual(['r1100', 2]);
    const rows = await list(provider, repository('big/tags'));
    expect([rows.labels.length, hub.requests.length]).toEqual([100, 3]);
    expect((await list(provider, repository('big/tags'), '200')).next).toBeUndefined();
  });
});

describe('a recorded answer of Docker Hub', () => {
  // docker-hub/live of the recorded answers: tag.n8n-multiarch-with-attestations.2026, tag.library-rust.no-digest.full-size-0.2026
  const recorded = JSON.parse(
    readFileSync(resolve(import.meta.dirname, 'fixtures/dockerHub.json'), 'utf8'),
  ) as Readonly<Record<'attested' | 'old', unknown>>;
  const image = { host: 'docker.io', path: 'n8nio/n8n' };

  it('has the fields that the sandbox sends', () => {
    const keys = Object.keys(recorded.attested as object).sort();
    expect(Object.keys(describeTag('latest', multi)).sort()).toEqual(keys);
  });

  it('shows no attestations as platforms', () => {
    const answer = tagAnswer.parse(recorded.attested);
    expect(platformsOf(image, answer).map(({ label }) => label)).toEqual(['linux/amd64', 'linux/arm64']);
    expect(tagOf(image, answer).details).toMatchObject({ type: 'index', created: expect.any(Date) as unknown });
  });

  it('may lack the digest and the size of a tag', () => {
    const { details } = tagOf(image, tagAnswer.parse(recorded.old));
    expect([details?.digest, (details?.size ?? 0) > 0]).toEqual(['', true]);
  });
});
