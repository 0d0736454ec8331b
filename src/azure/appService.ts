import type { Site, StringDictionary } from '@azure/arm-appservice';
import { all, asked, finished, resourceGroupOf } from './arm';
import type {
  AppService,
  AppServicePlan,
  AzureRegistry,
  DeployedImage,
  NewWebApp,
  Place,
  Status,
  Subscription,
  WebApp,
} from './azure';
import type { ArmClientIn, PullAccessOf } from './pullAccess';

/** Web apps that run a Linux container: https://learn.microsoft.com/en-us/azure/app-service/configure-custom-container */
export class AppServices implements AppService {
  constructor(
    private readonly client: ArmClientIn,
    private readonly access: PullAccessOf,
  ) {}

  async plans(subscription: Subscription, signal: AbortSignal): Promise<readonly AppServicePlan[]> {
    const client = await this.webSites(subscription);
    const plans = await asked(signal, () => all(client.appServicePlans.list({ abortSignal: signal })));
    return plans.filter(({ reserved }) => reserved === true).map(planOf);
  }

  async createPlan(
    { subscription, resourceGroup }: Place,
    { name, location, sku }: { readonly name: string; readonly location: string; readonly sku: string },
    status: Status,
    signal: AbortSignal,
  ): Promise<AppServicePlan> {
    const client = await this.webSites(subscription);
    const plan = { location, kind: 'linux', reserved: true, sku: { name: sku, capacity: 1 } };
    const created = await asked(signal, () =>
      finished(
        client.appServicePlans.createOrUpdate(resourceGroup, name, plan, { abortSignal: signal }),
        status,
        signal,
      ),
    );
    return planOf(created);
  }

  async nameProblem(subscription: Subscription, name: string, signal: AbortSignal): Promise<string | undefined> {
    const client = await this.webSites(subscription);
    const answer = await asked(signal, () =>
      client.checkNameAvailability(name, 'Microsoft.Web/sites', { abortSignal: signal }),
    );
    return answer.nameAvailable === false ? (answer.message ?? answer.reason ?? name) : undefined;
  }

  async webApps(subscription: Subscription, signal: AbortSignal): Promise<readonly WebApp[]> {
    const client = await this.webSites(subscription);
    const sites = await asked(signal, () => all(client.webApps.list({ abortSignal: signal })));
    return sites.filter(runsContainer).map((site) => webAppOf(site));
  }

  async slots(subscription: Subscription, app: WebApp, signal: AbortSignal): Promise<readonly WebApp[]> {
    const client = await this.webSites(subscription);
    const slots = await asked(signal, () =>
      all(client.webApps.listSlots(app.resourceGroup, app.name, { abortSignal: signal })),
    );
    return slots.map((slot) => ({
      ...webAppOf(slot),
      name: app.name,
      slot: (slot.name ?? '').split('/').at(-1) ?? '',
    }));
  }

  async create(app: NewWebApp, image: DeployedImage, status: Status, signal: AbortSignal): Promise<WebApp> {
    const { subscription, resourceGroup, name, location, plan, port } = app;
    const client = await this.webSites(subscription);
    // Nothing of a container outlives it, unless somebody switches that on: as the Azure CLI makes them.
    const all = { WEBSITES_ENABLE_APP_SERVICE_STORAGE: 'false', ...settingsOf(image, port) };
    const settings = Object.entries(all).map(([key, value]) => ({ name: key, value }));
    const usesIdentity = image.access.kind === 'identity';
    // Without an image, so that no pull is tried before it may succeed.
    const site: Site = {
      location,
      kind: 'app,linux,container',
      reserved: true,
      serverFarmId: plan.id,
      httpsOnly: true,
      ...(usesIdentity ? { identity: { type: 'SystemAssigned' } } : {}),
      siteConfig: { appSettings: settings, ...(usesIdentity ? { acrUseManagedIdentityCreds: true } : {}) },
    };
    const created = await asked(signal, () =>
      finished(client.webApps.createOrUpdate(resourceGroup, name, site, { abortSignal: signal }), status, signal),
    );
    const made = webAppOf(created);
    await this.letPull(image, created.identity?.principalId, signal);
    await this.setVersion(client, made, image, signal);
    return made;
  }

  async setImage(
    subscription: Subscription,
    app: WebApp,
    image: DeployedImage,
    port: number | undefined,
    signal: AbortSignal,
  ): Promise<void> {
    const client = await this.webSites(subscription);
    const { resourceGroup: group, name, slot } = app;
    const options = { abortSignal: signal };
    if (image.access.kind === 'identity') {
      const now = await asked(signal, () =>
        slot === undefined
          ? client.webApps.get(group, name, options)
          : client.webApps.getSlot(group, name, slot, options),
      );
      const principal = now.identity?.principalId ?? (await this.giveIdentity(client, app, now, signal));
      await this.letPull(image, principal, signal);
    }
    // The service takes the whole set or nothing: what is there is read, and kept.
    const settings = await asked(signal, () =>
      slot === undefined
        ? client.webApps.listApplicationSettings(group, name, options)
        : client.webApps.listApplicationSettingsSlot(group, name, slot, options),
    );
    const merged: StringDictionary = { properties: { ...settings.properties, ...settingsOf(image, port) } };
    await asked(signal, () =>
      slot === undefined
        ? client.webApps.updateApplicationSettings(group, name, merged, options)
        : client.webApps.updateApplicationSettingsSlot(group, name, slot, merged, options),
    );
    await this.setVersion(client, app, image, signal);
  }

  async webhook(subscription: Subscription, app: WebApp, signal: AbortSignal): Promise<string> {
    const client = await this.webSites(subscription);
    const { resourceGroup: group, name, slot } = app;
    const options = { abortSignal: signal };
    const allowed = { allow: true };
    await asked(signal, () =>
      slot === undefined
        ? client.webApps.updateScmAllowed(group, name, allowed, options)
        : client.webApps.updateScmAllowedSlot(group, name, slot, allowed, options),
    );
    const { scmUri } = await asked(signal, () =>
      slot === undefined
        ? client.webApps.listPublishingCredentials(group, name, options)
        : client.webApps.listPublishingCredentialsSlot(group, name, slot, options),
    );
    return `${(scmUri ?? '').replace(/\/$/, '')}/api/registry/webhook`;
  }

  async createWebhook(
    { subscription, resourceGroup, name: registryName, location }: AzureRegistry,
    name: string,
    address: string,
    scope: string,
    status: Status,
    signal: AbortSignal,
  ): Promise<void> {
    const { ContainerRegistryManagementClient } = await import('@azure/arm-containerregistry');
    const { credential, options } = this.client(subscription.tenantId);
    const client = new ContainerRegistryManagementClient(credential, subscription.id, options);
    const webhook = { location, serviceUri: address, scope, actions: ['push'], status: 'enabled' };
    await asked(signal, () =>
      finished(
        client.webhooks.create(resourceGroup, registryName, name, webhook, { abortSignal: signal }),
        status,
        signal,
      ),
    );
  }

  private async letPull({ access }: DeployedImage, principalId: string | undefined, signal: AbortSignal) {
    if (access.kind === 'identity' && principalId !== undefined)
      await this.access.grantPull(access.registry, principalId, signal);
  }

  private async giveIdentity(
    client: Awaited<ReturnType<AppServices['webSites']>>,
    { resourceGroup: group, name, slot }: WebApp,
    { identity }: Site,
    signal: AbortSignal,
  ): Promise<string | undefined> {
    const type =
      identity?.type === 'UserAssigned' ? ('SystemAssigned, UserAssigned' as const) : ('SystemAssigned' as const);
    const users = identity?.userAssignedIdentities;
    const patch = { identity: { type, ...(users === undefined ? {} : { userAssignedIdentities: users }) } };
    const options = { abortSignal: signal };
    const updated = await asked(signal, () =>
      slot === undefined
        ? client.webApps.update(group, name, patch, options)
        : client.webApps.updateSlot(group, name, slot, patch, options),
    );
    return updated.identity?.principalId;
  }

  /** The image last: only now the service pulls it. */
  private async setVersion(
    client: Awaited<ReturnType<AppServices['webSites']>>,
    { resourceGroup: group, name, slot }: WebApp,
    { reference, access }: DeployedImage,
    signal: AbortSignal,
  ): Promise<void> {
    const config = {
      linuxFxVersion: `DOCKER|${reference}`,
      acrUseManagedIdentityCreds: access.kind === 'identity',
    };
    const options = { abortSignal: signal };
    await asked(signal, () =>
      slot === undefined
        ? client.webApps.updateConfiguration(group, name, config, options)
        : client.webApps.updateConfigurationSlot(group, name, slot, config, options),
    );
  }

  private async webSites({ id, tenantId }: Subscription) {
    const { WebSiteManagementClient } = await import('@azure/arm-appservice');
    const { credential, options } = this.client(tenantId);
    return new WebSiteManagementClient(credential, id, options);
  }
}

/** What a container's settings say of its image: https://learn.microsoft.com/en-us/azure/app-service/reference-app-settings#custom-containers */
function settingsOf({ access }: DeployedImage, port: number | undefined): Record<string, string> {
  return {
    ...(port === undefined ? {} : { WEBSITES_PORT: String(port) }),
    ...(access.kind === 'password'
      ? {
          DOCKER_REGISTRY_SERVER_URL: `https://${access.server}`,
          DOCKER_REGISTRY_SERVER_USERNAME: access.username,
          DOCKER_REGISTRY_SERVER_PASSWORD: access.secret,
        }
      : {}),
  };
}

function runsContainer({ kind = '' }: Site): boolean {
  const kinds = kind.toLowerCase().split(',');
  return kinds.includes('container') && kinds.includes('linux') && !kinds.includes('functionapp');
}

function webAppOf({ id = '', name = '', location, defaultHostName }: Site): WebApp {
  return { id, name, location, resourceGroup: resourceGroupOf(id), url: `https://${defaultHostName ?? ''}` };
}

function planOf(plan: {
  readonly id?: string;
  readonly name?: string;
  readonly location: string;
  readonly sku?: { readonly name?: string };
}): AppServicePlan {
  const { id = '', name = '', location, sku } = plan;
  return { id, name, location, sku: sku?.name ?? '', resourceGroup: resourceGroupOf(id) };
}
