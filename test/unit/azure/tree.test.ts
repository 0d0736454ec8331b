import { beforeEach, describe, expect, it } from 'vitest';
import { azureOf } from '../../../src/azure/azure';
import type { Entry, Group, Registry, Repository, Tag } from '../../../src/core/model';
import { takesCertificates } from '../../../src/ui/connections/trust';
import { report } from '../../../src/ui/report';
import { holdingOf, listingPhrase } from '../../../src/ui/tree/node';
import { firewallReply } from '../../sandbox/azure/acr';
import { buildImage } from '../../sandbox/images';
import { failing } from '../failing';
import { connectionNode } from '../ui/fakeApp';
import { contoso, fabrikam, mona, openAzure, production, staging, useAzure } from './azureRig';

const { signal } = new AbortController();
const image = buildImage();
const repositories = [{ name: 'team/app', tags: { '1.0': image, latest: image } }];

describe('the registries of an account of Azure', () => {
  const azure = useAzure({
    tenants: [
      { id: contoso, name: 'Contoso', users: [mona] },
      { id: fabrikam, name: 'Fabrikam', users: [mona] },
    ],
    subscriptions: [
      { id: production, name: 'Production', tenantId: contoso },
      { id: staging, name: 'Staging', tenantId: fabrikam },
    ],
    registries: [
      { name: 'contosomain', subscription: production, repositories },
      {
        name: 'contosoabac',
        subscription: production,
        repositories,
        properties: { roleAssignmentMode: 'AbacRepositoryPermissions' },
      },
      {
        name: 'contosoprivate',
        subscription: production,
        repositories,
        properties: { publicNetworkAccess: 'Disabled' },
      },
      { name: 'stagingmain', subscription: staging, repositories },
    ],
  });
  beforeEach(() => {
    azure().clearFaults();
  });

  const children = async (provider: ReturnType<typeof openAzure>, parent?: Entry) =>
    (await provider.list(parent, undefined, signal)).items;
  const named = async <T extends Entry>(
    provider: ReturnType<typeof openAzure>,
    parent: Entry | undefined,
    label: string,
  ) => {
    const found = (await children(provider, parent)).find((entry) => entry.label === label);
    if (found === undefined) throw new Error(`There is no ${label}.`);
    return found as T;
  };
  const registry = async (provider: ReturnType<typeof openAzure>, name = 'contosomain') =>
    named<Registry>(provider, await named<Group>(provider, undefined, 'Production'), name);

  it('are a tree of subscriptions, registries, repositories and tags', async () => {
    const provider = openAzure(azure());
    expect((await children(provider)).map(({ label }) => label)).toEqual(['Production', 'Staging']);
    const main = await registry(provider);
    expect(main).toMatchObject({ host: azure().registry('contosomain').host, detail: 'westeurope · Standard' });
    const repository = await named<Repository>(provider, main, 'team/app');
    expect(repository.image).toEqual({ host: main.host, path: 'team/app' });
    const tag = await named<Tag>(provider, repository, '1.0');
    expect(tag.details?.digest).toBe(image.digest);
    expect(provider.locate(tag.image)?.map(({ label }) => label)).toEqual([
      'Production',
      'contosomain',
      'team/app',
      '1.0',
    ]);
  });

  it('are listed when they are expanded, without requests to the others', async () => {
    const provider = openAzure(azure());
    await children(provider);
    const before = azure().calls.length;
    await children(provider, await named(provider, undefined, 'Staging'));
    const asked = azure()
      .calls.slice(before)
      .map(({ path }) => path)
      .filter((path) => path.includes('registries'));
    expect(asked).toHaveLength(1);
    expect(asked[0]).toContain(staging);
  });

  it('exchange a token of Entra once for all requests to a registry', async () => {
    const provider = openAzure(azure());
    const main = await registry(provider);
    const { requests } = azure().registry('contosomain');
    const before = requests.length;
    const repository = await named<Repository>(provider, main, 'team/app');
    await children(provider, repository);
    const paths = requests.slice(before).map(({ path }) => path.replace(/\?.*/, ''));
    expect(paths.filter((path) => path === '/oauth2/exchange')).toHaveLength(1);
  });

  describe('renew once', () => {
    const [token, exchange, counts] = ['POST /oauth2/token', 'POST /oauth2/exchange', 'GET /acr/v1/team%2Fapp'];
    const challenge = () => {
      const { tokens, url } = azure().registry('contosomain');
      const header = tokens.challenge('repository:team/app:metadata_read', 'invalid_token');
      return { 'WWW-Authenticate': header.replace(/realm="[^"]*"/, `realm="${url}/oauth2/token"`) };
    };
    /** The requests to a registry that are not refused, after it has given all tokens. */
    const refusing = async (path: RegExp, times: number) => {
      const provider = openAzure(azure());
      const repository = await named<Repository>(provider, await registry(provider), 'team/app');
      const read = () => provider.deletion?.repository?.counts(repository, signal) ?? Promise.resolve(undefined);
      await read();
      const { requests, fail, clearFaults } = azure().registry('contosomain');
      const before = requests.length;
      fail(path, { status: 401, times, headers: challenge() });
      const answer = await read().catch((error: unknown) => error);
      clearFaults();
      const asked = requests.slice(before).map((request) => `${request.method} ${request.path.replace(/\?.*/, '')}`);
      return { answer, asked };
    };

    it('a token that the registry no longer accepts', async () => {
      const { answer, asked } = await refusing(/GET \/acr\/v1\//, 1);
      expect(answer).toEqual({ tags: 2, images: 1 });
      expect([asked[0], asked[1], asked.filter((each) => each === token)]).toEqual([token, counts, [token]]);
    });

    it('a token whose successor the registry does not accept either', async () => {
      const { answer, asked } = await refusing(/GET \/acr\/v1\//, 9);
      expect(answer).toMatchObject({ kind: 'unauthorized' });
      expect(asked).toEqual([token]);
    });

    it('a refresh token that expires early', async () => {
      const provider = openAzure(azure());
      const main = await registry(provider);
      const repository = await named<Repository>(provider, main, 'team/app');
      const { requests, fail, clearFaults } = azure().registry('contosomain');
      const before = requests.length;
      fail(/POST \/oauth2\/token/, { status: 401, times: 1 });
      await provider.deletion?.repository?.counts(repository, signal);
      clearFaults();
      const asked = requests.slice(before).map((request) => `${request.method} ${request.path.replace(/\?.*/, '')}`);
      expect([asked.slice(0, 3), asked.filter((each) => each === exchange)]).toEqual([
        [exchange, token, counts],
        [exchange],
      ]);
    });
  });

  it('are listed if one tenant fails, whose row says why when it is opened', async () => {
    azure().fail((request) => request.path.startsWith('/subscriptions?'), {
      status: 403,
      times: 1,
      body: JSON.stringify({
        error: { code: 'AuthorizationFailed', message: 'Conditional access wants more of you.' },
      }),
    });
    const provider = openAzure(azure());
    const rows = await children(provider);
    expect(rows).toHaveLength(2);
    const failed = rows.find((entry) => entry.kind === 'group' && entry.detail === 'not listed · tenant');
    expect(failed?.kind).toBe('group');
    const failure = await failing(provider.list(failed, undefined, signal));
    expect(report(failure, 'list')?.reason).toBe('Azure says “Conditional access wants more of you” (403).');
  });

  it('are those of the chosen subscriptions', async () => {
    const provider = openAzure(azure(), [staging]);
    expect((await children(provider)).map(({ label }) => label)).toEqual(['Staging']);
    const offered = (await provider.choosableGroups?.(signal)) ?? [];
    expect(offered.map(({ group, isShown }) => [group.label, isShown])).toEqual([
      ['Production', false],
      ['Staging', true],
    ]);
    expect((await children(openAzure(azure(), []))).map(({ label }) => label)).toEqual(['Production', 'Staging']);
  });

  describe('if a tenant requires another factor', () => {
    const rowsOf = async (tenant: string, shown?: readonly string[]) => {
      const provider = openAzure(azure(), shown, mona, [tenant]);
      const rows = await children(provider);
      const row = rows.find((entry) => azureOf(provider)?.tenantOf(entry) !== undefined);
      return { provider, labels: rows.map(({ label }) => label), row };
    };

    it('show a row for that tenant, also if some of its subscriptions were chosen', async () => {
      expect((await rowsOf(fabrikam)).labels).toEqual(['Production', 'Fabrikam']);
      const { provider, labels, row } = await rowsOf(fabrikam, [production, staging]);
      expect(labels).toEqual(['Production', 'Fabrikam']);
      const told = report(await failing(provider.list(row, undefined, signal)), 'list');
      expect(told?.remedies).toEqual(['signInToTenant', 'retry', 'showLog']);
    });

    it('leave the row out if all chosen subscriptions are listed', async () => {
      expect((await rowsOf(fabrikam, [production])).labels).toEqual(['Production']);
    });

    it('still offer its chosen subscriptions, so that a new choice does not lose them', async () => {
      const { provider } = await rowsOf(fabrikam, [production, staging]);
      const offered = (await provider.choosableGroups?.(signal)) ?? [];
      expect(offered.map(({ group, isShown }) => [group.key, group.detail, isShown])).toEqual([
        [production, undefined, true],
        [staging, 'not listed · in another tenant', true],
      ]);
    });
  });

  it('explain that the catalog of a registry with rights by repository needs a role', async () => {
    const provider = openAzure(azure());
    const abac = await registry(provider, 'contosoabac');
    azure()
      .registry('contosoabac')
      .fail(/_catalog/, {
        status: 401,
        body: JSON.stringify({ errors: [{ code: 'UNAUTHORIZED', message: 'authentication required' }] }),
      });
    const failure = await failing(provider.list(abac, undefined, signal));
    expect(report(failure, 'list')?.message).toContain('Container Registry Repository Catalog Lister');
    azure().registry('contosoabac').clearFaults();
  });

  it('explain that a repository itself needs a role if rights go by repository', async () => {
    const provider = openAzure(azure());
    const repository = await named<Repository>(provider, await registry(provider, 'contosoabac'), 'team/app');
    azure()
      .registry('contosoabac')
      .fail(/_tags/, {
        status: 401,
        body: JSON.stringify({ errors: [{ code: 'UNAUTHORIZED', message: 'authentication required' }] }),
      });
    const failure = await failing(provider.list(repository, undefined, signal));
    expect(report(failure, 'list')?.reason).toBe(
      'Your account may not read this repository; it needs the role “Container Registry Repository Reader”. It says “authentication required” (401).',
    );
    azure().registry('contosoabac').clearFaults();
  });

  it('say where to find an image that was soft-deleted', async () => {
    const provider = openAzure(azure());
    const { host } = await registry(provider);
    const gone = { host, path: 'team/app', digest: `sha256:${'0'.repeat(64)}` };
    const failure = await failing(provider.content?.manifest(gone, signal) ?? Promise.resolve());
    expect(report(failure, 'read it')?.message).toContain('“az acr manifest restore” restores it');
  });

  it.each([
    ['a firewall', 'contosomain', 'the firewall of the registry blocks this machine'],
    ['a private endpoint', 'contosoprivate', 'the registry allows private endpoints only'],
  ])('explain %s, where already the sign-in is refused', async (_what, name, expected) => {
    const provider = openAzure(azure());
    const entry = await registry(provider, name);
    azure().registry(name).fail(/./, firewallReply('203.0.113.7'));
    const told = report(await failing(provider.list(entry, undefined, signal)), 'list');
    expect(told?.message).toContain(expected);
    expect(told?.message).toContain("client with IP '203.0.113.7' is not allowed access");
    expect(told?.remedies).toEqual(['openInPortal', 'retry', 'showLog']);
    azure().registry(name).clearFaults();
  });

  it.each([
    ['what is not there', { status: 404, body: '{"errors":[{"code":"NAME_UNKNOWN","message":"repository unknown"}]}' }],
    ['a role that is missing', { status: 401, body: '{"errors":[{"code":"UNAUTHORIZED","message":"role missing"}]}' }],
  ])('do not blame the network for %s on a registry with private endpoints', async (_what, reply) => {
    const provider = openAzure(azure());
    const entry = await registry(provider, 'contosoprivate');
    azure()
      .registry('contosoprivate')
      .fail(/_catalog/, reply);
    const told = report(await failing(provider.list(entry, undefined, signal)), 'list');
    expect(told?.message).not.toContain('private endpoints');
    azure().registry('contosoprivate').clearFaults();
  });

  it('use the properties from the last listing', async () => {
    const provider = openAzure(azure());
    const entry = await registry(provider, 'contosoprivate');
    const resource = azure().resource('registries/contosoprivate');
    if (resource === undefined) throw new Error('There is no contosoprivate.');
    azure().registry('contosoprivate').fail(/./, firewallReply('203.0.113.7'));
    const reason = async () => report(await failing(provider.list(entry, undefined, signal)), 'list')?.reason;
    expect(await reason()).toContain('private endpoints only');
    resource.properties.publicNetworkAccess = 'Enabled';
    await registry(provider, 'contosoprivate');
    expect(await reason()).toContain('The firewall of the registry');
    azure().registry('contosoprivate').clearFaults();
    azure()
      .registry('contosoprivate')
      .fail(/_catalog/, { status: 401, body: '{"errors":[{"code":"UNAUTHORIZED","message":"no"}]}' });
    expect(await reason()).toContain('AcrPull or Reader');
    resource.properties.roleAssignmentMode = 'AbacRepositoryPermissions';
    await registry(provider, 'contosoprivate');
    expect(await reason()).toContain('Container Registry Repository Catalog Lister');
    azure().registry('contosoprivate').clearFaults();
  });

  it('explain in the words of the service that a subscription may not be listed', async () => {
    azure().state.denied.set(`/subscriptions/${staging}`, ['Microsoft.ContainerRegistry/registries/read']);
    const provider = openAzure(azure());
    const group = await named<Group>(provider, undefined, 'Staging');
    const told = report(await failing(provider.list(group, undefined, signal)), 'list');
    expect(told?.reason).toBe(
      `Your account may not list registries here; it needs the role Reader on the subscription. It says “The client '${mona}' does not have authorization to perform action 'Microsoft.ContainerRegistry/registries/read' over scope '/subscriptions/${staging}' or the scope is invalid. If access was recently granted, please refresh your credentials” (403).`,
    );
    expect(told?.remedies).toEqual(['openInPortal', 'retry', 'showLog']);
    azure().state.denied.clear();
  });

  it('of a tenant that requires another sign-in lead to it', async () => {
    azure().fail((request) => request.path.startsWith('/subscriptions?'), {
      status: 401,
      headers: { 'WWW-Authenticate': 'Bearer error="insufficient_claims"' },
      times: 1,
      body: JSON.stringify({ error: { code: 'InvalidAuthenticationToken', message: 'A second factor is missing.' } }),
    });
    const provider = openAzure(azure());
    const failed = (await children(provider)).find((entry) => azureOf(provider)?.tenantOf(entry) !== undefined);
    const told = report(await failing(provider.list(failed, undefined, signal)), 'list');
    expect(told?.reason).toBe('Azure says “A second factor is missing” (401).');
    expect(told?.remedies).toEqual(['signInToTenant', 'retry', 'showLog']);
  });

  it('have pages in the portal', async () => {
    const provider = openAzure(azure());
    const group = await named<Group>(provider, undefined, 'Production');
    const main = await registry(provider);
    const repository = await named<Repository>(provider, main, 'team/app');
    const base = `${azure().url}/portal/#@${contoso}/resource/subscriptions/${production}`;
    const at = '/resourceGroups/rg-images/providers/Microsoft.ContainerRegistry/registries/contosomain';
    expect(provider.consolePage?.(group)?.href).toBe(base);
    expect(provider.consolePage?.(main)?.href).toBe(`${base}${at}`);
    expect(provider.consolePage?.(repository)?.href).toBe(`${base}${at}/repository`);
  });

  it('are announced with what each row contains', async () => {
    const provider = openAzure(azure());
    const root = connectionNode({ label: 'Azure' }, provider);
    const group = { ...root, entry: await named<Group>(provider, undefined, 'Production'), parent: root };
    const main = { ...root, entry: await registry(provider), parent: group };
    expect([root, group, main].map(listingPhrase)).toEqual([
      'list the subscriptions of Azure',
      'list the registries of Production',
      'list the repositories of contosomain',
    ]);
    expect([root, group, main].map((node) => holdingOf(node).none)).toEqual([
      'no subscriptions',
      'no registries',
      'no repositories',
    ]);
  });

  it('cannot be set to use certificates', () => {
    expect(takesCertificates({ url: azure().url }, openAzure(azure()))).toBe(false);
  });

  it('are found for an image that was not listed yet', async () => {
    const provider = openAzure(azure());
    const { host } = azure().registry('stagingmain');
    expect(provider.locate({ host, path: 'team/app' })).toBeUndefined();
    await provider.learn?.({ host, path: 'team/app' }, signal);
    expect(provider.locate({ host, path: 'team/app' })?.map(({ label }) => label)).toEqual([
      'Staging',
      'stagingmain',
      'team/app',
    ]);
  });

  it('are found by their login servers with a request for the tenants, each tenant and each subscription', async () => {
    const provider = openAzure(azure());
    const { host, requests } = azure().registry('stagingmain');
    const [calls, before] = [azure().calls.length, requests.length];
    const image = { host, path: 'team/app', tag: '1.0' };
    await provider.learn?.(image, signal);
    const repository = provider.locate(image)?.find(({ kind }) => kind === 'repository');
    expect((await children(provider, repository)).map(({ label }) => label)).toEqual(['1.0', 'latest']);
    const asked = azure().calls.slice(calls);
    expect(asked.map(({ path }) => /[a-zA-Z]+(?=\?)/.exec(path)?.[0]).sort()).toEqual([
      ...['registries', 'registries', 'subscriptions', 'subscriptions', 'tenants'],
    ]);
    const lists = requests.slice(before).filter(({ path }) => /_tags|_manifests|_catalog/.test(path));
    expect(lists.filter(({ headers }) => headers.authorization !== undefined).map(({ path }) => path)).toEqual([
      expect.stringMatching(/_tags\?/),
      expect.stringMatching(/_manifests\?/),
    ]);
  });

  it('lock and unlock tags', async () => {
    const provider = openAzure(azure());
    const repository = await named<Repository>(provider, await registry(provider), 'team/app');
    await provider.locks?.set(await named<Tag>(provider, repository, '1.0'), true, signal);
    const locked = await named<Tag>(provider, repository, '1.0');
    expect(locked.details?.isLocked).toBe(true);
    const refused = await failing(provider.deletion?.untag?.delete(locked, signal) ?? Promise.resolve());
    expect(report(refused, 'untag')?.message).toContain('use Unlock on its row first');
    await provider.locks?.set(locked, false, signal);
    expect((await named<Tag>(provider, repository, '1.0')).details?.isLocked).toBe(false);
  });

  it('say how much is deleted with a repository, and delete it', async () => {
    const provider = openAzure(azure());
    const staged = await named<Registry>(provider, await named<Group>(provider, undefined, 'Staging'), 'stagingmain');
    const repository = await named<Repository>(provider, staged, 'team/app');
    expect(await provider.deletion?.repository?.counts(repository, signal)).toEqual({ tags: 2, images: 1 });
    await provider.deletion?.repository?.delete(repository, signal);
    expect(await failing(provider.list(repository, undefined, signal))).toMatchObject({ kind: 'notFound' });
  });
});

describe('fifty subscriptions with five hundred registries', () => {
  const ids = Array.from(
    { length: 50 },
    (_, index) => `00000000-0000-0000-0000-0000000001${String(index).padStart(2, '0')}`,
  );
  const azure = useAzure({
    tenants: [{ id: contoso, name: 'Contoso', users: [mona] }],
    subscriptions: ids.map((id, index) => ({ id, name: `Team ${index + 1}`, tenantId: contoso })),
    registries: ids.flatMap((subscription, team) =>
      Array.from({ length: 10 }, (_, index) => ({ name: `team${team + 1}images${index + 1}`, subscription })),
    ),
  });

  it('open without requests to those that were not expanded', async () => {
    const provider = openAzure(azure());
    const { items } = await provider.list(undefined, undefined, signal);
    expect(items.map(({ label }) => label).slice(8, 11)).toEqual(['Team 9', 'Team 10', 'Team 11']);
    expect(items).toHaveLength(50);
    expect(azure().calls.map(({ path }) => path.replace(/\?.*/, ''))).toEqual(['/tenants', '/subscriptions']);
    const opened = await provider.list(items[9], undefined, signal);
    expect(opened.items).toHaveLength(10);
    const asked = azure()
      .calls.slice(2)
      .map(({ path }) => path.replace(/\?.*/, ''));
    expect(new Set(asked)).toEqual(
      new Set([`/subscriptions/${ids[9] ?? ''}/providers/Microsoft.ContainerRegistry/registries`]),
    );
  });
});
