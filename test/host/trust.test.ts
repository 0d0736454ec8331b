import { deepEqual, equal, rejects } from 'node:assert/strict';
import { copyFile, mkdir, readFile } from 'node:fs/promises';
import { Agent, get } from 'node:https';
import { join } from 'node:path';
import { ConfigurationTarget, workspace } from 'vscode';
import { axiosHttp } from '../../src/core/axiosHttp';
import type { Connection, TlsOptions } from '../../src/core/model';
import type { Machine } from '../../src/core/machine';
import { tlsReaderOf } from '../../src/core/network/tls';
import { generic } from '../../src/providers/generic/genericType';
import { hasOwnAddress, knownPki, ownAddress, proxiedAddress } from '../rig/network';
import { startDockerRegistry, whyNoDockerRegistry } from '../sandbox/dockerRegistry';
import { buildImage } from '../sandbox/images';
import { createPki, type Pki } from '../sandbox/pki';
import { startProxy } from '../sandbox/proxy';
import { tempDir } from '../sandbox/tempDir';
import { startV2Server, type V2Server } from '../sandbox/v2Server';
import { collectLog } from '../unit/collectLog';
import { contextOf } from '../unit/providerContext';
import { leaveOut } from './runSuites';

const { signal } = new AbortController();
const machine: Machine = { env: {}, home: '/nowhere', platform: process.platform };

/** What the extension opens for such a connection. */
async function repositories(url: string, tls?: TlsOptions, around = machine): Promise<readonly string[]> {
  const connection: Connection = {
    ...{ id: 'tls', provider: 'generic', label: 'TLS', url, signIn: { kind: 'anonymous' } },
    ...(tls === undefined ? {} : { tls }),
  };
  const http = axiosHttp(collectLog(), tlsReaderOf(connection, around));
  const provider = generic.open(connection, contextOf({ kind: 'anonymous' }, { http }));
  const { items } = await provider.list(undefined, undefined, signal);
  return items.map(({ label }) => label);
}

/** By an agent of its own, as most clients do it. */
function statusByAgent(url: string, options: ConstructorParameters<typeof Agent>[0]): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    get(url, { agent: new Agent(options) }, (response) => {
      response.resume();
      resolve(response.statusCode);
    }).once('error', reject);
  });
}

const setHttp = (name: string, value: unknown): Thenable<void> =>
  workspace.getConfiguration('http').update(name, value, ConfigurationTarget.Global);

describe('the trust in a server that is not on loopback', function () {
  let pki: Pki;
  let server: V2Server;
  let mutual: V2Server;
  let ca: TlsOptions;
  let client: TlsOptions;

  before(async function () {
    if (!hasOwnAddress()) leaveOut(this, "it has no address but loopback's");
    pki = await createPki({ hosts: [ownAddress] });
    ca = { caFile: pki.ca.certFile };
    client = { ...ca, certFile: pki.client.certFile, keyFile: pki.client.keyFile };
    const seeded = { host: ownAddress, repositories: [{ name: 'team/api', tags: { '1.0': buildImage() } }] };
    server = await startV2Server({ ...seeded, tls: pki.tls() });
    mutual = await startV2Server({ ...seeded, tls: pki.tls('mutual') });
  });
  after(async () => {
    if (!hasOwnAddress()) return;
    await server.stop();
    await mutual.stop();
    await pki.remove();
  });

  it('is what VS Code takes from an agent: the authority, and neither certificate nor "not verified"', async () => {
    const byAgent = { ca: pki.ca.cert, cert: pki.client.cert, key: pki.client.key };
    equal(await statusByAgent(`${server.url}/v2/`, byAgent), 200);
    await rejects(statusByAgent(`${mutual.url}/v2/`, byAgent), /certificate required/);
    await rejects(statusByAgent(`${server.url}/v2/`, { rejectUnauthorized: false }), /unable to verify/);
  });

  for (const support of ['override', 'on', 'off', 'fallback']) {
    it(`is as each connection has it, while http.proxySupport is "${support}"`, async () => {
      await setHttp('proxySupport', support);
      try {
        await rejects(repositories(server.url), { kind: 'untrusted', message: /unable to verify/ });
        deepEqual(await repositories(server.url, ca), ['team/api']);
        deepEqual(await repositories(server.url, { verify: false }), ['team/api']);
        await rejects(repositories(mutual.url, ca), { kind: 'untrusted', message: /certificate required/ });
        deepEqual(await repositories(mutual.url, client), ['team/api']);
      } finally {
        await setHttp('proxySupport', undefined);
      }
    });
  }

  it('shows a certificate to a registry that is no double', async function () {
    const whyNot = whyNoDockerRegistry();
    if (whyNot !== undefined) leaveOut(this, whyNot);
    const registry = await startDockerRegistry({ host: ownAddress, tls: pki.tls('mutual') });
    try {
      await rejects(repositories(registry.url, ca), { kind: 'untrusted', message: /bad certificate/ });
      deepEqual(await repositories(registry.url, client), []);
    } finally {
      await registry.stop();
    }
  });

  it('costs no connection more: ten requests, one connection', async () => {
    const counted = await startV2Server({ host: ownAddress, tls: pki.tls('mutual') });
    try {
      const http = axiosHttp(collectLog(), tlsReaderOf({ url: counted.url, tls: client }, machine));
      for (let time = 0; time < 10; time++) await http({ method: 'GET', url: `${counted.url}/v2/` }, signal);
      deepEqual([counted.requests.length, counted.connections()], [10, 1]);
    } finally {
      await counted.stop();
    }
  });

  for (const support of ['override', 'off'])
    it(`is broken by no proxy in the environment, while http.proxySupport is "${support}"`, async () => {
      const names = ['HTTPS_PROXY', 'https_proxy', 'ALL_PROXY'];
      const before = names.map((name) => [name, process.env[name]] as const);
      for (const name of names) process.env[name] = 'http://127.0.0.1:1';
      await setHttp('proxySupport', support);
      try {
        deepEqual(await repositories(mutual.url, client), ['team/api']);
      } finally {
        await setHttp('proxySupport', undefined);
        for (const [name, value] of before) {
          if (value === undefined) Reflect.deleteProperty(process.env, name);
          else process.env[name] = value;
        }
      }
    });

  it('is kept behind the proxy that VS Code is set to', async () => {
    const proxy = await startProxy();
    await setHttp('proxy', proxy.url);
    // In place of the exceptions of the environment.
    await setHttp('noProxy', ['elsewhere.test']);
    try {
      deepEqual(await repositories(mutual.url, client), ['team/api']);
      deepEqual(new Set(proxy.targets), new Set([new URL(mutual.url).host]));
      await rejects(repositories(mutual.url, ca), { kind: 'untrusted' });
      await rejects(repositories(server.url), { kind: 'untrusted', message: /unable to verify/ });
      deepEqual(await repositories(server.url, { verify: false }), ['team/api']);
    } finally {
      await setHttp('proxy', undefined);
      await setHttp('noProxy', undefined);
      await proxy.stop();
    }
  });

  it('is what docker keeps for the host', async () => {
    const home = await tempDir('home');
    try {
      const around = { ...machine, home: home.path };
      const folder = join(home.path, '.config/docker/certs.d', new URL(mutual.url).host);
      await mkdir(folder, { recursive: true });
      await copyFile(pki.ca.certFile, join(folder, 'ca.crt'));
      await rejects(repositories(mutual.url, { dockerCerts: true }, around), { message: /certificate required/ });
      await copyFile(pki.client.certFile, join(folder, 'client.cert'));
      await copyFile(pki.client.keyFile, join(folder, 'client.key'));
      deepEqual(await repositories(mutual.url, { dockerCerts: true }, around), ['team/api']);
    } finally {
      await home.remove();
    }
  });

  describe('that the system knows', () => {
    let files: string;
    let seeded: {
      readonly tls: { readonly cert: string; readonly key: string };
      readonly repositories: typeof content;
    };
    const content = [{ name: 'team/known', tags: { '1.0': buildImage() } }];
    before(async () => {
      files = process.env[knownPki] ?? '';
      const [cert, key] = await Promise.all(
        ['crt', 'key'].map((kind) => readFile(join(files, `server.${kind}`), 'utf8')),
      );
      seeded = { tls: { cert: cert ?? '', key: key ?? '' }, repositories: content };
    });

    it('needs no choice, and stays beside the authority that was chosen', async () => {
      const known = await startV2Server({ ...seeded, host: ownAddress });
      try {
        deepEqual(await repositories(known.url), ['team/known']);
        deepEqual(await repositories(known.url, ca), ['team/known']);
        await setHttp('systemCertificates', false);
        deepEqual(await repositories(known.url, ca), ['team/known']);
      } finally {
        await setHttp('systemCertificates', undefined);
        await known.stop();
      }
    });

    it('is reached by the proxy that VS Code was started with, unless the environment excepts it', async () => {
      const proxy = await startProxy(Number(new URL(process.env.HTTPS_PROXY ?? '').port));
      const excepted = await startV2Server({ ...seeded, host: ownAddress });
      const proxied = await startV2Server({ ...seeded, host: proxiedAddress });
      try {
        deepEqual(await repositories(excepted.url), ['team/known']);
        deepEqual(proxy.targets, []);
        deepEqual(await repositories(proxied.url), ['team/known']);
        deepEqual(new Set(proxy.targets), new Set([new URL(proxied.url).host]));
        deepEqual(await repositories(proxied.url, ca), ['team/known']);
      } finally {
        await Promise.all([excepted.stop(), proxied.stop(), proxy.stop()]);
      }
    });

    it('follows no redirect to another host, and no credential does', async () => {
      const image = buildImage();
      const blobs = { host: ownAddress, repositories: [{ name: 'team/api', tags: { '1.0': image } }], tls: pki.tls() };
      const unknown = await startV2Server({ tls: pki.tls() });
      const asking = await startV2Server({ tls: { ...seeded.tls, clientCa: pki.ca.cert } });
      const open = await startV2Server(seeded);
      const redirecting = await startV2Server(blobs);
      const blob = async (options: TlsOptions): Promise<number> => {
        const http = axiosHttp(collectLog(), tlsReaderOf({ url: redirecting.url, tls: options }, machine));
        const url = `${redirecting.url}/v2/team/api/blobs/${image.blobs[0]?.digest ?? ''}`;
        return (await http({ method: 'GET', url, headers: { authorization: 'Basic b3duOnNlY3JldA==' } }, signal))
          .status;
      };
      try {
        redirecting.behaviour.redirectBlobsTo = asking.url;
        await rejects(blob(client), { kind: 'untrusted', message: /certificate required/ });
        redirecting.behaviour.redirectBlobsTo = unknown.url;
        for (const options of [client, { verify: false }] satisfies TlsOptions[])
          await rejects(blob(options), { kind: 'untrusted', message: /self-signed|unable to verify/ });
        redirecting.behaviour.redirectBlobsTo = open.url;
        await blob(client);
        deepEqual(
          open.requests.map(({ headers }) => headers.authorization),
          [undefined],
        );
      } finally {
        await Promise.all([unknown.stop(), asking.stop(), open.stop(), redirecting.stop()]);
      }
    });
  });
});
