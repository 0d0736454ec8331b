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

describe('a guest whose own tenant has no subscriptions', () => {
  const azure = useAzure({
    tenants: [
      { id: contoso, name: 'Contoso', users: [mona] },
      { id: fabrikam, name: 'Fabrikam', users: [mona] },
    ],
    subscriptions: [{ id: staging, name: 'Staging', tenantId: fabrikam }],
    registries: [],
  });

  it('finds the row of the tenant that wants another factor, and is led to signing in to it', async () => {
    const provider = openAzure(azure(), undefined, mona, [fabrikam]);
    const { items } = await provider.list(undefined, undefined, signal);
    expect(items.map((entry) => [entry.label, azureOf(provider)?.tenantOf(entry)])).toEqual([['Fabrikam', fabrikam]]);
    const told = report(await failing(provider.list(items[0], undefined, signal)), 'list');
    expect(told?.remedies).toEqual(['signInToTenant', 'retry', 'showLog']);
  });

  it('is told of a tenant that does not answer at once, instead of by a row', async () => {
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
  /** What is shown after somebody has chosen, and what was said. */
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

  it('ticks what is shown, and keeps what is chosen', async () => {
    expect(await choosing([production], 'Staging')).toEqual({
      offered: ['☑ Production', '☐ Staging'],
      stored: [[staging]],
      done: ['Showing 1 of 2 subscriptions'],
    });
  });

  it('shows all, also those to come, where all are ticked or none', async () => {
    const all = { offered: ['☑ Production', '☑ Staging'], stored: [[]], done: ['Showing all subscriptions'] };
    expect(await choosing(undefined, 'Production, Staging')).toEqual(all);
    expect(await choosing([], '')).toEqual(all);
  });

  it('changes nothing when it is dismissed', async () => {
    expect((await choosing(undefined, undefined)).stored).toEqual([]);
  });

  it('begins with the filter of Azure Resources, whose entries name a tenant as well', async () => {
    settings.set('azureResourceGroups.selectedSubscriptions', [`${contoso}/${staging}`]);
    expect(filteredSubscriptions()).toEqual([staging]);
    const { offered, stored } = await choosing(filteredSubscriptions(), 'Production, Staging');
    expect([offered, stored]).toEqual([['☐ Production', '☑ Staging'], [[]]]);
    settings.set('azureResourceGroups.selectedSubscriptions', []);
    expect(filteredSubscriptions()).toBeUndefined();
  });
});
