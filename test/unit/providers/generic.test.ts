import { describe, expect, it, onTestFinished } from 'vitest';
import type { Credential, Entry, Repository, Tag } from '../../../src/core/model';
import { generic } from '../../../src/providers/generic/genericType';
import type { Deletion, RegistryProvider } from '../../../src/providers/provider';
import { providerTypes } from '../providerTypes';
import * as artifacts from '../../sandbox/artifacts';
import { buildImage, type BuiltManifest } from '../../sandbox/images';
import { startRecorder } from '../../sandbox/recorder';
import { jsonReply } from '../../sandbox/serve';
import type { V2ServerOptions } from '../../sandbox/v2Options';
import { startV2Server, type V2Server } from '../../sandbox/v2Server';
import { report } from '../../../src/ui/report';
import { scripted } from '../core/scripted';
import { failing } from '../failing';
import { contextOf } from '../providerContext';

const { signal } = new AbortController();
const image = buildImage();
const other = buildImage({ user: 'other' });

function openAt(url: string, credential: () => Credential = () => ({ kind: 'anonymous' })): RegistryProvider {
  const read = { credential: () => Promise.resolve(credential()) };
  return generic.open(
    { id: 'test', provider: 'generic', label: 'Test', url, signIn: { kind: 'anonymous' } },
    contextOf(credential(), read),
  );
}

async function serving(
  tags: Readonly<Record<string, BuiltManifest>>,
  options: V2ServerOptions = {},
): Promise<{ server: V2Server; provider: RegistryProvider; repository: Repository }> {
  const server = await startV2Server({ repositories: [{ name: 'team/app', tags }], ...options });
  onTestFinished(() => server.stop());
  return { server, provider: openAt(server.url), repository: repositoryAt(server.url) };
}

function repositoryAt(url: string): Repository {
  return { kind: 'repository', label: 'team/app', image: { host: new URL(url).host, path: 'team/app' } };
}

function tagAt({ image: { host, path } }: Repository, tag: string): Tag {
  return { kind: 'tag', label: tag, image: { host, path, tag } };
}

const labels = (entries: readonly Entry[]): string[] => entries.map(({ label }) => label);

describe('lists', () => {
  it('repositories by their whole path', async () => {
    const { provider, server } = await serving({}, { prefix: '/reg' });
    expect(await provider.list(undefined, undefined, signal)).toEqual({ items: [repositoryAt(server.url)] });
  });

  it('tags of all pages at once, by name only', async () => {
    const tags = { '1.0': image, '1.10': image, '1.9': image, edge: other, latest: image };
    const { provider, server, repository } = await serving(tags, { pageCap: 2 });
    const { items, next } = await provider.list(repository, undefined, signal);
    expect([labels(items), next]).toEqual([['1.0', '1.10', '1.9', 'edge', 'latest'], undefined]);
    expect(items[0]).toEqual(tagAt(repository, '1.0'));
    expect(server.requests.length).toBe(3);
  });

  it('no tags of an emptied repository', async () => {
    const { provider, repository } = await serving({}, { emptyTags: 'null' });
    expect(await provider.list(repository, undefined, signal)).toEqual({ items: [] });
  });

  it('tags that describe others as what they are', async () => {
    const [sig, att, referrers] = [
      artifacts.cosignTag(image),
      artifacts.cosignTag(image).replace('.sig', '.att'),
      artifacts.referrersTag(image),
    ];
    const cosigned = artifacts.buildCosignSignature(image, 'team/app');
    const sbom = artifacts.buildSbomReferrer(image, {}, new Date(0));
    const tags = {
      a: image,
      [sig]: cosigned,
      [att]: artifacts.buildAttestation(image, [artifacts.sbom('a', [], new Date(0))]),
      [referrers]: artifacts.buildReferrersIndex([sbom]),
    };
    const { provider, repository } = await serving(tags, { referrers: false });
    expect(labels((await provider.list(repository, undefined, signal)).items)).toEqual(['a']);
    const [platform] = (await provider.list(tagAt(repository, 'a'), undefined, signal)).items;
    if (platform === undefined) throw new Error('There is no platform');
    const { items } = await provider.list(platform, undefined, signal);
    expect(labels(items)).toEqual(['SBOM (SPDX)', 'Signature', 'SBOM (SPDX)']);
    const [, signature] = items;
    if (signature?.kind !== 'attachment') throw new Error('There is no signature');
    const payload = await provider.content?.attachment(signature, signal);
    expect(JSON.parse(Buffer.from(payload ?? '').toString())).toMatchObject({
      critical: { image: { 'docker-manifest-digest': image.digest } },
    });
    expect(await provider.list(signature, undefined, signal)).toEqual({ items: [] });
  });

  it('pages whose links form a circle only once', async () => {
    const pages: Record<string, readonly [string[], string]> = {
      '/v2/team/app/tags/list?n=1000': [['a', 'b'], '/v2/team/app/tags/list?last=b'],
      '/v2/team/app/tags/list?last=b': [['c'], '/v2/team/app/tags/list?last=c'],
      '/v2/team/app/tags/list?last=c': [['b', 'd'], '/v2/team/app/tags/list?last=b'],
    };
    const { url, requests } = await scripted(({ path }) => {
      const [tags, next] = pages[path] ?? [[], ''];
      return jsonReply(200, { tags }, { Link: `<${next}>; rel="next"` });
    });
    const { items, next } = await openAt(url).list(repositoryAt(url), undefined, signal);
    expect([labels(items), next, requests.length]).toEqual([['a', 'b', 'c', 'd'], undefined, 3]);
  });

  it('no page after one that has nothing new', async () => {
    let at = 0;
    const { url, requests } = await scripted(() =>
      jsonReply(200, { tags: ['a'] }, { Link: `</v2/team/app/tags/list?at=${++at}>; rel="next"` }),
    );
    const page = await openAt(url).list(repositoryAt(url), undefined, signal);
    expect([labels(page.items), page.next, requests.length]).toEqual([['a'], undefined, 2]);
  });

  it('pages without an end in parts', async () => {
    let at = 0;
    const { url, requests } = await scripted(() =>
      jsonReply(200, { tags: [`t${++at}`] }, { Link: `</v2/team/app/tags/list?at=${at}>; rel="next"` }),
    );
    const provider = openAt(url);
    const first = await provider.list(repositoryAt(url), undefined, signal);
    expect(requests.length).toBeLessThanOrEqual(101);
    expect(first.items.length).toBe(requests.length);
    const second = await provider.list(repositoryAt(url), first.next, signal);
    expect(labels(second.items)).not.toContain('t1');
    expect(labels(second.items)).toContain(`t${first.items.length + 1}`);
  });
});

describe('deletion', () => {
  const deleting = ({ deletion }: RegistryProvider): Deletion & Required<Pick<Deletion, 'image'>> => {
    if (deletion?.image === undefined) throw new Error('It cannot delete');
    return { ...deletion, image: deletion.image };
  };

  it('is previewed with HEAD requests, a few tags at a time', async () => {
    const tags = Object.fromEntries(Array.from({ length: 30 }, (_, at) => [`t${at}`, at % 2 === 0 ? image : other]));
    const { server, repository } = await serving(tags);
    const recorder = await startRecorder(server.url, { latencyMs: 10 });
    onTestFinished(() => recorder.stop());
    const tag = tagAt(repository, 't0');
    const preview = await deleting(openAt(recorder.url)).image.preview(tag.image, [tag.label], () => undefined, signal);
    expect(preview.images[0]?.tags.length).toBe(15);
    expect(recorder.maxConcurrent).toBeLessThanOrEqual(6);
    const methods = recorder.requests.map(({ method }) => method);
    // The list, the image itself and its referrers; every other tag by HEAD.
    expect([methods.filter((method) => method === 'GET').length, methods.length]).toEqual([3, 32]);
  });

  it('is previewed even if a tag is removed meanwhile', async () => {
    const { server, provider, repository } = await serving({ a: image, b: image, c: image });
    server.fail(/(HEAD|GET) .*\/manifests\/b$/, { status: 404 });
    const { images, unknown } = await deleting(provider).image.preview(
      repository.image,
      ['a'],
      () => undefined,
      signal,
    );
    expect([images[0]?.tags, unknown]).toEqual([['a', 'c'], ['b']]);
  });

  it('has no preview if a part of it cannot be read', async () => {
    const { server, provider, repository } = await serving({ a: image, b: image });
    server.fail(/HEAD .*\/b$/, { status: 500 });
    const preview = deleting(provider).image.preview(repository.image, ['a'], () => undefined, signal);
    expect(await failing(preview)).toMatchObject({ kind: 'rejected', detail: { status: 500 } });
  });

  it('has a preview that stops when it is aborted', async () => {
    const tags = Object.fromEntries(Array.from({ length: 30 }, (_, at) => [`t${at}`, image]));
    const { server, provider, repository } = await serving(tags);
    const controller = new AbortController();
    const progress = () => {
      controller.abort();
    };
    const preview = deleting(provider).image.preview(repository.image, ['t0'], progress, controller.signal);
    await expect(preview).rejects.toMatchObject({ name: 'AbortError' });
    expect(server.requests.filter(({ method }) => method === 'HEAD').length).toBeLessThan(30);
  });

  it('of a single tag stays possible if it was refused for another reason', async () => {
    const { server, provider, repository } = await serving({ a: image });
    server.fail(/DELETE/, { status: 403, times: 1 });
    const untag = () =>
      deleting(provider).untag?.delete(tagAt(repository, 'a'), signal) ?? Promise.reject(new Error('absent'));
    expect(await failing(untag())).toMatchObject({ kind: 'forbidden' });
    await untag();
    expect(await failing(untag())).toMatchObject({ kind: 'notFound' });
    expect(deleting(provider)).toHaveProperty('untag');
  });

  const code = (name: string) => JSON.stringify({ errors: [{ code: name, message: 'no' }] });
  const refusedWith = async (status: number, body: string, vendor = 'generic') => {
    const { server, repository } = await serving({ a: image });
    server.fail(/DELETE/, { status, body });
    const connection = {
      id: 'test',
      provider: vendor,
      label: 'Test',
      url: server.url,
      signIn: { kind: 'anonymous' },
    } as const;
    const type = providerTypes.find(({ id }) => id === vendor);
    if (type === undefined) throw new Error(`There is no ${vendor}`);
    const provider = type.open(connection, contextOf({ kind: 'anonymous' }));
    const { image: where } = tagAt(repository, 'a');
    const failure = await failing(deleting(provider).image.delete(where, image.digest, signal));
    return { failure, provider, tag: tagAt(repository, 'a') };
  };

  it('is called switched off only if the refusal means that', async () => {
    const { failure } = await refusedWith(405, code('UNSUPPORTED'));
    expect(failure.detail.explanation).toContain('deletion is switched off');
    for (const [status, body, vendor] of [
      [405, 'The registry is read-only', 'generic'],
      [405, code('DENIED'), 'generic'],
      [405, code('UNSUPPORTED'), 'ecr'],
      [412, code('PRECONDITION'), 'harbor'],
      [403, code('DENIED'), 'artifactory'],
    ] as const) {
      const other = (await refusedWith(status, body, vendor)).failure;
      expect([other.detail.explanation, other.detail.status]).toEqual([undefined, status]);
      expect(other.message).not.toBe('');
    }
  });

  it('of a single tag stays possible if the registry is read-only for a while', async () => {
    const { provider, tag } = await refusedWith(405, 'The registry is read-only');
    const failure = await failing(deleting(provider).untag?.delete(tag, signal) ?? Promise.resolve());
    expect(report(failure, 'untag a')?.reason).toBe('The registry says “The registry is read-only” (405).');
    expect(deleting(provider)).toHaveProperty('untag');
  });

  it.each([
    [405, 'UNSUPPORTED'],
    [400, 'UNSUPPORTED'],
    [400, 'DIGEST_INVALID'],
    [400, 'INVALID_REQUEST'],
  ])('of a single tag is not offered again after %i %s', async (status, code) => {
    const { server, provider, repository } = await serving({ a: image });
    server.fail(/DELETE/, { status, body: JSON.stringify({ errors: [{ code }] }) });
    const refused = deleting(provider).untag?.delete(tagAt(repository, 'a'), signal) ?? Promise.resolve();
    expect(await failing(refused)).toMatchObject({ kind: 'unsupported', detail: { code } });
    expect(deleting(provider)).not.toHaveProperty('untag');
  });
});

describe('credentials', () => {
  it('are read at each use, so that a new one is used at once', async () => {
    const auth = { kind: 'basic', users: { alice: 'new' } } as const;
    const { server } = await serving({ a: image }, { auth });
    let secret = 'old';
    const provider = openAt(server.url, () => ({ kind: 'basic', username: 'alice', secret }));
    const page = () => provider.list(undefined, undefined, signal);
    expect(await failing(page())).toMatchObject({ kind: 'unauthorized' });
    secret = 'new';
    expect(labels((await page()).items)).toEqual(['team/app']);
    expect(await provider.engineCredential(new URL(server.url).host, signal)).toEqual({
      kind: 'basic',
      username: 'alice',
      secret: 'new',
    });
  });
});
