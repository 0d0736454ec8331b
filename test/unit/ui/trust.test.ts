import { copyFile, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { axiosHttp } from '../../../src/core/axiosHttp';
import { Failure } from '../../../src/core/failure';
import type { Connection, Credential, TlsOptions } from '../../../src/core/model';
import type { RegistryProvider } from '../../../src/providers/provider';
import { tlsReaderOf } from '../../../src/core/network/tls';
import { providerTypes } from '../providerTypes';
import type { App, Connections } from '../../../src/ui/app';
import type { Ask } from '../../../src/ui/ask';
import { editTrust } from '../../../src/ui/commands/connection';
import { connect } from '../../../src/ui/connections/connect';
import { save } from '../../../src/ui/connections/save';
import { updateCredential } from '../../../src/ui/connections/updateCredential';
import { createPki, type Flaw, type Pki } from '../../sandbox/pki';
import { tempDir } from '../../sandbox/tempDir';
import { startTokenServer } from '../../sandbox/tokenServer';
import { startV2Server, type V2Server } from '../../sandbox/v2Server';
import { collectLog } from '../collectLog';
import { contextOf } from '../providerContext';
import { stub } from '../stub';
import { connectionNode, fakeApp, fakeProvider } from './fakeApp';
import { user, userWho } from './scriptedUser';

let pki: Pki;
let other: Pki;
let server: V2Server;
let mutual: V2Server;
beforeAll(async () => {
  [pki, other] = await Promise.all([createPki(), createPki()]);
  const auth = { kind: 'basic', users: { alice: 'pw' } } as const;
  [server, mutual] = await Promise.all([
    startV2Server({ tls: pki.tls(), auth }),
    startV2Server({ tls: pki.tls('mutual'), auth }),
  ]);
});
afterAll(async () => {
  await Promise.all([server.stop(), mutual.stop()]);
  await Promise.all([pki.remove(), other.remove()]);
});

function appOf(ask: Ask, added: Omit<Connection, 'id'>[], home = pki.directory): App {
  const machine = { env: {}, home, platform: 'linux' } as const;
  const { app } = fakeApp({
    ask,
    providerTypes,
    setting: () => '',
    open: (connection, credential) => {
      const type = providerTypes.find(({ id }) => id === connection.provider);
      if (type === undefined) throw new Error(connection.provider);
      const trust = tlsReaderOf(connection, machine, () => opened.endpoints);
      const opened: RegistryProvider = type.open(
        connection,
        contextOf(credential, { http: axiosHttp(collectLog(), trust) }),
      );
      return opened;
    },
    connections: {
      all: () => [],
      unhide: () => Promise.resolve(undefined),
      add: (connection: Omit<Connection, 'id'>) => {
        added.push(connection);
        return Promise.resolve({ ...connection, id: 'new' });
      },
    },
  });
  return app;
}

const signIn = (url: string, password = 'pw') => [
  ...['Generic Docker V2 / OCI registry', url],
  ...['User name and password or token', 'alice', password],
];
const unknown = (url: string) =>
  `The certificate of ${new URL(url).host} comes from an authority that this machine does not know.`;

/** As it is with an account of Azure. */
const ofAzure = { ignoresTrust: true } as const;

describe('connecting a registry whose certificate does not hold', () => {
  it('says so, and does not ask, where it is an account of Azure, whose library would not be told', async () => {
    const { ask, seen } = user('Azure', 'Service principal', 'contoso.com', 'an id', 'a secret', undefined);
    const failure = new Failure('untrusted', '', { subject: 'Azure', code: 'SELF_SIGNED_CERT_IN_CHAIN' });
    const provider = fakeProvider({ ...ofAzure, list: () => Promise.reject(failure) });
    const app = appOf(ask, []);
    Object.assign(app.registries, { openWith: () => provider });
    expect(await connect(app)).toBeUndefined();
    // Back at the first question, which shows why.
    expect(seen.slice(-2)).toEqual(['Connect Registry (5 of 5)', 'Connect Registry (2 of 5)']);
  });

  it('asks for the CA file, says of one that will not do why, and keeps the one that does', async () => {
    const added: Omit<Connection, 'id'>[] = [];
    const missing = join(pki.directory, 'missing.crt');
    const files = [missing, pki.ca.keyFile, other.ca.certFile, pki.ca.certFile];
    const { ask, seen, offered } = user(...signIn(server.url), 'CA file…', ...files);
    await connect(appOf(ask, added));
    expect(added).toMatchObject([{ url: server.url, signIn: { account: 'alice' }, tls: { caFile: pki.ca.certFile } }]);
    expect(seen.slice(6)).toEqual([
      'Connect Registry',
      `The file ${missing} is not there (any more).`,
      'Connect Registry',
      `There is no certificate in PEM form in ${pki.ca.keyFile}.`,
      'Connect Registry',
      unknown(server.url),
      'Connect Registry',
    ]);
    expect(offered()).toEqual(['CA file…', 'Client certificate and key…', 'Docker’s certs.d', 'No verification']);
  });

  it('takes ~ for the home of the user, as shells do', async () => {
    const added: Omit<Connection, 'id'>[] = [];
    vi.stubEnv('HOME', pki.directory);
    onTestFinished(() => void vi.unstubAllEnvs());
    const { ask } = user(...signIn(server.url), 'CA file…', pki.ca.certFile.replace(pki.directory, '~'));
    await connect(appOf(ask, added));
    expect(added).toMatchObject([{ tls: { caFile: pki.ca.certFile } }]);
  });

  it('asks on for the client certificate where the server wants one too', async () => {
    const added: Omit<Connection, 'id'>[] = [];
    const { ask } = user(
      ...signIn(mutual.url),
      ...['CA file…', pki.ca.certFile],
      ...['Client certificate and key…', pki.client.certFile, 'back', 'ok', pki.client.keyFile],
    );
    await connect(appOf(ask, added));
    const tls = { caFile: pki.ca.certFile, certFile: pki.client.certFile, keyFile: pki.client.keyFile };
    expect(added).toMatchObject([{ tls }]);
  });

  it('leaves out verification only once that is confirmed', async () => {
    const declined: Omit<Connection, 'id'>[] = [];
    const careful = userWho(false, [...signIn(server.url), 'No verification', undefined]);
    await connect(appOf(careful.ask, declined));
    expect([declined, careful.questions.length]).toEqual([[], 1]);
    const added: Omit<Connection, 'id'>[] = [];
    const bold = user(...signIn(server.url), 'No verification');
    await connect(appOf(bold.ask, added));
    expect(added).toMatchObject([{ tls: { verify: false } }]);
    expect(bold.questions[0]?.button).toBe('Do Not Verify');
    expect(bold.questions[0]?.detail).toContain('could then read and change your password and the images');
  });

  it('leads to the password where that is refused by the server now trusted', async () => {
    const added: Omit<Connection, 'id'>[] = [];
    const { ask, seen } = user(...signIn(server.url, 'wrong'), 'CA file…', pki.ca.certFile, 'pw');
    await connect(appOf(ask, added));
    expect(seen.at(-1)).toBe('Connect Registry (5 of 5)');
    expect(added).toMatchObject([{ tls: { caFile: pki.ca.certFile } }]);
  });

  it('leads back to the address, and trusts no other than was asked for', async () => {
    const added: Omit<Connection, 'id'>[] = [];
    const { ask, seen } = user(
      ...signIn(server.url, 'wrong'),
      'No verification',
      ...['back', 'back', 'back', server.url.replace('127.0.0.1', 'localhost')],
      ...['User name and password or token', 'alice', 'pw'],
      ...['back', undefined],
    );
    await connect(appOf(ask, added));
    expect(added).toEqual([]);
    const question = `How should ${new URL(server.url).host.replace('127.0.0.1', 'localhost')} be trusted?`;
    expect(seen.slice(-2)).toEqual([question, 'Connect Registry (2 of 5)']);
  });
});

describe('connecting a registry whose certificate is', () => {
  const authority = () => ['CA file…', pki.ca.certFile];
  const itself = () => ['CA file…', join(pki.directory, 'flaw-selfSigned.crt')];
  const anyhow = ['No verification'];
  const unverified: TlsOptions = { verify: false };
  const nobody = 'is self-signed, so nobody vouches for it.';
  const stranger = 'comes from an authority that this machine does not know.';
  const misnamed = 'was made for another name: registry.test.';

  it.each<[string, Flaw, readonly string[], () => readonly string[], () => TlsOptions | undefined]>([
    ['itself', { kind: 'selfSigned' }, [nobody], itself, () => ({ caFile: itself()[1] ?? '' })],
    ['without verification', { kind: 'selfSigned' }, [nobody], () => anyhow, () => unverified],
    ['the authority', { kind: 'expired' }, ['has expired.'], authority, () => undefined],
    ['without verification', { kind: 'expired' }, ['has expired.'], () => anyhow, () => unverified],
    ['the authority', { kind: 'otherHost', host: 'registry.test' }, [stranger, misnamed], authority, () => undefined],
    ['without verification', { kind: 'otherHost', host: 'registry.test' }, [stranger], () => anyhow, () => unverified],
  ])('trusted by %s: %j', async (_way, flaw, causes, way, kept) => {
    const flawed = await startV2Server({ tls: await pki.issue(`flaw-${flaw.kind}`, flaw) });
    onTestFinished(() => flawed.stop());
    const added: Omit<Connection, 'id'>[] = [];
    const url = flawed.url.replace('127.0.0.1', 'localhost');
    const { ask, placeholders, offered } = user('Generic Docker V2 / OCI registry', url, 'Anonymously', ...way());
    await connect(appOf(ask, added));
    const { host } = new URL(url);
    expect(placeholders.slice(-causes.length)).toEqual(causes.map((cause) => `The certificate of ${host} ${cause}`));
    expect(offered()).toContain('No verification');
    expect(added.map(({ tls }) => tls)).toEqual(kept() === undefined ? [] : [kept()]);
  });
});

describe('Docker’s certs.d, chosen while connecting,', () => {
  it('is refused with the folders that were looked at, and taken once there is something in one', async () => {
    const home = await tempDir('home');
    onTestFinished(() => home.remove());
    const added: Omit<Connection, 'id'>[] = [];
    const none = user(...signIn(mutual.url), 'Docker’s certs.d');
    await connect(appOf(none.ask, added, home.path));
    const { host } = new URL(mutual.url);
    const folder = join(home.path, '.config/docker/certs.d', host);
    expect(none.seen.at(-2)).toContain(`Docker has no certificates for ${host}: there is nothing in ${folder}, `);
    expect(added).toEqual([]);
    await mkdir(folder, { recursive: true });
    await copyFile(pki.ca.certFile, join(folder, 'ca.crt'));
    await copyFile(pki.client.certFile, join(folder, 'client.cert'));
    await copyFile(pki.client.keyFile, join(folder, 'client.key'));
    await connect(appOf(user(...signIn(mutual.url), 'Docker’s certs.d').ask, added, home.path));
    expect(added).toMatchObject([{ url: mutual.url, signIn: { account: 'alice' }, tls: { dockerCerts: true } }]);
  });
});

describe('connecting a registry whose token server has its certificate from another authority', () => {
  it('asks for each by its name, until one file vouches for both', async () => {
    const tokens = await startTokenServer({
      ...{ tls: other.tls(), host: 'localhost' },
      users: { alice: { password: 'pw', repositories: {}, catalog: true } },
    });
    const { challenge, accessOf } = tokens;
    const registry = await startV2Server({ tls: pki.tls(), auth: { kind: 'bearer', challenge, accessOf } });
    onTestFinished(async () => {
      await Promise.all([tokens.stop(), registry.stop()]);
    });
    const both = join(pki.directory, 'both.crt');
    await writeFile(both, pki.ca.cert + other.ca.cert);
    const added: Omit<Connection, 'id'>[] = [];
    const ways = ['CA file…', pki.ca.certFile, 'CA file…', pki.ca.certFile, other.ca.certFile, both];
    const { ask, seen, placeholders, questions } = user(...signIn(registry.url), ...ways);
    await connect(appOf(ask, added));
    expect(added).toMatchObject([{ url: registry.url, tls: { caFile: both } }]);
    const trusting = (url: string) => `How should ${new URL(url).host} be trusted?`;
    expect(seen.slice(5)).toEqual([
      ...[trusting(registry.url), 'Connect Registry'],
      ...[trusting(tokens.url), 'Connect Registry'],
      // What vouches for the token server alone would lose the registry.
      ...[unknown(tokens.url), 'Connect Registry', unknown(registry.url), 'Connect Registry'],
    ]);
    expect(placeholders.slice(-2)).toEqual([unknown(registry.url), unknown(tokens.url)]);
    expect(questions).toEqual([]);
  });
});

describe('connecting a registry anew', () => {
  it.each<[string, boolean]>([
    ['with the same account', false],
    ['that was hidden', true],
  ])('%s keeps the trust that worked, and forgets the one before', async (_name, hidden) => {
    const set: unknown[] = [];
    const known: Connection = {
      ...{ id: 'known', provider: 'generic', label: 'Known', url: 'https://r.test', tls: { verify: false } },
      signIn: hidden ? { kind: 'anonymous' } : { kind: 'basic', account: 'alice' },
    };
    const { app } = fakeApp({
      connections: {
        all: () => [known],
        unhide: () => Promise.resolve(hidden ? known : undefined),
        updateCredential: () => Promise.resolve(),
        setTls: (...given: unknown[]) => Promise.resolve(void set.push(given)),
      },
    });
    const { provider, label, url, signIn: same } = known;
    const plain = { provider, label, url, signIn: same };
    const credential: Credential = hidden ? { kind: 'anonymous' } : { kind: 'basic', username: 'alice', secret: 'pw' };
    await save(app, plain, credential);
    await save(app, { ...plain, tls: { dockerCerts: true } }, credential);
    expect(set).toEqual([
      ['known', undefined],
      ['known', { dockerCerts: true }],
    ]);
  });
});

describe('updating the credential of a registry whose certificate does not hold any more', () => {
  it('asks how to trust it, and keeps that with the credential', async () => {
    const { ask, seen } = user('User name and password or token', 'alice', 'pw', 'CA file…', pki.ca.certFile);
    const kept: unknown[] = [];
    const app = appOf(ask, []);
    const connections = stub<Connections>('app.connections', {
      updateCredential: (...given: unknown[]) => Promise.resolve(void kept.push(given)),
      setTls: (...given: unknown[]) => Promise.resolve(void kept.push(given)),
    });
    const connection: Connection = {
      id: 'known',
      provider: 'generic',
      label: 'Known',
      url: server.url,
      signIn: { kind: 'anonymous' },
    };
    expect(await updateCredential({ ...app, connections }, connection)).toBe(true);
    expect(kept).toEqual([
      ['known', { kind: 'basic', username: 'alice', secret: 'pw' }, { kind: 'basic', account: 'alice' }],
      ['known', { caFile: pki.ca.certFile }],
    ]);
    expect(seen.at(-1)).toBe('Update Credential');
  });
});

describe('Certificates…', () => {
  const ofGitLab = {
    endpoints: [
      { url: 'https://registry.gitlab.example:5050', isNamed: true as const },
      { url: 'https://registry.example.com/api/v4' },
    ],
  };

  it('names every host that a choice is to hold for, and keeps those', async () => {
    const set: unknown[] = [];
    const { ask, seen, questions, placeholders } = user('No verification');
    const connections = { setTls: (_id: string, tls: unknown) => (set.push(tls), Promise.resolve()) };
    const { app } = fakeApp({ ask, connections: connections });
    await editTrust.run(app, [connectionNode({ tls: { verify: false, hosts: ['old.example'] } }, ofGitLab)]);
    expect(placeholders).toEqual(['How should registry.example.com and registry.gitlab.example:5050 be trusted?']);
    expect(questions[0]?.message).toBe('Do not verify registry.example.com and registry.gitlab.example:5050?');
    expect([set, seen.length]).toEqual([[{ verify: false, hosts: ['old.example', 'registry.gitlab.example'] }], 1]);
  });

  async function edit(current: TlsOptions | undefined, ...script: readonly (string | undefined)[]) {
    const set: unknown[] = [];
    const { ask, offered } = user(...script);
    const connections = { setTls: (id: string, tls: unknown) => (set.push([id, tls]), Promise.resolve()) };
    const { app } = fakeApp({ ask, connections: connections });
    const node = connectionNode(current === undefined ? {} : { tls: current }, {});
    await editTrust.run(app, [node]);
    return { set, offered: offered() };
  }

  it('sets how a connection is trusted, and clears it', async () => {
    const caFile = pki.ca.certFile;
    expect((await edit(undefined, 'CA file…', caFile)).set).toEqual([['c1', { caFile }]]);
    expect((await edit({ caFile }, 'CA file…', 'back', 'Docker’s certs.d')).set).toEqual([
      ['c1', { dockerCerts: true }],
    ]);
    expect((await edit({ verify: false }, 'Same as VS Code')).set).toEqual([['c1', undefined]]);
  });

  it('keeps who we are while it changes who the server is, and the other way round', async () => {
    const { certFile, keyFile } = pki.client;
    const unverified = { certFile, keyFile, verify: false };
    expect((await edit({ certFile, keyFile }, 'No verification')).set).toEqual([['c1', unverified]]);
    const client = ['Client certificate and key…', certFile, keyFile];
    expect((await edit({ verify: false }, ...client)).set).toEqual([['c1', unverified]]);
    const caFile = pki.ca.certFile;
    expect((await edit({ certFile, keyFile, verify: false }, 'CA file…', caFile)).set).toEqual([
      ['c1', { certFile, keyFile, caFile }],
    ]);
  });

  it('offers what VS Code does where something else is set, and sets nothing when left', async () => {
    expect((await edit(undefined, undefined)).offered).not.toContain('Same as VS Code');
    const left = await edit({ dockerCerts: true }, undefined);
    expect(left.offered).toContain('Same as VS Code');
    expect(left.set).toEqual([]);
  });

  it('is for connections over https, and for no account of Azure', () => {
    expect(editTrust.applies(connectionNode({}, {}))).toBe(true);
    expect(editTrust.applies(connectionNode({ url: 'http://registry.example.com' }, {}))).toBe(false);
    expect(editTrust.applies(connectionNode({}, ofAzure))).toBe(false);
  });
});
