import { describe, expect, it } from 'vitest';
import { withAuth } from '../../../src/core/auth';
import { axiosHttp } from '../../../src/core/axiosHttp';
import type { Credential } from '../../../src/core/model';
import { collectLog } from '../collectLog';
import { failing } from '../failing';
import { alice, anonymous, authBench, pullApp } from './authBench';
import { scripted, send } from './scripted';

const bench = authBench();
const { exchanges, openAs, tagsOf, answersTo } = bench;

describe('challenges', () => {
  const forms: [string, (realm: string) => string | string[]][] = [
    ['as distribution writes it', (realm) => `Bearer realm="${realm}",service="sandbox-registry",scope="${pullApp}"`],
    ['in another order', (realm) => `Bearer scope="${pullApp}", service="sandbox-registry", realm="${realm}"`],
    ['without quotes where they may be left out', (realm) => `Bearer realm="${realm}",service=sandbox-registry`],
    ['in capitals', (realm) => `BEARER REALM="${realm}",SERVICE="sandbox-registry",SCOPE="${pullApp}"`],
    ['with blanks around everything', (realm) => ` Bearer  realm = "${realm}" ,\tservice = "sandbox-registry" ,`],
    [
      'with parameters nobody knows',
      (realm) => `Bearer charset="UTF-8",realm="${realm}",a=b,service="sandbox-registry",x="y, z=\\"q\\""`,
    ],
    ['with quoted pairs', (realm) => `Bearer realm="${realm}",service="sandbox\\-registry"`],
    ['behind Basic in one line', (realm) => `Basic realm="r", Bearer realm="${realm}",service="sandbox-registry"`],
    ['before Basic in one line', (realm) => `Bearer realm="${realm}",service="sandbox-registry",Basic realm="r"`],
    ['behind Negotiate', (realm) => `Negotiate YII=, Bearer realm="${realm}",service="sandbox-registry"`],
    ['in a line of its own', (realm) => ['Basic realm="r"', `Bearer realm="${realm}",service="sandbox-registry"`]],
  ];

  it.each(forms)('reads one %s', async (_form, write) => {
    answersTo(write(bench.tokens.realm));
    expect(await tagsOf(openAs(alice))).toBe(200);
    expect(exchanges()).toMatchObject([{ service: 'sandbox-registry', scopes: [pullApp], status: 200 }]);
  });

  it('asks for the scope it knows when none is named', async () => {
    answersTo(`Bearer realm="${bench.tokens.realm}",service="sandbox-registry"`);
    expect(await tagsOf(openAs(alice), 'team/other')).toBe(200);
    expect(exchanges()).toMatchObject([{ scopes: ['repository:team/other:pull'] }]);
  });

  it('names no service when the registry names none', async () => {
    bench.tokens.settings.serviceOptional = true;
    answersTo(`Bearer realm="${bench.tokens.realm}",scope="${pullApp}"`);
    expect(await tagsOf(openAs(alice))).toBe(200);
    expect(exchanges()).toMatchObject([{ service: undefined, scopes: [pullApp] }]);
  });

  it('finds a realm written relative to the registry', async () => {
    const own = await scripted(({ url, headers }) => {
      if (url.pathname === '/auth/token') return { status: 200, body: '{"token":"t"}' };
      return headers.authorization === 'Bearer t'
        ? { status: 200 }
        : { status: 401, headers: { 'WWW-Authenticate': 'Bearer realm="/auth/token"' } };
    });
    const http = withAuth(axiosHttp(collectLog()), own.url, () => Promise.resolve(anonymous));
    expect((await send(http, `${own.url}/v2/`)).status).toBe(200);
  });

  it('does not ask for a placeholder, or for another resource than its own', async () => {
    answersTo(`Bearer realm="${bench.tokens.realm}",service="sandbox-registry",scope="repository:user/image:pull"`);
    const http = openAs(alice);
    expect((await send(http, `${bench.registry.url}/v2/`)).status).toBe(200);
    expect((await send(http, `${bench.registry.url}/v2/_catalog`, { scope: 'registry:catalog:*' })).status).toBe(200);
    expect(exchanges().map(({ scopes }) => scopes)).toEqual([[], ['registry:catalog:*']]);
  });

  it('returns the refusal when no challenge can be answered', async () => {
    for (const challenge of ['Negotiate', 'Digest realm="r"', '', '"', 'Bearer realm="http://["']) {
      answersTo(challenge);
      expect(await tagsOf(openAs(alice))).toBe(401);
    }
    expect(exchanges()).toEqual([]);
  });
});

describe('token exchange', () => {
  const identityToken = async (): Promise<string> => {
    const url = `${bench.tokens.realm}?service=sandbox-registry&offline_token=true`;
    const Authorization = `Basic ${Buffer.from('alice:wonder:land').toString('base64')}`;
    const answer = (await (await fetch(url, { headers: { Authorization } })).json()) as { refresh_token: string };
    bench.forgetExchanges();
    return answer.refresh_token;
  };

  it('asks by GET with the password', async () => {
    expect(await tagsOf(openAs(alice))).toBe(200);
    expect(exchanges()).toEqual([
      expect.objectContaining({ method: 'GET', grant: 'basic', user: 'alice', scopes: [pullApp], offline: false }),
    ]);
  });

  it('asks by GET without credentials when there are none', async () => {
    expect(await tagsOf(openAs(anonymous))).toBe(200);
    expect(exchanges()).toMatchObject([{ method: 'GET', grant: 'anonymous', scopes: [pullApp] }]);
  });

  it('asks by POST with an identity token', async () => {
    const http = openAs({ kind: 'identityToken', token: await identityToken() });
    expect(await tagsOf(http)).toBe(200);
    expect(exchanges()).toMatchObject([
      {
        method: 'POST',
        grant: 'refresh_token',
        service: 'sandbox-registry',
        scopes: [pullApp],
        clientId: 'registry-explorer',
      },
    ]);
  });

  it.each([404, 405] as const)('asks by POST with the password when GET is answered with %i', async (status) => {
    bench.tokens.settings.refuse = { GET: status };
    expect(await tagsOf(openAs(alice))).toBe(200);
    expect(exchanges()).toMatchObject([
      { method: 'GET', status },
      { method: 'POST', grant: 'password', user: 'alice', clientId: 'registry-explorer', scopes: [pullApp] },
    ]);
  });

  it.each(['token', 'access_token'] as const)('takes an answer with %s alone', async (field) => {
    bench.tokens.settings.tokenField = field;
    expect(await tagsOf(openAs(alice))).toBe(200);
  });

  it.each(['{}', '{"token":null}', '{"token":""}', '[]', '<html>'])('refuses the answer %s', async (body) => {
    bench.tokens.fail(/token/, { status: 200, body });
    expect(await failing(tagsOf(openAs(alice)))).toMatchObject({
      kind: 'malformed',
      detail: { subject: new URL(bench.tokens.url).host },
    });
  });

  it('tells the words of a server that refuses the password', async () => {
    const wrong = openAs({ kind: 'basic', username: 'alice', secret: 'x' });
    expect(await failing(tagsOf(wrong))).toMatchObject({
      kind: 'unauthorized',
      message: 'incorrect username or password',
      detail: { subject: new URL(bench.tokens.url).host, status: 401 },
    });
    const stale = openAs({ kind: 'identityToken', token: 'stale' });
    expect(await failing(tagsOf(stale))).toMatchObject({ kind: 'unauthorized' });
  });

  it.each([400, 401, 403])('takes a refusal with %i for a wrong password', async (status) => {
    bench.tokens.fail(/token/, { status });
    expect(await failing(tagsOf(openAs(alice)))).toMatchObject({
      kind: 'unauthorized',
      message: 'incorrect user name or secret',
    });
  });

  it('does not take a broken token server for a wrong password', async () => {
    bench.tokens.fail(/token/, { status: 500, times: 1 });
    const http = openAs(alice);
    expect(await failing(tagsOf(http))).toMatchObject({ kind: 'rejected', detail: { status: 500 } });
    // And asks anew the next time.
    expect(await tagsOf(http)).toBe(200);
  });
});

describe('Basic', () => {
  it('is taken where a Bearer challenge names no realm', async () => {
    const { url, requests } = await scripted(({ headers }) =>
      headers.authorization === undefined
        ? { status: 401, headers: { 'WWW-Authenticate': 'Bearer service="s", Basic realm="b"' } }
        : { status: 200 },
    );
    const http = withAuth(axiosHttp(collectLog()), url, () => Promise.resolve(alice));
    expect((await send(http, `${url}/v2/`)).status).toBe(200);
    expect(requests.map(({ headers }) => headers.authorization?.split(' ')[0])).toEqual([undefined, 'Basic']);
  });

  const unicode: Credential = { kind: 'basic', username: 'zoë', secret: 'pä:ß🔑' };

  it('sends user and password as UTF-8, at once after the first time', async () => {
    bench.registry.behaviour.auth = {
      kind: 'basic',
      users: { zoë: 'pä:ß🔑' },
      challenge: 'Basic realm="https://r.test/x"',
    };
    const http = openAs(unicode);
    expect(await tagsOf(http)).toBe(200);
    expect(await tagsOf(http)).toBe(200);
    const encoded = 'Basic em/Dqzpww6Q6w5/wn5SR';
    expect(bench.registry.requests.map(({ headers }) => headers.authorization)).toEqual([undefined, encoded, encoded]);
  });

  it('is tried once with a wrong password, and not at all without one', async () => {
    bench.registry.behaviour.auth = { kind: 'basic', users: { alice: 'x' } };
    expect(await tagsOf(openAs(alice))).toBe(401);
    expect(bench.registry.requests.length).toBe(2);
    expect(await tagsOf(openAs(anonymous))).toBe(401);
    expect(bench.registry.requests.length).toBe(3);
  });

  it('reads the password at each use, so that a new one counts at once', async () => {
    bench.registry.behaviour.auth = { kind: 'basic', users: { alice: 'new' } };
    let secret = 'old';
    const http = withAuth(axiosHttp(collectLog()), bench.registry.url, () =>
      Promise.resolve({ kind: 'basic', username: 'alice', secret }),
    );
    expect(await tagsOf(http)).toBe(401);
    secret = 'new';
    expect(await tagsOf(http)).toBe(200);
  });
});
