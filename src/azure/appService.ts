import { isDeepStrictEqual } from 'node:util';
import type { Site, SiteConfig } from '@azure/arm-appservice';
import pLimit from 'p-limit';
import { Failure } from '../core/failure';
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

/** Web apps that run containers: https://learn.microsoft.com/en-us/azure/app-service/configure-custom-container */
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
    return this.takingImages(client, sites, webAppOf, signal);
  }

  async slots(subscription: Subscription, app: WebApp, signal: AbortSignal): Promise<readonly WebApp[]> {
    const client = await this.webSites(subscription);
    const slots = await asked(signal, () =>
      all(client.webApps.listSlots(app.resourceGroup, app.name, { abortSignal: signal })),
    );
    const slotOf = (slot: Site) => ({
      ...webAppOf(slot),
      name: app.name,
      slot: (slot.name ?? '').split('/').at(-1) ?? '',
    });
    return this.takingImages(client, slots, slotOf, signal);
  }

  /** Lists do not tell of each app what it runs: then its configuration is asked. */
  private async takingImages(
    client: Client,
    sites: readonly Site[],
    appOf: (site: Site) => WebApp,
    signal: AbortSignal,
  ): Promise<readonly WebApp[]> {
    const limit = pLimit(asksAtATime);
    const looking = sites.map((site) =>
      limit(async () => {
        const app = appOf(site);
        const told = runsIn(site, site.siteConfig);
        const { what = '', isWindows } =
          told.what === undefined ? runsIn(site, await readable(client, app, signal)) : told;
        if (!isContainer.test(what)) return [];
        return [isWindows ? { ...app, isWindows: true as const } : app];
      }),
    );
    return (await Promise.all(looking)).flat();
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
    const image = `DOCKER|${reference}`;
    const config = {
      ...(app.isWindows === true ? { windowsFxVersion: image } : { linuxFxVersion: image }),
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

/** How many apps are asked for their configuration at a time. */
const asksAtATime = 6;

/** What an app is set to that runs containers, one or several, or nothing yet. */
const isContainer = /^(?:(?:docker|compose|kube)\|.*|sitecontainers)?$/is;

/**
 * What an app is set to run, and on which system; `what` is absent where the configuration does not tell. Of its `kind`, only an
 * app of functions is one by its name, and runs their host whatever its image; the rest is what somebody typed.
 */
function runsIn(
  { kind = '', reserved, hyperV, isXenon }: Site,
  config: SiteConfig | undefined,
): { readonly what?: string; readonly isWindows: boolean } {
  const windows = config?.windowsFxVersion ?? undefined;
  const isWindows = !(reserved ?? isNothing(windows));
  if (/\bfunctionapp\b/i.test(kind)) return { what: 'functions', isWindows };
  // Windows runs code, unless it is told to run containers.
  if (isWindows && hyperV !== true && isXenon !== true && isNothing(windows)) return { what: 'code', isWindows };
  const what = isWindows ? windows : (config?.linuxFxVersion ?? undefined);
  return { isWindows, ...(what === undefined ? {} : { what }) };
}

/** The configuration; of an app that may not be read, one that no image is for. */
async function readable(client: Client, app: WebApp, signal: AbortSignal): Promise<SiteConfig> {
  try {
    return await configOf(client, app, signal);
  } catch (error) {
    if (!(error instanceof Failure) || (error.kind !== 'forbidden' && error.kind !== 'notFound')) throw error;
    return { linuxFxVersion: error.kind, windowsFxVersion: error.kind };
  }
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
