/** What the rest of the house knows of Azure; whoever opens one loads no SDK before its first call. */

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
}

export interface AzureToken {
  readonly token: string;
  /** Milliseconds since 1970; 0 where whoever keeps it does not tell. */
  readonly expiresAt: number;
}

/**
 * A token of whoever signs in, in that tenant or in the home tenant. Rejects with a Failure when there is none; it is read at
 * each use and kept by whoever signs in.
 */
export type ReadAzureToken = (
  scopes: readonly string[],
  tenantId: string | undefined,
  signal: AbortSignal,
) => Promise<AzureToken>;

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
}

export interface Place {
  readonly subscription: Subscription;
  readonly resourceGroup: string;
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

/** Resources of an account's subscriptions. Everything rejects with a Failure in the service's own words. */
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

/** What lets identities pull from a registry. */
export interface ImageAccess {
  /** Whether the account may give roles on the registry. */
  mayAssign(registry: AzureRegistry, signal: AbortSignal): Promise<boolean>;
  /** Lets an identity pull, and waits until the service knows. It may have the role already. */
  grantPull(registry: AzureRegistry, principalId: string, signal: AbortSignal): Promise<void>;
  adminCredential(registry: AzureRegistry, signal: AbortSignal): Promise<{ username: string; secret: string }>;
  /** Whether the account may make resources of that type in a resource group: `Microsoft.Web/sites`. */
  mayCreate(place: Place, type: string, signal: AbortSignal): Promise<boolean>;
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
}

export interface NewWebApp extends Place {
  readonly name: string;
  readonly location: string;
  readonly plan: AppServicePlan;
  readonly port: number | undefined;
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
  /** Web apps that run a Linux container. */
  webApps(subscription: Subscription, signal: AbortSignal): Promise<readonly WebApp[]>;
  slots(subscription: Subscription, app: WebApp, signal: AbortSignal): Promise<readonly WebApp[]>;
  /** Makes an app without an image; whose identity may pull it is told, where it has one. */
  create(app: NewWebApp, image: DeployedImage, status: Status, signal: AbortSignal): Promise<WebApp>;
  /** Gives an app its identity, lets it pull, and writes its settings, keeping those there are; the image comes last. */
  setImage(
    subscription: Subscription,
    app: WebApp,
    image: DeployedImage,
    port: number | undefined,
    signal: AbortSignal,
  ): Promise<void>;
  /** The address that a registry calls after a push. It holds a password. */
  webhook(subscription: Subscription, app: WebApp, signal: AbortSignal): Promise<string>;
  /** Has a registry of Azure call an address after each push to the tag. */
  createWebhook(
    registry: AzureRegistry,
    name: string,
    address: string,
    scope: string,
    status: Status,
    signal: AbortSignal,
  ): Promise<void>;
}

export interface Environment {
  readonly id: string;
  readonly name: string;
  readonly resourceGroup: string;
  readonly location: string;
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
}

export interface NewContainerApp extends Place {
  readonly name: string;
  readonly environment: Environment;
  /** Absent: nobody reaches it. */
  readonly ingress?: { readonly port: number; readonly isExternal: boolean };
  readonly variables: Readonly<Record<string, string>>;
}

export interface ContainerApps {
  environments(subscription: Subscription, signal: AbortSignal): Promise<readonly Environment[]>;
  createEnvironment(
    place: Place,
    environment: { readonly name: string; readonly location: string },
    status: Status,
    signal: AbortSignal,
  ): Promise<Environment>;
  apps(subscription: Subscription, signal: AbortSignal): Promise<readonly ContainerApp[]>;
  /** Access first, the image last. */
  create(app: NewContainerApp, image: DeployedImage, status: Status, signal: AbortSignal): Promise<ContainerApp>;
  /** A new revision with the image in one container; all else stays. */
  setImage(
    subscription: Subscription,
    app: ContainerApp,
    container: string,
    image: DeployedImage,
    status: Status,
    signal: AbortSignal,
  ): Promise<ContainerApp>;
}
