import type { Site, SiteConfig, SiteContainer } from '@azure/arm-appservice';
import pLimit from 'p-limit';
import { defined } from '../core/defined';
import { Failure } from '../core/failure';
import {
  listAll,
  callAzure,
  followToEnd,
  withIdAndName,
  principalOf,
  requireField,
  resourceGroupOf,
  withId,
  withOwnIdentity,
} from './arm';
import type { ArmClientArgumentsOf, Identified } from './arm';
import { resourceIdOf } from './azure';
import type {
  AppService,
  AppServicePlan,
  DeployedImage,
  NewWebApp,
  Place,
  PullState,
  Status,
  Subscription,
  WebApp,
  WebAppState,
} from './azure';
import { AzureContinuousDeployment, isEnabledIn } from './continuousDeployment';
import type { ExistingResources } from './existingResources';
import { targetContainerOf, containersOf, containerNameOf, setContainerImage, sidecarModel } from './siteContainers';
import { isEmpty, SiteCalls, webSitesClient } from './siteCalls';
import type { AppSettings, WebClient } from './siteCalls';

/** Web apps that run containers: https://learn.microsoft.com/en-us/azure/app-service/configure-custom-container */
export class AzureAppService implements AppService {
  readonly continuous: AzureContinuousDeployment;

  constructor(
    private readonly clientArgumentsOf: ArmClientArgumentsOf,
    private readonly existingResources: ExistingResources,
  ) {
    this.continuous = new AzureContinuousDeployment(clientArgumentsOf);
  }

  async plans(subscription: Subscription, signal: AbortSignal): Promise<readonly AppServicePlan[]> {
    const client = await this.sitesClient(subscription);
    const plans = await callAzure(signal, () => listAll(client.appServicePlans.list({ abortSignal: signal })));
    return withIdAndName(plans)
      .filter(({ reserved }) => reserved === true)
      .map(planOf);
  }

  async createPlan(
    place: Place,
    { name, location, sku }: { readonly name: string; readonly location: string; readonly sku: string },
    status: Status,
    signal: AbortSignal,
  ): Promise<AppServicePlan> {
    const { subscription, resourceGroup } = place;
    await this.existingResources.rejectIfExists(
      subscription,
      resourceIdOf(place, 'Microsoft.Web/serverfarms', name),
      signal,
    );
    const client = await this.sitesClient(subscription);
    const plan = { location, kind: 'linux', reserved: true, sku: { name: sku, capacity: 1 } };
    const created = await callAzure(signal, () =>
      followToEnd(
        client.appServicePlans.createOrUpdate(resourceGroup, name, plan, { abortSignal: signal }),
        status,
        signal,
      ),
    );
    return planOf(withId(created, name));
  }

  async nameProblem(subscription: Subscription, name: string, signal: AbortSignal): Promise<string | undefined> {
    const client = await this.sitesClient(subscription);
    const answer = await callAzure(signal, () =>
      client.checkNameAvailability(name, 'Microsoft.Web/sites', { abortSignal: signal }),
    );
    return answer.nameAvailable === false ? (answer.message ?? answer.reason ?? name) : undefined;
  }

  async webApps(subscription: Subscription, signal: AbortSignal): Promise<readonly WebApp[]> {
    const client = await this.sitesClient(subscription);
    const sites = await callAzure(signal, () => listAll(client.webApps.list({ abortSignal: signal })));
    return this.appsWithContainers(client, sites, webAppOf, signal);
  }

  async slots(subscription: Subscription, app: WebApp, signal: AbortSignal): Promise<readonly WebApp[]> {
    const client = await this.sitesClient(subscription);
    const slots = await callAzure(signal, () =>
      listAll(client.webApps.listSlots(app.resourceGroup, app.name, { abortSignal: signal })),
    );
    const slotOf = (slot: Site & Identified) => ({
      ...webAppOf(slot),
      name: app.name,
      slot: slot.name.slice(slot.name.lastIndexOf('/') + 1),
    });
    return this.appsWithContainers(client, slots, slotOf, signal);
  }

  /** The apps that run containers. Where the list does not say what an app runs, its configuration is read. */
  private async appsWithContainers(
    client: WebClient,
    sites: readonly Site[],
    appOf: (site: Site & Identified) => WebApp,
    signal: AbortSignal,
  ): Promise<readonly WebApp[]> {
    const limit = pLimit(requestsAtOnce);
    const checks = withIdAndName(sites).map((site) =>
      limit(async () => {
        const app = appOf(site);
        const listed = runtimeOf(site, site.siteConfig);
        const { runtime = '', isWindows } =
          listed.runtime === undefined
            ? runtimeOf(site, await tryReadConfiguration(new SiteCalls(client, app, signal)))
            : listed;
        if (!isContainer.test(runtime)) return [];
        return [isWindows ? { ...app, isWindows: true as const } : app];
      }),
    );
    return (await Promise.all(checks)).flat();
  }

  async create(app: NewWebApp, status: Status, signal: AbortSignal): Promise<WebApp> {
    const { subscription, name, location, plan, port, hasIdentity } = app;
    await this.existingResources.rejectIfExists(subscription, resourceIdOf(app, 'Microsoft.Web/sites', name), signal);
    const client = await this.sitesClient(subscription);
    // Files in a container do not outlive it, as in apps that the Azure CLI creates. The user can switch that on later.
    const storageSetting = [{ name: 'WEBSITES_ENABLE_APP_SERVICE_STORAGE', value: 'false' }];
    const portSetting = port === undefined ? [] : [{ name: 'WEBSITES_PORT', value: String(port) }];
    const site: Site = {
      location,
      kind: 'app,linux,container',
      reserved: true,
      serverFarmId: plan.id,
      httpsOnly: true,
      ...(hasIdentity ? { identity: { type: 'SystemAssigned' } } : {}),
      siteConfig: { appSettings: [...storageSetting, ...portSetting] },
    };
    const created = await callAzure(signal, () =>
      followToEnd(
        client.webApps.createOrUpdate(app.resourceGroup, name, site, { abortSignal: signal }),
        status,
        signal,
      ),
    );
    requireField(created.defaultHostName, `the host name of ${name}`);
    return webAppOf(withId(created, name));
  }

  async readState(subscription: Subscription, app: WebApp, signal: AbortSignal): Promise<WebAppState> {
    const site = new SiteCalls(await this.sitesClient(subscription), app, signal);
    const [config, settings] = await Promise.all([site.readConfiguration(), site.readSettings()]);
    const runs = config.linuxFxVersion ?? '';
    const onPush = isEnabledIn(settings) ? { restartsOnPush: true as const } : {};
    if (sidecarModel.test(runs)) {
      const containers = (await containersOf(site)).map(async (container) => ({
        name: containerNameOf(container),
        image: container.image ?? '',
        isMain: container.isMain === true,
        ...(await pullOf(site, container)),
      }));
      return { runsSeveral: false, containers: await Promise.all(containers), ...onPush };
    }
    const user = await findIdentity(site, config.acrUserManagedIdentityID);
    const stored = credentialOf(settings);
    const isUsed = config.acrUseManagedIdentityCreds !== true && mayRunFrom(stored?.server, config);
    return {
      runsSeveral: /^(compose|kube)\|/i.test(runs),
      ...(stored === undefined ? {} : { credential: { ...stored, isUsed } }),
      ...(user === undefined ? {} : { pullsAs: user.name }),
      ...onPush,
    };
  }

  async pullIdentity(subscription: Subscription, app: WebApp, signal: AbortSignal): Promise<string> {
    const site = new SiteCalls(await this.sitesClient(subscription), app, signal);
    const { acrUserManagedIdentityID, linuxFxVersion } = await site.readConfiguration();
    const clientId = sidecarModel.test(linuxFxVersion ?? '')
      ? targetContainerOf(app, await containersOf(site))?.userManagedIdentityClientId
      : acrUserManagedIdentityID;
    const user = await findIdentity(site, clientId);
    if (user !== undefined) return user.principalId;
    const { identity } = await site.readSite();
    if (identity?.principalId !== undefined) return identity.principalId;
    const updated = await site.updateSite({ identity: withOwnIdentity(identity, 'SystemAssigned, UserAssigned') });
    return principalOf(updated.identity, app.name);
  }

  async setImage(subscription: Subscription, app: WebApp, image: DeployedImage, signal: AbortSignal): Promise<void> {
    const site = new SiteCalls(await this.sitesClient(subscription), app, signal);
    const now = await site.readConfiguration();
    const { access, reference } = image;
    if (sidecarModel.test(now.linuxFxVersion ?? '')) {
      const container = targetContainerOf(app, await containersOf(site));
      const clientId = container?.userManagedIdentityClientId;
      const user = access.kind === 'identity' ? await findIdentity(site, clientId) : undefined;
      await setContainerImage(site, app.container, container, image, user === undefined ? undefined : clientId);
      return;
    }
    const isIdentityGone =
      access.kind === 'identity' &&
      !isEmpty(now.acrUserManagedIdentityID) &&
      (await findIdentity(site, now.acrUserManagedIdentityID)) === undefined;
    const runs = `DOCKER|${reference}`;
    const changeImage = () =>
      site.updateConfiguration({
        ...(app.isWindows === true ? { windowsFxVersion: runs } : { linuxFxVersion: runs }),
        acrUseManagedIdentityCreds: access.kind === 'identity',
        ...(isIdentityGone ? { acrUserManagedIdentityID: '' } : {}),
      });
    const changeCredential = () =>
      site.changeSettings((before) => ({ ...withoutCredential(before), ...credentialSettings(access) }));
    // Each of the two changes restarts the app, which must then be able to pull its image. So a new credential is set before the new
    // image, and an old credential is removed after it.
    const order = access.kind === 'password' ? [changeCredential, changeImage] : [changeImage, changeCredential];
    for (const change of order) await change();
  }

  private sitesClient(subscription: Subscription): Promise<WebClient> {
    return webSitesClient(this.clientArgumentsOf, subscription);
  }
}

/** How one container of an app gets at its image. */
async function pullOf(
  site: SiteCalls,
  { authType, image = '', userName = '', userManagedIdentityClientId }: SiteContainer,
): Promise<PullState> {
  if (authType === 'UserCredentials')
    return { credential: { server: image.split('/')[0] ?? '', username: userName, isUsed: true } };
  if (authType !== 'UserAssigned') return {};
  const user = await findIdentity(site, userManagedIdentityClientId);
  return user === undefined ? {} : { pullsAs: user.name };
}

/** The identity of that client id, if the app still has it. */
async function findIdentity(
  site: SiteCalls,
  clientId: string | null | undefined,
): Promise<{ readonly name: string; readonly principalId: string } | undefined> {
  if (isEmpty(clientId)) return undefined;
  const { identity } = await site.readSite();
  for (const [id, user] of Object.entries(identity?.userAssignedIdentities ?? {}))
    if (user.clientId?.toLowerCase() === clientId.toLowerCase() && user.principalId !== undefined)
      return { name: id.slice(id.lastIndexOf('/') + 1), principalId: user.principalId };
  return undefined;
}

/** The prefix of the settings for an image's registry and its credentials: https://learn.microsoft.com/en-us/azure/app-service/reference-app-settings#custom-containers */
const credentialPrefix = 'DOCKER_REGISTRY_SERVER_';

function credentialSettings(access: DeployedImage['access']): Record<string, string> {
  if (access.kind !== 'password') return {};
  return {
    [`${credentialPrefix}URL`]: `https://${access.server}`,
    [`${credentialPrefix}USERNAME`]: access.username,
    [`${credentialPrefix}PASSWORD`]: access.secret,
  };
}

function withoutCredential(settings: AppSettings): AppSettings {
  return Object.fromEntries(Object.entries(settings).filter(([key]) => !key.startsWith(credentialPrefix)));
}

function credentialOf(settings: AppSettings): { readonly server: string; readonly username: string } | undefined {
  const server = settings[`${credentialPrefix}URL`];
  const username = settings[`${credentialPrefix}USERNAME`] ?? '';
  return server === undefined ? undefined : { server: server.replace(/^https?:\/\//, ''), username };
}

/** Whether an app runs an image from a server. True for an app of several containers, whose images are not read. */
function mayRunFrom(server: string | undefined, { linuxFxVersion, windowsFxVersion }: SiteConfig): boolean {
  if (server === undefined) return false;
  const runs = isEmpty(linuxFxVersion) ? (windowsFxVersion ?? '') : linuxFxVersion;
  const [, kind = '', image = ''] = /^(docker|compose|kube)\|(.+)$/is.exec(runs) ?? [];
  if (kind.toLowerCase() !== 'docker') return kind !== '';
  const [host = ''] = server.split('/');
  // References to Docker Hub's images may have no host, or another one.
  return image.startsWith(`${host}/`) || /(?:^|\.)docker\.io$/.test(host);
}

/** How many apps are asked for their configuration at a time. */
const requestsAtOnce = 6;

/** The runtime of an app that runs one or several containers, or nothing yet. */
const isContainer = /^(?:(?:docker|compose|kube)\|.*|sitecontainers)?$/is;

/**
 * What an app is configured to run, such as `DOCKER|nginx:1.29`, and on which system. `runtime` is absent if the configuration does not
 * say. The `kind` of an app is free text, except for function apps, which run the functions host whatever their image is.
 */
function runtimeOf(
  { kind = '', reserved, hyperV, isXenon }: Site,
  config: SiteConfig | undefined,
): { readonly runtime?: string; readonly isWindows: boolean } {
  const windows = config?.windowsFxVersion ?? undefined;
  const isWindows = !(reserved ?? isEmpty(windows));
  if (/\bfunctionapp\b/i.test(kind)) return { runtime: 'functions', isWindows };
  // Windows runs code unless it is set to run containers.
  if (isWindows && hyperV !== true && isXenon !== true && isEmpty(windows)) return { runtime: 'code', isWindows };
  const runtime = isWindows ? windows : (config?.linuxFxVersion ?? undefined);
  return { isWindows, ...defined({ runtime }) };
}

/** The configuration. If it may not be read: one with a runtime that takes no image, so that the app is left out. */
async function tryReadConfiguration(site: SiteCalls): Promise<SiteConfig> {
  try {
    return await site.readConfiguration();
  } catch (error) {
    if (!(error instanceof Failure) || (error.kind !== 'forbidden' && error.kind !== 'notFound')) throw error;
    return { linuxFxVersion: error.kind, windowsFxVersion: error.kind };
  }
}

function webAppOf({ id, name, location, defaultHostName }: Site & Identified): WebApp {
  return { id, name, location, resourceGroup: resourceGroupOf(id), url: `https://${defaultHostName ?? ''}` };
}

function planOf(plan: {
  readonly id: string;
  readonly name: string;
  readonly location: string;
  readonly sku?: { readonly name?: string };
}): AppServicePlan {
  const { id, name, location, sku } = plan;
  return { id, name, location, sku: sku?.name ?? '', resourceGroup: resourceGroupOf(id) };
}
