import { setTimeout as delay } from 'node:timers/promises';
import { t } from '@vscode/l10n';
import type { Registry } from '@azure/arm-containerregistry';
import { Failure } from '../core/failure';
import type { Log } from '../core/log';
import { AzureAppService } from './appService';
import {
  listAll,
  armClientArguments,
  callAzure,
  followToEnd,
  withIdAndName,
  requireField,
  resourceGroupOf,
  withId,
} from './arm';
import type { Identified } from './arm';
import { resourceIdOf } from './azure';
import type {
  Azure,
  AzureRegistry,
  Cloud,
  FailedTenant,
  Location,
  NewRegistry,
  Place,
  ReadAzureToken,
  ResourceGroup,
  Status,
  Subscription,
} from './azure';
import { AzureContainerApps } from './containerApps';
import { ExistingResources } from './existingResources';
import { AzureImageAccess } from './pullAccess';
import { registriesClient } from './registriesClient';

/** Most services are registered within two minutes. They accept new resources before they report that they are registered. */
const registeredWithinMs = 30_000;
const registrationPollMs = 3_000;

/** The Azure of a signed-in account, through the SDK. Each part of the SDK is loaded on first use. */
export class AzureAccount implements Azure {
  readonly access: AzureImageAccess;
  readonly appService: AzureAppService;
  readonly containerApps: AzureContainerApps;
  private readonly existingResources: ExistingResources;

  constructor(
    readonly cloud: Cloud,
    readonly token: ReadAzureToken,
    private readonly log: Log,
  ) {
    const client = (tenantId: string) => armClientArguments(cloud, token, tenantId, log);
    this.access = new AzureImageAccess(client);
    this.existingResources = new ExistingResources(client);
    this.appService = new AzureAppService(client, this.existingResources);
    this.containerApps = new AzureContainerApps(client, this.existingResources);
  }

  async subscriptions(signal: AbortSignal) {
    const { SubscriptionClient } = await import('@azure/arm-resources-subscriptions');
    const clientIn = (tenantId: string | undefined) => {
      const { credential, options } = this.clientArguments(tenantId);
      return new SubscriptionClient(credential, options);
    };
    const tenants = await callAzure(signal, () => listAll(clientIn(undefined).tenants.list({ abortSignal: signal })));
    const found = new Map<string, Subscription>();
    const failed: FailedTenant[] = [];
    await Promise.all(
      tenants.map(async ({ tenantId = '', displayName }) => {
        try {
          const list = await callAzure(signal, () =>
            listAll(clientIn(tenantId).subscriptions.list({ abortSignal: signal })),
          );
          for (const { subscriptionId: id, displayName: name, state } of list)
            if (id !== undefined && state !== 'Deleted' && !found.has(id))
              found.set(id, { id, name: name ?? id, tenantId });
        } catch (failure) {
          signal.throwIfAborted();
          failed.push({ id: tenantId, name: displayName ?? tenantId, failure });
        }
      }),
    );
    return { subscriptions: [...found.values()].sort(byName), failed: failed.sort(byName) };
  }

  async registries(subscription: Subscription, signal: AbortSignal): Promise<readonly AzureRegistry[]> {
    const client = await this.registryClient(subscription);
    const list = await callAzure(signal, () => listAll(client.registries.list({ abortSignal: signal })));
    return withIdAndName(list)
      .map((registry) => describeRegistry(registry, subscription))
      .sort(byName);
  }

  async registryProperties(
    { subscription, resourceGroup, name }: AzureRegistry,
    signal: AbortSignal,
  ): Promise<unknown> {
    const client = await this.registryClient(subscription);
    return callAzure(signal, () => client.registries.get(resourceGroup, name, { abortSignal: signal }));
  }

  async registryNameProblem(
    subscription: Subscription,
    name: string,
    signal: AbortSignal,
  ): Promise<string | undefined> {
    const client = await this.registryClient(subscription);
    const type = 'Microsoft.ContainerRegistry/registries';
    const answer = await callAzure(signal, () =>
      client.registries.checkNameAvailability({ name, type }, { abortSignal: signal }),
    );
    return answer.nameAvailable === false ? (answer.message ?? answer.reason ?? name) : undefined;
  }

  async createRegistry(
    { subscription, resourceGroup, name, location, sku }: NewRegistry,
    status: Status,
    signal: AbortSignal,
  ): Promise<AzureRegistry> {
    const id = resourceIdOf({ subscription, resourceGroup }, 'Microsoft.ContainerRegistry/registries', name);
    await this.existingResources.rejectIfExists(subscription, id, signal);
    const client = await this.registryClient(subscription);
    const registry = { location, sku: { name: sku }, adminUserEnabled: false };
    const created = await callAzure(signal, () =>
      followToEnd(client.registries.create(resourceGroup, name, registry, { abortSignal: signal }), status, signal),
    );
    requireField(created.loginServer, `the login server of ${name}`);
    return describeRegistry(withId(created, name), subscription);
  }

  async deleteRegistry(
    { subscription, resourceGroup, name }: AzureRegistry,
    status: Status,
    signal: AbortSignal,
  ): Promise<void> {
    const client = await this.registryClient(subscription);
    await callAzure(signal, () =>
      followToEnd(client.registries.delete(resourceGroup, name, { abortSignal: signal }), status, signal),
    );
  }

  async resourceGroups(subscription: Subscription, signal: AbortSignal): Promise<readonly ResourceGroup[]> {
    const client = await this.resourceClient(subscription);
    const groups = await callAzure(signal, () => listAll(client.resourceGroups.list({ abortSignal: signal })));
    return withIdAndName(groups)
      .map(({ name, location }) => ({ name, location }))
      .sort(byName);
  }

  async createResourceGroup({ subscription, resourceGroup }: Place, location: string, signal: AbortSignal) {
    await this.existingResources.rejectIfExists(subscription, resourceIdOf({ subscription, resourceGroup }), signal);
    const client = await this.resourceClient(subscription);
    await callAzure(signal, () =>
      client.resourceGroups.createOrUpdate(resourceGroup, { location }, { abortSignal: signal }),
    );
  }

  async registerService(
    subscription: Subscription,
    namespace: string,
    signal: AbortSignal,
  ): Promise<Failure | undefined> {
    const { providers } = await this.resourceClient(subscription);
    const options = { abortSignal: signal };
    const isRegistered = async () =>
      (await callAzure(signal, () => providers.get(namespace, options))).registrationState === 'Registered';
    try {
      if (await isRegistered()) return undefined;
      await callAzure(signal, () => providers.register(namespace, options));
      const deadline = Date.now() + registeredWithinMs;
      while (!(await isRegistered())) {
        if (Date.now() + registrationPollMs > deadline) return notRegistered(namespace);
        await delay(registrationPollMs, undefined, { signal });
      }
      return undefined;
    } catch (error) {
      // An account that may not register a service may still use a registered one. Creating the resource will show which it is.
      if (error instanceof Failure && ['forbidden', 'notFound', 'rejected'].includes(error.kind))
        return notRegistrable(namespace, error);
      throw error;
    }
  }

  exists(subscription: Subscription, id: string, signal: AbortSignal): Promise<boolean> {
    return this.existingResources.exists(subscription, id, signal);
  }

  async locations(
    subscription: Subscription,
    namespace: string,
    type: string,
    signal: AbortSignal,
  ): Promise<readonly Location[]> {
    const client = await this.resourceClient(subscription);
    const [provider, names] = await Promise.all([
      callAzure(signal, () => client.providers.get(namespace, { abortSignal: signal })),
      this.locationNames(subscription, signal),
    ]);
    const labels = provider.resourceTypes?.find(({ resourceType }) => resourceType === type)?.locations ?? [];
    return labels
      .map((label) => ({ label, name: names.get(label) ?? label }))
      .sort((one, other) => one.label.localeCompare(other.label, 'en'));
  }

  /** Names of locations by label. The service lists the locations of a resource type by label. It also accepts a label as a name. */
  private async locationNames(
    { id, tenantId }: Subscription,
    signal: AbortSignal,
  ): Promise<ReadonlyMap<string, string>> {
    const { SubscriptionClient } = await import('@azure/arm-resources-subscriptions');
    const { credential, options } = this.clientArguments(tenantId);
    const { subscriptions } = new SubscriptionClient(credential, options);
    const list = await callAzure(signal, () => listAll(subscriptions.listLocations(id, { abortSignal: signal })));
    return new Map(list.map(({ name = '', displayName = '' }) => [displayName, name]));
  }

  portalPage(tenantId: string, resourceId: string, blade = ''): URL {
    return new URL(`${this.cloud.portalUrl}/#@${tenantId}/resource${resourceId}${blade}`);
  }

  private clientArguments(tenantId: string | undefined) {
    return armClientArguments(this.cloud, this.token, tenantId, this.log);
  }

  private async registryClient(subscription: Subscription) {
    return registriesClient((tenantId) => this.clientArguments(tenantId), subscription);
  }

  private async resourceClient({ id, tenantId }: Subscription) {
    const { ResourceManagementClient } = await import('@azure/arm-resources');
    const { credential, options } = this.clientArguments(tenantId);
    return new ResourceManagementClient(credential, id, options);
  }
}

function notRegistered(namespace: string): Failure {
  const explanation = t('{0} is still being registered in this subscription; this may take some minutes', namespace);
  return new Failure('timedOut', '', { subject: 'Azure', speaker: 'program', explanation });
}

function notRegistrable(namespace: string, { kind, message, detail }: Failure): Failure {
  const explanation = t(
    '{0} could not be registered in this subscription; your account needs the role Contributor there',
    namespace,
  );
  return new Failure(kind, message, { ...detail, explanation });
}

function byName(one: { readonly name: string }, other: { readonly name: string }): number {
  return one.name.localeCompare(other.name, 'en', { numeric: true });
}

function describeRegistry(registry: Registry & Identified, subscription: Subscription): AzureRegistry {
  const { id, name, location, sku, loginServer } = registry;
  return {
    id,
    name,
    loginServer: (loginServer ?? '').toLowerCase(),
    location,
    sku: sku.name,
    resourceGroup: resourceGroupOf(id),
    subscription,
    adminUserEnabled: registry.adminUserEnabled ?? false,
    anonymousPullEnabled: registry.anonymousPullEnabled ?? false,
    usesAbac: registry.roleAssignmentMode === 'AbacRepositoryPermissions',
    isPrivate: registry.publicNetworkAccess === 'Disabled',
    ...(registry.policies?.azureADAuthenticationAsArmPolicy?.status === 'disabled' ? { refusesArmTokens: true } : {}),
  };
}
