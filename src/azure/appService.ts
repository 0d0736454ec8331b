import type { Site, SiteConfig, SiteContainer } from '@azure/arm-appservice';
import pLimit from 'p-limit';
import { defined } from '../core/defined';
import { Failure } from '../core/failure';
import {
  listAll,
  callAzure,
  followToEnd,
  withIdentity,
  principalOf,
  requireField,
  resourceGroupOf,
  withId,
  withOwnIdentity,
} from './arm';
import type { ArmClientIn, Identified } from './arm';
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
import { chosenContainer, containersOf, nameOf, setContainerImage, sidecarModel } from './siteContainers';
import { isNothing, SiteCalls, webSites } from './webSites';
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
    const plans = await callAzure(signal, () => listAll(client.appServicePlans.list({ abortSignal: signal })));
    return withIdentity(plans)
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
    await this.existing.refuse(subscription, idIn(place, 'Microsoft.Web/serverfarms', name), signal);
    const client = await this.webSites(subscription);
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
    const client = await this.webSites(subscription);
    const answer = await callAzure(signal, () =>
      client.checkNameAvailability(name, 'Microsoft.Web/sites', { abortSignal: signal }),
    );
    return answer.nameAvailable === false ? (answer.message ?? answer.reason ?? name) : undefined;
  }

  async webApps(subscription: Subscription, signal: AbortSignal): Promise<readonly WebApp[]> {
    const client = await this.webSites(subscription);
    const sites = await callAzure(signal, () => listAll(client.webApps.list({ abortSignal: signal })));
    return this.takingImages(client, sites, webAppOf, signal);
  }

  async slots(subscription: Subscription, app: WebApp, signal: AbortSignal): Promise<readonly WebApp[]> {
    const client = await this.webSites(subscription);
    const slots = await callAzure(signal, () =>
      listAll(client.webApps.listSlots(app.resourceGroup, app.name, { abortSignal: signal })),
    );
    const slotOf = (slot: Site & Identified) => ({
      ...webAppOf(slot),
      name: app.name,
      slot: slot.name.slice(slot.name.lastIndexOf('/') + 1),
    });
    return this.takingImages(client, slots, slotOf, signal);
  }

  /** Lists do not tell of each app what it runs: then its configuration is asked. */
  private async takingImages(
    client: WebClient,
    sites: readonly Site[],
    appOf: (site: Site & Identified) => WebApp,
    signal: AbortSignal,
  ): Promise<readonly WebApp[]> {
    const limit = pLimit(asksAtATime);
    const looking = withIdentity(sites).map((site) =>
      limit(async () => {
        const app = appOf(site);
        const listed = runsIn(site, site.siteConfig);
        const { what = '', isWindows } =
          listed.what === undefined ? runsIn(site, await readable(new SiteCalls(client, app, signal))) : listed;
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
    // Files in a container do not outlive it, as in apps that the Azure CLI creates. The user can switch that on later.
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

  async now(subscription: Subscription, app: WebApp, signal: AbortSignal): Promise<WebAppNow> {
    const site = new SiteCalls(await this.webSites(subscription), app, signal);
    const [config, settings] = await Promise.all([site.configuration(), site.settings()]);
    const runs = config.linuxFxVersion ?? '';
    const onPush = isOnIn(settings) ? { restartsOnPush: true as const } : {};
    if (sidecarModel.test(runs)) {
      const containers = (await containersOf(site)).map(async (container) => ({
        name: nameOf(container),
        image: container.image ?? '',
        isMain: container.isMain === true,
        ...(await pullOf(site, container)),
      }));
      return { runsSeveral: false, containers: await Promise.all(containers), ...onPush };
    }
    const user = await findIdentity(site, config.acrUserManagedIdentityID);
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
    const site = new SiteCalls(await this.webSites(subscription), app, signal);
    const { acrUserManagedIdentityID, linuxFxVersion } = await site.configuration();
    const clientId = sidecarModel.test(linuxFxVersion ?? '')
      ? chosenContainer(app, await containersOf(site))?.userManagedIdentityClientId
      : acrUserManagedIdentityID;
    const user = await findIdentity(site, clientId);
    if (user !== undefined) return user.principalId;
    const { identity } = await site.site();
    if (identity?.principalId !== undefined) return identity.principalId;
    const updated = await site.updateSite({ identity: withOwnIdentity(identity, 'SystemAssigned, UserAssigned') });
    return principalOf(updated.identity, app.name);
  }

  async setImage(subscription: Subscription, app: WebApp, image: DeployedImage, signal: AbortSignal): Promise<void> {
    const site = new SiteCalls(await this.webSites(subscription), app, signal);
    const now = await site.configuration();
    const { access, reference } = image;
    if (sidecarModel.test(now.linuxFxVersion ?? '')) {
      const container = chosenContainer(app, await containersOf(site));
      const clientId = container?.userManagedIdentityClientId;
      const user = access.kind === 'identity' ? await findIdentity(site, clientId) : undefined;
      await setContainerImage(site, app.container, container, image, user === undefined ? undefined : clientId);
      return;
    }
    const isForgotten =
      access.kind === 'identity' &&
      !isNothing(now.acrUserManagedIdentityID) &&
      (await findIdentity(site, now.acrUserManagedIdentityID)) === undefined;
    const runs = `DOCKER|${reference}`;
    const changeImage = () =>
      site.updateConfiguration({
        ...(app.isWindows === true ? { windowsFxVersion: runs } : { linuxFxVersion: runs }),
        acrUseManagedIdentityCreds: access.kind === 'identity',
        ...(isForgotten ? { acrUserManagedIdentityID: '' } : {}),
      });
    const changeCredential = () =>
      site.changeSettings((before) => ({ ...withoutCredential(before), ...credentialIn(access) }));
    // Each of the two changes restarts the app, which must then be able to pull its image. So a new credential is set before the new
    // image, and an old credential is removed after it.
    const order = access.kind === 'password' ? [changeCredential, changeImage] : [changeImage, changeCredential];
    for (const change of order) await change();
  }

  private webSites(subscription: Subscription): Promise<WebClient> {
    return webSites(this.client, subscription);
  }
}

/** How one container of an app gets at its image. */
async function pullOf(
  site: SiteCalls,
  { authType, image = '', userName = '', userManagedIdentityClientId }: SiteContainer,
): Promise<PullNow> {
  if (authType === 'UserCredentials')
    return { credential: { server: image.split('/')[0] ?? '', username: userName, isUsed: true } };
  if (authType !== 'UserAssigned') return {};
  const user = await findIdentity(site, userManagedIdentityClientId);
  return user === undefined ? {} : { pullsAs: user.name };
}

/** The identity of that client id, if the app still has it. */
async function findIdentity(
  calls: SiteCalls,
  clientId: string | null | undefined,
): Promise<{ readonly name: string; readonly principalId: string } | undefined> {
  if (isNothing(clientId)) return undefined;
  const { identity } = await calls.site();
  for (const [id, user] of Object.entries(identity?.userAssignedIdentities ?? {}))
    if (user.clientId?.toLowerCase() === clientId.toLowerCase() && user.principalId !== undefined)
      return { name: id.slice(id.lastIndexOf('/') + 1), principalId: user.principalId };
  return undefined;
}

/** The prefix of the settings for an image's registry and its credentials: https://learn.microsoft.com/en-us/azure/app-service/reference-app-settings#custom-containers */
const credential = 'DOCKER_REGISTRY_SERVER_';

function credentialIn(access: DeployedImage['access']): Record<string, string> {
  if (access.kind !== 'password') return {};
  return {
    [`${credential}URL`]: `https://${access.server}`,
    [`${credential}USERNAME`]: access.username,
    [`${credential}PASSWORD`]: access.secret,
  };
}

function withoutCredential(settings: Settings): Settings {
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
 * What an app is configured to run, and on which system. `what` is absent if the configuration does not tell. The `kind` of an app is
 * free text, except for function apps, which run the functions host whatever their image is.
 */
function runsIn(
  { kind = '', reserved, hyperV, isXenon }: Site,
  config: SiteConfig | undefined,
): { readonly what?: string; readonly isWindows: boolean } {
  const windows = config?.windowsFxVersion ?? undefined;
  const isWindows = !(reserved ?? isNothing(windows));
  if (/\bfunctionapp\b/i.test(kind)) return { what: 'functions', isWindows };
  // Windows runs code unless it is set to run containers.
  if (isWindows && hyperV !== true && isXenon !== true && isNothing(windows)) return { what: 'code', isWindows };
  const what = isWindows ? windows : (config?.linuxFxVersion ?? undefined);
  return { isWindows, ...defined({ what }) };
}

/** The configuration; of an app that may not be read, one that no image is for. */
async function readable(site: SiteCalls): Promise<SiteConfig> {
  try {
    return await site.configuration();
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
