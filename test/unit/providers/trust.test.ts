import { copyFile, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { axiosHttp } from '../../../src/core/axiosHttp';
import type { Connection, Credential, TlsOptions } from '../../../src/core/model';
import type { Machine } from '../../../src/core/machine';
import { tlsReaderOf } from '../../../src/core/network/tls';
import type { RegistryProvider } from '../../../src/providers/provider';
import { providerTypes } from '../providerTypes';
import { startGitLab } from '../../sandbox/gitlab/gitlab';
import { buildImage } from '../../sandbox/images';
import { createPki, type Pki } from '../../sandbox/pki';
import { tempDir, type TempDir } from '../../sandbox/tempDir';
import { startV2Server } from '../../sandbox/v2Server';
import { collectLog } from '../collectLog';
import { failing } from '../failing';
import { contextOf } from '../providerContext';

const { signal } = new AbortController();
const alice: Credential = { kind: 'basic', username: '', secret: 'glpat-alice' };
const registryHost = '127.0.0.2';

let pki: Pki;
let home: TempDir;
let machine: Machine;
beforeAll(async () => {
  [pki, home] = await Promise.all([createPki({ hosts: [registryHost] }), tempDir('home')]);
  machine = { env: {}, home: home.path, platform: 'linux' };
});
afterAll(async () => {
  await Promise.all([pki.remove(), home.remove()]);
});

function open(provider: string, url: string, tls: TlsOptions): RegistryProvider {
  const connection: Connection = { id: 'c', label: 'C', provider, url, signIn: { kind: 'anonymous' }, tls };
  const type = providerTypes.find(({ id }) => id === provider);
  if (type === undefined) throw new Error(provider);
  const trust = tlsReaderOf(connection, machine, () => opened.endpoints);
  const opened: RegistryProvider = type.open(connection, contextOf(alice, { http: axiosHttp(collectLog(), trust) }));
  return opened;
}

async function gitLabAt(mode?: 'mutual') {
  const gitLab = await startGitLab({
    projects: {
      'acme/api': { repositories: { '': { '1.0': buildImage() } }, members: { alice: 40 }, lastActivity: new Date(0) },
    },
    tokens: { 'glpat-alice': { user: 'alice', scopes: ['api'] } },
    tls: pki.tls(mode),
    registryHost,
  });
  onTestFinished(() => gitLab.stop());
  return gitLab;
}

/** Lists down to the tags, which come from the registry. */
async function tagsOf(provider: RegistryProvider): Promise<readonly string[]> {
  const [project] = (await provider.list(undefined, undefined, signal)).items;
  const [repository] = (await provider.list(project, undefined, signal)).items;
  return (await provider.list(repository, undefined, signal)).items.map(({ label }) => label);
}

/** Writes docker's folder of certificates for a host, with all kinds of files. */
async function keepForDocker(url: string): Promise<void> {
  const folder = join(home.path, '.config/docker/certs.d', new URL(url).host);
  await mkdir(folder, { recursive: true });
  await copyFile(pki.ca.certFile, join(folder, 'ca.crt'));
  await copyFile(pki.client.certFile, join(folder, 'client.cert'));
  await copyFile(pki.client.keyFile, join(folder, 'client.key'));
}

describe('the TLS options of a GitLab', () => {
  const client = () => ({ certFile: pki.client.certFile, keyFile: pki.client.keyFile });

  it.each<[string, 'mutual' | undefined, () => TlsOptions]>([
    ['a CA file', undefined, () => ({ caFile: pki.ca.certFile })],
    ['no verification', undefined, () => ({ verify: false })],
    ['a client certificate', 'mutual', () => ({ ...client(), caFile: pki.ca.certFile })],
    ['a client certificate, and no verification', 'mutual', () => ({ ...client(), verify: false })],
    ['what docker keeps for its host', 'mutual', () => ({ dockerCerts: true })],
  ])('apply to its registry on another host: %s', async (_name, mode, options) => {
    const gitLab = await gitLabAt(mode);
    await keepForDocker(gitLab.url);
    const confirmed = { ...options(), hosts: [registryHost] };
    expect(await tagsOf(open('gitlab', gitLab.url, confirmed))).toEqual(['1.0']);
    expect(gitLab.registry.requests.length).toBeGreaterThan(0);
  });

  it.each<[string, 'mutual' | undefined, () => TlsOptions, string]>([
    ['no verification', undefined, () => ({ verify: false }), 'UNABLE_TO_VERIFY_LEAF_SIGNATURE'],
    ['a client certificate', 'mutual', () => ({ ...client(), caFile: pki.ca.certFile }), 'CLIENT_CERTIFICATE'],
    ['what docker keeps for its host', 'mutual', () => ({ dockerCerts: true }), 'CLIENT_CERTIFICATE'],
  ])(
    'do not apply to a registry that GitLab names, unless the user confirms it: %s',
    async (_name, mode, options, code) => {
      const gitLab = await gitLabAt(mode);
      await keepForDocker(gitLab.url);
      expect(await failing(tagsOf(open('gitlab', gitLab.url, options())))).toMatchObject({
        kind: 'untrusted',
        detail: { subject: new URL(gitLab.registry.url).host, code },
      });
      expect(gitLab.registry.requests).toEqual([]);
    },
  );

  it('do not apply to a third host, which the registry names for the sign-in', async () => {
    const gitLab = await gitLabAt();
    const third = await startV2Server({ tls: pki.tls('mutual'), host: 'localhost' });
    onTestFinished(() => third.stop());
    gitLab.registry.behaviour.auth = {
      kind: 'bearer',
      challenge: `Bearer realm="${third.url}/token",service="third"`,
      accessOf: () => undefined,
    };
    const byKind = async (options: TlsOptions) => {
      const confirmed = { ...options, hosts: [registryHost] };
      const { kind, detail } = await failing(tagsOf(open('gitlab', gitLab.url, confirmed)));
      return [kind, detail.subject, detail.code];
    };
    const subject = new URL(third.url).host;
    const unknown = ['untrusted', subject, 'SELF_SIGNED_CERT_IN_CHAIN'];
    expect(await byKind({ ...client(), verify: false })).toEqual(unknown);
    const asked = ['untrusted', subject, 'CLIENT_CERTIFICATE'];
    expect(await byKind({ ...client(), caFile: pki.ca.certFile })).toEqual(asked);
    await keepForDocker(gitLab.url);
    expect(await byKind({ dockerCerts: true })).toEqual(asked);
    expect(third.requests).toEqual([]);
  });
});

describe('the TLS options of a GitHub', () => {
  it.each([
    ['https://git.example.com', ['https://containers.git.example.com/v2/', 'https://git.example.com/api/v3/user']],
    ['https://acme.ghe.com', ['https://containers.acme.ghe.com/v2/', 'https://api.acme.ghe.com/user']],
  ])('apply to the servers of %s, and no others', async (url, servers) => {
    const provider = open('ghcr', url, {});
    const read = tlsReaderOf({ url, tls: { verify: false } }, machine, () => provider.endpoints);
    for (const server of servers) expect(await read?.(server)).toEqual({ rejectUnauthorized: false });
    expect(await read?.('https://packages.example.com/v2/')).toEqual({});
  });

  it('have docker’s certificates for its registry, because docker only calls that', async () => {
    const provider = open('ghcr', 'https://git.example.com', {});
    await keepForDocker('https://containers.git.example.com');
    const tls = { dockerCerts: true };
    const read = tlsReaderOf({ url: 'https://git.example.com', tls }, machine, () => provider.endpoints);
    expect(Object.keys((await read?.('https://git.example.com/api/v3/user')) ?? {})).toEqual(['ca', 'cert', 'key']);
    expect(Object.keys((await read?.('https://third.example.com')) ?? {})).toEqual(['ca']);
  });
});
