import { globalAgent } from 'node:https';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { registryHttp, withAuth } from '../../../src/core/auth';
import { axiosHttp } from '../../../src/core/axiosHttp';
import type { Http } from '../../../src/core/http';
import type { Credential } from '../../../src/core/model';
import type { Answer } from '../../sandbox/serve';
import { createPki, type Pki } from '../../sandbox/pki';
import { collectLog } from '../collectLog';
import { failing } from '../failing';
import { alice, authBench } from './authBench';
import { scripted, send } from './scripted';

const identity: Credential = { kind: 'identityToken', token: 'refresh-me' };
const credentials: readonly Credential[] = [alice, identity];

/** A registry that sends everybody to `realm`. */
const sendingTo =
  (realm: string): Answer =>
  () => ({ status: 401, headers: { 'WWW-Authenticate': `Bearer realm="${realm}",service="s"` } });

const open = (url: string, credential: Credential, http: Http = axiosHttp(collectLog())): Http =>
  withAuth(http, url, () => Promise.resolve(credential));

const takesAll: Answer = () => ({ status: 200, body: '{"token":"t"}' });

describe('a registry over http', () => {
  it.each(credentials)('sends nobody to another host over http: $kind', async (credential) => {
    const thief = await scripted(takesAll);
    const { url } = await scripted(sendingTo(`http://localhost:${thief.port}/token`));
    const failure = await failing(send(open(url, credential), `${url}/v2/`));
    expect(failure).toMatchObject({
      kind: 'untrusted',
      message: `it names a token server that is not https: http://localhost:${thief.port}`,
      detail: { subject: new URL(url).host },
    });
    expect(thief.requests).toEqual([]);
  });
});

describe('a registry over https', () => {
  let pki: Pki;
  beforeAll(async () => {
    pki = await createPki();
    globalAgent.options.ca = pki.ca.cert;
  });
  afterAll(async () => {
    delete globalAgent.options.ca;
    await pki.remove();
  });

  it.each(credentials)('sends nobody to its own host over http: $kind', async (credential) => {
    const thief = await scripted(takesAll);
    const { url } = await scripted(sendingTo(`${thief.url}/token`), { tls: pki.tls() });
    const failure = await failing(send(open(url, credential), `${url}/v2/`));
    expect(failure).toMatchObject({ kind: 'untrusted', message: expect.stringContaining('is not https') as string });
    expect(thief.requests).toEqual([]);
  });

  it('sends to a token server over https on its own host', async () => {
    const tokens = await scripted(takesAll, { tls: pki.tls() });
    const registry = await scripted(
      (request) =>
        request.headers.authorization === 'Bearer t' ? { status: 200 } : sendingTo(`${tokens.url}/token`)(request),
      { tls: pki.tls() },
    );
    expect((await send(open(registry.url, alice), `${registry.url}/v2/`)).status).toBe(200);
    expect(tokens.requests[0]?.headers.authorization).toBe('Basic YWxpY2U6d29uZGVyOmxhbmQ=');
  });
});

describe('a registry of the internet', () => {
  const name = 'https://registry.example';
  /** Finds the registry on this computer, as a name server would, and leaves every other address alone. */
  const foundAt =
    (url: string): Http =>
    async (request, signal) => {
      const response = await axiosHttp(collectLog())({ ...request, url: request.url.replace(name, url) }, signal);
      return { ...response, url: response.url.replace(url, name) };
    };

  it.each([
    'https://127.0.0.1:%',
    'https://localhost:%',
    'https://LOCALHOST:%',
    'https://token.localhost:%',
    'https://[::1]:%',
    'https://[::ffff:127.0.0.1]:%',
    'https://2130706433:%',
    'https://0x7f.1:%',
    'https://0.0.0.0:%',
    'https://[::]:%',
    'https://10.0.0.1',
    'https://172.16.0.1',
    'https://172.31.255.255',
    'https://192.168.1.1',
    'https://169.254.169.254/latest',
    'https://[fe80::1]',
    'https://[fd00::1]',
    'http://auth.example',
    'ftp://auth.example',
    'file:///etc/passwd',
    'javascript:0',
    'https://alice:wonder@auth.example',
  ])('sends nobody to %s', async (realm) => {
    const thief = await scripted(takesAll);
    const { url } = await scripted(sendingTo(realm.replace('%', String(thief.port))));
    for (const credential of credentials) {
      const failure = await failing(send(open(name, credential, foundAt(url)), `${name}/v2/`));
      expect(failure).toMatchObject({ kind: 'untrusted', detail: { subject: 'registry.example' } });
    }
    expect(thief.requests).toEqual([]);
  });
});

describe('a token server that redirects', () => {
  it.each([307, 308])('is not followed with a secret to another origin: %d', async (status) => {
    const thief = await scripted(takesAll);
    const realm = await scripted(() => ({ status, headers: { Location: `${thief.url}/token` } }));
    const { url } = await scripted(sendingTo(`${realm.url}/token`));
    const failure = await failing(send(open(url, identity), `${url}/v2/`));
    expect(failure).toMatchObject({
      kind: 'untrusted',
      message: `redirected what was sent to ${new URL(thief.url).host}`,
    });
    expect([realm.requests.length, thief.requests]).toEqual([1, []]);
  });

  it('does not pass the password on to another origin', async () => {
    const thief = await scripted(takesAll);
    const registry = await scripted((request) => {
      if (request.url.pathname !== '/token') return sendingTo('/token')(request);
      return { status: 307, headers: { Location: thief.url } };
    });
    await send(open(registry.url, alice), `${registry.url}/v2/`);
    expect(thief.requests.map(({ headers }) => headers.authorization)).toEqual([undefined]);
  });
});

describe('an origin that the registry redirects to', () => {
  it.each(['Basic realm="mine"', (url: string) => `Bearer realm="${url}/token",service="s"`])(
    'asks for no credential of ours: %s',
    async (challenge) => {
      const thief = await scripted((request) =>
        request.url.pathname === '/token'
          ? { status: 200, body: '{"token":"t"}' }
          : {
              status: 401,
              headers: { 'WWW-Authenticate': typeof challenge === 'string' ? challenge : challenge(thief.url) },
              body: '{"errors":[{"message":"who are you?"}]}',
            },
      );
      const registry = await scripted(() => ({ status: 307, headers: { Location: `${thief.url}/blob` } }));
      const host = new URL(thief.url).host;
      expect(await failing(send(open(registry.url, alice), `${registry.url}/v2/a/blobs/b`))).toMatchObject({
        kind: 'rejected',
        message: `it redirects to ${host}, which refuses: who are you?`,
        detail: { subject: new URL(registry.url).host, status: 401 },
      });
      expect(thief.requests.map(({ path, headers }) => [path, headers.authorization])).toEqual([['/blob', undefined]]);
      expect(registry.requests.length).toBe(1);
    },
  );

  it('is not believed either where it answers as a decorator passes on', async () => {
    const asked: (string | undefined)[] = [];
    const elsewhere: Http = ({ headers }) => {
      asked.push(headers?.Authorization);
      return Promise.resolve({
        status: 401,
        headers: { 'www-authenticate': 'Basic realm="mine"' },
        body: Buffer.of(),
        url: 'https://cdn.example/blob',
      });
    };
    const http = withAuth(elsewhere, 'https://registry.example', () => Promise.resolve(alice));
    expect((await send(http, 'https://registry.example/v2/')).status).toBe(401);
    // At first it is asked how it takes the credential.
    expect(asked).toEqual([undefined, undefined]);
  });
});

describe('secrets', () => {
  const bench = authBench();
  const lines = new Set<string>();
  const messages = new Set<string>();
  afterEach(() => {
    lines.clear();
    messages.clear();
  });

  /** One client's busy day: every way to sign in, to be refused, to be sent around. */
  const beBusy = async (credential: Credential, secrets: Set<string>): Promise<void> => {
    const log = collectLog();
    const { url } = bench.registry;
    const watched: Http = async (request, signal) => {
      for (const text of [request.headers?.Authorization?.split(' ')[1], request.body]) if (text) secrets.add(text);
      const response = await axiosHttp(log)(request, signal);
      const token = /"(?:access_)?token":"([^"]+)"/.exec(Buffer.from(response.body).toString())?.[1];
      if (token !== undefined) secrets.add(token);
      return response;
    };
    const http = registryHttp(watched, url, () => Promise.resolve(credential));
    const ask = async (path: string, scope?: string): Promise<void> => {
      try {
        await send(http, `${url}${path}`, scope === undefined ? {} : { scope });
      } catch (error) {
        messages.add(JSON.stringify(error));
        for (let cause = error; cause instanceof Error; cause = cause.cause) messages.add(cause.stack ?? cause.message);
      }
    };
    await ask('/v2/');
    await ask('/v2/_catalog?n=10', 'registry:catalog:*');
    await ask('/v2/team/app/tags/list', 'repository:team/app:pull');
    await ask('/v2/team/app/manifests/none', 'repository:team/app:pull');
    bench.tokens.fail(/token/, { status: 500, headers: { 'Retry-After': '0' }, times: 3 });
    await ask('/v2/team/other/tags/list', 'repository:team/other:pull');
    bench.tokens.fail(/token/, { kind: 'reset', times: 3 });
    await ask('/v2/team/third/tags/list', 'repository:team/third:push');
    bench.tokens.fail(/token/, { kind: 'truncate', times: 3 });
    await ask('/v2/team/fourth/tags/list', 'repository:team/fourth:push');
    bench.registry.fail(/tags/, { status: 429, headers: { 'Retry-After': '0' }, times: 1 });
    await ask('/v2/team/app/tags/list', 'repository:team/app:pull');
    for (const line of log.lines) lines.add(line);
  };

  it.each<Credential>([
    alice,
    { kind: 'basic', username: 'alice', secret: 'not-her-secret' },
    { kind: 'identityToken', token: 'refresh-nobody' },
    { kind: 'anonymous' },
  ])('are neither in the log nor in what failures tell: $kind $secret', async (credential) => {
    const secrets = new Set(credential.kind === 'basic' ? [credential.secret] : []);
    if (credential.kind === 'identityToken') secrets.add(credential.token);
    for (const refuse of [{}, { GET: 405 }] as const) {
      bench.tokens.settings.refuse = refuse;
      await beBusy(credential, secrets);
    }
    bench.registry.behaviour.auth = { kind: 'basic', users: { alice: 'wonder:land' } };
    await beBusy(credential, secrets);
    expect([lines.size > 5, messages.size > 0, secrets.size > 0]).toEqual([true, true, true]);
    const all = [...lines, ...messages].join('\n');
    for (const secret of secrets) expect(all).not.toContain(secret);
  });
});
