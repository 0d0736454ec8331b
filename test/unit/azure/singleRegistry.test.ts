import { describe, expect, it } from 'vitest';
import { openDoor } from '../../../src/azure/openAzure';
import type { Azure } from '../../../src/azure/azure';
import { Failure } from '../../../src/core/failure';
import type { Http } from '../../../src/core/http';
import type { Connection, Entry, Credential } from '../../../src/core/model';
import { acr } from '../../../src/providers/acr/acrType';
import type { RegistryProvider } from '../../../src/providers/provider';
import { connect } from '../../../src/ui/connections/connect';
import { report } from '../../../src/ui/report';
import { buildImage } from '../../sandbox/images';
import { Redaction } from '../../../src/core/network/redaction';
import { collectLog } from '../collectLog';
import { failing } from '../failing';
import { stub } from '../stub';
import { contextOf, publicCloud } from '../providerContext';
import { connectionNode, fakeApp } from '../ui/fakeApp';
import { user } from '../ui/scriptedUser';
import { cloudOf, contoso, doorTo, mona, production, useAzure } from './azureRig';

const { signal } = new AbortController();
const image = buildImage();
const repositories = [
  { name: 'team/app', tags: { '1.0': image } },
  { name: 'other/app', tags: { '1.0': image } },
];
const everything = { repositories: { '*': ['*'] }, catalog: true };
const reading = { 'team/app': ['pull', 'metadata_read'] };

describe('a single registry of Azure', () => {
  const azure = useAzure({
    tenants: [{ id: contoso, name: 'Contoso', users: [mona] }],
    subscriptions: [{ id: production, name: 'Production', tenantId: contoso }],
    registries: [
      {
        name: 'main',
        subscription: production,
        repositories,
        options: {
          users: {
            main: { password: 'pass word', ...everything },
            reader: { password: 'scoped', repositories: reading },
          },
          anonymous: { repositories: { '*': ['pull', 'metadata_read'] }, catalog: true },
        },
      },
      // Rights go by repository, and the account lacks the role for listing.
      { name: 'abac', subscription: production, repositories, grants: { repositories: reading } },
    ],
  });

  const log = collectLog();
  const tokenReaderOfAccount = () => (scopes: readonly string[]) => {
    const aud = (scopes[0] ?? '').replace(/\/\.default$/, '');
    const token = azure().tokens.sign({ aud, tid: contoso, upn: mona });
    return Promise.resolve({ token, expiresAt: Date.now() + 3_600_000 });
  };
  const cloud = () => cloudOf(azure());
  const type = acr(openDoor({ cloud, tokenReaderOfAccount, log, redaction: new Redaction() }));
  const opened = (connection: Connection, credential: Credential): RegistryProvider =>
    type.open(connection, contextOf(credential, { log }));

  /** Connects with the user's answers, and returns the rows below the new connection, or why it lists nothing. */
  const connecting = async (name: string, ...script: (string | undefined)[]) => {
    const { url } = azure().registry(name);
    const { ask, seen } = user('Azure: a single registry', url, ...script);
    const offered: unknown[] = [];
    const stored: unknown[] = [];
    const { app } = fakeApp({
      ask,
      providerTypes: [type],
      setting: () => '',
      accounts: { signIn: () => Promise.resolve({ token: 't', account: mona, scopes: [] }) },
      offer: (message: string, command: { id: string }) => offered.push([message, command.id]),
      registries: { openWith: opened, find: () => connectionNode({ id: 'new' }, {}) },
      connections: {
        all: () => [],
        unhide: () => Promise.resolve(undefined),
        add: (connection: Omit<Connection, 'id'>, credential: unknown) => {
          stored.push(credential);
          return Promise.resolve({ ...connection, id: 'new' });
        },
      },
    });
    const connection = await connect(app);
    return { connection, seen, offered, stored };
  };
  const below = async (provider: RegistryProvider, parent?: Entry) =>
    (await provider.list(parent, undefined, signal)).items;
  const withPassword = 'Admin user, repository-scoped token or service principal';
  const byAccount = 'Microsoft account of VS Code';

  it.each([
    ['http and its own name', 'http://main.azurecr.io', false, /^tokens of an account are not sent over plain http;/],
    ['a name that the settings list', 'https://registry.evil.example', true, /^a workspace lists it, and its name/],
    ['a name that ends otherwise', 'https://main.azurecr.io.evil.example', true, /^a workspace lists it/],
    ['a name that only looks like one', 'https://evilazurecr.io', true, /^a workspace lists it/],
  ])('gets no token of an account at %s', async (_what, url, isOfWorkspace, explanation) => {
    const before = azure().calls.length;
    const read: string[] = [];
    const account = stub<Azure>('azure', {
      cloud: publicCloud(),
      token: (scopes: readonly string[]) => {
        read.push(scopes.join());
        return Promise.reject(new Error('A token was read.'));
      },
    });
    const asked: string[] = [];
    const http: Http = (request) => {
      asked.push(request.url);
      const challenge = `Bearer realm="${url}/oauth2/token",service="${new URL(url).host}"`;
      return Promise.resolve({
        status: 401,
        headers: { 'www-authenticate': challenge },
        body: Buffer.of(),
        url: request.url,
      });
    };
    const connection = {
      id: 'a',
      provider: 'acr',
      label: 'Evil',
      url,
      signIn: { kind: 'cloudCli' } as const,
      isOfWorkspace,
    };
    const provider = acr(doorTo(account)).open(connection, contextOf({ kind: 'anonymous' }, { http }));
    const failure = await failing(provider.list(undefined, undefined, signal));
    expect(failure.detail.explanation).toMatch(explanation);
    await failing(provider.engineCredential(new URL(url).host, signal));
    expect(read).toEqual([]);
    expect(asked.every((each) => each.startsWith(`${url}/`) && !each.includes('oauth2'))).toBe(true);
    expect(azure().calls.slice(before)).toEqual([]);
  });

  it.each([
    ['https://main.azurecr.io', true],
    ['https://registry.example.com', false],
  ])('gets a token at %s; if a workspace lists it: %s', async (url, isOfWorkspace) => {
    const read: string[] = [];
    const account = stub<Azure>('azure', {
      cloud: publicCloud(),
      token: (scopes: readonly string[]) => {
        read.push(scopes.join());
        return Promise.reject(new Failure('timedOut', 'as far as that', { subject: 'Azure' }));
      },
    });
    const connection = {
      id: 'a',
      provider: 'acr',
      label: 'Main',
      url,
      signIn: { kind: 'cloudCli' } as const,
      isOfWorkspace,
    };
    const provider = acr(doorTo(account)).open(connection, contextOf({ kind: 'anonymous' }));
    await failing(provider.engineCredential(new URL(url).host, signal));
    expect(read).toEqual(['https://containerregistry.azure.net/.default']);
  });

  it.each([
    [
      'an account of VS Code',
      [byAccount],
      { kind: 'account', authentication: 'microsoft-sovereign-cloud', account: mona },
    ],
    ['its admin user', [withPassword, 'main', 'pass word'], { kind: 'basic', account: 'main' }],
    ['nobody', ['Anonymously'], { kind: 'anonymous' }],
  ])('is connected and browsed with %s', async (_who, script, signIn) => {
    const { connection, stored } = await connecting('main', ...script);
    const { url, host } = azure().registry('main');
    const { armUrl: apiUrl, authorityUrl } = cloudOf(azure());
    const cloud = 'authentication' in signIn ? { cloud: { apiUrl, authorityUrl } } : {};
    expect(connection).toEqual({ id: 'new', provider: 'acr', url, label: host, signIn: { ...signIn, ...cloud } });
    if (connection === undefined) return;
    const provider = opened(connection, stored[0] as Credential);
    const listed = await below(provider);
    expect(listed.map(({ label }) => label)).toEqual(['other/app', 'team/app']);
    expect((await below(provider, listed[1])).map(({ label }) => label)).toEqual(['1.0']);
  });

  it('is connected with a token for one repository, which is added by name', async () => {
    const { connection, offered } = await connecting('main', withPassword, 'reader', 'scoped');
    expect(connection).toMatchObject({ signIn: { account: 'reader' } });
    const why = 'add those you know by name';
    expect(offered).toEqual([[expect.stringContaining(why), 'addRepository']]);
  });

  it('is connected with an account that may not list it, and names both roles that allow it', async () => {
    const { connection, offered } = await connecting('abac', byAccount);
    expect(connection).toMatchObject({ signIn: { account: mona } });
    const roles =
      'Your account may not list repositories here; it needs the role AcrPull, or “Container Registry Repository Catalog Lister” where rights are given by repository. Without it you can add repositories by name';
    expect(offered).toEqual([[expect.stringContaining(roles), 'addRepository']]);
    if (connection === undefined) return;
    const provider = opened(connection, { kind: 'anonymous' });
    const failure = await failing(below(provider));
    expect([failure.kind, report(failure, 'list')?.remedies[0]]).toEqual(['unlisted', 'addRepository']);
    const { host } = azure().registry('abac');
    await provider.checkRepository?.({ host, path: 'team/app' }, signal);
    const refused = await failing(provider.checkRepository?.({ host, path: 'other/app' }, signal) ?? Promise.resolve());
    expect(report(refused, 'add')?.reason).toMatch(
      /^Your account may not read this repository; it needs the role AcrPull, or “Container Registry Repository Reader” where rights are given by repository\. It says “/,
    );
  });
});
