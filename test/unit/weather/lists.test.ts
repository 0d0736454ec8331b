import { describe, expect, it } from 'vitest';
import { report } from '../../../src/ui/report';
import { jsonReply } from '../../sandbox/serve';
import { scripted } from '../core/scripted';
import { expectNoStrays, image, openAt, registry, signal, told } from './bench';

expectNoStrays();

const odd = (what: string) =>
  `HOST does not answer as a registry does: ${what}. Check its address, and any proxy on the way.`;
const many = Array.from({ length: 50_000 }, (_, at) => `n${String(at).padStart(5, '0')}`);

describe('lists of 50,000', () => {
  const tags = Object.fromEntries(many.map((name) => [name, image]));

  it('repositories come a thousand at a time, a request each', async () => {
    const { server, provider } = await registry({ repositories: many.map((name) => ({ name, tags: {} })) });
    const first = await provider.list(undefined, undefined, signal);
    expect([first.items.length, server.requests.length]).toEqual([1000, 1]);
    const second = await provider.list(undefined, first.next, signal);
    expect([second.items.length, second.items[0]?.label, server.requests.length]).toEqual([1000, 'n01000', 2]);
  });

  it('tags come in fifty requests and one that finds no more, all at once', async () => {
    const { server, provider, repository } = await registry({ repositories: [{ name: 'team/app', tags }] });
    const { items, next } = await provider.list(repository, undefined, signal);
    expect([items.length, next, server.requests.length]).toEqual([50_000, undefined, 51]);
  });

  it('come at once where a registry knows no pages', async () => {
    const { url, requests } = await scripted(({ url: { pathname } }) =>
      jsonReply(200, pathname === '/v2/_catalog' ? { repositories: many } : { name: 'team/app', tags: many }),
    );
    const provider = openAt(url);
    expect((await provider.list(undefined, undefined, signal)).items).toHaveLength(50_000);
    const at = { host: new URL(url).host, path: 'team/app' };
    const repository = { kind: 'repository', label: 'team/app', image: at } as const;
    expect((await provider.list(repository, undefined, signal)).items).toHaveLength(50_000);
    expect(requests).toHaveLength(2);
  });
});

describe('a list', () => {
  const listing = async (catalog: unknown) => {
    const server = await scripted(({ path }) =>
      path.startsWith('/v2/_catalog') ? jsonReply(200, catalog) : jsonReply(200, { tags: ['a'] }),
    );
    return { ...server, provider: openAt(server.url) };
  };

  it.each([{ repositories: null }, { repositories: [] }, {}])(
    'is empty where the registry says so, which is told: %j',
    async (catalog) => {
      const { provider } = await listing(catalog);
      const page = await provider.list(undefined, undefined, signal);
      expect(page).toMatchObject({ items: [], failure: { kind: 'unlisted' } });
      expect(report(page.failure, 'list')?.reason).toMatch(/^The registry lists no repositories: it is empty, or /);
    },
  );

  it.each([
    [{ message: 'Welcome' }, 'its answer has an unexpected JSON format: lists no repositories'],
    [{ errors: [{ code: 'DENIED' }] }, 'its answer has an unexpected JSON format: lists no repositories'],
    [{ repositories: 'none' }, 'its answer has an unexpected JSON format: repositories Invalid input'],
    [{ repositories: ['a', null] }, 'its answer has an unexpected JSON format: repositories 1 Invalid input'],
    [[], 'its answer has an unexpected JSON format: Invalid input'],
  ])('is not empty where the registry speaks of something else: %j', async (catalog, what) => {
    const { provider } = await listing(catalog);
    expect(await told(provider.list(undefined, undefined, signal))).toBe(
      `Could not list the repositories: ${odd(what)}`,
    );
  });

  it.each([
    ['a b', '/v2/a%20b/tags/list?n=1000'],
    ['a?n=1', '/v2/a%3Fn%3D1/tags/list?n=1000'],
    ['a#b', '/v2/a%23b/tags/list?n=1000'],
    ['a%2e%2e/b', '/v2/a%252e%252e/b/tags/list?n=1000'],
    ['a\\..\\b', '/v2/a%5C..%5Cb/tags/list?n=1000'],
    ['tag\r\nX-Evil: 1', '/v2/tag%0D%0AX-Evil:%201/tags/list?n=1000'],
    ['\u202eevil', '/v2/%E2%80%AEevil/tags/list?n=1000'],
    ['half\ud800', '/v2/half%EF%BF%BD/tags/list?n=1000'],
    ['https://elsewhere.example/x', '/v2/https://elsewhere.example/x/tags/list?n=1000'],
    ['n'.repeat(10_000), `/v2/${'n'.repeat(10_000)}/tags/list?n=1000`],
  ])('may hold %j, which stays in its part of the path', async (name, path) => {
    const { provider, requests } = await listing({ repositories: [name] });
    const [repository] = (await provider.list(undefined, undefined, signal)).items;
    expect(repository?.label).toBe(name);
    await provider.list(repository, undefined, signal);
    expect(requests[1]?.path).toBe(path);
  });

  it.each(['..', '../../admin', 'a/../../b', 'a/./b', 'a/..'])('may hold %j, which is not asked for', async (name) => {
    const { provider, requests } = await listing({ repositories: [name] });
    const [repository] = (await provider.list(undefined, undefined, signal)).items;
    expect(await told(provider.list(repository, undefined, signal), 'list the tags')).toBe(
      `Could not list the tags: ${odd('a name that it lists leads to another address')}`,
    );
    expect(requests).toHaveLength(1);
  });
});
