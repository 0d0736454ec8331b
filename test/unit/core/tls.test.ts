import { createPrivateKey } from 'node:crypto';
import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { axiosHttp } from '../../../src/core/axiosHttp';
import type { Http } from '../../../src/core/http';
import type { TlsOptions } from '../../../src/core/model';
import { certsFolders } from '../../../src/core/docker/certsFolders';
import type { Machine } from '../../../src/core/machine';
import { tlsReaderOf } from '../../../src/core/network/tls';
import { createPki, type Pki } from '../../sandbox/pki';
import { tempDir, type TempDir } from '../../sandbox/tempDir';
import { startV2Server } from '../../sandbox/v2Server';
import { collectLog } from '../collectLog';
import { failing } from '../failing';
import { scripted, send } from './scripted';

let pki: Pki;
let other: Pki;
let home: TempDir;
let machine: Machine;
beforeAll(async () => {
  [pki, other, home] = await Promise.all([createPki({ hosts: ['127.0.0.2'] }), createPki(), tempDir('home')]);
  machine = { env: {}, home: home.path, platform: 'linux' };
});
afterAll(async () => {
  await Promise.all([pki.remove(), other.remove(), home.remove()]);
});

const httpOf = (url: string, tls: TlsOptions | undefined): Http =>
  axiosHttp(collectLog(), tlsReaderOf({ url, ...(tls === undefined ? {} : { tls }) }, machine));
const ca = (): TlsOptions => ({ caFile: pki.ca.certFile });
const mutual = (): TlsOptions => ({ ...ca(), certFile: pki.client.certFile, keyFile: pki.client.keyFile });
const serve = (tls = pki.tls(), host?: string) =>
  scripted(() => ({ status: 200 }), { tls, ...(host === undefined ? {} : { host }) });

describe('a connection with a CA file', () => {
  it('trusts certificates of that authority', async () => {
    const { url } = await serve();
    expect((await send(httpOf(url, ca()), url)).status).toBe(200);
  });

  it('does not trust another authority, or a certificate for another name', async () => {
    const { url } = await serve(other.tls());
    const unknown = await failing(send(httpOf(url, ca()), url));
    expect(unknown.detail.code).toBe('UNABLE_TO_VERIFY_LEAF_SIGNATURE');
    const misnamed = await serve(await pki.issue('misnamed', { kind: 'otherHost', host: 'registry.test' }));
    const refused = await failing(send(httpOf(misnamed.url, ca()), misnamed.url));
    expect(refused.detail.code).toBe('ERR_TLS_CERT_ALTNAME_INVALID');
  });

  it('still trusts the authorities of the system', async () => {
    const read = tlsReaderOf({ url: 'https://registry.test', tls: ca() }, machine);
    const certificates = (await read?.('https://registry.test'))?.ca?.match(/BEGIN CERTIFICATE/g)?.length ?? 0;
    expect(certificates).toBeGreaterThan(100);
  });

  it('asks its token server on another host with the same authority, and without more', async () => {
    const read = tlsReaderOf({ url: 'https://registry.test:5000', tls: { ...mutual(), verify: false } }, machine);
    const own = await read?.('https://registry.test:5001/token');
    expect([own?.cert, own?.key, own?.rejectUnauthorized]).toEqual([pki.client.cert, pki.client.key, false]);
    expect(Object.keys((await read?.('https://auth.test/token')) ?? {})).toEqual(['ca']);
  });

  it('uses a renewed file at the next request', async () => {
    const caFile = join(home.path, 'renewed.crt');
    await copyFile(other.ca.certFile, caFile);
    const { url } = await serve();
    const http = httpOf(url, { caFile });
    await failing(send(http, url));
    await copyFile(pki.ca.certFile, caFile);
    expect((await send(http, url)).status).toBe(200);
  });
});

describe('a connection with a client certificate', () => {
  it('shows it to its own server', async () => {
    const { url } = await serve(pki.tls('mutual'));
    expect((await send(httpOf(url, mutual()), url)).status).toBe(200);
    const failure = await failing(send(httpOf(url, ca()), url));
    expect(failure).toMatchObject({ kind: 'untrusted', detail: { code: 'CLIENT_CERTIFICATE' } });
  });

  it('reuses its TCP connection', async () => {
    const server = await startV2Server({ tls: pki.tls('mutual') });
    const http = httpOf(server.url, mutual());
    for (let time = 0; time < 5; time++) await send(http, `${server.url}/v2/`);
    expect([server.requests.length, server.connections()]).toEqual([5, 1]);
    await server.stop();
  });

  it('works with every proxy in the environment', async () => {
    for (const name of ['HTTPS_PROXY', 'https_proxy', 'HTTP_PROXY', 'ALL_PROXY'])
      vi.stubEnv(name, 'http://127.0.0.1:1');
    vi.stubEnv('NO_PROXY', '');
    const { url } = await serve(pki.tls('mutual'));
    expect((await send(httpOf(url, mutual()), url)).status).toBe(200);
    vi.unstubAllEnvs();
  });

  it('does not share a TCP connection with a connection that has another certificate', async () => {
    const { url } = await serve(pki.tls('mutual'));
    await send(httpOf(url, mutual()), url);
    await failing(send(httpOf(url, ca()), url));
    await failing(send(httpOf(url, undefined), url));
  });
});

describe('a connection without verification', () => {
  it.each(['expired', 'notYetValid', 'selfSigned'] as const)('accepts a certificate that is %s', async (kind) => {
    const { url } = await serve(await pki.issue(`taken-${kind}`, { kind }));
    expect((await send(httpOf(url, { verify: false }), url)).status).toBe(200);
    await failing(send(httpOf(url, undefined), url));
  });
});

describe('a redirect to another origin', () => {
  const secret = { Authorization: 'Bearer secret' };

  it('on another port of the host carries neither header nor client certificate', async () => {
    const away = await serve(pki.tls('mutual'));
    const { url } = await scripted(() => ({ status: 307, headers: { Location: away.url } }), {
      tls: pki.tls('mutual'),
    });
    const failure = await failing(send(httpOf(url, mutual()), url, { headers: secret }));
    expect(failure).toMatchObject({ kind: 'untrusted', detail: { subject: new URL(away.url).host } });
    expect(away.requests).toEqual([]);
  });

  it('does not carry the authority or the lack of verification', async () => {
    for (const tls of [ca(), { verify: false as const }]) {
      const away = await serve(pki.tls(), '127.0.0.2');
      const { url } = await scripted(() => ({ status: 302, headers: { Location: away.url } }), { tls: pki.tls() });
      const failure = await failing(send(httpOf(url, tls), url, { headers: secret }));
      expect(failure.detail).toMatchObject({
        subject: new URL(away.url).host,
        code: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
      });
      expect(away.requests).toEqual([]);
    }
  });

  it('does not add them again when it returns', async () => {
    const own = await scripted(
      ({ path }) => (path === '/' ? { status: 307, headers: { Location: away.url } } : { status: 200 }),
      { tls: pki.tls() },
    );
    const away = await scripted(() => ({ status: 307, headers: { Location: `${own.url}/end` } }), { tls: pki.tls() });
    const failure = await failing(send(httpOf(own.url, { verify: false }), own.url, { headers: secret }));
    expect(failure.detail.subject).toBe(new URL(away.url).host);
    expect(own.requests.map(({ path }) => path)).toEqual(['/']);
  });

  it('on the same origin keeps them', async () => {
    const { url, requests } = await scripted(
      ({ path }) => (path === '/from' ? { status: 307, headers: { Location: '/to' } } : { status: 200 }),
      { tls: pki.tls('mutual') },
    );
    expect((await send(httpOf(url, mutual()), `${url}/from`, { headers: secret })).status).toBe(200);
    expect(requests[1]?.headers.authorization).toBe('Bearer secret');
  });
});

describe('a failure of TLS', () => {
  const causeOf = async (tls: Parameters<typeof serve>[0], options?: TlsOptions) => {
    const { url } = await serve(tls);
    const { kind, detail } = await failing(send(httpOf(url, options), url));
    return [kind, detail.code];
  };

  it('has a code of its own for each reason', async () => {
    expect(await causeOf(pki.tls())).toEqual(['untrusted', 'UNABLE_TO_VERIFY_LEAF_SIGNATURE']);
    expect(await causeOf(await pki.issue('self', { kind: 'selfSigned' }))).toEqual([
      'untrusted',
      'DEPTH_ZERO_SELF_SIGNED_CERT',
    ]);
    expect(await causeOf(await pki.issue('old', { kind: 'expired' }), ca())).toEqual(['untrusted', 'CERT_HAS_EXPIRED']);
    expect(await causeOf(await pki.issue('new', { kind: 'notYetValid' }), ca())).toEqual([
      'untrusted',
      'CERT_NOT_YET_VALID',
    ]);
    expect(await causeOf(pki.tls('mutual'), ca())).toEqual(['untrusted', 'CLIENT_CERTIFICATE']);
  });

  it('names a file that cannot be used', async () => {
    const file = (name: string) => join(home.path, name);
    await writeFile(file('text'), 'not a certificate');
    const sealed = { type: 'pkcs8', format: 'pem', cipher: 'aes-128-cbc', passphrase: 'x' } as const;
    await writeFile(file('locked'), createPrivateKey(pki.client.key).export(sealed));
    const { certFile, keyFile } = pki.client;
    const cases: readonly (readonly [TlsOptions, string, string])[] = [
      [{ caFile: file('gone') }, 'FILE_ENOENT', file('gone')],
      [{ caFile: home.path }, 'FILE_EISDIR', home.path],
      [{ caFile: file('text') }, 'NO_PEM_CERTIFICATE', file('text')],
      [{ certFile, keyFile: certFile }, 'NO_PEM_KEY', certFile],
      [{ certFile, keyFile: file('locked') }, 'ENCRYPTED_KEY', file('locked')],
      [{ certFile: keyFile, keyFile }, 'NO_PEM_CERTIFICATE', keyFile],
    ];
    const { url } = await serve();
    for (const [tls, code, subject] of cases)
      expect(await failing(send(httpOf(url, tls), url))).toMatchObject({
        kind: 'untrusted',
        detail: { code, subject },
      });
    const mixed = { ...ca(), certFile, keyFile: pki.server.keyFile };
    expect(await failing(send(httpOf(url, mixed), url))).toMatchObject({
      kind: 'untrusted',
      detail: { code: 'KEY_MISMATCH' },
    });
  });
});

describe('the certificates in docker’s folders', () => {
  it.each<[NodeJS.Platform, string, readonly string[]]>([
    ['linux', 'r.test:5000', ['/h/.config/docker/certs.d/r.test:5000', '/etc/docker/certs.d/r.test:5000']],
    ['darwin', 'r.test', ['/h/.docker/certs.d/r.test']],
    ['win32', 'r.test:5000', ['/h/.docker/certs.d/r.test5000', '/P/docker/certs.d/r.test5000']],
  ])('are searched on %s', (platform, host, expected) => {
    expect(certsFolders(host, { env: { ProgramData: '/P' }, home: '/h', platform })).toEqual(
      expect.arrayContaining([...expected]),
    );
  });

  it('are read for that host and port: authorities, certificate and key', async () => {
    const { url } = await serve(pki.tls('mutual'));
    const folder = join(home.path, '.config/docker/certs.d', new URL(url).host);
    await mkdir(folder, { recursive: true });
    await copyFile(pki.ca.certFile, join(folder, 'ca.crt'));
    await copyFile(pki.client.certFile, join(folder, 'client.cert'));
    const incomplete = await failing(send(httpOf(url, { dockerCerts: true }), url));
    expect(incomplete.detail).toMatchObject({ subject: join(folder, 'client.key'), code: 'FILE_ENOENT' });
    await copyFile(pki.client.keyFile, join(folder, 'client.key'));
    expect((await send(httpOf(url, { dockerCerts: true }), url)).status).toBe(200);
  });

  it('are skipped if they cannot be read, and named if a connection then has none', async () => {
    const { url } = await serve();
    const { host } = new URL(url);
    const closed = await tempDir('closed');
    onTestFinished(() => closed.remove());
    // A file in the place of the folder cannot be listed even by root.
    await mkdir(join(closed.path, '.config/containers/certs.d'), { recursive: true });
    await writeFile(join(closed.path, '.config/containers/certs.d', host), '');
    const http = axiosHttp(
      collectLog(),
      tlsReaderOf({ url, tls: { dockerCerts: true } }, { ...machine, home: closed.path }),
    );
    const { detail } = await failing(send(http, url));
    const subject = join(closed.path, '.config/containers/certs.d', host);
    expect(detail).toMatchObject({ subject, code: 'FILE_ENOTDIR' });
    const folder = join(closed.path, '.docker/certs.d', host);
    await mkdir(folder, { recursive: true });
    await copyFile(pki.ca.certFile, join(folder, 'ca.crt'));
    expect((await send(http, url)).status).toBe(200);
  });

  it('are reported as missing', async () => {
    const { url } = await serve();
    const failure = await failing(send(httpOf(url, { dockerCerts: true }), url));
    expect(failure.detail).toMatchObject({ subject: new URL(url).host, code: 'NO_DOCKER_CERTS' });
    expect(failure.message).toContain('/etc/docker/certs.d/');
  });
});

it('keeps keys out of the log', async () => {
  const log = collectLog();
  const { url } = await serve(pki.tls('mutual'));
  await send(axiosHttp(log, tlsReaderOf({ url, tls: mutual() }, machine)), url);
  const key = (await readFile(pki.client.keyFile, 'utf8')).split('\n')[1] ?? '';
  expect(log.lines.length).toBe(1);
  expect(log.lines.join()).not.toContain(key);
});
