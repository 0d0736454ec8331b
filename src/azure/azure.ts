import type { ReadCredential } from '../core/auth';
import type { Failure } from '../core/failure';
import type { CloudAddresses, Connection, Entry } from '../core/model';

/** What the rest of the code knows of Azure. Opening one loads no SDK before its first call. */

/** Where a cloud of Azure is: addresses without a trailing slash. */
export interface Cloud {
  /** Of the Resource Manager. */
  readonly armUrl: string;
  /** What tokens for the Resource Manager are asked for with. */
  readonly armScope: string;
  readonly portalUrl: string;
  /** Of Entra. */
  readonly authorityUrl: string;
  /** Id of VS Code's authentication provider whose accounts sign in there. */
  readonly authentication: string;
  /** What tokens for its registries are asked for with; absent where that is not known. */
  readonly registryScope?: string;
  /** With what the names of its registries end: `.azurecr.io`; absent where that is not known. */
  readonly registrySuffix?: string;
  /** The user has described it; absent: Microsoft's own. */
  readonly isCustom?: true;
}

/**
 * Microsoft's own clouds, by their names in VS Code's setting:
 * https://learn.microsoft.com/en-us/azure/azure-government/compare-azure-government-global-azure#guidance-for-developers and
 * https://learn.microsoft.com/en-us/azure/china/resources-developer-guide#check-endpoints-in-azure
 * What registries take tokens for is documented of the public cloud alone; of the others, independent clients ask as it is here.
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
export function placesOf({ armUrl, authorityUrl }: Cloud): CloudAddresses {
  return { apiUrl: armUrl, authorityUrl };
}

/**
 * Reads a token of the signed-in account, for that tenant or the home tenant. Rejects with a Failure when there is none. The sign-in
 * keeps the token; callers read it at each use.
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

/** What kinds of registries reach Azure through. */
export interface AzureDoor {
  /** The cloud that VS Code is set to. Throws a Failure where it is set to none that can be used. */
  readonly cloud: () => Cloud;
  /**
   * Opens the Azure that a connection signs in to, without network requests. `stored` reads its stored credential. Throws a Failure
   * if the connection was made for another cloud than VS Code is set to: the sign-in server of that cloud must not get its secret.
   */
  readonly open: (connection: Connection, stored: ReadCredential) => Azure;
}

/** Registries as resources of Azure: what a provider of an account offers beside what every provider does, as its `azure`. */
export interface AzureResources {
  readonly azure: Azure;
  /** The subscription that a row stands for. */
  readonly subscriptionOf: (entry: Entry | undefined) => Subscription | undefined;
  /** Id of the tenant that a row stands for because its subscriptions could not be listed. */
  readonly tenantOf: (entry: Entry | undefined) => string | undefined;
  /** The registry that a row stands for. */
  readonly registryOf: (entry: Entry | undefined) => AzureRegistry | undefined;
  /** The registry of that login server, if it was listed. */
  readonly registryAt: (host: string) => AzureRegistry | undefined;
  /** The entries that lead to a registry. */
  readonly trailOf: (registry: AzureRegistry) => readonly Entry[];
}

/** The resources that a provider leads to; nothing where it is not of an account of Azure. */
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
  /** In lower case, as image names want it. */
  readonly loginServer: string;
  readonly location: string;
  readonly sku: string;
  readonly resourceGroup: string;
  readonly subscription: Subscription;
  readonly adminUserEnabled: boolean;
  readonly anonymousPullEnabled: boolean;
  /** Rights are given by repository, and the roles of old give none: https://learn.microsoft.com/en-us/azure/container-registry/container-registry-rbac-abac-repository-permissions */
  readonly usesAbac: boolean;
  /** Only private endpoints are let in. */
  readonly isPrivate: boolean;
  /** A policy, azureADAuthenticationAsArmPolicy, keeps out tokens of the Resource Manager, which App Service pulls with; absent: they are taken. */
  readonly refusesArmTokens?: true;
}

export interface Place {
  readonly subscription: Subscription;
  readonly resourceGroup: string;
}

/** Of the resource group, or of a resource in it: `Microsoft.Web/sites`. */
export function idIn({ subscription, resourceGroup }: Place, type?: string, name = ''): string {
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

/** Called with what the service says of a long-running operation: `Creating`, `InProgress`. */
export type Status = (status: string) => void;

/**
 * Resources in an account's subscriptions. Everything rejects with a Failure in the service's own words. Creating something also
 * rejects if there is already something with its name.
 */
export interface Azure {
  readonly cloud: Cloud;
  readonly token: ReadAzureToken;
  /** By name; a tenant that fails hides no other. */
  subscriptions(signal: AbortSignal): Promise<{
    readonly subscriptions: readonly Subscription[];
    readonly failed: readonly FailedTenant[];
  }>;
  /** By name. */
  registries(subscription: Subscription, signal: AbortSignal): Promise<readonly AzureRegistry[]>;
  /** As the service describes it. */
  registryProperties(registry: AzureRegistry, signal: AbortSignal): Promise<unknown>;
  /** Why the name cannot be had; nothing when it can. */
  registryNameProblem(subscription: Subscription, name: string, signal: AbortSignal): Promise<string | undefined>;
  createRegistry(registry: NewRegistry, status: Status, signal: AbortSignal): Promise<AzureRegistry>;
  deleteRegistry(registry: AzureRegistry, status: Status, signal: AbortSignal): Promise<void>;
  resourceGroups(subscription: Subscription, signal: AbortSignal): Promise<readonly ResourceGroup[]>;
  createResourceGroup(place: Place, location: string, signal: AbortSignal): Promise<void>;
  /**
   * Switches a service on in a subscription where that was never done, `Microsoft.App`, and waits for it, half a minute at most;
   * what is made then may be taken all the same. Why it may not be: it is not on yet, or was refused; nothing where it is on.
   * https://learn.microsoft.com/en-us/azure/azure-resource-manager/management/resource-providers-and-types
   */
  register(subscription: Subscription, namespace: string, signal: AbortSignal): Promise<Failure | undefined>;
  /** Whether a resource or resource group of that id is there. */
  has(subscription: Subscription, id: string, signal: AbortSignal): Promise<boolean>;
  /** Those that a type of resource can be made in: `Microsoft.ContainerRegistry`, `registries`. */
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

/** How a service gets at an image. */
export type PullAccess =
  | { readonly kind: 'none' }
  | { readonly kind: 'identity'; readonly registry: AzureRegistry }
  | { readonly kind: 'password'; readonly server: string; readonly username: string; readonly secret: string };

/** The role that lets an identity pull: where rights go by repository, the one of old gives nothing. */
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
  /** Its containers are of Windows; absent: of Linux. */
  readonly isWindows?: true;
  /** Of the sidecar model: which container is meant; absent: the main one. The port counts where the container is made. */
  readonly container?: { readonly name: string; readonly port?: number };
}

export interface NewWebApp extends Place {
  readonly name: string;
  readonly location: string;
  readonly plan: AppServicePlan;
  readonly port: number | undefined;
  /** It gets an identity of its own, to pull with. */
  readonly hasIdentity: boolean;
}

/** How an app, or one container of it, gets at its image. */
export interface PullNow {
  /** The credential that is kept with it; `isUsed`: what runs now is pulled with it. */
  readonly credential?: { readonly server: string; readonly username: string; readonly isUsed: boolean };
  /** The identity that it is set to pull with, if that is not its own. */
  readonly pullsAs?: string;
}

/** The facts of a web app that matter when its image is replaced. */
export interface WebAppNow extends PullNow {
  /** Several containers, all of which one image takes the place of. */
  readonly runsSeveral: boolean;
  /** Those of an app of the sidecar model, the main one first: one has its image replaced, the others stay. */
  readonly containers?: readonly (PullNow & {
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
   * `isOn`: the app listens to calls. `isOpen`: its deployment site (SCM), which receives the calls, accepts the publishing password
   * (basic authentication). `host`: the host of that site.
   */
  now(
    subscription: Subscription,
    app: WebApp,
    signal: AbortSignal,
  ): Promise<{ readonly isOn: boolean; readonly isOpen: boolean; readonly host: string }>;
  /** Switches basic authentication of the deployment site on. */
  open(subscription: Subscription, app: WebApp, signal: AbortSignal): Promise<void>;
  /** The address that a registry calls after a push. It holds the publishing password. */
  address(subscription: Subscription, app: WebApp, signal: AbortSignal): Promise<string>;
  /** Sets whether a call restarts the app. Changing it restarts the app at once. */
  listen(subscription: Subscription, app: WebApp, isOn: boolean, signal: AbortSignal): Promise<void>;
  /** Has a registry call the address after each push to the tag: by the webhook that it calls the app with already, or a new one. */
  call(
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
  nameProblem(subscription: Subscription, name: string, signal: AbortSignal): Promise<string | undefined>;
  /** Web apps that run containers, or nothing yet, so that they can take an image. */
  webApps(subscription: Subscription, signal: AbortSignal): Promise<readonly WebApp[]>;
  slots(subscription: Subscription, app: WebApp, signal: AbortSignal): Promise<readonly WebApp[]>;
  /** Without an image, so that no pull is tried before it may succeed. */
  create(app: NewWebApp, status: Status, signal: AbortSignal): Promise<WebApp>;
  now(subscription: Subscription, app: WebApp, signal: AbortSignal): Promise<WebAppNow>;
  /** Id of the principal that an app pulls as: it gets an identity, unless it has one. */
  pullIdentity(subscription: Subscription, app: WebApp, signal: AbortSignal): Promise<string>;
  /**
   * Replaces the image and the credential that it is pulled with, which goes where none is needed; other settings, and other
   * containers, stay. What runs until then has what it needs, but where one credential takes the place of another.
   */
  setImage(subscription: Subscription, app: WebApp, image: DeployedImage, signal: AbortSignal): Promise<void>;
  readonly continuous: ContinuousDeployment;
}

export interface Environment {
  readonly id: string;
  readonly name: string;
  readonly resourceGroup: string;
  readonly location: string;
  /** What the service says of one that takes apps only later: `Waiting`. */
  readonly notReady?: string;
}

/** A part of an app's traffic, in per cent. */
export interface TrafficShare {
  readonly weight: number;
  /** Absent: whichever is the newest that runs. */
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
   * `Single`: a new revision takes the place of the one before. `Multiple`: they run side by side. `Labels`: each runs under a label.
   * https://learn.microsoft.com/en-us/azure/container-apps/revisions#revision-modes
   */
  readonly mode: string;
  /** Nothing without ingress. */
  readonly traffic: readonly TrafficShare[];
  /** The revision that was made last. */
  readonly newest?: string;
  /** The identity it pulls with, by server: `system`, `system-environment` or the id of an identity. */
  readonly pullsAs: Readonly<Partial<Record<string, string>>>;
  /** The servers that it has a password for. */
  readonly passwordsFor: readonly string[];
}

/** What part of an app's traffic the newest revision gets, which may be one that is still to come. */
export function shareOfNewest({ mode, traffic }: ContainerApp, newest?: string): number {
  if (mode === 'Single') return 100;
  return traffic
    .filter(({ revision }) => revision === undefined || revision === newest)
    .reduce((sum, { weight }) => sum + weight, 0);
}

/** Where traffic goes once a new revision is there: all to the newest, or what a label has to the one that takes it. */
export type Routing = { readonly kind: 'newest' } | { readonly kind: 'label'; readonly label: string };

export interface NewRevision {
  readonly container: string;
  readonly image: DeployedImage;
  /** Absent: traffic goes where it went. With the mode `Labels` the service asks for a label. */
  readonly routing?: Routing;
}

export interface NewContainerApp extends Place {
  readonly name: string;
  readonly environment: Environment;
  /** Absent: it is not reachable. */
  readonly ingress?: { readonly port: number; readonly isExternal: boolean };
  readonly variables: Readonly<Record<string, string>>;
}

export interface ContainerApps {
  /** Without those that take no apps and never will: that failed, or are deleted. */
  environments(subscription: Subscription, signal: AbortSignal): Promise<readonly Environment[]>;
  createEnvironment(
    place: Place,
    environment: { readonly name: string; readonly location: string },
    status: Status,
    signal: AbortSignal,
  ): Promise<Environment>;
  /** Waits until an environment takes apps. */
  awaitEnvironment(
    subscription: Subscription,
    environment: Environment,
    status: Status,
    signal: AbortSignal,
  ): Promise<void>;
  apps(subscription: Subscription, signal: AbortSignal): Promise<readonly ContainerApp[]>;
  /** One that pulls with its identity runs a public image at first: the identity is there once the app is. */
  create(app: NewContainerApp, image: DeployedImage, status: Status, signal: AbortSignal): Promise<ContainerApp>;
  /**
   * Id of the principal that an app pulls from a registry as: the one that was chosen for it, else its own, which it gets unless it
   * has one.
   */
  pullIdentity(
    subscription: Subscription,
    app: ContainerApp,
    registry: AzureRegistry,
    status: Status,
    signal: AbortSignal,
  ): Promise<string>;
  /**
   * Creates a revision with the image in one container. Only what changes is sent. A new credential replaces the one before, whose
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
