import type { Reply } from '../faults';
import { mayPull } from './armRegistries';
import { armError, listed, resourceIn, type ArmState, type Resource } from './armState';

export interface AppSecret {
  readonly name: string;
  readonly value?: string;
  readonly keyVaultUrl?: string;
  readonly identity?: string;
}

export interface AppRegistry {
  readonly server?: string;
  readonly username?: string;
  readonly passwordSecretRef?: string;
  readonly identity?: string;
}

export interface Traffic {
  readonly revisionName?: string;
  readonly weight?: number;
  readonly latestRevision?: boolean;
  readonly label?: string;
}

interface AppContainer {
  readonly name?: string;
  readonly image?: string;
  readonly env?: readonly { readonly name?: string; readonly value?: string; readonly secretRef?: string }[];
}

export interface AppProperties {
  readonly environmentId?: string;
  readonly latestRevisionName?: string;
  readonly configuration?: {
    readonly activeRevisionsMode?: string;
    readonly targetLabel?: string;
    readonly secrets?: readonly AppSecret[];
    readonly registries?: readonly AppRegistry[];
    readonly ingress?: {
      readonly targetPort?: number;
      readonly external?: boolean;
      readonly fqdn?: string;
      readonly traffic?: readonly Traffic[];
    };
  };
  readonly template?: { readonly revisionSuffix?: string; readonly containers?: readonly AppContainer[] };
}

interface Identity {
  readonly principalId?: string;
  readonly userAssignedIdentities?: Readonly<Record<string, { readonly principalId?: string }>>;
}

/** Who an app pulls as; nothing where it is nobody that the app or its environment is. */
function principalOf(state: ArmState, app: Resource, identity: string): string | undefined {
  const { principalId, userAssignedIdentities: users = {} } = (app.identity ?? {}) as Identity;
  if (identity === 'system') return principalId;
  if (identity === 'system-environment') {
    const environment = resourceIn(state, (app.properties as AppProperties).environmentId ?? '');
    return (environment?.identity as Identity | undefined)?.principalId;
  }
  return Object.entries(users).find(([id]) => id.toLowerCase() === identity.toLowerCase())?.[1].principalId;
}

const environmentsAway = ['Failed', 'Canceled', 'ScheduledForDelete', 'UpgradeFailed'];

/** Apps are made in environments that are ready: ManagedEnvironmentNotReadyForAppCreation and …NotProvisioned are what users report. */
export function environmentProblem(environment: Resource | undefined): Reply | undefined {
  if (environment === undefined)
    return armError(400, 'ManagedEnvironmentNotFound', 'The environment of the container app does not exist.');
  const { provisioningState: state = 'Succeeded' } = environment.properties as { provisioningState?: string };
  if (state === 'Succeeded') return undefined;
  const code = environmentsAway.includes(state)
    ? 'ManagedEnvironmentNotReadyForAppCreation'
    : 'ManagedEnvironmentNotProvisioned';
  return armError(400, code, `The environment '${environment.name}' is in state '${state}'.`);
}

/** While an operation runs, no other begins. */
export function busyProblem({ name, properties }: Resource): Reply | undefined {
  if (properties.provisioningState !== 'InProgress') return undefined;
  return armError(
    409,
    'ContainerAppOperationInProgress',
    `Cannot modify a container app '${name}' because there is an active provisioning operation in progress.`,
  );
}

/** What is refused, as the service does: azure-cli-extensions-2024/containerapp/*.json */
export function problemOf({ configuration, template }: AppProperties): Reply | undefined {
  return (
    containerProblem(template?.containers ?? []) ??
    secretProblem(configuration?.secrets ?? []) ??
    referenceProblem(configuration?.secrets ?? [], template?.containers ?? []) ??
    registryProblem(configuration?.registries ?? [], configuration?.secrets ?? []) ??
    trafficProblem(configuration?.ingress?.traffic)
  );
}

function containerProblem(containers: readonly AppContainer[]): Reply | undefined {
  if (containers.some(({ name, image }) => name === undefined || image === undefined))
    return armError(
      400,
      'ContainerAppInvalidSchema',
      'The following field(s) are either invalid or missing: template.containers.',
    );
  const variable = containers
    .flatMap(({ env = [] }) => env)
    .find(({ value, secretRef }) => value === undefined && secretRef === undefined);
  if (variable === undefined) return undefined;
  return armError(
    400,
    'ContainerAppEnvVarInvalid',
    `Environment variable '${variable.name ?? ''}' must have a value or a secretRef.`,
  );
}

function secretProblem(secrets: readonly AppSecret[]): Reply | undefined {
  const nameless = secrets.find(({ name }) => !/^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/.test(name));
  if (nameless !== undefined)
    return armError(
      400,
      'ContainerAppSecretInvalid',
      `Invalid Request: Container app secret(s) with name(s) '${nameless.name}' are invalid.`,
    );
  const empty = secrets.find(
    ({ value, keyVaultUrl, identity }) => value === undefined && (keyVaultUrl === undefined || identity === undefined),
  );
  if (empty === undefined) return undefined;
  return armError(
    400,
    'ContainerAppSecretInvalid',
    `Invalid Request: Container app secret(s) with name(s) '${empty.name}' are invalid: value or keyVaultUrl and identity should be provided.`,
  );
}

function referenceProblem(secrets: readonly AppSecret[], containers: readonly AppContainer[]): Reply | undefined {
  for (const { name = '', env = [] } of containers)
    for (const { secretRef } of env)
      if (secretRef !== undefined && !secrets.some((secret) => secret.name === secretRef))
        return armError(
          400,
          'ContainerAppSecretRefNotFound',
          `SecretRef '${secretRef}' defined for container '${name}' not found.`,
        );
  return undefined;
}

/** A password is wanted of whoever has no identity, and an empty name is none. */
function registryProblem(registries: readonly AppRegistry[], secrets: readonly AppSecret[]): Reply | undefined {
  for (const { server = '', identity = '', passwordSecretRef = '' } of registries)
    if (identity === '' && !secrets.some(({ name }) => name === passwordSecretRef))
      return armError(
        400,
        'ContainerAppRegistriesPasswordSecretRefNotFound',
        `PasswordSecretRef '${passwordSecretRef}' defined for registry server '${server}' not found.`,
      );
  return undefined;
}

/** Who is sent to pull must be somebody that the app is. */
export function identityProblem(registries: readonly AppRegistry[], identity: unknown): Reply | undefined {
  const { principalId, userAssignedIdentities: users = {} } = (identity ?? {}) as Identity;
  for (const { server = '', identity: wanted = '' } of registries) {
    const isKnown = wanted.startsWith('/')
      ? Object.keys(users).some((id) => id.toLowerCase() === wanted.toLowerCase())
      : wanted !== 'system' || principalId !== undefined;
    if (!isKnown)
      return armError(400, 'InvalidRequestContent', `The app does not have the identity '${wanted}' of '${server}'.`);
  }
  return undefined;
}

/** https://learn.microsoft.com/en-us/azure/container-apps/traffic-splitting */
function trafficProblem(traffic: readonly Traffic[] | undefined): Reply | undefined {
  if (traffic === undefined || traffic.reduce((sum, { weight = 0 }) => sum + weight, 0) === 100) return undefined;
  return armError(400, 'ContainerAppInvalidTraffic', 'The weights of the traffic must add up to 100.');
}

/** What an active revision uses stays: the code is what users report. */
export function inUseProblem(state: ArmState, app: Resource, secrets: readonly AppSecret[]): Reply | undefined {
  for (const { name, properties } of revisionsOf(state, app)) {
    const { active, template } = properties as { active?: boolean; template?: AppProperties['template'] };
    if (active !== true) continue;
    const names = (template?.containers ?? []).flatMap(({ env = [] }) =>
      env.flatMap(({ secretRef }) => secretRef ?? []),
    );
    const gone = names.find((one) => !secrets.some((secret) => secret.name === one));
    if (gone !== undefined)
      return armError(
        400,
        'ContainerAppSecretInUse',
        `Container App '${app.name}' has an active revision referencing a secret you are trying to delete. Please add secrets: ${gone} or deactive the revisions: ${name}.`,
      );
  }
  return undefined;
}

export function revisionsOf(state: ArmState, { id }: Resource): readonly Resource[] {
  return listed(state, id, 'Microsoft.App/containerApps/revisions');
}

/** Why a revision cannot pull its image; nothing where it can. Of registries outside of the sandbox nothing is known. */
export function pullProblem(state: ArmState, app: Resource): string | undefined {
  const { configuration, template } = app.properties as AppProperties;
  for (const { name = app.name, image = '' } of template?.containers ?? []) {
    const registry = [...state.resources.values()].find(
      ({ type, properties }) =>
        type === 'Microsoft.ContainerRegistry/registries' && image.startsWith(`${String(properties.loginServer)}/`),
    );
    if (registry === undefined || registry.properties.anonymousPullEnabled === true) continue;
    const access = configuration?.registries?.find(({ server }) => server === registry.properties.loginServer);
    if (access === undefined || !hasAccess(state, app, registry, access, image))
      return `Failed to provision revision for container app '${app.name}'. Error details: The following field(s) are either invalid or missing. Field 'template.containers.${name}.image' is invalid with details: 'Invalid value: "${image}": GET https: UNAUTHORIZED: authentication required'`;
  }
  return undefined;
}

function hasAccess(state: ArmState, app: Resource, registry: Resource, access: AppRegistry, image: string): boolean {
  const { identity = '', username, passwordSecretRef = '' } = access;
  if (identity === '') {
    const password = state.secrets.get(app.id.toLowerCase())?.[passwordSecretRef];
    const isAdmin = username === registry.name && password === `admin password of ${registry.name}`;
    return isAdmin && registry.properties.adminUserEnabled === true;
  }
  const principalId = principalOf(state, app, identity);
  const repository = image.slice(image.indexOf('/') + 1).replace(/[:@].*$/, '');
  return principalId !== undefined && mayPull(state, registry, repository, principalId);
}
