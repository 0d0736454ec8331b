import type { ReadCredential } from '../core/auth';
import type { Failure } from '../core/failure';
import type { CloudAddresses, Connection, Entry } from '../core/model';

/** What the rest of the code knows of Azure. No SDK is loaded before the first call. */

/** The addresses of an Azure cloud, without a trailing slash, and its other constants. */
export interface Cloud {
  /** Of the Resource Manager. */
  readonly armUrl: string;
  /** The scope of tokens for the Resource Manager. */
  readonly armScope: string;
  readonly portalUrl: string;
  /** Of Entra. */
  readonly authorityUrl: string;
  /** Id of VS Code's authentication provider for accounts of this cloud. */
  readonly authentication: string;
  /** The scope of tokens for its registries; absent if it is not known. */
  readonly registryScope?: string;
  /** The end of its registries' names: `.azurecr.io`; absent if it is not known. */
  readonly registrySuffix?: string;
  /** The user described it in settings; absent: it is one of Microsoft's own. */
  readonly isCustom?: true;
}

/**
 * Microsoft's own clouds, by their names in VS Code's setting:
 * https://learn.microsoft.com/en-us/azure/azure-government/compare-azure-government-global-azure#guidance-for-developers and
 * https://learn.microsoft.com/en-us/azure/china/resources-developer-guide#check-endpoints-in-azure
 * Microsoft documents the scope for registries only for the public cloud; the others are those that other clients use.
 */
export const microsoftClouds: Readonly<Partial<Record<string, Cloud>>> = {
  AzureCloud: {
    armUrl: 'https://management.azure.com',
    armScope: 'https://management.core.windows.net/.default',
    portalUrl: 'https://portal.azure.com',
    authorityUrl: 'https://login.microsoftonline.com',
    authentication: 'microsoft',
    registryScope: 'https://containerregistry.azure.net/.default',
    registrySuffix: '.azurecr.io',
  },
  ChinaCloud: {
    armUrl: 'https://management.chinacloudapi.cn',
    armScope: 'https://management.core.chinacloudapi.cn/.default',
    portalUrl: 'https://portal.azure.cn',
    authorityUrl: 'https://login.chinacloudapi.cn',
    authentication: 'microsoft-sovereign-cloud',
    registryScope: 'https://containerregistry.azure.cn/.default',
    registrySuffix: '.azurecr.cn',
  },
  USGovernment: {
    armUrl: 'https://management.usgovcloudapi.net',
    armScope: 'https://management.core.usgovcloudapi.net/.default',
    portalUrl: 'https://portal.azure.us',
    authorityUrl: 'https://login.microsoftonline.us',
    authentication: 'microsoft-sovereign-cloud',
    registryScope: 'https://containerregistry.azure.us/.default',
    registrySuffix: '.azurecr.us',
  },
};

/** The part of a cloud that is stored with a connection: the servers that get its secrets. */
export function addressesOf({ armUrl, authorityUrl }: Cloud): CloudAddresses {
  return { apiUrl: armUrl, authorityUrl };
}

/**
 * Reads a token of the signed-in account, for that tenant or the home tenant. Rejects with a Failure if there is none. The sign-in
 * caches the token, so callers read it at each use.
 */
export type ReadAzureToken = (
  scopes: readonly string[],
  tenantId: string | undefined,
  signal: AbortSignal,
) => Promise<{
  readonly token: string;
  /** Milliseconds since 1970; 0 if the expiry is not known. */
  readonly expiresAt: number;
}>;

/** How the kinds of registries get access to Azure. */
export interface AzureDoor {
  /** The cloud that VS Code is set to. Throws a Failure if that setting names no known cloud. */
  readonly cloud: () => Cloud;
  /**
   * Opens the Azure that a connection signs in to, without network requests. `stored` reads its stored credential. Throws a Failure
   * if the connection was made for another cloud than VS Code is set to: the sign-in server of that cloud must not get its secret.
   */
  readonly open: (connection: Connection, stored: ReadCredential) => Azure;
}

/** Registries as resources of Azure. A provider that lists an Azure account offers this as its property `azure`. */
export interface AzureResources {
  readonly azure: Azure;
  /** The subscription that a row stands for. */
  readonly subscriptionOf: (entry: Entry | undefined) => Subscription | undefined;
  /** Id of the tenant that a row stands for because its subscriptions could not be listed. */
  readonly tenantOf: (entry: Entry | undefined) => string | undefined;
  /** The registry that a row stands for. */
  readonly registryOf: (entry: Entry | undefined) => AzureRegistry | undefined;
  /** The registry with that login server, if it was listed. */
  readonly registryAt: (host: string) => AzureRegistry | undefined;
  /** The entries from the root of the tree down to a registry. */
  readonly entriesTo: (registry: AzureRegistry) => readonly Entry[];
}

/** A provider's Azure resources; undefined if the provider does not list an Azure account. */
export function azureOf(provider: object): AzureResources | undefined {
  return isOfAzure(provider) ? provider.azure : undefined;
}

function isOfAzure(provider: object): provider is { readonly azure: AzureResources } {
  return 'azure' in provider;
}

export interface Subscription {
  readonly id: string;
  readonly name: string;
  readonly tenantId: string;
}

/** A tenant whose subscriptions could not be listed. */
export interface FailedTenant {
  readonly id: string;
  readonly name: string;
  readonly failure: unknown;
}

export interface AzureRegistry {
  /** Of the resource: `/subscriptions/…/registries/name`. */
  readonly id: string;
  readonly name: string;
  /** In lower case, as image names need it. */
  readonly loginServer: string;
  readonly location: string;
  readonly sku: string;
  readonly resourceGroup: string;
  readonly subscription: Subscription;
  readonly adminUserEnabled: boolean;
  readonly anonymousPullEnabled: boolean;
  /** Rights are given by repository, and the old roles such as AcrPull give none: https://learn.microsoft.com/en-us/azure/container-registry/container-registry-rbac-abac-repository-permissions */
  readonly usesAbac: boolean;
  /** Only private endpoints can reach it. */
  readonly isPrivate: boolean;
  /** The policy azureADAuthenticationAsArmPolicy refuses tokens of the Resource Manager, which App Service pulls with; absent: they are accepted. */
  readonly refusesArmTokens?: true;
}

/** Where a resource is or will be. */
export interface Place {
  readonly subscription: Subscription;
  readonly resourceGroup: string;
}

/** The id of a resource group, or of a resource in it with a type such as `Microsoft.Web/sites`. */
export function resourceIdOf({ subscription, resourceGroup }: Place, type?: string, name = ''): string {
  const group = `/subscriptions/${subscription.id}/resourceGroups/${resourceGroup}`;
  return type === undefined ? group : `${group}/providers/${type}/${name}`;
}

export interface NewRegistry extends Place {
  readonly name: string;
  readonly location: string;
  readonly sku: RegistrySku;
}

export const registrySkus = ['Basic', 'Standard', 'Premium'] as const;
export type RegistrySku = (typeof registrySkus)[number];

export interface ResourceGroup {
  readonly name: string;
  readonly location: string;
}

export interface Location {
  /** `westeurope` */
  readonly name: string;
  /** `West Europe` */
  readonly label: string;
}

/** Called with the service's status of a long-running operation: `Creating`, `InProgress`. */
export type Status = (status: string) => void;

/**
 * Resources in an account's subscriptions. Everything rejects with a Failure in the service's own words. Creating a resource also
 * rejects if one with its name exists.
 */
export interface Azure {
  readonly cloud: Cloud;
  readonly token: ReadAzureToken;
  /** Sorted by name. A tenant that fails is in `failed`; the subscriptions of the others are listed. */
  subscriptions(signal: AbortSignal): Promise<{
    readonly subscriptions: readonly Subscription[];
    readonly failed: readonly FailedTenant[];
  }>;
  /** Sorted by name. */
  registries(subscription: Subscription, signal: AbortSignal): Promise<readonly AzureRegistry[]>;
  /** The registry's properties as the service sends them. */
  registryProperties(registry: AzureRegistry, signal: AbortSignal): Promise<unknown>;
  /** Why a new registry cannot have this name, in the service's words; undefined if it can. */
  registryNameProblem(subscription: Subscription, name: string, signal: AbortSignal): Promise<string | undefined>;
  createRegistry(registry: NewRegistry, status: Status, signal: AbortSignal): Promise<AzureRegistry>;
  deleteRegistry(registry: AzureRegistry, status: Status, signal: AbortSignal): Promise<void>;
  resourceGroups(subscription: Subscription, signal: AbortSignal): Promise<readonly ResourceGroup[]>;
  createResourceGroup(place: Place, location: string, signal: AbortSignal): Promise<void>;
  /**
   * Registers a service such as `Microsoft.App` in a subscription, if it is not registered, and waits half a minute at most. Undefined
   * if it is registered. Otherwise the Failure says why not; it is returned, because creating a resource may work all the same.
   * https://learn.microsoft.com/en-us/azure/azure-resource-manager/management/resource-providers-and-types
   */
  registerService(subscription: Subscription, namespace: string, signal: AbortSignal): Promise<Failure | undefined>;
  /** Whether a resource or resource group with that id exists. */
  exists(subscription: Subscription, id: string, signal: AbortSignal): Promise<boolean>;
  /** The locations where a type of resource can be created: `Microsoft.ContainerRegistry`, `registries`. */
  locations(
    subscription: Subscription,
    namespace: string,
    type: string,
    signal: AbortSignal,
  ): Promise<readonly Location[]>;
  /** The page of a resource in the portal. */
  portalPage(tenantId: string, resourceId: string, blade?: string): URL;
  readonly access: ImageAccess;
  readonly appService: AppService;
  readonly containerApps: ContainerApps;
}

/** How a service is allowed to pull an image. */
export type PullAccess =
  | { readonly kind: 'none' }
  | { readonly kind: 'identity'; readonly registry: AzureRegistry }
  | { readonly kind: 'password'; readonly server: string; readonly username: string; readonly secret: string };

/** The role that lets an identity pull. `usesAbac`: as in AzureRegistry. */
export function pullRole(usesAbac: boolean): string {
  return usesAbac ? 'Container Registry Repository Reader' : 'AcrPull';
}

/** What lets identities pull from a registry. */
export interface ImageAccess {
  /** Whether the account may assign roles on the registry. */
  mayAssign(registry: AzureRegistry, signal: AbortSignal): Promise<boolean>;
  /**
   * Lets an identity pull, and waits until the service knows it. The identity may have the role already. If the registry gives rights
   * by repository and `repository` is named, only that one can be pulled. `conditional`: the identity has the role under a condition
   * that was written by hand, which may exclude the repository.
   */
  grantPull(
    from: AzureRegistry & { readonly repository?: string },
    principalId: string,
    signal: AbortSignal,
  ): Promise<'granted' | 'conditional'>;
  /** The credential of the registry's admin user. */
  adminCredential(registry: AzureRegistry, signal: AbortSignal): Promise<{ username: string; secret: string }>;
  /**
   * Whether the account may do an action such as `Microsoft.Web/sites/write` in a subscription, in a resource group or on a resource.
   * True if the service does not say, so that the action is tried.
   */
  may(subscription: Subscription, scope: string, action: string, signal: AbortSignal): Promise<boolean>;
}

/** The image that a service is to run. */
export interface DeployedImage {
  /** `contoso.azurecr.io/web:1.4` */
  readonly reference: string;
  readonly access: PullAccess;
}

export interface AppServicePlan {
  readonly id: string;
  readonly name: string;
  readonly location: string;
  readonly sku: string;
  readonly resourceGroup: string;
}

export interface WebApp {
  readonly id: string;
  readonly name: string;
  readonly resourceGroup: string;
  readonly location: string;
  /** Absent: the app itself. */
  readonly slot?: string;
  readonly url: string;
  /** It runs Windows containers; absent: Linux containers. */
  readonly isWindows?: true;
  /** In the sidecar model: the container whose image is replaced; absent: the main one. `port` is used if the container is created. */
  readonly container?: { readonly name: string; readonly port?: number };
}

export interface NewWebApp extends Place {
  readonly name: string;
  readonly location: string;
  readonly plan: AppServicePlan;
  readonly port: number | undefined;
  /** It gets a system-assigned identity, which it pulls with. */
  readonly hasIdentity: boolean;
}

/** How an app, or one container of it, pulls its image now. */
export interface PullState {
  /** The credential that is stored in the app; `isUsed`: the image that runs now is pulled with it. */
  readonly credential?: { readonly server: string; readonly username: string; readonly isUsed: boolean };
  /** The name of the user-assigned identity that it pulls with; absent: it pulls with its own, or with none. */
  readonly pullsAs?: string;
}

/** The facts of a web app that matter when its image is replaced. */
export interface WebAppState extends PullState {
  /** It runs several containers, and one image would replace all of them. */
  readonly runsSeveral: boolean;
  /** The containers of an app of the sidecar model, the main one first: the image of one is replaced, the others stay. */
  readonly containers?: readonly (PullState & {
    readonly name: string;
    readonly image: string;
    readonly isMain: boolean;
  })[];
  /** It pulls its image again when a webhook calls it. */
  readonly restartsOnPush?: true;
}

/** Lets a web app run each pushed image: https://learn.microsoft.com/en-us/azure/app-service/deploy-ci-cd-custom-container */
export interface ContinuousDeployment {
  /**
   * `isOn`: a call restarts the app. `isPasswordEnabled`: its deployment site (SCM), which receives the calls, accepts the publishing password
   * (basic authentication). `host`: the host of that site.
   */
  readState(
    subscription: Subscription,
    app: WebApp,
    signal: AbortSignal,
  ): Promise<{ readonly isOn: boolean; readonly isPasswordEnabled: boolean; readonly host: string }>;
  /** Switches on basic authentication of the deployment site. */
  enablePassword(subscription: Subscription, app: WebApp, signal: AbortSignal): Promise<void>;
  /** The address that a registry calls after a push. It holds the publishing password. */
  readAddress(subscription: Subscription, app: WebApp, signal: AbortSignal): Promise<string>;
  /** Sets whether a call restarts the app. Changing it restarts the app at once. */
  setListening(subscription: Subscription, app: WebApp, isOn: boolean, signal: AbortSignal): Promise<void>;
  /**
   * Makes a registry call the address after each push to a tag; `scope`: `web:1.4`. A webhook that already calls the app is changed to
   * this tag; otherwise a new one is created.
   */
  startCalls(
    registry: AzureRegistry,
    app: WebApp,
    address: string,
    scope: string,
    status: Status,
    signal: AbortSignal,
  ): Promise<void>;
  /** Deletes the webhooks by which a registry calls a deployment site. */
  stopCalls(registry: AzureRegistry, host: string, status: Status, signal: AbortSignal): Promise<void>;
}

export interface AppService {
  /** Linux plans. */
  plans(subscription: Subscription, signal: AbortSignal): Promise<readonly AppServicePlan[]>;
  createPlan(
    place: Place,
    plan: { readonly name: string; readonly location: string; readonly sku: string },
    status: Status,
    signal: AbortSignal,
  ): Promise<AppServicePlan>;
  /** Why a new app cannot have this name, in the service's words; undefined if it can. */
  nameProblem(subscription: Subscription, name: string, signal: AbortSignal): Promise<string | undefined>;
  /** Web apps that can run an image: those that run containers, or nothing yet. */
  webApps(subscription: Subscription, signal: AbortSignal): Promise<readonly WebApp[]>;
  slots(subscription: Subscription, app: WebApp, signal: AbortSignal): Promise<readonly WebApp[]>;
  /** Creates an app without an image, because its identity may not pull yet. */
  create(app: NewWebApp, status: Status, signal: AbortSignal): Promise<WebApp>;
  readState(subscription: Subscription, app: WebApp, signal: AbortSignal): Promise<WebAppState>;
  /** The principal id of the identity that an app pulls with. An app without an identity gets one. */
  pullIdentity(subscription: Subscription, app: WebApp, signal: AbortSignal): Promise<string>;
  /**
   * Replaces the image and the credential for pulling it; the credential is removed if none is needed. Other settings and other
   * containers stay. The old image can be pulled until it is replaced, except if a new credential replaces an old one.
   */
  setImage(subscription: Subscription, app: WebApp, image: DeployedImage, signal: AbortSignal): Promise<void>;
  readonly continuous: ContinuousDeployment;
}

/** An environment of Container Apps. */
export interface Environment {
  readonly id: string;
  readonly name: string;
  readonly resourceGroup: string;
  readonly location: string;
  /** The service's state of an environment that is not ready for apps: `Waiting`; absent: it is ready. */
  readonly notReady?: string;
}

/** A part of an app's traffic, in per cent. */
export interface TrafficShare {
  readonly weight: number;
  /** Absent: the newest revision that runs. */
  readonly revision?: string;
  readonly label?: string;
}

export interface ContainerApp {
  readonly id: string;
  readonly name: string;
  readonly resourceGroup: string;
  readonly location: string;
  /** Names of its containers; the image of one of them is replaced. */
  readonly containers: readonly string[];
  /** Absent without ingress. */
  readonly url?: string;
  /**
   * `Single`: a new revision replaces the one before. `Multiple`: they run side by side. `Labels`: each runs under a label.
   * https://learn.microsoft.com/en-us/azure/container-apps/revisions#revision-modes
   */
  readonly mode: string;
  /** Empty without ingress. */
  readonly traffic: readonly TrafficShare[];
  /** The name of the latest revision. */
  readonly newest?: string;
  /** The identity it pulls with, by server: `system`, `system-environment` or the id of an identity. */
  readonly pullsAs: Readonly<Partial<Record<string, string>>>;
  /** The servers that it pulls from with a password. */
  readonly passwordsFor: readonly string[];
}

/** The newest revision's share of an app's traffic, in per cent. `newest`: its name; absent: it does not exist yet. */
export function shareOfNewest({ mode, traffic }: ContainerApp, newest?: string): number {
  if (mode === 'Single') return 100;
  return traffic
    .filter(({ revision }) => revision === undefined || revision === newest)
    .reduce((sum, { weight }) => sum + weight, 0);
}

/** Where traffic goes after a new revision is created: all of it to the newest, or a label's share to the new revision. */
export type Routing = { readonly kind: 'newest' } | { readonly kind: 'label'; readonly label: string };

export interface NewRevision {
  readonly container: string;
  readonly image: DeployedImage;
  /** Absent: traffic is not changed. In the mode `Labels`, the service requires a label. */
  readonly routing?: Routing;
}

export interface NewContainerApp extends Place {
  readonly name: string;
  readonly environment: Environment;
  /** Absent: the app cannot be reached. */
  readonly ingress?: { readonly port: number; readonly isExternal: boolean };
  readonly variables: Readonly<Record<string, string>>;
}

export interface ContainerApps {
  /** Environments that take apps now or later; not those that failed or are being deleted. */
  environments(subscription: Subscription, signal: AbortSignal): Promise<readonly Environment[]>;
  createEnvironment(
    place: Place,
    environment: { readonly name: string; readonly location: string },
    status: Status,
    signal: AbortSignal,
  ): Promise<Environment>;
  /** Waits until an environment takes apps. Rejects with a Failure if it failed, or is not ready after half an hour. */
  awaitEnvironment(
    subscription: Subscription,
    environment: Environment,
    status: Status,
    signal: AbortSignal,
  ): Promise<void>;
  apps(subscription: Subscription, signal: AbortSignal): Promise<readonly ContainerApp[]>;
  /** Creates an app. If it will pull with its identity, it first runs a public image: its identity is created with the app. */
  create(app: NewContainerApp, image: DeployedImage, status: Status, signal: AbortSignal): Promise<ContainerApp>;
  /**
   * The principal id of the identity that an app pulls from a registry with: the one that the user chose for this registry, otherwise
   * its own. An app without an identity gets one.
   */
  pullIdentity(
    subscription: Subscription,
    app: ContainerApp,
    registry: AzureRegistry,
    status: Status,
    signal: AbortSignal,
  ): Promise<string>;
  /**
   * Creates a revision with the image in one container. Only changes are sent. A new credential replaces the old one, and the old
   * password is removed unless something else uses it.
   */
  setImage(
    subscription: Subscription,
    app: ContainerApp,
    revision: NewRevision,
    status: Status,
    signal: AbortSignal,
  ): Promise<ContainerApp>;
}
