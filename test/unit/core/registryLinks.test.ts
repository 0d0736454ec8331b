import { describe, expect, it } from 'vitest';
import { axiosHttp } from '../../../src/core/axiosHttp';
import { RegistryClient } from '../../../src/core/registryClient';
import type { Reply } from '../../sandbox/faults';
import { jsonReply } from '../../sandbox/serve';
import { collectLog } from '../collectLog';
import { failing } from '../failing';
import { scripted } from './scripted';

const { signal } = new AbortController();
const clientOf = (url: string): RegistryClient => new RegistryClient(axiosHttp(collectLog()), url);

describe('links to the next page', () => {
  const page = (link: string, items = ['x']): Reply => jsonReply(200, { tags: items }, { Link: link });

  it.each([
    '/v2/a/tags/list?last=x%2Fy%2B%7e&n=2',
    '/v2/a/tags/list?n=2&last=%C3%9F%20+&token=a%3Db%26c',
    '/v2/a/tags/list?last=',
    '/other/place?x=1;y=2,z',
  ])('are asked for byte for byte: %s', async (path) => {
    const { url, requests } = await scripted((request) =>
      request.path === path ? page('', []) : page(`<${path}>; rel="next"`),
    );
    const client = clientOf(url);
    const { next } = await client.tags('a', undefined, signal);
    expect({ ...(await client.tags('a', next, signal)), answer: undefined }).toEqual({ items: [] });
    expect(requests.at(-1)?.path).toBe(path);
  });

  it.each([
    ['a relative one', () => '?last=x', '/reg/v2/a/tags/list?last=x'],
    ['one with the host', (url: string) => `${url}/reg/v2/a/tags/list?last=x`, '/reg/v2/a/tags/list?last=x'],
    [
      'one with port and path behind a proxy',
      () => 'https://127.0.0.1:1/v2/a/tags/list?last=x%2Fy',
      '/reg/v2/a/tags/list?last=x%2Fy',
    ],
    ['one to a page of its own', () => '/reg/pages/2', '/reg/pages/2'],
  ])('stay where the registry is: %s', async (_form, write, path) => {
    const { url } = await scripted(() => page(`<${write(url)}>; rel="next"`));
    expect((await clientOf(`${url}/reg`).tags('a', undefined, signal)).next).toBe(`${url}${path}`);
  });

  it.each(['http://thief.test/v2/', '//thief.test/v2/', 'http://localhost:%/', 'http://[', 'javascript:0', 'data:,x'])(
    'lead nowhere else: %s',
    async (target) => {
      const { url, port } = await scripted(() => page(`<${target.replace('%', String(port))}>; rel="next"`));
      expect(await failing(clientOf(url).tags('a', undefined, signal))).toMatchObject({ kind: 'malformed' });
    },
  );

  it('end at a page without rows, and at one that leads to itself', async () => {
    const { url } = await scripted(({ path }) =>
      path.includes('last') ? page('</v2/a/tags/list?last=x>; rel="next"') : page('</v2/a?last=x>; rel="next"', []),
    );
    expect({ ...(await clientOf(url).tags('a', undefined, signal)), answer: undefined }).toEqual({ items: [] });
    expect({ ...(await clientOf(url).tags('a', `${url}/v2/a/tags/list?last=x`, signal)), answer: undefined }).toEqual({
      items: ['x'],
    });
  });

  it('are made where a full page comes without one, until a page is not full', async () => {
    const { url, requests } = await scripted(({ path }) =>
      jsonReply(200, { tags: path.includes('last=b%2B') ? ['c'] : ['a', 'b+'] }),
    );
    const client = new RegistryClient(axiosHttp(collectLog()), url, { pageSize: 2 });
    const first = await client.tags('a', undefined, signal);
    expect({ ...first, answer: undefined }).toEqual({
      items: ['a', 'b+'],
      next: `${url}/v2/a/tags/list?n=2&last=b%2B`,
    });
    expect({ ...(await client.tags('a', first.next, signal)), answer: undefined }).toEqual({ items: ['c'] });
    expect(requests.map(({ path }) => path)).toEqual(['/v2/a/tags/list?n=2', '/v2/a/tags/list?n=2&last=b%2B']);
  });

  it('are not made again where the registry began anew', async () => {
    const { url } = await scripted(() => jsonReply(200, { tags: ['a', 'b'] }));
    const client = new RegistryClient(axiosHttp(collectLog()), url, { pageSize: 2 });
    const { next } = await client.tags('a', undefined, signal);
    expect({ ...(await client.tags('a', next, signal)), answer: undefined }).toEqual({ items: [] });
  });
});
