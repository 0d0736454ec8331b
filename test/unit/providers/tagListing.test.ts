import { describe, expect, it, onTestFinished } from 'vitest';
import { isCut, mostRows } from '../../../src/core/bounds';
import type { Connection, Entry, Repository, Tag } from '../../../src/core/model';
import { vendorTypes } from '../../../src/providers/generic/genericType';
import type { ProviderContext, RegistryProvider } from '../../../src/providers/provider';
import { buildImage } from '../../sandbox/images';
import type { SeedRepository } from '../../sandbox/seed';
import { jsonReply } from '../../sandbox/serve';
import { quirks, startVendor, type VendorServer } from '../../sandbox/vendors';
import { scripted } from '../core/scripted';
import { failing } from '../failing';
import { contextOf } from '../providerContext';

const { signal } = new AbortController();
const anonymous = { kind: 'anonymous' } as const;

function open(preset: string, url: string, parts: Partial<ProviderContext> = {}): RegistryProvider {
  const type = vendorTypes.find(({ id }) => id === preset);
  if (type === undefined) throw new Error(preset);
  const connection: Connection = { id: 'test', provider: preset, label: 'Test', url, signIn: { kind: 'anonymous' } };
  return type.open(connection, contextOf(anonymous, parts));
}

function repositoryAt(url: string, path: string): Repository {
  return { kind: 'repository', label: path, image: { host: new URL(url).host, path } };
}

async function tagsOf(provider: RegistryProvider, repository: Entry): Promise<readonly Tag[]> {
  const { items } = await provider.list(repository, undefined, signal);
  return items.filter((entry) => entry.kind === 'tag');
}

/** A number of tags, each a day newer than the one before. */
function seedOf(name: string, count: number): SeedRepository {
  const tags = Array.from({ length: count }, (_none, index) => {
    const created = new Date(Date.UTC(2024, 0, 1 + index));
    return [`b${index}`, buildImage({ created, user: `u${index}` })] as const;
  });
  return { name, tags: Object.fromEntries(tags) };
}

async function vendor(as: keyof typeof quirks, seeds: readonly SeedRepository[]) {
  const server = await startVendor(quirks[as], seeds);
  onTestFinished(() => server.stop());
  const context = { credential: () => Promise.resolve(server.credential) };
  return { server, context };
}

/** The requests, except the one that learns how to sign in. */
const asked = ({ requests }: VendorServer): number =>
  requests.filter(({ headers }) => headers.authorization !== undefined).length;

describe('Google’s listing', () => {
  // https://registry.k8s.io/v2/hpa-example/tags/list, as recorded in a public README
  const recorded = {
    child: [],
    manifest: {
      'sha256:581697a37f0e136db86d6b30392f0db40ce99c8248a7044c770012f4e8491544': {
        mediaType: 'application/vnd.docker.distribution.manifest.v2+json',
        tag: ['latest'],
        timeUploadedMs: '1660697581976',
        timeCreatedMs: '1445246221620',
        imageSizeBytes: '164026588',
      },
    },
    name: 'k8s-artifacts-prod/images/hpa-example',
    tags: ['latest'],
  };
  const listed = async (answer: object) => {
    const { url } = await scripted(() => jsonReply(200, answer));
    return tagsOf(open('gar', url), repositoryAt(url, 'hpa-example'));
  };

  it('has digest, size and date of upload of an image', async () => {
    expect((await listed(recorded)).map(({ details }) => details)).toEqual([
      {
        digest: 'sha256:581697a37f0e136db86d6b30392f0db40ce99c8248a7044c770012f4e8491544',
        mediaType: 'application/vnd.docker.distribution.manifest.v2+json',
        type: 'image',
        created: new Date(1660697581976),
        size: 164026588,
        platforms: [],
        labels: {},
      },
    ]);
  });

  it.each([
    ['a digest that is none', { 'sha256:../..': { tag: ['latest'] } }],
    ['a date beyond all dates', { ...recorded.manifest, ['sha256:'.padEnd(71, '0')]: { timeUploadedMs: 5 } }],
    ['a list', []],
    ['text', 'none'],
  ])('is ignored if it has %s', async (_what, manifest) => {
    expect(await listed({ ...recorded, manifest })).toMatchObject([{ label: 'latest' }]);
    expect((await listed({ ...recorded, manifest })).every(({ details }) => details === undefined)).toBe(true);
  });

  it('has the details of hundreds of tags in one request', async () => {
    const { server, context } = await vendor('google', [seedOf('acme/images/app', 300)]);
    const tags = await tagsOf(open('gar', server.url, context), repositoryAt(server.url, 'acme/images/app'));
    expect(tags.length).toBe(300);
    expect(tags.every(({ details }) => details !== undefined)).toBe(true);
    expect(asked(server)).toBe(1);
  });

  it('leads from a project’s repository, added by name, to the images in it', async () => {
    const { server, context } = await vendor('google', [
      seedOf('acme/images/app', 1),
      seedOf('acme/images/team/web', 1),
    ]);
    const { host } = new URL(server.url);
    const provider = open('gar', server.url, { ...context, shown: () => ({ repositories: [`${host}/acme/images`] }) });
    const trail = provider.locate({ host, path: 'acme/images/team/web', tag: 'b0' }) ?? [];
    expect(trail.map(({ label }) => label)).toEqual(['acme/images', 'team', 'web', 'b0']);
    let parent: Entry | undefined;
    for (const entry of trail) {
      const { items }: { readonly items: readonly Entry[] } = await provider.list(parent, undefined, signal);
      parent = items.find(({ kind, label }) => kind === entry.kind && label === entry.label);
      expect(parent).toMatchObject(entry);
    }
    const { items } = await provider.list(repositoryAt(server.url, 'acme/images'), undefined, signal);
    expect(items.map(({ label }) => label)).toEqual(['app', 'team']);
    await expect(provider.checkRepository?.({ host, path: 'acme/images' }, signal)).resolves.toBeUndefined();
  });

  it('shows which tags are deleted with an image, without a request for each', async () => {
    const image = buildImage();
    const { server, context } = await vendor('google', [
      { name: 'acme/images/app', tags: { a: image, b: image, c: buildImage({ user: 'c' }) } },
    ]);
    const provider = open('gar', server.url, context);
    const [tag] = await tagsOf(provider, repositoryAt(server.url, 'acme/images/app'));
    if (tag === undefined) throw new Error('There is no tag');
    const preview = await provider.deletion?.image?.preview(tag.image, ['a'], () => undefined, signal);
    expect(preview?.images[0]?.tags).toEqual(['a', 'b']);
    expect(server.requests.filter(({ method }) => method === 'HEAD')).toEqual([]);
  });
});

describe('Quay’s listing', () => {
  it('shows the first rows with one request, and each further page with one more', async () => {
    const { server, context } = await vendor('quay', [seedOf('acme/app', 250)]);
    const provider = open('quay', server.url, context);
    const repository = repositoryAt(server.url, 'acme/app');
    const labels: string[] = [];
    let cursor: string | undefined;
    for (let page = 1; page <= 3; page++) {
      const { items, next } = await provider.list(repository, cursor, signal);
      labels.push(...items.map(({ label }) => label));
      expect(items.every((entry) => entry.kind === 'tag' && entry.details?.created !== undefined)).toBe(true);
      expect(server.requests.length).toBe(page);
      cursor = next;
    }
    expect(cursor).toBeUndefined();
    expect(labels).toEqual(Array.from({ length: 250 }, (_none, index) => `b${249 - index}`));
  });

  it('is searched by a part of the name', async () => {
    const { server, context } = await vendor('quay', [seedOf('acme/app', 12)]);
    const provider = open('quay', server.url, context);
    const repository = repositoryAt(server.url, 'acme/app');
    const { items } = await provider.list(repository, undefined, signal);
    const found = await provider.find?.(repository)?.('B1', undefined, signal);
    expect(found).toEqual({ items: [] });
    expect(await provider.find?.(repository)?.('b1', undefined, signal)).toEqual({
      items: items.filter(({ label }) => label.startsWith('b1')),
    });
    expect(server.requests.at(-1)?.path).toBe(
      '/api/v1/repository/acme/app/tag/?limit=100&page=1&onlyActiveTags=true&filter_tag_name=like%3Ab1',
    );
    expect(provider.find?.(undefined)).toBeUndefined();
  });

  it('is searched by V2 where the repository is private', async () => {
    const { server, context } = await vendor('quayPrivate', [seedOf('acme/app', 12)]);
    const found = await open('quay', server.url, context).find?.(repositoryAt(server.url, 'acme/app'))?.(
      'b1',
      undefined,
      signal,
    );
    expect(found?.items.map(({ label }) => label)).toEqual(['b1', 'b10', 'b11']);
  });

  it('is read without the connection’s credential', async () => {
    const { server, context } = await vendor('quay', [seedOf('acme/app', 1)]);
    await tagsOf(open('quay', server.url, context), repositoryAt(server.url, 'acme/app'));
    expect(server.requests.map(({ path, headers }) => [path, headers.authorization])).toEqual([
      ['/api/v1/repository/acme/app/tag/?limit=100&page=1&onlyActiveTags=true', undefined],
    ]);
  });

  it('is replaced by V2’s if the repository is private', async () => {
    const { server, context } = await vendor('quayPrivate', [seedOf('acme/app', 12)]);
    const provider = open('quay', server.url, context);
    const tags = await tagsOf(provider, repositoryAt(server.url, 'acme/app'));
    expect(tags.map(({ label, details }) => [label, details])).toHaveLength(12);
    expect(tags.every(({ details }) => details === undefined)).toBe(true);
    expect(await provider.details?.(tags[0] ?? failedTag(), signal)).toMatchObject({ type: 'image' });
  });

  it.each([
    ['is a web page', { status: 200, headers: { 'Content-Type': 'text/html' }, body: '<html></html>' }],
    ['fails', { status: 502, body: 'Bad Gateway' }],
    ['does not exist', { status: 404, body: '' }],
  ])('is replaced by V2’s if it %s', async (_what, reply) => {
    const { url } = await scripted(({ path }) => (path.startsWith('/api/') ? reply : jsonReply(200, { tags: ['1'] })));
    expect(await tagsOf(open('quay', url), repositoryAt(url, 'acme/app'))).toMatchObject([{ label: '1' }]);
  });

  it('is not replaced by V2’s after the first page', async () => {
    const page = (number: number) => ({
      tags: [{ name: `t${number}`, manifest_digest: `sha256:${'0'.repeat(64)}`, start_ts: 1 }],
      has_additional: true,
    });
    const { url } = await scripted(({ path }) =>
      path.includes('page=1&') ? jsonReply(200, page(1)) : { status: 404, body: '' },
    );
    const provider = open('quay', url);
    const { next } = await provider.list(repositoryAt(url, 'acme/app'), undefined, signal);
    expect(await failing(provider.list(repositoryAt(url, 'acme/app'), next, signal))).toMatchObject({
      kind: 'notFound',
    });
  });
});

describe('V2’s listing', () => {
  const listed = async (url: string) => open('gar', url).list(repositoryAt(url, 'a'), undefined, signal);

  it('has all of 50,000 tags of 128 characters in one page', async () => {
    const tags = Array.from({ length: 50_000 }, (_none, index) => String(index).padEnd(128, 'x'));
    const { url } = await scripted(() => jsonReply(200, { tags }));
    const { items, failure } = await listed(url);
    expect([items.length, failure]).toEqual([50_000, undefined]);
  });

  it('leaves out the rows of a page beyond the most, and says so', async () => {
    const { url } = await scripted(() =>
      jsonReply(200, { tags: Array.from({ length: mostRows + 5 }, (_none, at) => `t${at}`) }),
    );
    const { items, next, failure } = await listed(url);
    expect([items.length, next, isCut(failure)]).toEqual([mostRows, undefined, true]);
  });

  it('ends with as many rows as any list may have, and says so', async () => {
    let page = 0;
    const { url, requests } = await scripted(() => {
      const tags = Array.from({ length: 40_000 }, (_none, at) => `${page}-${at}`);
      return jsonReply(200, { tags }, { Link: `</v2/a/tags/list?last=${page++}>; rel="next"` });
    });
    const { next, failure } = await listed(url);
    expect([requests.length, next, isCut(failure)]).toEqual([3, undefined, true]);
  });

  it('ends where pages lead back', async () => {
    const { url, requests } = await scripted(({ path }) => {
      const [tag, last] = path.endsWith('last=b') ? ['c', 'a'] : ['b', 'b'];
      return jsonReply(200, { tags: [tag] }, { Link: `</v2/a/tags/list?last=${last}>; rel="next"` });
    });
    const { items, failure } = await listed(url);
    expect([items.map(({ label }) => label), failure, requests.length]).toEqual([['b', 'c'], undefined, 3]);
  });

  it('is refused when it has more rows than can be read in a moment', async () => {
    const { url } = await scripted(() => ({ status: 200, body: `{"tags":[${'"a",'.repeat(1_000_000)}"a"]}` }));
    expect(await failing(listed(url))).toMatchObject({ message: 'its answer has too many parts' });
  });

  it('of repositories is cut in the same way', async () => {
    const repositories = Array.from({ length: mostRows + 5 }, (_none, at) => `r${at}`);
    const { url } = await scripted(() => jsonReply(200, { repositories }));
    const { items, failure } = await open('gar', url).list(undefined, undefined, signal);
    expect([items.length, isCut(failure)]).toEqual([mostRows, true]);
  });
});

function failedTag(): Tag {
  throw new Error('There is no tag');
}
