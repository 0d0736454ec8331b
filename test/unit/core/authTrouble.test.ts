import { describe, expect, it } from 'vitest';
import { registryHttp } from '../../../src/core/auth';
import { axiosHttp } from '../../../src/core/axiosHttp';
import type { Credential } from '../../../src/core/model';
import type { Fault } from '../../sandbox/faults';
import { collectLog } from '../collectLog';
import { failing } from '../failing';
import { alice, authBench } from './authBench';
import { scripted, send } from './scripted';

const bench = authBench();
const openAs = (credential: Credential) =>
  registryHttp(axiosHttp(collectLog()), bench.registry.url, () => Promise.resolve(credential));

/** Busy for a moment, without a word to show. */
const busy = (status: number, times?: number): Fault => ({
  status,
  headers: { 'Retry-After': '0' },
  ...(times === undefined ? {} : { times }),
});

describe('a token server in trouble', () => {
  const troubles: readonly Fault[] = [
    ...[429, 500, 502, 503, 504, 507, 521].map((status) => busy(status, 2)),
    { kind: 'reset', times: 2 },
    { kind: 'truncate', times: 2 },
  ];

  it.each(troubles)('is asked again: $status $kind', async (trouble) => {
    bench.tokens.fail(/GET \/token/, trouble);
    expect(await bench.tagsOf(openAs(alice))).toBe(200);
  });

  it.each(troubles)('is asked again by POST as well: $status $kind', async (trouble) => {
    bench.tokens.settings.refuse = { GET: 405 };
    bench.tokens.fail(/POST \/token/, trouble);
    expect(await bench.tagsOf(openAs(alice))).toBe(200);
  });

  it.each([
    [429, 'rateLimited'],
    [500, 'rejected'],
    [503, 'rejected'],
  ] as const)('is not taken for one that refuses the password: %i', async (status, kind) => {
    bench.tokens.fail(/token/, busy(status));
    expect(await failing(bench.tagsOf(openAs(alice)))).toMatchObject({
      kind,
      message: '',
      detail: { status, subject: new URL(bench.tokens.url).host },
    });
  });

  it('is told from a registry in trouble: each hop is tried again by itself', async () => {
    const seen: string[] = [];
    const left = { '/v2/': 2, '/token': 2 };
    const server = await scripted(({ url: { pathname }, headers }) => {
      const at = pathname === '/token' ? '/token' : '/v2/';
      seen.push(`${at} ${headers.authorization?.split(' ')[0] ?? 'nothing'}`);
      if ((at === '/token' || headers.authorization !== undefined) && left[at]-- > 0)
        return { status: 503, headers: { 'Retry-After': '0' } };
      if (at === '/token') return { status: 200, body: '{"token":"t"}' };
      return headers.authorization === 'Bearer t'
        ? { status: 200, body: '{}' }
        : { status: 401, headers: { 'WWW-Authenticate': 'Bearer realm="/token"' } };
    });
    const http = registryHttp(axiosHttp(collectLog()), server.url, () => Promise.resolve({ kind: 'anonymous' }));
    expect((await send(http, `${server.url}/v2/`)).status).toBe(200);
    expect(seen).toEqual([
      '/v2/ nothing',
      ...['/token nothing', '/token nothing', '/token nothing'],
      ...['/v2/ Bearer', '/v2/ Bearer', '/v2/ Bearer'],
    ]);
  });

  it('is not asked again where it refuses', async () => {
    bench.tokens.fail(/token/, { status: 403, headers: { 'Retry-After': '0' } });
    const asked: string[] = [];
    const http = registryHttp(
      (request, signal) => {
        asked.push(new URL(request.url).pathname);
        return axiosHttp(collectLog())(request, signal);
      },
      bench.registry.url,
      () => Promise.resolve(alice),
    );
    expect(await failing(bench.tagsOf(http))).toMatchObject({
      kind: 'unauthorized',
      message: 'incorrect user name or secret',
    });
    expect(asked.filter((path) => path === '/token')).toEqual(['/token']);
  });
});
