import { randomUUID } from 'node:crypto';
import type { Reply } from '../faults';
import { jsonReply } from '../serve';
import {
  busyProblem,
  environmentProblem,
  identityProblem,
  inUseProblem,
  problemOf,
  pullProblem,
  revisionsOf,
  type AppProperties,
  type AppSecret,
  type Traffic,
} from './armAppRules';
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
/** Knows the mode Labels and its targetLabel, which no stable version does. */
const previewVersion = '2025-10-02-preview';
const provider = '(/subscriptions/([^/]+)/resourceGroups/([^/]+)/providers/Microsoft.App';
const app = `^${provider}/containerApps/([^/]+))`;
const environment = new RegExp(`^${provider}/managedEnvironments/([^/]+))$`, 'i');
const lists = (type: string) => new RegExp(`^(/subscriptions/[^/]+)/providers/Microsoft\\.App/${type}$`, 'i');

const statusPath = (request: ArmRequest, type: string): string =>
  `/subscriptions/${request.subscription?.id ?? ''}/providers/Microsoft.App/locations/westeurope/${type}/${randomUUID()}`;

/** RFC 7396 */
function merged(target: unknown, patch: unknown): unknown {
  if (typeof patch !== 'object' || patch === null || Array.isArray(patch)) return patch;
  const before = typeof target === 'object' && target !== null && !Array.isArray(target) ? target : {};
  const result = new Map<string, unknown>(Object.entries(before));
  for (const [name, value] of Object.entries(patch))
    if (value === null) result.delete(name);
    else result.set(name, merged(result.get(name), value));
  return Object.fromEntries(result);
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

/** With their values, which are kept apart. */
function secretsOf(state: ArmState, { id, properties }: Resource): readonly AppSecret[] {
  const values = state.secrets.get(id.toLowerCase()) ?? {};
  const shown = (properties as AppProperties).configuration?.secrets ?? [];
  const names = [...new Set([...shown.map(({ name }) => name), ...Object.keys(values)])];
  return names.map((name) => {
    const value = values[name];
    return { ...shown.find((one) => one.name === name), name, ...(value === undefined ? {} : { value }) };
  });
}

function shownSecret({ name, keyVaultUrl, identity }: AppSecret): AppSecret {
  return {
    name,
    ...(keyVaultUrl === undefined ? {} : { keyVaultUrl }),
    ...(identity === undefined ? {} : { identity }),
  };
}

/**
 * Keeps what an app is to be, and shows it as the service does: without the values of secrets, with its defaults, and with empty
 * texts for what a registry entry does not have: azure-cli-extensions-2024/containerapp/test_containerapp_registry_msi.json
 */
function keep(state: ArmState, resource: Resource, { configuration = {}, template, ...rest }: AppProperties): void {
  const { secrets = [], registries, ingress, activeRevisionsMode = 'Single', ...shown } = configuration;
  const values = secrets.flatMap(({ name, value }) => (value === undefined ? [] : [[name, value] as const]));
  state.secrets.set(resource.id.toLowerCase(), Object.fromEntries(values));
  resource.properties = {
    ...rest,
    ...(template === undefined ? {} : { template: untold(template) }),
    configuration: {
      ...shown,
      activeRevisionsMode: `${activeRevisionsMode.slice(0, 1).toUpperCase()}${activeRevisionsMode.slice(1)}`,
      ...(secrets.length === 0 ? {} : { secrets: secrets.map(shownSecret) }),
      ...(registries === undefined
        ? {}
        : {
            registries: registries.map((one) => ({ username: '', passwordSecretRef: '', identity: '', ...one })),
          }),
      ...(ingress === undefined
        ? {}
        : {
            ingress: {
              allowInsecure: false,
              exposedPort: 0,
              traffic: [{ weight: 100, latestRevision: true }],
              ...ingress,
              transport: 'Auto',
              fqdn: `${resource.name}.sandbox.azurecontainerapps.io`,
            },
          }),
    },
  };
}

/** How an operation on an app ends: with the revision that its template makes, unless its image cannot be pulled. */
function ended(state: ArmState, resource: Resource, label?: string): Record<string, unknown> {
  const { configuration = {}, template = {} } = resource.properties as AppProperties;
  const before = revisionsOf(state, resource);
  const { revisionSuffix: suffix = '' } = template;
  const name = `${resource.name}--${suffix === '' ? randomUUID().slice(0, 7) : suffix}`;
  const id = `${resource.id}/revisions/${name}`;
  const problem =
    resourceIn(state, id) === undefined
      ? pullProblem(state, resource)
      : `Failed to provision revision for container app '${resource.name}'. Error details: The following field(s) are either invalid or missing. Field 'template.revisionsuffix' is invalid with details: 'Invalid value: "${suffix}": revision with suffix ${suffix} already exists.';.`;
  resource.properties.provisioningState = problem === undefined ? 'Succeeded' : 'Failed';
  if (problem !== undefined)
    return { status: 'Failed', error: { code: 'ContainerAppOperationError', message: problem } };
  if (configuration.activeRevisionsMode === 'Single') for (const revision of before) revision.properties.active = false;
  put(state, {
    ...{ id, name, type: 'Microsoft.App/containerApps/revisions', location: resource.location },
    properties: { active: true, template, createdTime: new Date().toISOString() },
  });
  Object.assign(resource.properties, { latestRevisionName: name, latestReadyRevisionName: name });
  if (label !== undefined) labelled(resource, name, label);
  return { status: 'Succeeded' };
}

/** In the mode Labels a label goes to the new revision with all the traffic that it has. */
function labelled(resource: Resource, revisionName: string, label: string): void {
  const { ingress } = (resource.properties as AppProperties).configuration ?? {};
  if (ingress === undefined) return;
  const traffic = (ingress.traffic ?? []).filter(({ latestRevision }) => latestRevision !== true);
  const weight = traffic.find((one) => one.label === label)?.weight ?? (traffic.length === 0 ? 100 : 0);
  const others = traffic.filter((one) => one.label !== label);
  const now: readonly Traffic[] = [...others, { revisionName, weight, label }];
  Object.assign(ingress, { traffic: now });
}

function putApp(state: ArmState, request: ArmRequest): Reply {
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
  const before = resourceIn(state, id);
  const refused =
    environmentProblem(resourceIn(state, properties.environmentId ?? '')) ??
    (before === undefined ? undefined : busyProblem(before));
  if (refused !== undefined) return refused;
  const own =
    before?.identity ??
    (identity?.type === undefined ? undefined : systemIdentity(subscription?.tenantId, identity.type));
  const problem = problemOf(properties) ?? identityProblem(properties.configuration?.registries ?? [], own);
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
  Object.assign(resource.properties, { provisioningState: 'InProgress', latestRevisionName: '' });
  return longRunning(
    state,
    statusPath(request, 'containerappOperationStatuses'),
    apiVersion,
    jsonReply(201, resource),
    () => ended(state, resource),
  );
}

/** What the patch leaves out stays, the suffix of the revision before too. `knowsLabels`: it came with a version that does. */
function patchApp(state: ArmState, request: ArmRequest, knowsLabels: boolean): Reply {
  const {
    parts: [, id = ''],
    body,
    subscription,
  } = request;
  const resource = resourceIn(state, id);
  if (resource === undefined) return notFound(id);
  const busy = busyProblem(resource);
  if (busy !== undefined) return busy;
  const { properties: patch = {} } = body as { properties?: AppProperties };
  const identity = patchedIdentity(resource.identity, body.identity, subscription?.tenantId);
  if (identity === 'invalid')
    return armError(400, 'InvalidRequestContent', 'The type of the identity and its user assigned identities differ.');
  const before = resource.properties as AppProperties;
  const told = { ...before, configuration: { ...before.configuration, secrets: secretsOf(state, resource) } };
  const whole = merged(withEmptyValues(told), patch) as AppProperties;
  const { activeRevisionsMode: mode, secrets = [] } = whole.configuration ?? {};
  const label = knowsLabels ? patch.configuration?.targetLabel : undefined;
  // The words are the sandbox's own: what the service says is not recorded here.
  if (mode === 'Labels' && patch.template !== undefined && label === undefined)
    return armError(400, 'ContainerAppTargetLabelRequired', 'A label is required for the new revision in labels mode.');
  const problem =
    sentProblem(patch) ??
    identityProblem(patch.configuration?.registries ?? [], identity ?? resource.identity) ??
    problemOf(whole) ??
    inUseProblem(state, resource, secrets);
  if (problem !== undefined) return problem;
  if (identity !== undefined) resource.identity = identity;
  keep(state, resource, whole);
  resource.properties.provisioningState = 'InProgress';
  const end = () => {
    if (patch.template !== undefined) return ended(state, resource, label);
    resource.properties.provisioningState = 'Succeeded';
    return { status: 'Succeeded' };
  };
  // Both headers, and the Location is not the app: its operation, which answers with the app at the end.
  const status = statusPath(request, 'containerappOperationStatuses');
  const results = `${state.url}${status.replace('OperationStatuses', 'OperationResults')}?api-version=${apiVersion}`;
  const reply = longRunning(state, status, apiVersion, { status: 202, headers: { Location: results } }, end);
  const operation = state.operations.get(status.slice(status.lastIndexOf('/') + 1));
  if (operation !== undefined) operation.of = id;
  return reply;
}

/** Secrets are replaced as a whole, so whoever sends registries with passwords sends them as well. */
function sentProblem({ configuration: { registries = [], secrets = [] } = {} }: AppProperties): Reply | undefined {
  const withPasswords = registries.filter(({ identity = '' }) => identity === '');
  return problemOf({ configuration: { registries: withPasswords, secrets } });
}

/** What was not told was empty. */
function withEmptyValues(properties: AppProperties): AppProperties {
  const { template } = properties;
  if (template?.containers === undefined) return properties;
  const containers = template.containers.map((container) => ({
    ...container,
    ...(container.env === undefined
      ? {}
      : { env: container.env.map((one) => (one.secretRef === undefined ? { value: '', ...one } : one)) }),
  }));
  return { ...properties, template: { ...template, containers } };
}

/** Where the Location of a patch leads: 202 until it is done, then the app, or why it failed. */
function operationResult(state: ArmState, name: string): Reply {
  const operation = state.operations.get(name.toLowerCase());
  if (operation === undefined) return armError(404, 'OperationNotFound', 'The operation was not found.');
  if (operation.left-- > 0) return { status: 202, headers: {} };
  const { error } = operation.end() as { error?: { code: string; message: string } };
  if (error !== undefined) return armError(400, error.code, error.message);
  const found = resourceIn(state, operation.of ?? '');
  return found === undefined ? notFound(name) : jsonReply(200, found);
}

function putEnvironment(state: ArmState, request: ArmRequest): Reply {
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

/** One resource, or the list of those below it. */
function read(path: RegExp): ArmRoute {
  return {
    method: 'GET',
    path,
    apiVersion,
    answer: (state, { parts: [, id = ''] }) => {
      const found = resourceIn(state, id);
      return found === undefined ? notFound(id) : jsonReply(200, found);
    },
  };
}

function readBelow(name: string): ArmRoute {
  return {
    method: 'GET',
    path: new RegExp(`${app}/${name}$`, 'i'),
    apiVersion,
    answer: (state, { parts: [path = '', id = ''], query }) =>
      paged(state, path, apiVersion, listed(state, id, `Microsoft.App/containerApps/${name}`), query),
  };
}

function readAll(type: string): ArmRoute {
  return {
    method: 'GET',
    path: lists(type),
    apiVersion,
    answer: (state, { parts: [path = '', scope = ''], query }) =>
      paged(state, path, apiVersion, listed(state, scope, `Microsoft.App/${type}`), query),
  };
}

const one = new RegExp(`${app}$`, 'i');

export const appRoutes: readonly ArmRoute[] = [
  readAll('managedEnvironments'),
  readAll('containerApps'),
  read(environment),
  { method: 'PUT', path: environment, apiVersion, answer: putEnvironment },
  read(one),
  readBelow('revisions'),
  readBelow('authConfigs'),
  { method: 'PUT', path: one, apiVersion, answer: putApp },
  { method: 'PATCH', path: one, apiVersion, answer: (state, request) => patchApp(state, request, false) },
  {
    method: 'PATCH',
    path: one,
    apiVersion: previewVersion,
    answer: (state, request) => patchApp(state, request, true),
  },
  {
    method: 'POST',
    path: new RegExp(`${app}/listSecrets$`, 'i'),
    apiVersion,
    answer: (state, { parts: [, id = ''] }) => {
      const found = resourceIn(state, id);
      return found === undefined ? notFound(id) : jsonReply(200, { value: secretsOf(state, found) });
    },
  },
  {
    method: 'GET',
    path: /^\/subscriptions\/[^/]+\/providers\/Microsoft\.App\/locations\/[^/]+\/(?:containerapp|managedEnvironment)OperationStatuses\/([^/]+)$/i,
    apiVersion,
    answer: (state, { parts }) => operationStatus(state, parts.at(-1) ?? ''),
  },
  {
    method: 'GET',
    path: /^\/subscriptions\/[^/]+\/providers\/Microsoft\.App\/locations\/[^/]+\/containerappOperationResults\/([^/]+)$/i,
    apiVersion,
    answer: (state, { parts }) => operationResult(state, parts.at(-1) ?? ''),
  },
];
