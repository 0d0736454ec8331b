import { describe, expect, it, vi } from 'vitest';
import { azureOf } from '../../../src/azure/azure';
import type { Shown } from '../../../src/core/model';
import { filteredSubscriptions } from '../../../src/ui/azure/subscriptionFilter';
import { selectSubscriptions } from '../../../src/ui/commands/azureResources';
import { report } from '../../../src/ui/report';
import { failing } from '../failing';
import { connectionNode, fakeApp } from '../ui/fakeApp';
import { user } from '../ui/scriptedUser';
import { contoso, fabrikam, mona, openAzure, production, staging, useAzure } from './azureRig';

const settings = vi.hoisted(() => new Map<string, unknown>());
vi.mock('vscode', () => ({}));
vi.mock('../../../src/ui/settings', () => ({ userSetting: (name: string) => settings.get(name) }));

const { signal } = new AbortController();

describe('a guest whose home tenant has no subscriptions', () => {
  const azure = useAzure({
    tenants: [
      { id: contoso, name: 'Contoso', users: [mona] },
      { id: fabrikam, name: 'Fabrikam', users: [mona] },
    ],
    subscriptions: [{ id: staging, name: 'Staging', tenantId: fabrikam }],
    registries: [],
  });

  it('sees a row for the tenant that requires another factor, which leads to the sign-in', async () => {
    const provider = openAzure(azure(), undefined, mona, [fabrikam]);
    const { items } = await provider.list(undefined, undefined, signal);
    expect(items.map((entry) => [entry.label, azureOf(provider)?.tenantOf(entry)])).toEqual([['Fabrikam', fabrikam]]);
    const told = report(await failing(provider.list(items[0], undefined, signal)), 'list');
    expect(told?.remedies).toEqual(['signInToTenant', 'retry', 'showLog']);
  });

  it('gets a message at once, not a row, about a tenant that does not answer', async () => {
    azure().fail((request) => request.path.startsWith('/subscriptions?'), { status: 400, body: '{}' });
    const provider = openAzure(azure());
    expect(await failing(provider.list(undefined, undefined, signal))).toMatchObject({ kind: 'rejected' });
    azure().clearFaults();
  });
});

describe('Select Subscriptions…', () => {
  const azure = useAzure({
    tenants: [{ id: contoso, name: 'Contoso', users: [mona] }],
    subscriptions: [
      { id: production, name: 'Production', tenantId: contoso },
      { id: staging, name: 'Staging', tenantId: contoso },
    ],
    registries: [],
  });
  /** The subscriptions that are shown after the user has chosen, and the messages. */
  const choosing = async (shown: readonly string[] | undefined, answer: string | undefined) => {
    const stored: (readonly string[])[] = [];
    const connections = {
      setShown: (_id: string, { groups = [] }: Shown) => (stored.push(groups), Promise.resolve()),
    };
    const { ask, offered } = user(answer);
    const { app, done } = fakeApp({ connections, ask });
    await selectSubscriptions.run(app, [connectionNode({ provider: 'azure' }, openAzure(azure(), shown))]);
    return { stored, done, offered: offered() };
  };

  it('ticks the subscriptions that are shown, and keeps the choice', async () => {
    expect(await choosing([production], 'Staging')).toEqual({
      offered: ['☑ Production', '☐ Staging'],
      stored: [[staging]],
      done: ['Showing 1 of 2 subscriptions'],
    });
  });

  it('shows all subscriptions, also later ones, if all or none are ticked', async () => {
    const all = { offered: ['☑ Production', '☑ Staging'], stored: [[]], done: ['Showing all subscriptions'] };
    expect(await choosing(undefined, 'Production, Staging')).toEqual(all);
    expect(await choosing([], '')).toEqual(all);
  });

  it('changes nothing if it is dismissed', async () => {
    expect((await choosing(undefined, undefined)).stored).toEqual([]);
  });

  it('begins with the filter of Azure Resources, whose entries also name a tenant', async () => {
    settings.set('azureResourceGroups.selectedSubscriptions', [`${contoso}/${staging}`]);
    expect(filteredSubscriptions()).toEqual([staging]);
    const { offered, stored } = await choosing(filteredSubscriptions(), 'Production, Staging');
    expect([offered, stored]).toEqual([['☐ Production', '☑ Staging'], [[]]]);
    settings.set('azureResourceGroups.selectedSubscriptions', []);
    expect(filteredSubscriptions()).toBeUndefined();
  });
});
