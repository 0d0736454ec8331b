import { writeFile } from 'node:fs/promises';
import { createServer as createHttpServer } from 'node:http';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { diagnose, type Diagnosis, type StepId } from '../../../src/core/network/diagnose';
import { axiosHttp } from '../../../src/core/axiosHttp';
import { Redaction } from '../../../src/core/network/redaction';
import type { Connection, Credential, SignIn } from '../../../src/core/model';
import type { ProxySettings } from '../../../src/core/network/proxy';
import { tlsReaderOf } from '../../../src/core/network/tls';
import { generic } from '../../../src/providers/generic/genericType';
import { describeDiagnosis } from '../../../src/ui/diagnosis';
import { buildImage } from '../../sandbox/images';
import { freePort } from '../../sandbox/loopback';
import { createPki, type Pki } from '../../sandbox/pki';
import { startTokenServer } from '../../sandbox/tokenServer';
import type { V2ServerOptions } from '../../sandbox/v2Options';
import { startV2Server } from '../../sandbox/v2Server';
import { collectLog } from '../collectLog';
import { contextOf } from '../providerContext';
import { scripted } from './scripted';

const { signal } = new AbortController();
const anonymous: Credential = { kind: 'anonymous' };
const alice = { kind: 'basic', username: 'alice', secret: 'wonder-land-7' } as const;
const direct: ProxySettings = { support: 'override', configured: '', exceptions: [], env: {} };
const image = buildImage({ created: new Date(0) });
const repositories = [
  { name: 'team/api', tags: { '1': image, '2': image } },
  { name: 'team/web', tags: { '1': image } },
];

let pki: Pki;
beforeAll(async () => {
  pki = await createPki();
});
afterAll(() => pki.remove());

interface Found {
  readonly diagnosis: Diagnosis;
  readonly text: string;
  /** Steps with their outcome: `names ok`. */
  readonly steps: readonly string[];
  readonly facts: (id: StepId) => Readonly<Record<string, string>>;
}

async function diagnosed(
  url: string,
  credential: Credential = anonymous,
  parts: { readonly proxies?: ProxySettings; readonly tls?: Connection['tls'] } = {},
): Promise<Found> {
  const { proxies = direct, tls } = parts;
  const signIn: SignIn =
    credential.kind === 'basic' ? { kind: 'basic', account: credential.username } : { kind: 'anonymous' };
  const connection: Connection = {
    ...{ id: 'c1', provider: 'generic', label: 'Acme', url },
    signIn,
    ...(tls && { tls }),
  };
  const readTls = tlsReaderOf(connection, { env: {}, home: '/nowhere', platform: 'linux' });
  const http = axiosHttp(collectLog(), readTls);
  const diagnosis = await diagnose(
    {
      open: (watched) => generic.open(connection, contextOf(credential, { http: watched })),
      ...{ http, tls: readTls, proxies, redaction: new Redaction() },
    },
    () => undefined,
    signal,
  );
  const surroundings = {
    versions: [['Registry Explorer', '0.1.0']],
    settings: [['http.proxySupport', 'override']],
  } as const;
  const all = [...diagnosis.servers.flatMap(({ steps }) => steps), ...diagnosis.use];
  return {
    diagnosis,
    text: describeDiagnosis(connection, diagnosis, surroundings, new Date('2026-11-25T10:00:00Z')),
    steps: all.map(({ id, outcome }) => `${id} ${outcome}`),
    facts: (id) =>
      Object.fromEntries(all.find((step) => step.id === id)?.facts.map(({ name, value }) => [name, value]) ?? []),
  };
}

async function registry(options: V2ServerOptions = {}): Promise<string> {
  const server = await startV2Server({ repositories, ...options });
  onTestFinished(() => server.stop());
  return server.url;
}

async function tokenRegistry(): Promise<string> {
  const grants = { repositories: { '*': ['*'] }, catalog: true };
  const tokens = await startTokenServer({ users: { alice: { password: 'wonder-land-7', ...grants } } });
  onTestFinished(() => tokens.stop());
  return registry({ auth: { kind: 'bearer', challenge: tokens.challenge, accessOf: tokens.accessOf } });
}

describe('a diagnosis', () => {
  it('takes every step if all succeed', async () => {
    const url = await tokenRegistry();
    const { steps, facts, text } = await diagnosed(url, alice);
    expect(steps).toEqual([
      ...['address ok', 'proxy ok', 'names ok', 'connection ok', 'api ok', 'signIn ok'],
      ...['listing ok', 'tags ok'],
    ]);
    expect(facts('names')).toEqual({ lookedUp: '127.0.0.1', addresses: '127.0.0.1', private: 'yes' });
    expect(facts('proxy')).toEqual({ proxyBy: 'loopback' });
    expect(facts('connection')).toEqual({ connectedTo: `127.0.0.1 port ${new URL(url).port}` });
    expect(facts('api')).toMatchObject({ status: '401', version: 'registry/2.0' });
    expect(facts('api').challenge).toMatch(/^bearer, realm http:\/\/127\.0\.0\.1:\d+\/token, service sandbox-registry/);
    expect(facts('signIn')).toMatchObject({ credential: 'basic', status: '200' });
    expect(facts('signIn').exchange).toMatch(/^GET 127\.0\.0\.1:\d+: 200$/);
    expect(facts('listing')).toEqual({ entries: '2', more: 'no' });
    expect(facts('tags')).toEqual({ repository: 'team/api', tags: '2', more: 'no' });
    expect(text).toContain('\nEverything works.\n');
    expect(text).toContain('- Made: 2026-11-25 10:00 UTC\n- Registry Explorer: 0.1.0\n');
    expect(text).toContain('| Acme | Tags | ✓ works |');
  });

  it('reports an unknown name', async () => {
    const { steps, text } = await diagnosed('https://nothing.invalid');
    expect(steps).toEqual([
      ...[
        'address ok',
        'proxy ok',
        'names failed',
        'connection skipped',
        'tls skipped',
        'api failed',
        'signIn skipped',
      ],
      ...['listing skipped', 'tags skipped'],
    ]);
    expect(text).toMatch(
      /\*\*nothing\.invalid fails at “Name resolution”:\*\* (There is no server named|The name) nothing\.invalid/,
    );
    expect(text).toContain('`nslookup nothing.invalid`');
    expect(text).toContain('Not tried, because of “Name resolution”.');
  });

  it('reports a port at which nothing listens', async () => {
    const port = await freePort();
    const { steps, text } = await diagnosed(`http://127.0.0.1:${port}`);
    expect(steps).toContain('connection failed');
    expect(text).toContain(`Nothing listens at 127.0.0.1:${port}. Check the port, or whether the registry is running.`);
    expect(text).toContain(`Try \`curl -v http://127.0.0.1:${port}/v2/\` in a terminal`);
  });

  it('reports a server without TLS for an https address', async () => {
    const url = (await registry()).replace('http:', 'https:');
    const { steps, text } = await diagnosed(url);
    expect(steps).toEqual(expect.arrayContaining(['connection ok', 'tls failed', 'api failed']));
    expect(text).toContain('does not use https. If it uses plain http, type http:// in front.');
    expect(text).toContain('**What to do:** Type its address with http:// in front');
  });

  it('shows the certificate of an unknown authority', async () => {
    const { steps, facts, text } = await diagnosed(await registry({ tls: pki.tls() }));
    expect(steps).toEqual(expect.arrayContaining(['tls failed', 'api failed', 'listing skipped']));
    expect(facts('tls')).toMatchObject({
      protocol: 'TLSv1.3',
      certificate: 'CN=server',
      issuer: 'CN=Sandbox CA',
      names: 'DNS:localhost, IP Address:127.0.0.1',
    });
    expect(facts('tls').fingerprint).toMatch(/^([\dA-F]{2}:){31}[\dA-F]{2}$/);
    expect(text).toContain('comes from an authority that this machine does not know.');
    expect(text).toContain('add it to this connection: Certificates…');
    // The API fails for the same reason, which is reported only once.
    expect(text.match(/fails at/g)).toHaveLength(1);
    expect(text).not.toContain('No repository was found');
  });

  it('trusts the authorities that the connection trusts', async () => {
    const { steps } = await diagnosed(await registry({ tls: pki.tls() }), anonymous, {
      tls: { caFile: pki.ca.certFile },
    });
    expect(steps).toEqual(expect.arrayContaining(['tls ok', 'api ok', 'tags ok']));
  });

  it('reports a certificate for another name', async () => {
    const url = (await registry({ tls: pki.tls(), host: '127.0.0.2' })).replace('127.0.0.1', '127.0.0.2');
    const { text } = await diagnosed(url, anonymous, { tls: { caFile: pki.ca.certFile } });
    expect(text).toContain('was made for another name');
    expect(text).toContain('Connect the registry by one of the names in its certificate');
  });

  it('reports that a client certificate is required', async () => {
    const url = await registry({ tls: pki.tls('mutual') });
    const { steps, text } = await diagnosed(url, anonymous, { tls: { caFile: pki.ca.certFile } });
    expect(steps).toContain('api failed');
    // With TLS 1.3, the failure comes only after the handshake.
    expect(steps).toContain('tls ok');
    expect(text).toMatch(
      /fails at “API”:\*\* .* requires a client certificate .*\n\n\*\*What to do:\*\* Ask the administrator of the registry for a client certificate/,
    );
    const { certFile, keyFile } = pki.client;
    const known = await diagnosed(url, anonymous, { tls: { caFile: pki.ca.certFile, certFile, keyFile } });
    expect(known.steps).toContain('tags ok');
  });

  it('reports a client certificate that cannot be used', async () => {
    const url = await registry({ tls: pki.tls('mutual') });
    const caFile = pki.ca.certFile;
    const told = async (certFile: string, keyFile: string) =>
      (await diagnosed(url, anonymous, { tls: { caFile, certFile, keyFile } })).text;
    const { certFile, keyFile } = pki.client;
    const conclusion = (text: string): unknown =>
      expect.stringContaining(`fails at “TLS”:** ${text}\n\n**What to do:** `);
    expect(await told(certFile, pki.server.keyFile)).toEqual(
      conclusion('The client certificate and its key do not match.'),
    );
    expect(await told(`${certFile}.gone`, keyFile)).toEqual(
      conclusion(`The file ${certFile}.gone is not there (any more).`),
    );
    expect(await told(pki.directory, keyFile)).toEqual(
      conclusion(`The file ${pki.directory} cannot be read: EISDIR: illegal operation on a directory, read.`),
    );
    const garbled = join(pki.directory, 'garbled.crt');
    await writeFile(garbled, '-----BEGIN CERTIFICATE-----\nnothing\n-----END CERTIFICATE-----\n');
    expect(await told(garbled, keyFile)).toMatch(/fails at “TLS”:\*\* 127\.0\.0\.1:\d+ cannot be trusted: \S.*\.\n/);
  });

  it('reports a website in place of a registry', async () => {
    const page = '<html><title>Welcome</title></html>';
    const { url } = await scripted(() => ({
      status: 200,
      headers: { 'content-type': 'text/html' },
      body: Buffer.from(page),
    }));
    const { steps, text } = await diagnosed(url);
    expect(steps).toEqual(expect.arrayContaining(['connection ok', 'api failed', 'signIn skipped', 'listing skipped']));
    expect(text).toContain('does not answer as a registry does: it answers with a web page.');
    expect(text).toContain('Check the address: no registry answers there.');
  });

  it('reports a wrong password', async () => {
    const { steps, text } = await diagnosed(await tokenRegistry(), { ...alice, secret: 'wonder-lamb-7' });
    expect(steps).toEqual(expect.arrayContaining(['api ok', 'signIn failed', 'listing failed', 'tags skipped']));
    expect(text).toContain('fails at “Sign-in”:** The registry says “incorrect username or password” (401).');
    expect(text).toContain('Give this connection a credential that works: Update Credential…');
  });

  it.each([true, false])(
    'does not treat a wrong password as no password; visitors get a challenge: %s',
    async (areTold) => {
      const url = await registry({
        auth: { kind: 'basic', users: { alice: alice.secret } },
        visitors: { see: (name) => name === 'team/api', areTold },
      });
      const refused = await diagnosed(url, { ...alice, secret: 'wonder-lamb-7' });
      expect(refused.steps).toEqual(expect.arrayContaining(['api ok', 'signIn failed', 'listing failed']));
      expect(refused.text).toContain('Give this connection a credential that works: Update Credential…');
      const taken = await diagnosed(url, alice);
      expect(taken.steps).toEqual(expect.arrayContaining(['signIn ok', 'listing ok', 'tags ok']));
      expect(taken.facts('listing').entries).toBe('2');
      expect((await diagnosed(url)).facts('listing').entries).toBe('1');
    },
  );

  it('succeeds with servers that are busy for a moment, and shows that they were', async () => {
    const grants = { repositories: { '*': ['*'] }, catalog: true };
    const tokens = await startTokenServer({ users: { alice: { password: alice.secret, ...grants } } });
    onTestFinished(() => tokens.stop());
    const auth = { kind: 'bearer', challenge: tokens.challenge, accessOf: tokens.accessOf } as const;
    const server = await startV2Server({ repositories, auth });
    onTestFinished(() => server.stop());
    const busy = { status: 503, headers: { 'Retry-After': '0' } } as const;
    server.fail(/\/v2\/$/, { ...busy, times: 1 });
    tokens.fail(/token/, { ...busy, times: 1 });
    const { text, diagnosis } = await diagnosed(server.url, alice);
    expect(text).toContain('\nEverything works.\n');
    expect(diagnosis.requests.filter((line) => line.includes(' 503 '))).toHaveLength(2);
    tokens.fail(/token/, busy);
    const refused = await diagnosed(server.url, alice);
    expect(refused.steps).toEqual(expect.arrayContaining(['api ok', 'signIn failed']));
    expect(refused.text).not.toContain('Update Credential');
  });

  it('reports a list that is refused', async () => {
    const denied = { errors: [{ code: 'DENIED', message: 'only administrators may list' }] };
    const { url } = await scripted(({ url: { pathname } }) =>
      pathname === '/v2/_catalog'
        ? { status: 403, headers: { 'content-type': 'application/json' }, body: Buffer.from(JSON.stringify(denied)) }
        : { status: 200, headers: {}, body: Buffer.from('{}') },
    );
    const { steps, text } = await diagnosed(url);
    expect(steps).toEqual(expect.arrayContaining(['signIn ok', 'listing failed', 'tags skipped']));
    expect(text).toContain('only administrators may list');
    expect(text).toContain('Many registries let only administrators list everything.');
  });

  it('reports a repository without tags, and a registry without repositories', async () => {
    const { steps, text } = await diagnosed(await registry({ repositories: [{ name: 'team/empty', tags: {} }] }));
    expect(steps).toContain('tags ok');
    expect(text).toContain('The repository has no tags.');
    const empty = await diagnosed(await registry({ repositories: [] }));
    expect(empty.steps).toEqual(expect.arrayContaining(['listing ok', 'tags skipped']));
    expect(empty.text).toContain('It lists nothing.');
    expect(empty.text).toContain('Everything works.');
  });

  it('stops when it is aborted', async () => {
    const controller = new AbortController();
    const url = await registry();
    const outcome = diagnose(
      {
        open: () => ({
          endpoints: [{ url, credential: () => Promise.resolve(anonymous) }],
          list: () => Promise.reject(new Error('not to be asked')),
        }),
        ...{ http: axiosHttp(collectLog()), tls: undefined, proxies: direct, redaction: new Redaction() },
      },
      (id) => {
        if (id === 'api') controller.abort();
      },
      controller.signal,
    );
    await expect(outcome).rejects.toMatchObject({ name: 'AbortError' });
  });
});

describe('a diagnosis through a proxy', () => {
  /** A proxy that gives a fixed answer to CONNECT and records its requests. */
  async function proxy(answer: string): Promise<{ readonly port: number; readonly asked: readonly string[] }> {
    const asked: string[] = [];
    const server = createServer((socket) => {
      socket.on('error', () => undefined);
      socket.once('data', (text) => {
        asked.push(text.toString());
        socket.end(answer);
      });
    });
    const port = await freePort();
    await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
    onTestFinished(() => void server.close());
    return { port, asked };
  }

  it('checks the tunnel through it, and sends its password to no other server', async () => {
    const { port, asked } = await proxy('HTTP/1.1 407 Proxy Authentication Required\r\n\r\n');
    const configured = `http://bob:hunter2secret@127.0.0.1:${port}`;
    const { steps, facts, text } = await diagnosed('https://nothing.invalid', anonymous, {
      proxies: { ...direct, configured },
    });
    expect(steps).toEqual(expect.arrayContaining(['proxy ok', 'names ok', 'connection failed', 'tls skipped']));
    expect(facts('proxy')).toEqual({ proxyBy: 'setting', proxy: `http://127.0.0.1:${port}` });
    // The proxy looks up the name of the registry.
    expect(facts('names')).toMatchObject({ lookedUp: '127.0.0.1' });
    expect(asked[0]).toMatch(/^CONNECT nothing\.invalid:443 HTTP\/1\.1\r\n/);
    expect(text).toContain('The proxy requires its own sign-in: see the setting http.proxyAuthorization.');
    expect(text).not.toContain('hunter2secret');
    expect(text).not.toContain('bob');
  });

  it.each(['', 'bob:hunter2secret@'])('reads the certificate behind it: %j', async (login) => {
    const { port, stop } = await startV2Server({
      tls: await pki.issue('behind', { kind: 'otherHost', host: 'registry.test' }),
    });
    const own = createHttpServer();
    own.on('connect', ({ url, headers }, client) => {
      client.on('error', () => undefined);
      const wanted = login === '' ? undefined : `Basic ${Buffer.from('bob:hunter2secret').toString('base64')}`;
      if (headers['proxy-authorization'] !== wanted || url !== `registry.test:${port}`)
        client.end('HTTP/1.1 403 Forbidden\r\n\r\n');
      else {
        const onwards = connect(port, '127.0.0.1', () => client.write('HTTP/1.1 200 Connection established\r\n\r\n'));
        onwards.on('error', () => client.destroy());
        onwards.pipe(client).pipe(onwards);
      }
    });
    const proxyPort = await freePort();
    await new Promise<void>((resolve) => own.listen(proxyPort, '127.0.0.1', resolve));
    onTestFinished(async () => {
      own.close();
      await stop();
    });
    const configured = `http://${login}127.0.0.1:${proxyPort}`;
    const { steps, facts, text } = await diagnosed(`https://registry.test:${port}`, anonymous, {
      ...{ proxies: { ...direct, configured }, tls: { caFile: pki.ca.certFile } },
    });
    expect(steps).toEqual(expect.arrayContaining(['connection ok', 'tls ok']));
    expect(facts('connection')).toMatchObject({ through: `127.0.0.1:${proxyPort}` });
    expect(facts('tls')).toMatchObject({ names: 'DNS:registry.test', issuer: 'CN=Sandbox CA' });
    expect(text).not.toContain('hunter2secret');
  });

  it('says if the proxy is ignored', async () => {
    const proxies = { ...direct, configured: 'bob:hunter2secret@proxy' };
    const { facts, text } = await diagnosed('https://nothing.invalid', anonymous, { proxies });
    expect(facts('proxy')).toEqual({ proxyBy: 'system', ignored: 'setting' });
    expect(text).toContain('VS Code ignores a proxy address without http:// in front.');
    expect(text).toContain('- Ignored: `the setting http.proxy`');
    expect(text).not.toContain('hunter2secret');
  });

  it.each([
    ['http://bob:hunter2%secret@proxy:3128', 'its user name or password has a % that is not written as %25'],
    ['http://', 'it is not a URL'],
  ])('says if the address of the proxy %s cannot be used', async (configured, why) => {
    const { steps, text } = await diagnosed('https://nothing.invalid', anonymous, {
      proxies: { ...direct, configured },
    });
    expect(steps).toEqual(expect.arrayContaining(['proxy failed', 'connection skipped', 'tls skipped']));
    expect(text).toContain(`**nothing.invalid fails at “Proxy”:** The address of the proxy cannot be used: ${why}.`);
    expect(text).toContain('Correct the address of the proxy in the setting http.proxy');
    expect(text).not.toContain('hunter2');
  });
});

describe('the document of a diagnosis', () => {
  it('contains no secret, also if a server repeats it', async () => {
    const token = 'opaque-token-of-the-server';
    const basic = Buffer.from('alice:wonder-land-7').toString('base64');
    const server = await scripted(({ url: { pathname, search }, headers }) => {
      const json = { 'content-type': 'application/json' };
      if (pathname === '/token') return { status: 200, headers: json, body: Buffer.from(JSON.stringify({ token })) };
      const realm = `http://127.0.0.1:${server.port}/token?api_key=key-in-the-realm`;
      if (headers.authorization === undefined)
        return {
          status: 401,
          headers: { 'www-authenticate': `Bearer realm="${realm}",service="acme"` },
          body: Buffer.alloc(0),
        };
      const message = `no entry for ${headers.authorization}, wonder-land-7, ${basic}, http://alice:wonder-land-7@x.example/?sig=abc${search}`;
      return { status: 403, headers: json, body: Buffer.from(JSON.stringify({ errors: [{ message }] })) };
    });
    const { text, facts } = await diagnosed(server.url, alice);
    expect(facts('api').challenge).toContain(`realm http://127.0.0.1:${server.port}/token`);
    expect(text).toContain('no entry for Bearer \\*\\*\\*'.replaceAll('\\', ''));
    for (const secret of [token, 'wonder-land-7', basic, 'key-in-the-realm', 'sig=abc'])
      expect(text).not.toContain(secret);
  });

  it('renders nothing that a server says', async () => {
    const message = '<img src=x> [a](http://x.example) `b` | c';
    const { url } = await scripted(() => ({
      status: 500,
      headers: { 'content-type': 'application/json' },
      body: Buffer.from(JSON.stringify({ errors: [{ message }] })),
    }));
    const { text } = await diagnosed(url);
    expect(text).toContain('\\<img src=x\\> \\[a\\](http://x.example) \\`b\\` \\| c');
  });
});
