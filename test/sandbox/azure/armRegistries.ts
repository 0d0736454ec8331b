import { randomUUID } from 'node:crypto';
import { jsonReply } from '../serve';
import {
  armError,
  listed,
  longRunning,
  notFound,
  paged,
  put,
  resourceIn,
  type ArmRoute,
  type ArmState,
  type Resource,
} from './armState';
import { webhookRoutes } from './armWebhooks';

const apiVersion = '2025-11-01';
const type = 'Microsoft.ContainerRegistry/registries';
const one = '^(/subscriptions/([^/]+)/resourceGroups/([^/]+)/providers/Microsoft.ContainerRegistry/registries/([^/]+))';
const skus = ['Basic', 'Standard', 'Premium'];

/** azure-rest-api-specs …/Registry/stable/2025-11-01/examples/RegistryList.json */
export function registryResource(
  id: string,
  location: string,
  sku: string,
  loginServer: string,
  more: Readonly<Record<string, unknown>> = {},
): Resource {
  return {
    id,
    name: id.slice(id.lastIndexOf('/') + 1),
    type,
    location,
    tags: {},
    sku: { name: sku, tier: sku },
    properties: {
      loginServer,
      creationDate: '2026-06-15T21:38:26.1537861Z',
      provisioningState: 'Succeeded',
      adminUserEnabled: false,
      networkRuleSet: { defaultAction: 'Allow', ipRules: [] },
      policies: { azureADAuthenticationAsArmPolicy: { status: 'enabled' } },
      encryption: { status: 'disabled' },
      dataEndpointEnabled: false,
      dataEndpointHostNames: [],
      privateEndpointConnections: [],
      publicNetworkAccess: 'Enabled',
      networkRuleBypassOptions: 'AzureServices',
      zoneRedundancy: 'Disabled',
      anonymousPullEnabled: false,
      roleAssignmentMode: 'LegacyRegistryPermissions',
      ...more,
    },
  };
}

function nameProblem(state: ArmState, name: string): { reason: string; message: string } | undefined {
  if (!/^[a-z0-9]{5,50}$/i.test(name))
    return {
      reason: 'Invalid',
      message:
        'The registry name must contain only alphanumeric characters, and be between 5 and 50 characters in length.',
    };
  const isThere = [...state.resources.values()].some(
    (resource) => resource.type === type && resource.name.toLowerCase() === name.toLowerCase(),
  );
  if (!isThere && !state.taken.has(name.toLowerCase())) return undefined;
  return { reason: 'AlreadyExists', message: `The registry ${name} is already in use.` };
}

async function create(state: ArmState, parts: readonly string[], body: Record<string, unknown>) {
  const [, id = '', , group = '', name = ''] = parts;
  const scope = id.slice(0, id.toLowerCase().indexOf('/providers/'));
  if (resourceIn(state, scope) === undefined)
    return armError(404, 'ResourceGroupNotFound', `Resource group '${group}' could not be found.`);
  const { location, sku } = body as { location?: string; sku?: { name?: string } };
  if (location === undefined)
    return armError(400, 'LocationRequired', 'The location property is required for this definition.');
  if (!skus.includes(sku?.name ?? ''))
    return armError(400, 'InvalidSku', `The specified SKU is invalid: ${sku?.name ?? ''}.`);
  const problem = nameProblem(state, name);
  if (problem !== undefined) return armError(409, problem.reason, problem.message);
  const acr = await state.openRegistry();
  state.registries.set(acr.host, acr);
  const resource = put(
    state,
    registryResource(id, location, sku?.name ?? '', acr.host, { provisioningState: 'Creating' }),
  );
  const statusPath = `${id}/operationStatuses/registries-${randomUUID()}`;
  return longRunning(state, statusPath, apiVersion, jsonReply(201, resource), () => {
    resource.properties.provisioningState = 'Succeeded';
    return { status: 'Succeeded' };
  });
}

export const registryRoutes: readonly ArmRoute[] = [
  {
    method: 'GET',
    path: /^(\/subscriptions\/([^/]+))\/providers\/Microsoft\.ContainerRegistry\/registries$/i,
    apiVersion,
    answer: (state, { parts: [path = '', scope = ''], query }) =>
      paged(state, path, apiVersion, listed(state, scope, type), query),
  },
  {
    method: 'POST',
    path: /^\/subscriptions\/([^/]+)\/providers\/Microsoft\.ContainerRegistry\/checkNameAvailability$/i,
    apiVersion,
    answer: (state, { body }) => {
      if (body.type !== type) return armError(400, 'InvalidResourceType', 'The resource type is invalid.');
      const problem = nameProblem(state, String(body.name));
      return jsonReply(200, problem === undefined ? { nameAvailable: true } : { nameAvailable: false, ...problem });
    },
  },
  {
    method: 'GET',
    path: new RegExp(`${one}$`, 'i'),
    apiVersion,
    answer: (state, { parts: [, id = ''] }) => {
      const found = resourceIn(state, id);
      return found === undefined ? notFound(id) : jsonReply(200, found);
    },
  },
  {
    method: 'PUT',
    path: new RegExp(`${one}$`, 'i'),
    apiVersion,
    answer: (state, { parts, body }) => create(state, parts, body),
  },
  {
    method: 'DELETE',
    path: new RegExp(`${one}$`, 'i'),
    apiVersion,
    answer: (state, { parts: [, id = ''] }) => {
      const found = resourceIn(state, id);
      if (found === undefined) return { status: 204 };
      const statusPath = `${id}/operationStatuses/registries-${randomUUID()}`;
      const end = () => {
        state.resources.delete(id.toLowerCase());
        return { status: 'Succeeded' };
      };
      // …/Registry/stable/2025-11-01/examples/RegistryDelete.json
      return longRunning(state, statusPath, apiVersion, { status: 202 }, end, 'Location');
    },
  },
  {
    method: 'POST',
    path: new RegExp(`${one}/listCredentials$`, 'i'),
    apiVersion,
    answer: (state, { parts: [, id = ''] }) => {
      const found = resourceIn(state, id);
      if (found === undefined) return notFound(id);
      if (found.properties.adminUserEnabled !== true)
        return armError(
          400,
          'UnAuthorizedForCredentialOperations',
          `Cannot perform credential operations for ${id} as admin user is disabled. Kindly enable admin user as per docs: https://docs.microsoft.com/en-us/azure/container-registry/container-registry-authentication#admin-account`,
        );
      const value = `admin password of ${found.name}`;
      return jsonReply(200, {
        username: found.name,
        passwords: [
          { name: 'password', value },
          { name: 'password2', value },
        ],
      });
    },
  },
  ...webhookRoutes,
  {
    method: 'GET',
    path: new RegExp(`${one}/operationStatuses/([^/]+)$`, 'i'),
    apiVersion,
    answer: (state, { parts }) => operationStatus(state, parts.at(-1) ?? ''),
  },
];

/**
 * Whether an identity may pull a repository. Where rights go by repository, AcrPull gives none, and a condition may leave it out:
 * https://learn.microsoft.com/en-us/azure/container-registry/container-registry-rbac-abac-repository-permissions
 */
export function mayPull(
  { assignments }: ArmState,
  registry: Resource,
  repository: string,
  principalId: string | undefined,
): boolean {
  const isAbac = registry.properties.roleAssignmentMode === 'AbacRepositoryPermissions';
  const role = isAbac ? 'Container Registry Repository Reader' : 'AcrPull';
  return assignments.some(
    ({ condition, ...one }) =>
      one.role === role &&
      one.principalId === principalId &&
      `${registry.id}/`.toLowerCase().startsWith(`${one.scope}/`.toLowerCase()) &&
      (!isAbac || condition === undefined || repositoriesIn(condition).includes(repository.toLowerCase())),
  );
}

/** Of a condition as the page above has it, for one repository or several. */
function repositoriesIn(condition: string): readonly string[] {
  const name =
    /@Request\[Microsoft\.ContainerRegistry\/registries\/repositories:name\] StringEqualsIgnoreCase '([^']+)'/g;
  return [...condition.matchAll(name)].map(([, repository = '']) => repository.toLowerCase());
}

/** `InProgress` as often as the sandbox is told, then the end. */
export function operationStatus(state: ArmState, name: string) {
  const operation = state.operations.get(name.toLowerCase());
  if (operation === undefined) return armError(404, 'OperationNotFound', 'The operation was not found.');
  if (operation.left-- > 0) return jsonReply(200, { name, status: 'InProgress' });
  return jsonReply(200, { name, ...operation.end() });
}
