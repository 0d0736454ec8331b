import { describe, expect, it } from 'vitest';
import type {
  AppService,
  Azure,
  AzureRegistry,
  AzureResources,
  ImageAccess,
  Subscription,
  WebApp,
} from '../../../src/azure/azure';
import { Failure } from '../../../src/core/failure';
import { askAccess, describeAccess, identityWork } from '../../../src/ui/azure/pullAccessPrompts';
import type { Puller } from '../../../src/ui/azure/pullAccessPrompts';
import { appServiceWork } from '../../../src/ui/azure/appServiceWork';
import { groupWork } from '../../../src/ui/azure/groupWork';
import type { Ask } from '../../../src/ui/flow';
import { stub } from '../stub';
import { connectionNode, fakeApp, fakeProvider } from './fakeApp';
import { scriptedAsk } from './scriptedAsk';

const { signal } = new AbortController();
const subscription: Subscription = { id: 's', name: 'Production', tenantId: 't' };
const host = 'contosomain.azurecr.io';
const registry: AzureRegistry = {
  ...{ id: '/registries/contosomain', name: 'contosomain', loginServer: host, location: 'westeurope', sku: 'Basic' },
  ...{ resourceGroup: 'rg', subscription, adminUserEnabled: false, anonymousPullEnabled: false },
  ...{ usesAbac: false, isPrivate: false },
};
const deployable = { image: { host, path: 'team/web', tag: '1.4' } };

describe('how Azure may pull an image', () => {
  const offered = async (found: AzureRegistry, puller: Puller) => {
    const azure = stub<AzureResources>('provider.azure', { azure: stub('azure', {}), registryAt: () => found });
    const provider = { ...fakeProvider({}), azure };
    const { app } = fakeApp({ connected: [connectionNode({}, provider)] });
    const { ask } = scriptedAsk();
    const seen: { readonly label: string; readonly detail?: string }[] = [];
    const pick: Ask['pick'] = async (_title, picks) => {
      seen.push(...(typeof picks === 'function' ? await picks(signal) : picks));
      throw new Error('seen');
    };
    await expect(askAccess({ ...ask, pick }, app, deployable, subscription, puller)).rejects.toThrow('seen');
    return seen.map(({ label, detail }) => [label, detail]);
  };
  const typed = 'User name and password or token…';
  const kept = 'They are kept in the secret settings of the service';

  it('is by an identity first, for the repository alone where rights go by repository', async () => {
    expect(await offered(registry, 'appService')).toEqual([
      ['Managed identity', 'It gets the role AcrPull on contosomain; no password is kept anywhere'],
      [typed, kept],
    ]);
    const role = 'Container Registry Repository Reader';
    expect((await offered({ ...registry, usesAbac: true }, 'containerApps'))[0]).toEqual([
      'Managed identity',
      `It gets the role ${role} on contosomain, for team/web alone; no password is kept anywhere`,
    ]);
  });

  it('is not by an identity of App Service where the registry takes none of its tokens, which is said', async () => {
    const found = { ...registry, refusesArmTokens: true } as const;
    expect(await offered(found, 'appService')).toEqual([
      [typed, 'No managed identity: contosomain refuses the tokens of App Service (azureADAuthenticationAsArmPolicy)'],
    ]);
    expect((await offered(found, 'containerApps')).map(([label]) => label)).toEqual(['Managed identity', typed]);
  });

  it('is told in one line, with how far the right goes', () => {
    const choice = { kind: 'identity', azure: stub<Azure>('azure', {}), registry, repository: 'team/web' } as const;
    expect(describeAccess(choice)).toBe(
      'Its managed identity gets the right to pull from contosomain. This applies to every repository there.',
    );
    expect(describeAccess({ ...choice, registry: { ...registry, usesAbac: true } })).toBe(
      'Its managed identity gets the right to pull team/web from contosomain, and nothing else.',
    );
    expect(describeAccess({ ...choice, registry: { ...registry, usesAbac: true } }, 'robot')).toBe(
      'It pulls as robot, which gets the right to pull team/web from contosomain, and nothing else.',
    );
  });

  it.each<[Awaited<ReturnType<ImageAccess['grantPull']>>, string[]]>([
    ['granted', []],
    [
      'conditional',
      [
        'contoso-web already has the role Container Registry Repository Reader on contosomain, with a condition. The condition may not allow it to pull team/web.',
      ],
    ],
  ])('is said where the right to it may not be enough: %s', async (granted, expected) => {
    const asked: unknown[] = [];
    const access = stub<ImageAccess>('azure.access', {
      grantPull: (from, principal) => {
        asked.push([from.repository, principal]);
        return Promise.resolve(granted);
      },
    });
    const abac = { ...registry, usesAbac: true };
    const choice = {
      kind: 'identity',
      azure: stub<Azure>('azure', { access }),
      registry: abac,
      repository: 'team/web',
    } as const;
    const said: string[] = [];
    for (const { run } of identityWork(choice, 'contoso-web', () => Promise.resolve('principal')))
      await run(
        () => undefined,
        signal,
        (text) => said.push(text),
      );
    expect(asked).toEqual([['team/web', 'principal']]);
    expect(said).toEqual(expected);
  });

  it.each([
    [undefined, 'Microsoft.Web/sites'],
    ['staging', 'Microsoft.Web/sites/slots'],
  ])('needs rights that are looked up first, of a slot those of slots: %s', async (slot, type) => {
    const asked: string[] = [];
    const may = (_subscription: unknown, scope: string, action: string) => {
      asked.push(`${action} ${scope}`);
      return Promise.resolve(true);
    };
    const azure = stub<Azure>('azure', {
      access: stub<ImageAccess>('azure.access', { may }),
      appService: stub<AppService>('azure.appService', {}),
    });
    const target: WebApp = {
      ...{ id: '/sites/web', name: 'web', resourceGroup: 'rg', location: 'westeurope', url: 'https://web' },
      ...(slot === undefined ? {} : { slot }),
    };
    const { steps } = appServiceWork(deployable, {
      ...{ azure, subscription, access: { kind: 'none' } },
      target: { kind: 'there', app: target, now: { runsSeveral: false }, pull: {} },
    });
    await steps[0]?.run(
      () => undefined,
      signal,
      () => undefined,
    );
    expect(asked).toEqual(['write', 'config/write', 'config/list/action'].map((verb) => `${type}/${verb} /sites/web`));
  });
});

describe('a service that is not switched on', () => {
  const running = async (why: Failure | undefined) => {
    const azure = stub<Azure>('azure', { registerService: () => Promise.resolve(why) });
    const said: string[] = [];
    for (const { run } of groupWork(azure, { subscription, resourceGroup: 'rg' }, false, 'westeurope', [
      'Microsoft.App',
    ]))
      await run(
        () => undefined,
        signal,
        (text) => said.push(text),
      );
    return said;
  };

  it('is said, and what is to be made is tried all the same', async () => {
    const detail = { subject: 'Azure', speaker: 'program', status: 403, explanation: 'it could not' } as const;
    expect(await running(new Failure('forbidden', 'no right', detail))).toEqual([
      'it could not. It says “no right” (403). The work continues anyway.',
    ]);
    expect(await running(undefined)).toEqual([]);
  });
});
