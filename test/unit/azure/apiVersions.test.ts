import { ContainerAppsAPIClient } from '@azure/arm-appcontainers';
import { WebSiteManagementClient } from '@azure/arm-appservice';
import { AuthorizationManagementClient } from '@azure/arm-authorization';
import { ContainerRegistryManagementClient } from '@azure/arm-containerregistry';
import { ResourceManagementClient } from '@azure/arm-resources';
import { SubscriptionClient } from '@azure/arm-resources-subscriptions';
import { describe, expect, it } from 'vitest';
import { apiVersionOf, apiVersions } from '../../../src/azure/apiVersions';
import type { Subscription } from '../../../src/azure/azure';
import { accountOf, contoso, mona, production, useAzure } from './azureRig';

const { signal } = new AbortController();
const token = { getToken: () => Promise.resolve({ token: 't', expiresOnTimestamp: Date.now() + 3_600_000 }) };

type Listing = (options: object) => { next: () => Promise<unknown> };
const listings: Readonly<Record<keyof typeof apiVersions, Listing>> = {
  'Microsoft.App': (options) =>
    new ContainerAppsAPIClient(token, production, options).containerApps.listBySubscription(),
  'Microsoft.Authorization': (options) =>
    new AuthorizationManagementClient(token, production, options).roleAssignments.listForSubscription(),
  'Microsoft.ContainerRegistry': (options) =>
    new ContainerRegistryManagementClient(token, production, options).registries.list(),
  'Microsoft.Resources': (options) => new ResourceManagementClient(token, production, options).resourceGroups.list(),
  'Microsoft.Web': (options) => new WebSiteManagementClient(token, production, options).webApps.list(),
  subscriptions: (options) => new SubscriptionClient(token, options).subscriptions.list(),
};

describe('versions of the Resource Manager’s API', () => {
  const azure = useAzure({
    tenants: [{ id: contoso, name: 'Contoso', users: [mona] }],
    subscriptions: [{ id: production, name: 'Production', tenantId: contoso }],
    registries: [],
  });
  const versions = () => azure().calls.map(({ path }) => new URL(path, azure().url).searchParams.get('api-version'));

  it.each(Object.entries(listings))('of %s are those that its SDK sends', async (name, list) => {
    const asked: (string | null)[] = [];
    const policy = {
      name: 'seen',
      sendRequest: ({ url }: { url: string }) => {
        asked.push(new URL(url).searchParams.get('api-version'));
        return Promise.reject(new Error('seen'));
      },
    };
    const options = { retryOptions: { maxRetries: 0 }, additionalPolicies: [{ policy, position: 'perCall' }] };
    await list(options)
      .next()
      .catch(() => undefined);
    expect(asked).toEqual([apiVersions[name as keyof typeof apiVersions]]);
  });

  it('are stable, and there is one for each type of resource that is looked up', () => {
    for (const version of Object.values(apiVersions)) expect(version).toMatch(/^\d{4}-\d\d-\d\d$/);
    expect(apiVersionOf('microsoft.web/serverFarms')).toBe(apiVersions['Microsoft.Web']);
    expect(apiVersionOf('Microsoft.Sql/servers')).toBeUndefined();
  });

  it('are sent in requests that are built without the SDK', async () => {
    const subscription: Subscription = { id: production, name: 'Production', tenantId: contoso };
    const scope = `/subscriptions/${production}`;
    await accountOf(azure()).access.may(subscription, scope, 'Microsoft.Web/sites/write', signal);
    const id = `${scope}/resourceGroups/rg/providers/Microsoft.Web/sites/web`;
    expect(await accountOf(azure()).exists(subscription, id, signal)).toBe(false);
    expect(versions()).toEqual([apiVersions['Microsoft.Authorization'], apiVersions['Microsoft.Web']]);
  });
});
