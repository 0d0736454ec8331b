import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { addressesOf } from '../../../src/azure/azure';
import type { Cloud } from '../../../src/azure/azure';
import { openDoor } from '../../../src/azure/openAzure';
import type { CloudAddresses, Connection, Credential } from '../../../src/core/model';
import { Redaction } from '../../../src/core/network/redaction';
import { acr, openRegistry } from '../../../src/providers/acr/acrType';
import { azure as azureType } from '../../../src/providers/azure/azureType';
import { generic } from '../../../src/providers/generic/genericType';
import { unopened } from '../../../src/registries/unopened';
import { configuredCloud } from '../../../src/ui/azure/cloud';
import { connect } from '../../../src/ui/connections/connect';
import { report } from '../../../src/ui/report';
import { collectLog } from '../collectLog';
import { failing } from '../failing';
import { contextOf, publicCloud } from '../providerContext';
import { closedDoor } from '../providerTypes';
import { fakeApp } from '../ui/fakeApp';
import { user } from '../ui/scriptedUser';
import { cloudOf, contoso, mona, production, useAzure } from './azureRig';

/** The user's settings in VS Code. */
const settings = vi.hoisted(() => new Map<string, unknown>());
vi.mock('../../../src/ui/settings', () => ({ userSetting: (name: string) => settings.get(name) }));
afterEach(() => {
  settings.clear();
});

const setCloud = (environment: unknown, customEnvironment?: unknown) => {
  settings.set('microsoft-sovereign-cloud.environment', environment);
  settings.set('microsoft-sovereign-cloud.customEnvironment', customEnvironment);
};

const { signal } = new AbortController();
const secret = 's3cret of the app';
const application = { tenantId: contoso, clientId: '33333333-3333-3333-3333-333333333333', secret };
const useless =
  'the setting microsoft-sovereign-cloud.environment is “custom”, but microsoft-sovereign-cloud.customEnvironment does not describe that cloud; correct it in the settings';

describe('the cloud that VS Code is set to', () => {
  const described = {
    resourceManagerEndpointUrl: 'https://arm.local.example/',
    managementEndpointUrl: 'https://management.local.example',
    portalUrl: 'https://portal.local.example/',
    activeDirectoryEndpointUrl: 'https://login.local.example/',
  };

  it('has addresses without trailing slashes', () => {
    setCloud('custom', { name: 'local', ...described });
    expect(configuredCloud()).toEqual({
      armUrl: 'https://arm.local.example',
      armScope: 'https://management.local.example/.default',
      portalUrl: 'https://portal.local.example',
      authorityUrl: 'https://login.local.example',
      authentication: 'microsoft-sovereign-cloud',
      isCustom: true,
    });
  });

  // https://learn.microsoft.com/en-us/azure/azure-government/compare-azure-government-global-azure and .../china/resources-developer-guide
  it.each([
    [undefined, 'management.azure.com', 'login.microsoftonline.com', '.azurecr.io', 'microsoft'],
    ['', 'management.azure.com', 'login.microsoftonline.com', '.azurecr.io', 'microsoft'],
    [
      'USGovernment',
      'management.usgovcloudapi.net',
      'login.microsoftonline.us',
      '.azurecr.us',
      'microsoft-sovereign-cloud',
    ],
    ['ChinaCloud', 'management.chinacloudapi.cn', 'login.chinacloudapi.cn', '.azurecr.cn', 'microsoft-sovereign-cloud'],
  ])('is Microsoft’s own if the setting is %s', (name, arm, authority, registrySuffix, authentication) => {
    setCloud(name, described);
    expect(configuredCloud()).toMatchObject({
      ...{ armUrl: `https://${arm}`, authorityUrl: `https://${authority}`, registrySuffix, authentication },
      armScope: expect.stringMatching(/^https:\/\/management\.core\..*\/\.default$/) as string,
    });
    expect(configuredCloud().isCustom).toBeUndefined();
  });

  it.each([
    ['not at all', undefined],
    ['without an address', { ...described, portalUrl: undefined }],
    ['by a text that is no address', { ...described, resourceManagerEndpointUrl: 'local' }],
    ['by an address that is not http', { ...described, portalUrl: 'javascript:0' }],
    ['by a text in place of an object', 'https://arm.local.example'],
  ])('cannot be described %s: the failure says so', async (_how, customEnvironment) => {
    setCloud('custom', customEnvironment);
    const failure = await failing(Promise.resolve().then(configuredCloud));
    expect(failure.detail.explanation).toBe(useless);
  });

  it('is not the public one if the setting names an unknown cloud', async () => {
    setCloud('elsewhere');
    expect((await failing(Promise.resolve().then(configuredCloud))).detail.explanation).toBe(useless);
  });
});

describe('a connection of Azure', () => {
  const azure = useAzure({
    tenants: [{ id: contoso, name: 'Contoso', users: [mona] }],
    subscriptions: [{ id: production, name: 'Production', tenantId: contoso }],
    registries: [],
    applications: [application],
  });
  const principal = (url: string, cloud?: CloudAddresses): Connection => ({
    ...{ id: 'a', provider: 'azure', label: 'Azure', url },
    signIn: {
      ...{ kind: 'application', account: application.clientId, tenant: contoso },
      ...(cloud === undefined ? {} : { cloud }),
    },
  });
  const stored = (): Promise<Credential> =>
    Promise.resolve({ kind: 'basic', username: application.clientId, secret: application.secret });
  const redaction = new Redaction();
  const doorTo = (cloud: () => Cloud) =>
    openDoor({
      cloud,
      tokenReaderOfAccount: () => () => Promise.reject(new Error('No account is asked for.')),
      redaction,
      log: collectLog(),
    });
  const open = (connection: Connection, cloud: () => Cloud) => doorTo(cloud).open(connection, stored);

  it('signs in to the cloud it was made for', async () => {
    const opened = open(principal(`${azure().url}/`), () => cloudOf(azure()));
    expect((await opened.subscriptions(signal)).subscriptions.map(({ name }) => name)).toEqual(['Production']);
  });

  const otherCloud = (arm: string, authority = arm) =>
    `this connection was made for another Azure cloud than the one VS Code is set to (${new URL(arm).host}, sign-in at ${new URL(authority).host}); set microsoft-sovereign-cloud.environment back, or use Update Credential… to sign in there`;

  it.each<[string, Partial<Cloud>, CloudAddresses | undefined]>([
    ['another Entra', { authorityUrl: 'https://login.evil.example' }, undefined],
    ['another Resource Manager', { armUrl: 'https://arm.evil.example' }, undefined],
    ['a cloud that is described, and was not when it was made', { isCustom: true }, undefined],
  ])('sends its secret to no other place: %s', async (_what, other, kept) => {
    const before = azure().calls.length;
    const own = cloudOf(azure());
    const cloud = { ...own, ...other };
    const made = kept ?? addressesOf(own);
    const connection = principal(cloud.armUrl, other.isCustom === true ? undefined : made);
    const failure = await failing(Promise.resolve().then(() => open(connection, () => cloud)));
    expect(failure.detail.explanation).toBe(otherCloud(cloud.armUrl, cloud.authorityUrl));
    expect(azure().calls.slice(before)).toEqual([]);
  });

  it('signs in to the custom cloud that it was made for', () => {
    const { armUrl, authorityUrl, ...cloud } = cloudOf(azure());
    const there = { ...cloud, armUrl, authorityUrl, isCustom: true as const };
    expect(open(principal(armUrl, addressesOf(there)), () => there)).toBeDefined();
  });

  it.each([
    [false, true],
    [true, false],
  ])('of settings signs in to a custom cloud; if a workspace lists it %s, %s', async (isOfWorkspace, signsIn) => {
    const cloud = { ...cloudOf(azure()), isCustom: true as const };
    const connection = { ...principal(cloud.armUrl), shared: true, isOfWorkspace };
    const opening = Promise.resolve().then(() => open(connection, () => cloud));
    if (signsIn) expect(await opening).toBeDefined();
    else await failing(opening);
  });

  it('keeps its tokens out of every text', async () => {
    const opened = open(principal(azure().url), () => cloudOf(azure()));
    const { token } = await opened.token([`${azure().url}/.default`], undefined, signal);
    expect(redaction.redact(`It was sent (${token}).`)).toBe('It was sent (***).');
  });

  it('that was made for another cloud says so, and sends its secret nowhere', async () => {
    const before = azure().calls.length;
    const opening = Promise.resolve().then(() =>
      open(principal('https://management.azure.com'), () => cloudOf(azure())),
    );
    const failure = await failing(opening);
    expect(failure.detail.explanation).toBe(otherCloud(azure().url));
    expect(azure().calls.slice(before)).toEqual([]);
    const provider = unopened(failure);
    expect(await failing(provider.list(undefined, undefined, signal))).toBe(failure);
    expect(report(failure, 'list')?.remedies).toEqual(['retry', 'showLog']);
    expect(await provider.pushTargets(signal)).toEqual([]);
  });

  it.each(['azure', 'acr'])('of the kind %s does not use an account of another cloud', async (provider) => {
    const by = (authentication: string): Connection => ({
      ...{ id: 'a', provider, label: 'Azure', url: publicCloud().armUrl },
      signIn: { kind: 'account', authentication, account: mona },
    });
    expect(open(by('microsoft'), publicCloud)).toBeDefined();
    const failure = await failing(Promise.resolve().then(() => open(by('microsoft-sovereign-cloud'), publicCloud)));
    expect(failure.detail.explanation).toBe(otherCloud(publicCloud().armUrl, publicCloud().authorityUrl));
  });

  it('that does not sign in to Azure needs no cloud', () => {
    const cloud = (): Cloud => {
      throw new Error('No cloud is asked for.');
    };
    const type = acr(doorTo(cloud));
    const registry: Connection = {
      ...{ id: 'a', provider: 'acr', label: 'Main', url: 'https://main.azurecr.io' },
      signIn: { kind: 'basic', account: 'main' },
    };
    const context = contextOf({ kind: 'anonymous' });
    expect(type.open(registry, context).hostOf(undefined)).toBe('main.azurecr.io');
    expect(type.open({ ...registry, signIn: { kind: 'docker' } }, context).hostOf(undefined)).toBe('main.azurecr.io');
    expect(() => type.open({ ...registry, signIn: { kind: 'cloudCli' } }, context)).toThrow('No cloud is asked for.');
  });
});

describe('connecting while VS Code is set to a cloud that is not described', () => {
  beforeEach(() => {
    setCloud('custom');
  });
  const connecting = async (...script: (string | undefined)[]) => {
    const { ask, seen } = user(...script);
    const door = closedDoor(configuredCloud);
    const { app } = fakeApp({
      ask,
      providerTypes: [azureType(door, openRegistry), acr(door), generic],
      setting: () => '',
      registries: { openWith: () => ({ ...unopened(undefined), list: () => Promise.resolve({ items: [] }) }) },
      connections: {
        all: () => [],
        unhide: () => Promise.resolve(undefined),
        add: (connection: Omit<Connection, 'id'>) => Promise.resolve({ ...connection, id: 'new' }),
      },
    });
    return { connection: await connect(app), seen };
  };

  it('still connects other registries', async () => {
    const other = await connecting('Generic Docker V2 / OCI registry', 'registry.example.com', 'Anonymously');
    expect(other.connection?.url).toBe('https://registry.example.com');
    const single = await connecting('Azure: a single registry', 'main.azurecr.io', 'Login of the docker command');
    expect(single.connection?.signIn).toEqual({ kind: 'docker' });
  });

  it.each([
    ['Azure', 'Login of the Azure CLI'],
    ['Azure', 'Microsoft account of VS Code'],
    ['Azure: a single registry', 'Microsoft account of VS Code'],
  ])('says so when that way to sign in is chosen: %s, %s', async (kind, signIn) => {
    const address = kind === 'Azure' ? [] : ['main.azurecr.io'];
    const { connection, seen } = await connecting(kind, ...address, signIn, undefined);
    expect(connection).toBeUndefined();
    expect(seen.at(-2)).toBe(`Could not connect: ${useless}.`);
  });
});
