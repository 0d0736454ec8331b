import { isDeepStrictEqual } from 'node:util';
import type { Site } from '@azure/arm-appservice';
import { all, asked, finished, principalOf, resourceGroupOf, withOwnIdentity } from './arm';
import { idIn } from './azure';
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
  WebAppNow,
} from './azure';
import type { Existing } from './existing';
import type { ArmClientIn } from './pullAccess';

/** Web apps that run a Linux container: https://learn.microsoft.com/en-us/azure/app-service/configure-custom-container */
export class AppServices implements AppService {
  constructor(
    private readonly client: ArmClientIn,
    private readonly existing: Existing,
  ) {}

  async plans(subscription: Subscription, signal: AbortSignal): Promise<readonly AppServicePlan[]> {
    const client = await this.webSites(subscription);
    const plans = await asked(signal, () => all(client.appServicePlans.list({ abortSignal: signal })));
    return plans.filter(({ reserved }) => reserved === true).map(planOf);
  }

  async createPlan(
    place: Place,
    { name, location, sku }: { readonly name: string; readonly location: string; readonly sku: string },
    status: Status,
    signal: AbortSignal,
  ): Promise<AppServicePlan> {
    const { subscription, resourceGroup } = place;
    await this.existing.refuse(subscription, idIn(place, 'Microsoft.Web/serverfarms', name), signal);
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

  async create(app: NewWebApp, status: Status, signal: AbortSignal): Promise<WebApp> {
    const { subscription, name, location, plan, port, hasIdentity } = app;
    await this.existing.refuse(subscription, idIn(app, 'Microsoft.Web/sites', name), signal);
    const client = await this.webSites(subscription);
    // Nothing of a container outlives it, unless somebody switches that on: as the Azure CLI makes them.
    const settings = [{ name: 'WEBSITES_ENABLE_APP_SERVICE_STORAGE', value: 'false' }];
    const listens = port === undefined ? [] : [{ name: 'WEBSITES_PORT', value: String(port) }];
    const site: Site = {
      location,
      kind: 'app,linux,container',
      reserved: true,
      serverFarmId: plan.id,
      httpsOnly: true,
      ...(hasIdentity ? { identity: { type: 'SystemAssigned' } } : {}),
      siteConfig: { appSettings: [...settings, ...listens] },
    };
    const created = await asked(signal, () =>
      finished(client.webApps.createOrUpdate(app.resourceGroup, name, site, { abortSignal: signal }), status, signal),
    );
    return webAppOf(created);
  }

  async now(subscription: Subscription, app: WebApp, signal: AbortSignal): Promise<WebAppNow> {
    const client = await this.webSites(subscription);
    const [config, settings] = await Promise.all([configOf(client, app, signal), settingsOf(client, app, signal)]);
    const own = config.acrUserManagedIdentityID;
    const user = isNothing(own) ? undefined : await this.attached(client, app, own, signal);
    const server = settings[`${credential}URL`];
    return {
      runsSeveral: /^(compose|kube)\||^sitecontainers$/i.test(config.linuxFxVersion ?? ''),
      ...(server === undefined ? {} : { credentialOf: server.replace(/^https?:\/\//, '') }),
      ...(user === undefined ? {} : { pullsAs: user.name }),
    };
  }

  async pullIdentity(subscription: Subscription, app: WebApp, signal: AbortSignal): Promise<string> {
    const client = await this.webSites(subscription);
    const own = (await configOf(client, app, signal)).acrUserManagedIdentityID;
    const user = isNothing(own) ? undefined : await this.attached(client, app, own, signal);
    if (user !== undefined) return user.principalId;
    const { resourceGroup: group, name, slot } = app;
    const options = { abortSignal: signal };
    const { identity } = await siteOf(client, app, signal);
    if (identity?.principalId !== undefined) return identity.principalId;
    const patch = { identity: withOwnIdentity(identity, 'SystemAssigned, UserAssigned') };
    const updated = await asked(signal, () =>
      slot === undefined
        ? client.webApps.update(group, name, patch, options)
        : client.webApps.updateSlot(group, name, slot, patch, options),
    );
    return principalOf(updated.identity, name);
  }

  async setImage(
    subscription: Subscription,
    app: WebApp,
    { reference, access }: DeployedImage,
    signal: AbortSignal,
  ): Promise<void> {
    const client = await this.webSites(subscription);
    const { resourceGroup: group, name, slot } = app;
    const options = { abortSignal: signal };
    // The service takes the whole set or nothing: what is there is read, and kept.
    const before = await settingsOf(client, app, signal);
    const others = Object.entries(before).filter(([key]) => !key.startsWith(credential));
    const properties = { ...Object.fromEntries(others), ...credentialIn(access) };
    if (!isDeepStrictEqual(before, properties))
      await asked(signal, () =>
        slot === undefined
          ? client.webApps.updateApplicationSettings(group, name, { properties }, options)
          : client.webApps.updateApplicationSettingsSlot(group, name, slot, { properties }, options),
      );
    const usesIdentity = access.kind === 'identity';
    const own = usesIdentity ? (await configOf(client, app, signal)).acrUserManagedIdentityID : undefined;
    const isGone = !isNothing(own) && (await this.attached(client, app, own, signal)) === undefined;
    // The image last: only now the service pulls it.
    const config = {
      linuxFxVersion: `DOCKER|${reference}`,
      acrUseManagedIdentityCreds: usesIdentity,
      ...(isGone ? { acrUserManagedIdentityID: '' } : {}),
    };
    await asked(signal, () =>
      slot === undefined
        ? client.webApps.updateConfiguration(group, name, config, options)
        : client.webApps.updateConfigurationSlot(group, name, slot, config, options),
    );
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

  /** The identity of that client id, if the app still has it. */
  private async attached(
    client: Client,
    app: WebApp,
    clientId: string,
    signal: AbortSignal,
  ): Promise<{ readonly name: string; readonly principalId: string } | undefined> {
    const { identity } = await siteOf(client, app, signal);
    for (const [id, user] of Object.entries(identity?.userAssignedIdentities ?? {}))
      if (user.clientId?.toLowerCase() === clientId.toLowerCase() && user.principalId !== undefined)
        return { name: id.slice(id.lastIndexOf('/') + 1), principalId: user.principalId };
    return undefined;
  }

  private async webSites({ id, tenantId }: Subscription) {
    const { WebSiteManagementClient } = await import('@azure/arm-appservice');
    const { credential, options } = this.client(tenantId);
    return new WebSiteManagementClient(credential, id, options);
  }
}

type Client = Awaited<ReturnType<AppServices['webSites']>>;

/** How the settings that say where an image is pulled from, and as whom, begin: https://learn.microsoft.com/en-us/azure/app-service/reference-app-settings#custom-containers */
const credential = 'DOCKER_REGISTRY_SERVER_';

function credentialIn(access: DeployedImage['access']): Record<string, string> {
  if (access.kind !== 'password') return {};
  return {
    [`${credential}URL`]: `https://${access.server}`,
    [`${credential}USERNAME`]: access.username,
    [`${credential}PASSWORD`]: access.secret,
  };
}

function siteOf(client: Client, { resourceGroup, name, slot }: WebApp, signal: AbortSignal): Promise<Site> {
  const options = { abortSignal: signal };
  return asked(signal, () =>
    slot === undefined
      ? client.webApps.get(resourceGroup, name, options)
      : client.webApps.getSlot(resourceGroup, name, slot, options),
  );
}

function configOf(client: Client, { resourceGroup, name, slot }: WebApp, signal: AbortSignal) {
  const options = { abortSignal: signal };
  return asked(signal, () =>
    slot === undefined
      ? client.webApps.getConfiguration(resourceGroup, name, options)
      : client.webApps.getConfigurationSlot(resourceGroup, name, slot, options),
  );
}

async function settingsOf(
  client: Client,
  { resourceGroup, name, slot }: WebApp,
  signal: AbortSignal,
): Promise<Readonly<Record<string, string>>> {
  const options = { abortSignal: signal };
  const answer = await asked(signal, () =>
    slot === undefined
      ? client.webApps.listApplicationSettings(resourceGroup, name, options)
      : client.webApps.listApplicationSettingsSlot(resourceGroup, name, slot, options),
  );
  return answer.properties ?? {};
}

function isNothing(text: string | undefined): text is undefined | '' {
  return text === undefined || text === '';
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
