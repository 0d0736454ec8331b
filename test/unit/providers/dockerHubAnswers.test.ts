import { describe, expect, it, onTestFinished } from 'vitest';
import type { Credential, Entry, Group, Repository, Tag, SignIn } from '../../../src/core/model';
import { tagAnswer } from '../../../src/providers/dockerHub/hubAnswers';
import { digestOf, platformsOf, tagOf } from '../../../src/providers/dockerHub/hubTags';
import { dockerHub } from '../../../src/providers/dockerHub/dockerHubType';
import type { RegistryProvider } from '../../../src/providers/provider';
import { buildHelmChart } from '../../sandbox/artifacts';
import { startDockerHub, type SandboxHub } from '../../sandbox/dockerHub/hub';
import { buildImage, buildIndex } from '../../sandbox/images';
import { startRecorder } from '../../sandbox/recorder';
import { jsonReply } from '../../sandbox/serve';
import { scripted } from '../core/scripted';
import { failing } from '../failing';
import { contextOf } from '../providerContext';

const { signal } = new AbortController();
const alice: Credential = { kind: 'basic', username: 'alice', secret: 'secret' };
const anonymous: Credential = { kind: 'anonymous' };
const image = buildImage({ created: new Date('2026-05-01T10:00:00Z') });
const index = buildIndex([{ manifest: image }]);
const chart = buildHelmChart({ name: 'web', version: '1.0.0' });

function openAt(url: string, registryUrl = '', credential = anonymous): RegistryProvider {
  const signIn: SignIn =
    credential.kind === 'basic' ? { kind: 'basic', account: credential.username } : { kind: 'anonymous' };
  const setting = (name: string) =>
    name === 'dockerHub.registryUrl' ? registryUrl : name === 'dockerHub.url' ? url : '';
  const connection = { id: 'hub', provider: 'dockerHub', label: 'Docker Hub', url, signIn };
  return dockerHub.open(connection, contextOf(credential, { setting }));
}

async function serving(): Promise<SandboxHub> {
  const hub = await startDockerHub({
    repositories: [{ name: 'alice/app', tags: { '1': image, chart, index, latest: image } }],
    users: { alice: { secret: 'secret' } },
  });
  onTestFinished(() => hub.stop());
  return hub;
}

const group: Group = { kind: 'group', key: 'alice', label: 'alice' };
const repository: Repository = { kind: 'repository', label: 'app', image: { host: 'docker.io', path: 'alice/app' } };
const tag = (name: string): Tag => ({ kind: 'tag', label: name, image: { ...repository.image, tag: name } });
const labels = (entries: readonly Entry[]): string[] => entries.map(({ label }) => label);

describe('Docker Hub, with unexpected answers,', () => {
  it.each([
    ['malformed', { status: 200, body: '<html>' }],
    ['unsupported', { status: 405 }],
    ['rejected', { status: 400, body: '{"text":"no"}' }],
  ] as const)('shows the account itself after an answer that is %s', async (_kind, fault) => {
    const hub = await serving();
    hub.fail(/orgs|repositories\/namespaces/, fault);
    const { items } = await openAt(hub.url, hub.registryUrl, alice).list(undefined, undefined, signal);
    expect(labels(items)).toEqual(['alice']);
  });

  it('ends a list that becomes shorter while it is read', async () => {
    const hub = await serving();
    const provider = openAt(hub.url);
    for (const parent of [group, repository]) expect(await provider.list(parent, '7', signal)).toEqual({ items: [] });
  });

  it('requests the next page by its number, and never from another host', async () => {
    const next = 'https://registry.hub.docker.com/v2/repositories/alice/app/tags?page=2&page_size=100';
    const { url, requests } = await scripted(() => jsonReply(200, { count: 1755, next, results: [{ name: 'a' }] }));
    const provider = openAt(url);
    const first = await provider.list(repository, undefined, signal);
    await provider.list(repository, first.next, signal);
    expect(requests.map(({ path }) => path)).toEqual([
      '/v2/namespaces/alice/repositories/app/tags?page=1&page_size=100',
      '/v2/namespaces/alice/repositories/app/tags?page=2&page_size=100',
    ]);
  });

  it('reads the platforms of a tag without images from the registry', async () => {
    const hub = await serving();
    hub.fail(/tags\/1$/, jsonReply(200, { name: '1', images: [], full_size: 0 }));
    const { items } = await openAt(hub.url, hub.registryUrl).list(tag('1'), undefined, signal);
    expect(items).toMatchObject([{ label: 'linux/amd64', image: { digest: image.digest } }]);
  });

  it('ends a sign-in that takes too long', async () => {
    const hub = await serving();
    const traffic = await startRecorder(hub.url);
    onTestFinished(() => traffic.stop());
    traffic.fail(/auth\/token/, { kind: 'hang' });
    const controller = new AbortController();
    const provider = openAt(traffic.url, '', alice);
    const outcome = expect(provider.list(group, undefined, controller.signal)).rejects.toMatchObject({
      name: 'AbortError',
    });
    await traffic.until(({ length }) => length === 1);
    controller.abort();
    await outcome;
  });

  it('signs in again only once if a token is refused', async () => {
    const hub = await serving();
    const traffic = await startRecorder(hub.url);
    onTestFinished(() => traffic.stop());
    traffic.fail(/GET/, { status: 401, body: '{"detail":"token expired"}' });
    const failure = await failing(openAt(traffic.url, '', alice).list(group, undefined, signal));
    expect(failure).toMatchObject({ kind: 'unauthorized', message: 'token expired' });
    expect(traffic.requests.map(({ method }) => method)).toEqual(['POST', 'GET', 'POST', 'GET']);
  });

  it('uses the address in settings, not the one in a shared connection', async () => {
    const hub = await serving();
    const elsewhere = await scripted(() => jsonReply(200, { results: [] }));
    const setting = (name: string) => (name === 'dockerHub.url' ? hub.url : '');
    const connection = {
      id: 'hub',
      provider: 'dockerHub',
      label: 'Team',
      url: elsewhere.url,
      signIn: { kind: 'docker' } as const,
    };
    const { items } = await dockerHub
      .open(connection, contextOf(alice, { setting }))
      .list(undefined, undefined, signal);
    expect(labels(items)).toEqual(['alice']);
    expect(elsewhere.requests).toEqual([]);
  });

  it('locates no image whose path has more than a namespace and a name', () => {
    const provider = openAt('https://hub.docker.com');
    expect(provider.locate({ host: 'docker.io', path: 'a/b/c', tag: '1' })).toBeUndefined();
  });
});

describe('a deletion on Docker Hub', () => {
  const deleting = async () => {
    const hub = await serving();
    const provider = openAt(hub.url, hub.registryUrl, alice);
    const untag = provider.deletion?.untag;
    if (untag === undefined) throw new Error('It cannot delete');
    return { hub, provider, untag };
  };

  it('removes only the tag: the image stays in the registry, and cannot be deleted', async () => {
    const { provider, untag } = await deleting();
    expect(await untag.preview(tag('1'), signal)).toEqual({ digest: image.digest, others: ['latest'] });
    await untag.delete(tag('1'), signal);
    const byDigest = { ...repository.image, digest: image.digest };
    expect(await provider.content?.manifest(byDigest, signal)).toMatchObject({ digest: image.digest });
    expect(labels((await provider.list(repository, undefined, signal)).items)).not.toContain('1');
    expect(await failing(untag.delete(tag('1'), signal))).toMatchObject({ kind: 'notFound' });
    expect(provider.deletion).not.toHaveProperty('image');
  });

  it('reads a digest that the Hub does not know from the registry, without a pull', async () => {
    const { hub, untag } = await deleting();
    hub.fail(/tags\/1$/, jsonReply(200, { name: '1', media_type: 'application/vnd.oci.image.index.v1+json' }));
    expect(await untag.preview(tag('1'), signal)).toMatchObject({ digest: image.digest });
    expect(hub.registry.requests.filter(({ method }) => method === 'GET')).toMatchObject([{ path: '/v2/' }]);
  });

  it('reads the tag anew: one that no longer exists is not found', async () => {
    const { untag } = await deleting();
    const gone = untag.preview(tag('gone'), signal);
    expect(await failing(gone)).toMatchObject({ kind: 'notFound', message: "httperror 404: tag 'gone' not found" });
  });
});

describe('a tag of Docker Hub', () => {
  const read = (parts: object) => tagAnswer.parse({ name: 'x', ...parts });
  const child = `sha256:${'a'.repeat(64)}`;
  const images = [{ os: 'linux', architecture: 'amd64', digest: child, size: 5 }];
  const list = 'application/vnd.docker.distribution.manifest.list.v2+json';
  const config = 'application/vnd.docker.container.image.v1+json';

  it('without a digest has that of its only image, unless it is an index', () => {
    // docker-hub/live/tags.inactive.no-digest.2022.json, tag.library-rust.no-digest.full-size-0.2026.json
    expect(digestOf(read({ media_type: config, images, tag_status: 'inactive' }))).toBe(child);
    expect(digestOf(read({ media_type: list, images, full_size: 0 }))).toBeUndefined();
    expect(digestOf(read({ media_type: list, images, digest: '' }))).toBeUndefined();
  });

  it.each([
    [{ media_type: config, content_type: 'image', images }, 'image', undefined],
    [{ media_type: 'application/vnd.oci.image.config.v1+json', content_type: 'image', images }, 'image', undefined],
    [{ media_type: list, content_type: 'image', images }, 'index', undefined],
    [{ media_type: 'application/vnd.docker.distribution.manifest.v1+prettyjws', images }, 'image', undefined],
    [{ media_type: 'application/octet-stream', content_type: 'unrecognized', images }, 'image', undefined],
    [
      { media_type: 'application/vnd.cncf.helm.config.v1+json', content_type: 'unrecognized' },
      'artifact',
      'application/vnd.cncf.helm.config.v1+json',
    ],
    [{ media_type: null, content_type: 'plugin', digest: child }, 'artifact', 'plugin'],
  ])('is recognised by its types: %j', (answer, type, artifactType) => {
    const { details } = tagOf(repository.image, read({ last_updated: '2024-01-01T00:00:00Z', ...answer }));
    expect([details?.type, details?.artifactType]).toEqual([type, artifactType]);
  });

  it('has the largest size of its images if the Hub says 0, and none if it knows none', () => {
    const two = [...images, { os: 'linux', architecture: 'arm64', digest: child, size: 9 }];
    expect(tagOf(repository.image, read({ images: two, full_size: 0 })).details?.size).toBe(9);
    expect(tagOf(repository.image, read({ images: [{ ...images[0], size: 0 }] })).details).not.toHaveProperty('size');
  });

  it.each([
    ['', 'amd64', [{ os: 'linux', architecture: 'amd64' }], 'linux/amd64'],
    [null, '386', [{ os: 'linux', architecture: '386' }], 'linux/386'],
    ['', '', [], 'unknown platform'],
  ])(
    'that is old, with os %j and architecture %j, has size, digest and platform',
    (os, architecture, platforms, label) => {
      const old = read({
        images: [{ os, architecture, digest: child, size: 5 }],
        full_size: 0,
        last_updated: '2015-03-01T00:00:00Z',
      });
      expect(tagOf(repository.image, old).details).toMatchObject({ digest: child, type: 'image', size: 5, platforms });
      expect(platformsOf(repository.image, old)).toMatchObject([{ label, image: { digest: child }, size: 5 }]);
    },
  );

  it('has the date of its last change if the Hub says the year 1 for its push', () => {
    const answer = read({ tag_last_pushed: '0001-01-01T00:00:00Z', last_updated: '2026-03-01T00:00:00Z' });
    expect(tagOf(repository.image, answer).details?.created).toEqual(new Date('2026-03-01T00:00:00Z'));
  });

  it('with nothing but a name is listed without details', () => {
    expect(tagOf(repository.image, read({ images: null, digest: null }))).toEqual(tag('x'));
  });

  it('has the variant and version of its platforms, without those that cannot be read', () => {
    const odd = [
      { os: 'linux', architecture: 'arm', variant: 'v7', digest: child, size: 0 },
      { os: 'windows', architecture: 'amd64', os_version: '10.0.1', digest: child, size: 7 },
      { os: 'linux', architecture: 's390x', digest: null, size: 7 },
      { os: 'unknown', architecture: 'unknown', digest: child, size: 7 },
    ];
    expect(platformsOf(repository.image, read({ images: odd })).map(({ platform }) => platform)).toEqual([
      { os: 'linux', architecture: 'arm', variant: 'v7' },
      { os: 'windows', architecture: 'amd64', osVersion: '10.0.1' },
    ]);
  });

  it('of a chart is an artifact in the list', async () => {
    const hub = await serving();
    const { items } = await openAt(hub.url).list(repository, undefined, signal);
    expect(items.find(({ label }) => label === 'chart')).toMatchObject({ details: { type: 'artifact' } });
  });
});
