import type { Site, SiteConfig, SiteContainer } from '@azure/arm-appservice';
import pLimit from 'p-limit';
import { Failure } from '../core/failure';
import { all, asked, finished, principalOf, resourceGroupOf, withOwnIdentity } from './arm';
import type { ArmClientIn } from './arm';
import { idIn } from './azure';
import type {
  AppService,
  AppServicePlan,
  DeployedImage,
  NewWebApp,
  Place,
  PullNow,
  Status,
  Subscription,
  WebApp,
  WebAppNow,
} from './azure';
import { ContinuousDeployments, isOnIn } from './continuousDeployment';
import type { Existing } from './existing';
import { containersOf, meant, nameOf, setContainerImage, sidecarModel } from './siteContainers';
import { changeSettings, configOf, isNothing, settingsOf, siteOf, webSites } from './webSites';
import type { Settings, WebClient } from './webSites';

/** Web apps that run containers: https://learn.microsoft.com/en-us/azure/app-service/configure-custom-container */
export class AppServices implements AppService {
  readonly continuous: ContinuousDeployments;

  constructor(
    private readonly client: ArmClientIn,
    private readonly existing: Existing,
  ) {
    this.continuous = new ContinuousDeployments(client);
  }

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
    client: WebClient,
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
    const runs = config.linuxFxVersion ?? '';
    const onPush = isOnIn(settings) ? { restartsOnPush: true as const } : {};
    if (sidecarModel.test(runs)) {
      const containers = (await containersOf(client, app, signal)).map(async (container) => ({
        name: nameOf(container),
        image: container.image ?? '',
        isMain: container.isMain === true,
        ...(await this.pullOf(client, app, container, signal)),
      }));
      return { runsSeveral: false, containers: await Promise.all(containers), ...onPush };
    }
    const user = await this.attached(client, app, config.acrUserManagedIdentityID, signal);
    const stored = storedIn(settings);
    const isUsed = config.acrUseManagedIdentityCreds !== true && mayRunFrom(stored?.server, config);
    return {
      runsSeveral: /^(compose|kube)\|/i.test(runs),
      ...(stored === undefined ? {} : { credential: { ...stored, isUsed } }),
      ...(user === undefined ? {} : { pullsAs: user.name }),
      ...onPush,
    };
  }

  async pullIdentity(subscription: Subscription, app: WebApp, signal: AbortSignal): Promise<string> {
    const client = await this.webSites(subscription);
    const { acrUserManagedIdentityID, linuxFxVersion } = await configOf(client, app, signal);
    const told = sidecarModel.test(linuxFxVersion ?? '')
      ? meant(app, await containersOf(client, app, signal))?.userManagedIdentityClientId
      : acrUserManagedIdentityID;
    const user = await this.attached(client, app, told, signal);
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

  async setImage(subscription: Subscription, app: WebApp, image: DeployedImage, signal: AbortSignal): Promise<void> {
    const client = await this.webSites(subscription);
    const now = await configOf(client, app, signal);
    if (sidecarModel.test(now.linuxFxVersion ?? '')) {
      const container = meant(app, await containersOf(client, app, signal));
      const clientId = container?.userManagedIdentityClientId;
      const user = image.access.kind === 'identity' ? await this.attached(client, app, clientId, signal) : undefined;
      await setContainerImage(client, app, container, image, user === undefined ? undefined : clientId, signal);
      return;
    }
    const { access, reference } = image;
    const isForgotten =
      access.kind === 'identity' &&
      !isNothing(now.acrUserManagedIdentityID) &&
      (await this.attached(client, app, now.acrUserManagedIdentityID, signal)) === undefined;
    const runs = `DOCKER|${reference}`;
    const config = {
      ...(app.isWindows === true ? { windowsFxVersion: runs } : { linuxFxVersion: runs }),
      acrUseManagedIdentityCreds: access.kind === 'identity',
      ...(isForgotten ? { acrUserManagedIdentityID: '' } : {}),
    };
    const { resourceGroup: group, name, slot } = app;
    const options = { abortSignal: signal };
    const changeImage = () =>
      asked(signal, () =>
        slot === undefined
          ? client.webApps.updateConfiguration(group, name, config, options)
          : client.webApps.updateConfigurationSlot(group, name, slot, config, options),
      );
    const changeCredential = () =>
      changeSettings(client, app, (before) => ({ ...without(before), ...credentialIn(access) }), signal);
    // Each of the two starts the app anew: it must have what it needs for the image that it runs then. A new credential is
    // there before the new image, an old one goes after the old image.
    const order = access.kind === 'password' ? [changeCredential, changeImage] : [changeImage, changeCredential];
    for (const change of order) await change();
  }

  private async pullOf(
    client: WebClient,
    app: WebApp,
    { authType, image = '', userName = '', userManagedIdentityClientId }: SiteContainer,
    signal: AbortSignal,
  ): Promise<PullNow> {
    if (authType === 'UserCredentials')
      return { credential: { server: image.split('/')[0] ?? '', username: userName, isUsed: true } };
    if (authType !== 'UserAssigned') return {};
    const user = await this.attached(client, app, userManagedIdentityClientId, signal);
    return user === undefined ? {} : { pullsAs: user.name };
  }

  /** The identity of that client id, if the app still has it. */
  private async attached(
    client: WebClient,
    app: WebApp,
    clientId: string | null | undefined,
    signal: AbortSignal,
  ): Promise<{ readonly name: string; readonly principalId: string } | undefined> {
    if (isNothing(clientId)) return undefined;
    const { identity } = await siteOf(client, app, signal);
    for (const [id, user] of Object.entries(identity?.userAssignedIdentities ?? {}))
      if (user.clientId?.toLowerCase() === clientId.toLowerCase() && user.principalId !== undefined)
        return { name: id.slice(id.lastIndexOf('/') + 1), principalId: user.principalId };
    return undefined;
  }

  private webSites(subscription: Subscription): Promise<WebClient> {
    return webSites(this.client, subscription);
  }
}

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

function without(settings: Settings): Settings {
  return Object.fromEntries(Object.entries(settings).filter(([key]) => !key.startsWith(credential)));
}

function storedIn(settings: Settings): { readonly server: string; readonly username: string } | undefined {
  const server = settings[`${credential}URL`];
  const username = settings[`${credential}USERNAME`] ?? '';
  return server === undefined ? undefined : { server: server.replace(/^https?:\/\//, ''), username };
}

/** Whether what an app runs is, or of several containers may be, an image from there. */
function mayRunFrom(server: string | undefined, { linuxFxVersion, windowsFxVersion }: SiteConfig): boolean {
  if (server === undefined) return false;
  const runs = isNothing(linuxFxVersion) ? (windowsFxVersion ?? '') : linuxFxVersion;
  const [, kind = '', image = ''] = /^(docker|compose|kube)\|(.+)$/is.exec(runs) ?? [];
  if (kind.toLowerCase() !== 'docker') return kind !== '';
  const [host = ''] = server.split('/');
  // Docker Hub's images go without its name, or by another.
  return image.startsWith(`${host}/`) || /(?:^|\.)docker\.io$/.test(host);
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
async function readable(client: WebClient, app: WebApp, signal: AbortSignal): Promise<SiteConfig> {
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
