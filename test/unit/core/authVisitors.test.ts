import { describe, expect, it, onTestFinished } from 'vitest';
import { registryHttp, withAuth } from '../../../src/core/auth';
import { axiosHttp } from '../../../src/core/axiosHttp';
import type { Http } from '../../../src/core/http';
import type { Credential } from '../../../src/core/model';
import type { Fault } from '../../sandbox/faults';
import { buildImage } from '../../sandbox/images';
import { startRecorder } from '../../sandbox/recorder';
import { startTokenServer } from '../../sandbox/tokenServer';
import type { V2Auth } from '../../sandbox/v2Options';
import { startV2Server, type V2Server } from '../../sandbox/v2Server';
import { collectLog } from '../collectLog';
import { failing } from '../failing';
import { alice, anonymous } from './authBench';
import { scripted, send, textOf } from './scripted';

const basic: V2Auth = { kind: 'basic', users: { alice: 'wonder:land' } };
const wrong: Credential = { kind: 'basic', username: 'alice', secret: 'wonder:lamb' };
/** `alice:wonder:land` */
const asAlice = 'Basic YWxpY2U6d29uZGVyOmxhbmQ=';

/** Shows visitors one repository of three. */
async function registry(areTold: boolean, auth = basic): Promise<V2Server> {
  const image = buildImage();
  const server = await startV2Server({
    repositories: ['open/app', 'team/api', 'team/web'].map((name) => ({ name, tags: { a: image } })),
    auth,
    visitors: { see: (name) => name.startsWith('open/'), areTold },
  });
  onTestFinished(() => server.stop());
  return server;
}

const openAs = ({ url }: { readonly url: string }, credential: Credential): Http =>
  registryHttp(axiosHttp(collectLog()), url, () => Promise.resolve(credential));

const catalogOf = async ({ url }: V2Server, http: Http): Promise<unknown> =>
  (
    JSON.parse(textOf(await send(http, `${url}/v2/_catalog`, { scope: 'registry:catalog:*' }))) as {
      repositories: unknown;
    }
  ).repositories;

const seen = ({ requests }: Pick<V2Server, 'requests'>) =>
  requests.map(({ path, headers }) => `${path} ${headers.authorization ?? '-'}`);

describe.each([
  ['tells visitors how to sign in', true],
  ['tells visitors nothing', false],
])('a registry that shows visitors a part, and %s', (_how, areTold) => {
  it('is shown the credential from the first request on', async () => {
    const server = await registry(areTold);
    const http = openAs(server, alice);
    const all = ['open/app', 'team/api', 'team/web'];
    expect([await catalogOf(server, http), await catalogOf(server, http)]).toEqual([all, all]);
    const list = `/v2/_catalog ${asAlice}`;
    expect(seen(server)).toEqual(['/v2/ -', `/v2/ ${asAlice}`, list, list]);
  });

  it('does not let in a wrong password as a visitor', async () => {
    const server = await registry(areTold);
    const http = openAs(server, wrong);
    for (let time = 0; time < 2; time++)
      expect(await failing(catalogOf(server, http))).toMatchObject({
        kind: 'unauthorized',
        message: 'authentication required',
        detail: { status: 401, subject: new URL(server.url).host },
      });
    expect(seen(server).filter((line) => line.includes('_catalog'))).toEqual([]);
  });

  it('costs visitors no request more', async () => {
    const server = await registry(areTold);
    expect(await catalogOf(server, openAs(server, anonymous))).toEqual(['open/app']);
    expect(seen(server)).toEqual(['/v2/_catalog -']);
  });

  it('is asked once by many requests at the same time', async () => {
    const server = await registry(areTold);
    const http = openAs(server, alice);
    await Promise.all(Array.from({ length: 20 }, () => catalogOf(server, http)));
    expect(seen(server).filter((line) => line.startsWith('/v2/ '))).toEqual(['/v2/ -', `/v2/ ${asAlice}`]);
    expect(seen(server).length).toBe(22);
  });

  it.each<Fault>([
    { status: 503, headers: { 'Retry-After': '0' }, times: 3 },
    { status: 429, headers: { 'Retry-After': '60' }, times: 1 },
    { status: 500, times: 1 },
    { kind: 'reset', times: 3 },
  ])('is asked again where it did not answer: $status $kind', async (trouble) => {
    const server = await registry(areTold);
    const http = openAs(server, alice);
    server.fail(/\/v2\/$/, trouble);
    const failure = await failing(catalogOf(server, http));
    expect(['rejected', 'rateLimited', 'unreachable']).toContain(failure.kind);
    expect(await catalogOf(server, http)).toEqual(['open/app', 'team/api', 'team/web']);
  });

  it('takes a new password at once', async () => {
    const server = await registry(areTold);
    let credential: Credential = wrong;
    const http = withAuth(axiosHttp(collectLog()), server.url, () => Promise.resolve(credential));
    await failing(catalogOf(server, http));
    credential = alice;
    expect(await catalogOf(server, http)).toEqual(['open/app', 'team/api', 'team/web']);
  });

  it('is asked as a visitor with an identity token, which is for token servers alone', async () => {
    const server = await registry(areTold);
    const http = openAs(server, { kind: 'identityToken', token: 'refresh' });
    expect(await catalogOf(server, http)).toEqual(['open/app']);
    expect(seen(server)).toEqual(['/v2/ -', '/v2/_catalog -']);
  });

  it('is shown a token that is for the registry itself, and refuses one that ended', async () => {
    const accessOf = (token: string) =>
      token === 'good' ? [{ type: 'registry', name: 'catalog', actions: ['*'] }] : undefined;
    const server = await registry(areTold, { kind: 'bearer', challenge: 'Bearer realm="/token"', accessOf });
    expect(await catalogOf(server, openAs(server, { kind: 'registryToken', token: 'good' }))).toHaveLength(3);
    const ended = openAs(server, { kind: 'registryToken', token: 'ended' });
    expect(await send(ended, `${server.url}/v2/_catalog`).catch((error: unknown) => error)).toMatchObject(
      areTold ? { status: 401 } : { kind: 'unauthorized' },
    );
  });
});

describe('a registry that gives tokens', () => {
  const grants = { repositories: { '*': ['pull'] }, catalog: true };

  it.each([
    ['asks everybody for one', undefined],
    ['tells visitors where', { see: () => false, areTold: true }],
    ['shows it to passwords alone', { see: () => false, areTold: false }],
  ] as const)('gets the password at its token server: it %s', async (_how, visitors) => {
    const tokens = await startTokenServer({ users: { alice: { password: 'wonder:land', ...grants } } });
    onTestFinished(() => tokens.stop());
    const server = await startV2Server({
      repositories: [{ name: 'team/api', tags: {} }],
      auth: { kind: 'bearer', challenge: tokens.challenge, accessOf: tokens.accessOf },
      ...(visitors && { visitors }),
    });
    onTestFinished(() => server.stop());
    expect(await catalogOf(server, openAs(server, alice))).toEqual(['team/api']);
    expect(tokens.requests).toMatchObject([{ grant: 'basic', user: 'alice', scopes: ['registry:catalog:*'] }]);
    // Only the one that tells visitors nothing is tried with the password itself.
    const withPassword = seen(server).filter((line) => line.includes('Basic'));
    expect(withPassword).toEqual(visitors?.areTold === false ? [`/v2/ ${asAlice}`] : []);
    expect(await failing(catalogOf(server, openAs(server, wrong)))).toMatchObject({ kind: 'unauthorized' });
  });
});

describe('the first question', () => {
  it('is no sign-in where a registry is open to all', async () => {
    const server = await startV2Server({ repositories: [{ name: 'a', tags: {} }] });
    onTestFinished(() => server.stop());
    expect(await catalogOf(server, openAs(server, alice))).toEqual(['a']);
  });

  it('shows no credential to another origin that it is sent to', async () => {
    const thief = await scripted(() => ({ status: 200, headers: { 'WWW-Authenticate': 'Basic realm="mine"' } }));
    const server = await scripted(({ url: { pathname } }) =>
      pathname === '/v2/' ? { status: 307, headers: { Location: `${thief.url}/v2/` } } : { status: 200, body: '{}' },
    );
    await send(openAs(server, alice), `${server.url}/v2/_catalog`);
    expect(seen(server)).toEqual(['/v2/ -', '/v2/_catalog -']);
    expect(seen(thief)).toEqual(['/v2/ -']);
  });

  it('is of no use at another origin', async () => {
    const server = await registry(true);
    const other = await registry(true);
    const http = openAs(server, alice);
    expect(await catalogOf(other, http)).toEqual(['open/app']);
    expect(await catalogOf(server, http)).toHaveLength(3);
    expect(await catalogOf(other, http)).toEqual(['open/app']);
    expect(seen(other)).toEqual(['/v2/_catalog -', '/v2/_catalog -']);
  });

  it('shows no credential to a web page', async () => {
    const server = await scripted(() => ({ status: 200, headers: { 'Content-Type': 'text/html' }, body: '<html>' }));
    await send(openAs(server, alice), `${server.url}/v2/_catalog`);
    expect(seen(server)).toEqual(['/v2/ -', '/v2/_catalog -']);
  });

  it.each([404, 405, 403])('leaves everything as it was where the answer is %i', async (status) => {
    const server = await scripted(({ url: { pathname }, headers }) => {
      if (pathname === '/v2/') return { status };
      return headers.authorization === asAlice
        ? { status: 200 }
        : { status: 401, headers: { 'WWW-Authenticate': 'Basic realm="late"' } };
    });
    const http = openAs(server, alice);
    for (let time = 0; time < 2; time++) expect((await send(http, `${server.url}/v2/_catalog`)).status).toBe(200);
    expect(seen(server)).toEqual(['/v2/ -', '/v2/_catalog -', `/v2/_catalog ${asAlice}`, `/v2/_catalog ${asAlice}`]);
  });

  it('is asked below the path of the registry', async () => {
    const server = await startV2Server({ prefix: '/deep/er', repositories: [{ name: 'a', tags: {} }] });
    onTestFinished(() => server.stop());
    expect(await catalogOf(server, openAs(server, alice))).toEqual(['a']);
    expect(seen(server)[0]).toBe('/deep/er/v2/ -');
  });

  it('says in words of its own that a server without words refuses', async () => {
    const server = await scripted(({ headers }) => ({ status: headers.authorization === undefined ? 200 : 401 }));
    expect(await failing(send(openAs(server, alice), `${server.url}/v2/_catalog`))).toMatchObject({
      kind: 'unauthorized',
      message: 'incorrect user name or secret',
    });
  });

  it('is given up when all who wait for it abort', async () => {
    const recorder = await startRecorder((await registry(true)).url);
    onTestFinished(() => recorder.stop());
    recorder.fail(/./, { kind: 'hang', times: 1 });
    const http = openAs(recorder, alice);
    const controllers = [new AbortController(), new AbortController()];
    const list = { method: 'GET', url: `${recorder.url}/v2/_catalog` } as const;
    const outcomes = controllers.map(({ signal }) =>
      expect(http(list, signal)).rejects.toMatchObject({ name: 'AbortError' }),
    );
    await recorder.until((requests) => requests.length === 1);
    for (const controller of controllers) controller.abort();
    await Promise.all(outcomes);
    await recorder.until((requests) => requests.every(({ state }) => state === 'broken'));
    expect((await send(http, list.url)).status).toBe(200);
  });

  it('ends for the one who aborts, and not for others who wait for it', async () => {
    let release: () => void = () => undefined;
    const released = new Promise<void>((resolve) => (release = resolve));
    let asked: () => void = () => undefined;
    const isAsked = new Promise<void>((resolve) => (asked = resolve));
    const server = await scripted(async ({ url: { pathname } }) => {
      asked();
      if (pathname === '/v2/') await released;
      return { status: 200 };
    });
    const http = openAs(server, alice);
    const controller = new AbortController();
    const gone = http({ method: 'GET', url: `${server.url}/v2/_catalog` }, controller.signal);
    const outcome = expect(gone).rejects.toMatchObject({ name: 'AbortError' });
    await isAsked;
    const waiting = send(http, `${server.url}/v2/_catalog`);
    controller.abort();
    await outcome;
    release();
    expect((await waiting).status).toBe(200);
    expect(seen(server)).toEqual(['/v2/ -', `/v2/ ${asAlice}`, `/v2/_catalog ${asAlice}`]);
  });
});
