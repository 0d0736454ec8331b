import { randomUUID } from 'node:crypto';
import { jsonReply } from '../serve';
import { operationStatus } from './armRegistries';
import { patchedIdentity, systemIdentity } from './armResources';
import {
  armError,
  listed,
  longRunning,
  notFound,
  paged,
  put,
  resourceIn,
  type ArmRequest,
  type ArmRoute,
  type ArmState,
  type Resource,
} from './armState';

const apiVersion = '2025-07-01';
const provider = '(/subscriptions/([^/]+)/resourceGroups/([^/]+)/providers/Microsoft.App';
const app = `^${provider}/containerApps/([^/]+))`;
const environment = new RegExp(`^${provider}/managedEnvironments/([^/]+))$`, 'i');
const lists = (type: string) => new RegExp(`^(/subscriptions/[^/]+)/providers/Microsoft\\.App/${type}$`, 'i');

interface AppProperties {
  readonly environmentId?: string;
  readonly configuration?: {
    readonly secrets?: readonly { readonly name: string; readonly value?: string }[];
    readonly registries?: readonly {
      readonly server?: string;
      readonly passwordSecretRef?: string;
      readonly identity?: string;
    }[];
    readonly ingress?: { readonly targetPort?: number; readonly external?: boolean };
  };
  readonly template?: {
    readonly revisionSuffix?: string;
    readonly containers?: readonly {
      readonly name?: string;
      readonly image?: string;
      readonly env?: readonly { readonly name?: string; readonly value?: string; readonly secretRef?: string }[];
    }[];
  };
}

const statusPath = (request: ArmRequest, type: string): string =>
  `/subscriptions/${request.subscription?.id ?? ''}/providers/Microsoft.App/locations/westeurope/${type}/${randomUUID()}`;

/** What is refused, as the service does: azure-cli-extensions-2024/containerapp/*.json */
function problemOf({ configuration, template }: AppProperties, identity: unknown) {
  const containers = template?.containers ?? [];
  if (containers.some(({ name, image }) => name === undefined || image === undefined))
    return armError(
      400,
      'ContainerAppInvalidSchema',
      'The following field(s) are either invalid or missing: template.containers.',
    );
  const variable = containers
    .flatMap(({ env = [] }) => env)
    .find(({ value, secretRef }) => value === undefined && secretRef === undefined);
  if (variable !== undefined)
    return armError(
      400,
      'ContainerAppEnvVarInvalid',
      `Environment variable '${variable.name ?? ''}' must have a value or a secretRef.`,
    );
  const secrets = configuration?.secrets ?? [];
  const nameless = secrets.find(({ name }) => !/^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/.test(name));
  if (nameless !== undefined)
    return armError(
      400,
      'ContainerAppSecretInvalid',
      `Invalid Request: Container app secret(s) with name(s) '${nameless.name}' are invalid.`,
    );
  const empty = secrets.find(({ value }) => value === undefined);
  if (empty !== undefined)
    return armError(
      400,
      'ContainerAppSecretInvalid',
      `Invalid Request: Container app secret(s) with name(s) '${empty.name}' are invalid: value or keyVaultUrl and identity should be provided.`,
    );
  for (const registry of configuration?.registries ?? []) {
    if (registry.identity === undefined && !secrets.some(({ name }) => name === registry.passwordSecretRef))
      return armError(
        400,
        'InvalidParameterValueInContainerTemplate',
        `PasswordSecretRef '${registry.passwordSecretRef ?? ''}' defined for registry server '${registry.server ?? ''}' not found.`,
      );
    if (registry.identity === 'system' && identity === undefined)
      return armError(400, 'InvalidRequestContent', 'The app has no system-assigned identity.');
  }
  return undefined;
}

/** A revision that cannot pull its image fails at its end. */
function pullProblem(state: ArmState, resource: Resource): string | undefined {
  const { configuration, template } = resource.properties as AppProperties;
  const used = state.revisions.get(resource.id.toLowerCase()) ?? [];
  const suffix = template?.revisionSuffix ?? '';
  if (used.includes(suffix))
    return `Failed to provision revision for container app '${resource.name}'. Error details: The following field(s) are either invalid or missing. Field 'template.revisionsuffix' is invalid with details: 'Invalid value: "${suffix}": revision with suffix ${suffix} already exists.';.`;
  if (suffix !== '') state.revisions.set(resource.id.toLowerCase(), [...used, suffix]);
  for (const { image = '' } of template?.containers ?? []) {
    const registry = [...state.resources.values()].find(
      (one) =>
        one.type === 'Microsoft.ContainerRegistry/registries' &&
        image.startsWith(`${String(one.properties.loginServer)}/`),
    );
    if (registry === undefined) continue;
    const access = configuration?.registries?.find(({ server }) => server === registry.properties.loginServer);
    const principal = (resource.identity as { principalId?: string } | undefined)?.principalId;
    const isGranted = state.assignments.some((one) => one.scope === registry.id && one.principalId === principal);
    if (access === undefined || (access.identity === 'system' && !isGranted))
      return `Failed to provision revision for container app '${resource.name}'. Error details: Field 'template.containers.${resource.name}.image' is invalid with details: 'Invalid value: "${image}": GET https: UNAUTHORIZED: authentication required'`;
  }
  return undefined;
}

function ended(state: ArmState, resource: Resource): Record<string, unknown> {
  const problem = pullProblem(state, resource);
  resource.properties.provisioningState = problem === undefined ? 'Succeeded' : 'Failed';
  return problem === undefined
    ? { status: 'Succeeded' }
    : { status: 'Failed', error: { code: 'ContainerAppOperationError', message: problem } };
}

/** Of a variable whose value is empty, none is told. */
function untold({ containers, ...rest }: NonNullable<AppProperties['template']>): AppProperties['template'] {
  const told = containers?.map(({ env, ...container }) => ({
    ...container,
    ...(env === undefined
      ? {}
      : { env: env.map(({ value, ...one }) => ({ ...one, ...(value === '' ? {} : { value }) })) }),
  }));
  return { ...rest, ...(told === undefined ? {} : { containers: told }) };
}

/** Answers leave the values of secrets out. */
function keep(state: ArmState, resource: Resource, { configuration, ...rest }: AppProperties): void {
  const { secrets, ...shown } = configuration ?? {};
  if (secrets !== undefined)
    state.secrets.set(
      resource.id.toLowerCase(),
      Object.fromEntries(secrets.map(({ name, value }) => [name, value ?? ''])),
    );
  const names = Object.keys(state.secrets.get(resource.id.toLowerCase()) ?? {}).map((name) => ({ name }));
  const before = resource.properties as AppProperties;
  const ingress = shown.ingress ?? before.configuration?.ingress;
  resource.properties = {
    ...before,
    ...rest,
    ...(rest.template === undefined ? {} : { template: untold(rest.template) }),
    configuration: {
      ...before.configuration,
      ...shown,
      ...(names.length === 0 ? {} : { secrets: names }),
      ...(ingress === undefined
        ? {}
        : { ingress: { ...ingress, fqdn: `${resource.name}.sandbox.azurecontainerapps.io` } }),
    },
    latestRevisionName: `${resource.name}--${randomUUID().slice(0, 7)}`,
  };
}

function putApp(state: ArmState, request: ArmRequest) {
  const {
    parts: [, id = '', , , name = ''],
    body,
    subscription,
  } = request;
  const {
    location,
    identity,
    properties = {},
  } = body as { location?: string; identity?: { type?: string }; properties?: AppProperties };
  if (location === undefined)
    return armError(400, 'LocationRequired', 'The location property is required for this definition.');
  if (resourceIn(state, properties.environmentId ?? '') === undefined)
    return armError(400, 'ManagedEnvironmentNotFound', 'The environment of the container app does not exist.');
  const before = resourceIn(state, id);
  const own =
    before?.identity ??
    (identity?.type === undefined ? undefined : systemIdentity(subscription?.tenantId, identity.type));
  const problem = problemOf(properties, own);
  if (problem !== undefined) return problem;
  const resource: Resource = {
    id,
    name,
    type: 'Microsoft.App/containerApps',
    location,
    ...(own === undefined ? {} : { identity: own }),
    properties: {},
  };
  keep(state, resource, properties);
  put(state, resource);
  resource.properties.provisioningState = 'InProgress';
  return longRunning(
    state,
    statusPath(request, 'containerappOperationStatuses'),
    apiVersion,
    jsonReply(201, resource),
    () => ended(state, resource),
  );
}

function patchApp(state: ArmState, request: ArmRequest) {
  const {
    parts: [, id = ''],
    body,
    subscription,
  } = request;
  const resource = resourceIn(state, id);
  if (resource === undefined) return notFound(id);
  const { properties = {} } = body as { properties?: AppProperties };
  const identity = patchedIdentity(resource.identity, body.identity, subscription?.tenantId);
  if (identity === 'invalid')
    return armError(400, 'InvalidRequestContent', 'The type of the identity and its user assigned identities differ.');
  if (identity !== undefined) resource.identity = identity;
  const problem = problemOf(properties, resource.identity);
  if (problem !== undefined) return problem;
  // What the patch leaves out stays, the suffix of the revision before too.
  const { template } = properties;
  const whole = { ...(resource.properties as AppProperties).template, ...template };
  keep(state, resource, { ...properties, ...(template === undefined ? {} : { template: whole }) });
  const reply = { status: 202, headers: { Location: `${state.url}${id}?api-version=${apiVersion}` } };
  return longRunning(state, statusPath(request, 'containerappOperationStatuses'), apiVersion, reply, () =>
    template === undefined ? { status: 'Succeeded' } : ended(state, resource),
  );
}

function putEnvironment(state: ArmState, request: ArmRequest) {
  const {
    parts: [, id = '', , , name = ''],
    body,
  } = request;
  const { location, properties = {} } = body as { location?: string; properties?: Record<string, unknown> };
  if (location === undefined)
    return armError(400, 'LocationRequired', 'The location property is required for this definition.');
  const resource = put(state, {
    id,
    name,
    type: 'Microsoft.App/managedEnvironments',
    location,
    properties: { ...properties, provisioningState: 'Waiting' },
  });
  return longRunning(
    state,
    statusPath(request, 'managedEnvironmentOperationStatuses'),
    apiVersion,
    jsonReply(201, resource),
    () => {
      resource.properties.provisioningState = 'Succeeded';
      return { status: 'Succeeded' };
    },
  );
}

export const appRoutes: readonly ArmRoute[] = [
  {
    method: 'GET',
    path: lists('managedEnvironments'),
    apiVersion,
    answer: (state, { parts: [path = '', scope = ''], query }) =>
      paged(state, path, apiVersion, listed(state, scope, 'Microsoft.App/managedEnvironments'), query),
  },
  {
    method: 'GET',
    path: lists('containerApps'),
    apiVersion,
    answer: (state, { parts: [path = '', scope = ''], query }) =>
      paged(state, path, apiVersion, listed(state, scope, 'Microsoft.App/containerApps'), query),
  },
  {
    method: 'GET',
    path: environment,
    apiVersion,
    answer: (state, { parts: [, id = ''] }) => {
      const found = resourceIn(state, id);
      return found === undefined ? notFound(id) : jsonReply(200, found);
    },
  },
  { method: 'PUT', path: environment, apiVersion, answer: putEnvironment },
  {
    method: 'GET',
    path: new RegExp(`${app}$`, 'i'),
    apiVersion,
    answer: (state, { parts: [, id = ''] }) => {
      const found = resourceIn(state, id);
      return found === undefined ? notFound(id) : jsonReply(200, found);
    },
  },
  { method: 'PUT', path: new RegExp(`${app}$`, 'i'), apiVersion, answer: putApp },
  { method: 'PATCH', path: new RegExp(`${app}$`, 'i'), apiVersion, answer: patchApp },
  {
    method: 'POST',
    path: new RegExp(`${app}/listSecrets$`, 'i'),
    apiVersion,
    answer: (state, { parts: [, id = ''] }) => {
      const value = Object.entries(state.secrets.get(id.toLowerCase()) ?? {}).map(([name, secret]) => ({
        name,
        value: secret,
      }));
      return resourceIn(state, id) === undefined ? notFound(id) : jsonReply(200, { value });
    },
  },
  {
    method: 'GET',
    path: /^\/subscriptions\/[^/]+\/providers\/Microsoft\.App\/locations\/[^/]+\/(?:containerapp|managedEnvironment)OperationStatuses\/([^/]+)$/i,
    apiVersion,
    answer: (state, { parts }) => operationStatus(state, parts.at(-1) ?? ''),
  },
];
