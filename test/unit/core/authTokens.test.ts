import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { withAuth } from '../../../src/core/auth';
import { axiosHttp } from '../../../src/core/axiosHttp';
import type { Http } from '../../../src/core/http';
import type { Access } from '../../sandbox/v2Options';
import { collectLog } from '../collectLog';
import { alice, anonymous, authBench, pullApp } from './authBench';
import { scripted, send } from './scripted';

const bench = authBench();
const { exchanges, openAs, tagsOf, answersTo } = bench;

describe('tokens', () => {
  /** How many of ten requests, each so many seconds after the first, made the client ask for a token. */
  const exchangesAt = async (http: Http, seconds: readonly number[]): Promise<number[]> => {
    vi.useFakeTimers({ toFake: ['Date'] });
    onTestFinished(() => void vi.useRealTimers());
    const start = Date.now();
    const counts: number[] = [];
    for (const second of seconds) {
      vi.setSystemTime(start + second * 1000);
      expect(await tagsOf(http)).toBe(200);
      counts.push(exchanges().length);
    }
    return counts;
  };

  it('serve as long as the server says, less a margin', async () => {
    expect(await exchangesAt(openAs(alice), [0, 1, 289, 291, 292])).toEqual([1, 1, 1, 2, 2]);
  });

  it('serve a minute when the server does not say', async () => {
    bench.tokens.settings.expiresIn = 'omitted';
    expect(await exchangesAt(openAs(alice), [0, 49, 51])).toEqual([1, 1, 2]);
  });

  it('serve a minute at least, whatever the server says', async () => {
    bench.tokens.settings.expiresIn = 1;
    expect(await exchangesAt(openAs(alice), [0, 49, 51])).toEqual([1, 1, 2]);
  });

  it('of docker’s config go to the registry itself, are asked of nobody, and are read anew each time', async () => {
    const tokens = ['of the first question', 'first', 'second', 'old'];
    const server = await scripted(({ headers }) => {
      const { authorization } = headers;
      return authorization === 'Bearer first' || authorization === 'Bearer second'
        ? { status: 200, body: '{}' }
        : { status: 401, headers: { 'WWW-Authenticate': 'Bearer realm="https://tokens.example/token"' } };
    });
    const read = () => Promise.resolve({ kind: 'registryToken' as const, token: tokens.shift() ?? '' });
    const http = withAuth(axiosHttp(collectLog()), server.url, read);
    const statuses = [await send(http, `${server.url}/v2/`), await send(http, `${server.url}/v2/`)];
    expect(statuses.map(({ status }) => status)).toEqual([200, 200]);
    expect((await send(http, `${server.url}/v2/`)).status).toBe(401);
    expect(tokens).toEqual([]);
  });

  it('are asked for once by many requests at the same time', async () => {
    const http = openAs(alice);
    const statuses = await Promise.all(Array.from({ length: 20 }, () => tagsOf(http)));
    expect(statuses).toEqual(Array.from({ length: 20 }, () => 200));
    expect(exchanges().length).toBe(1);
  });

  it('are asked for once by many requests after one has expired', async () => {
    const http = openAs(alice);
    expect(await exchangesAt(http, [0])).toEqual([1]);
    vi.setSystemTime(Date.now() + 3_600_000);
    await Promise.all(Array.from({ length: 20 }, () => tagsOf(http)));
    expect(exchanges().length).toBe(2);
  });

  it('serve many requests', async () => {
    const http = openAs(alice);
    for (let time = 0; time < 5; time++) expect(await tagsOf(http)).toBe(200);
    expect(exchanges().length).toBe(1);
    expect(bench.registry.requests.filter(({ headers }) => headers.authorization === undefined).length).toBe(1);
    expect(bench.registry.requests.length).toBe(6);
  });

  it('serve their own scope alone', async () => {
    const http = openAs(alice);
    for (const repository of ['team/app', 'team/other', 'team/app']) expect(await tagsOf(http, repository)).toBe(200);
    expect(exchanges().map(({ scopes }) => scopes)).toEqual([[pullApp], ['repository:team/other:pull']]);
  });

  it('are replaced once, in silence, when the registry no longer takes one', async () => {
    const http = openAs(alice);
    await tagsOf(http);
    const revoked = bench.registry.requests.at(-1)?.headers.authorization;
    const accessOf = (token: string): readonly Access[] | undefined =>
      `Bearer ${token}` === revoked ? undefined : bench.tokens.accessOf(token);
    bench.registry.behaviour.auth = { kind: 'bearer', challenge: bench.tokens.challenge, accessOf };
    expect(await tagsOf(http)).toBe(200);
    expect(exchanges().length).toBe(2);
    expect(await tagsOf(http)).toBe(200);
    expect(exchanges().length).toBe(2);
  });

  it('are not asked for without end when the registry takes none', async () => {
    const http = openAs(alice);
    await tagsOf(http);
    bench.registry.behaviour.auth = { kind: 'bearer', challenge: bench.tokens.challenge, accessOf: () => undefined };
    expect(await tagsOf(http)).toBe(401);
    expect(exchanges().length).toBe(2);
    expect(bench.registry.requests.length).toBe(4);
  });

  it('get the scope that the registry names when theirs is too little', async () => {
    answersTo((scope, error) => bench.tokens.challenge(error === 'insufficient_scope' ? scope : undefined, error));
    const http = openAs(alice);
    const [first, wider] = ['repository:team/app:metadata_read', 'repository:team/app:pull,metadata_read'];
    expect(await tagsOf(http, 'team/app', first)).toBe(200);
    expect(exchanges().map(({ scopes }) => scopes)).toEqual([[first], [wider]]);
    // What was learnt is kept: the next request starts with it.
    expect(await tagsOf(http, 'team/app', first)).toBe(200);
    expect([exchanges().length, bench.registry.requests.length]).toEqual([2, 4]);
  });

  it('are not asked for again when the server grants less than it is asked for', async () => {
    bench.tokens.settings.anonymous = { repositories: {} };
    expect(await tagsOf(openAs(anonymous))).toBe(401);
    expect(exchanges().length).toBe(1);
  });
});

describe('abort', () => {
  it('before a token is needed anew asks for none', async () => {
    const asked: string[] = [];
    const counting: Http = (request, signal) => {
      asked.push(request.url);
      return axiosHttp(collectLog())(request, signal);
    };
    const http = withAuth(counting, bench.registry.url, () => Promise.resolve(alice));
    expect(await tagsOf(http)).toBe(200);
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 3_600_000 });
    onTestFinished(() => void vi.useRealTimers());
    asked.length = 0;
    const gone = http({ method: 'GET', url: `${bench.registry.url}/v2/`, scope: pullApp }, AbortSignal.abort());
    await expect(gone).rejects.toMatchObject({ name: 'AbortError' });
    await new Promise(setImmediate);
    expect(asked).toEqual([]);
  });

  it('ends the request of the one who aborts, and not the exchange others wait for', async () => {
    let release: () => void = () => undefined;
    const released = new Promise<void>((resolve) => (release = resolve));
    let asked: () => void = () => undefined;
    const isAsked = new Promise<void>((resolve) => (asked = resolve));
    const own = await scripted(async ({ url, headers }) => {
      if (url.pathname === '/token') {
        asked();
        await released;
        return { status: 200, body: '{"token":"t"}' };
      }
      return headers.authorization === 'Bearer t'
        ? { status: 200 }
        : { status: 401, headers: { 'WWW-Authenticate': 'Bearer realm="/token"' } };
    });
    const http = withAuth(axiosHttp(collectLog()), own.url, () => Promise.resolve(anonymous));
    const controller = new AbortController();
    const abandoned = http({ method: 'GET', url: `${own.url}/v2/` }, controller.signal);
    const outcome = expect(abandoned).rejects.toMatchObject({ name: 'AbortError' });
    await isAsked;
    const waiting = send(http, `${own.url}/v2/`);
    controller.abort();
    await outcome;
    release();
    expect((await waiting).status).toBe(200);
    expect(own.requests.filter(({ path }) => path === '/token').length).toBe(1);
  });
});
