import { randomUUID } from 'node:crypto';
import type { Reply } from '../faults';
import { jsonReply } from '../serve';
import { armError, deniedAt, listed, paged, put, resourceIn } from './armState';
import type { ArmRoute, ArmState, RoleAssignment, SandboxTenant } from './armState';
import type { EntraClaims } from './entraTokens';

const groups = '2025-04-01';
const subscriptions = '2022-12-01';
const authorization = '2022-04-01';
const group = '^(/subscriptions/([^/]+)/resourceGroups/([^/]+))';

/** https://learn.microsoft.com/en-us/azure/role-based-access-control/built-in-roles/containers */
const roles = {
  AcrPull: '7f951dda-4ed3-4680-a7ca-43fe172d538d',
  'Container Registry Repository Reader': 'b93aa761-3e63-49ed-ac28-beffa264f7ac',
} as const;

/** Names by label: the one does not follow from the other. */
const placeNames: Readonly<Record<string, string>> = {
  'East US': 'eastus',
  'North Central US (Stage)': 'northcentralusstage',
  'North Europe': 'northeurope',
  'West Europe': 'westeurope',
};
const locations = Object.keys(placeNames);

export const resourceRoutes: readonly ArmRoute[] = [
  {
    method: 'GET',
    path: /^\/subscriptions\/([^/]+)\/resourcegroups$/i,
    apiVersion: groups,
    answer: (state, { parts: [path = '', id = ''], query }) =>
      paged(state, path, groups, listed(state, `/subscriptions/${id}`, 'Microsoft.Resources/resourceGroups'), query),
  },
  {
    method: 'GET',
    path: new RegExp(`${group}$`, 'i'),
    apiVersion: groups,
    answer: (state, { parts: [, id = '', , name = ''] }) => {
      const found = resourceIn(state, id);
      return found === undefined
        ? armError(404, 'ResourceGroupNotFound', `Resource group '${name}' could not be found.`)
        : jsonReply(200, found);
    },
  },
  {
    method: 'PUT',
    path: new RegExp(`${group}$`, 'i'),
    apiVersion: groups,
    answer: (state, { parts: [, id = '', , name = ''], body }) => {
      if (typeof body.location !== 'string')
        return armError(400, 'LocationRequired', 'The location property is required for this definition.');
      const isThere = resourceIn(state, id) !== undefined;
      const resource = put(state, {
        id,
        name,
        type: 'Microsoft.Resources/resourceGroups',
        location: body.location,
        properties: { provisioningState: 'Succeeded' },
      });
      return jsonReply(isThere ? 200 : 201, resource);
    },
  },
  {
    method: 'GET',
    path: /^\/subscriptions\/([^/]+)\/locations$/i,
    apiVersion: subscriptions,
    answer: (_state, { parts: [path = ''] }) =>
      jsonReply(200, {
        value: Object.entries(placeNames).map(([displayName, name]) => ({
          ...{ id: `${path}/${name}`, name, type: 'Region', displayName, regionalDisplayName: displayName },
          metadata: { regionType: 'Physical', regionCategory: 'Recommended' },
        })),
      }),
  },
  {
    method: 'GET',
    path: /^\/subscriptions\/([^/]+)\/providers\/(Microsoft\.(?:ContainerRegistry|Web|App))$/i,
    apiVersion: groups,
    answer: (state, { parts: [path = '', , namespace = ''] }) => {
      const { registrations } = state;
      const types = ['registries', 'sites', 'serverFarms', 'containerApps', 'managedEnvironments'];
      const resourceTypes = types.map((resourceType) => ({ resourceType, locations, apiVersions: [] }));
      const registrationState = registrations.get(namespace) ?? 'Registered';
      if (registrationState === 'Registering' && --state.registeringFor <= 0) registrations.delete(namespace);
      return jsonReply(200, { id: path, namespace, registrationState, resourceTypes });
    },
  },
  {
    method: 'POST',
    path: /^(\/subscriptions\/[^/]+\/providers\/(Microsoft\.(?:ContainerRegistry|Web|App)))\/register$/i,
    apiVersion: groups,
    answer: ({ registrations }, { parts: [, id = '', namespace = ''] }) => {
      if (registrations.has(namespace)) registrations.set(namespace, 'Registering');
      return jsonReply(200, { id, namespace, registrationState: 'Registering', resourceTypes: [] });
    },
  },
  {
    method: 'GET',
    path: /^(.*)\/providers\/Microsoft\.Authorization\/permissions$/i,
    apiVersion: authorization,
    answer: (state, { parts: [, scope = ''], claims }) => {
      const status = state.untold.get(scope.toLowerCase());
      if (status === 400) return armError(400, 'BadRequest', 'The request is not supported at this scope.');
      if (status !== undefined)
        return armError(
          status,
          'AuthorizationFailed',
          `The client '${claims.upn}' does not have authorization to perform action 'Microsoft.Authorization/permissions/read' over scope '${scope}'.`,
        );
      const notActions = deniedAt(state, scope);
      return jsonReply(200, { value: [{ actions: ['*'], notActions, dataActions: [], notDataActions: [] }] });
    },
  },
  {
    method: 'GET',
    path: /^(.*)\/providers\/Microsoft\.Authorization\/roleDefinitions$/i,
    apiVersion: authorization,
    answer: (_state, { query, subscription }) => {
      const wanted = /^roleName eq '(.*)'$/.exec(query.get('$filter') ?? '')?.[1];
      const value = Object.entries(roles)
        .filter(([name]) => wanted === undefined || name === wanted)
        .map(([roleName, name]) => ({
          id: `/subscriptions/${subscription?.id ?? ''}/providers/Microsoft.Authorization/roleDefinitions/${name}`,
          type: 'Microsoft.Authorization/roleDefinitions',
          name,
          properties: { roleName, type: 'BuiltInRole', assignableScopes: ['/'], permissions: [] },
        }));
      return jsonReply(200, { value });
    },
  },
  {
    method: 'PUT',
    path: /^(.*)\/providers\/Microsoft\.Authorization\/roleAssignments\/([^/]+)$/i,
    apiVersion: authorization,
    answer: (state, { parts: [id = '', scope = '', name = ''], body }) => assign(state, { id, scope, name }, body),
  },
  {
    method: 'GET',
    path: /^(.*)\/providers\/Microsoft\.Authorization\/roleAssignments$/i,
    apiVersion: authorization,
    answer: (state, { parts: [, scope = ''], query, subscription }) => {
      const principal = /^principalId eq '(.*)'$/.exec(query.get('$filter') ?? '')?.[1];
      const value = state.assignments
        .filter((one) => isWithin(one.scope, scope) || isWithin(scope, one.scope))
        .filter(({ principalId }) => principal === undefined || principalId === principal)
        .map((one) => assignment(one, subscription?.id ?? ''));
      return jsonReply(200, { value });
    },
  },
];

function isWithin(scope: string, above: string): boolean {
  return `${scope}/`.toLowerCase().startsWith(`${above}/`.toLowerCase());
}

function assignment({ name, scope, role, principalId, condition }: RoleAssignment, subscription: string) {
  const guid = Object.entries(roles).find(([known]) => known === role)?.[1] ?? '';
  return {
    id: `${scope}/providers/Microsoft.Authorization/roleAssignments/${name}`,
    name,
    type: 'Microsoft.Authorization/roleAssignments',
    properties: {
      roleDefinitionId: `/subscriptions/${subscription}/providers/Microsoft.Authorization/roleDefinitions/${guid}`,
      principalId,
      principalType: 'ServicePrincipal',
      scope,
      condition: condition ?? null,
      conditionVersion: condition === undefined ? null : '2.0',
    },
  };
}

/**
 * Gives a role. One principal has a role in one scope once, whatever the condition; that can be written anew.
 * https://learn.microsoft.com/en-us/azure/role-based-access-control/troubleshooting and, of the condition,
 * https://github.com/hashicorp/terraform-provider-azurerm/issues/24045
 */
function assign(
  state: ArmState,
  { id, scope, name }: { readonly id: string; readonly scope: string; readonly name: string },
  body: Record<string, unknown>,
): Reply {
  const { roleDefinitionId, principalId, condition, conditionVersion } = (body.properties ?? {}) as Record<
    string,
    string | undefined
  >;
  if (!/^[0-9a-f-]{36}$/.test(name))
    return armError(400, 'InvalidRoleAssignmentId', 'The role assignment ID must be a GUID.');
  if (roleDefinitionId === undefined || principalId === undefined)
    return armError(
      400,
      'InvalidRequestContent',
      'The request content was invalid: roleDefinitionId and principalId are required.',
    );
  const role = Object.entries(roles).find(([, guid]) => roleDefinitionId.endsWith(guid))?.[0];
  if (role === undefined)
    return armError(400, 'RoleDefinitionDoesNotExist', 'The specified role definition does not exist.');
  if (condition !== undefined && conditionVersion !== '2.0')
    return armError(400, 'InvalidConditionVersion', 'The condition version of the role assignment is invalid.');
  if (isUnknownYet(state, principalId))
    return armError(
      400,
      'PrincipalNotFound',
      `Principal ${principalId.replaceAll('-', '')} does not exist in the directory. Check that you have the correct principal ID. If you are creating this principal and then immediately assigning a role, this error might be related to a replication delay. In this case, set the role assignment principalType property to a value, such as ServicePrincipal, User, or Group.`,
    );
  const there = state.assignments.find((one) => one.name === name && one.scope === scope);
  if (there !== undefined && (there.role !== role || there.principalId !== principalId))
    return armError(
      400,
      'RoleAssignmentUpdateNotPermitted',
      'Tenant ID, application ID, principal ID, and scope are not allowed to be updated.',
    );
  const isGiven = (one: RoleAssignment) => one.scope === scope && one.principalId === principalId && one.role === role;
  if (there === undefined && state.assignments.some(isGiven))
    return armError(409, 'RoleAssignmentExists', 'The role assignment already exists.');
  const given = there ?? { name, scope, principalId, role };
  if (condition === undefined) delete given.condition;
  else given.condition = condition;
  if (there === undefined) state.assignments.push(given);
  const { properties } = assignment(given, id.split('/')[2] ?? '');
  return jsonReply(201, {
    id,
    name,
    type: 'Microsoft.Authorization/roleAssignments',
    properties: { ...properties, roleDefinitionId, createdOn: new Date().toISOString() },
  });
}

/** An identity that was made just now is not known everywhere at once. */
function isUnknownYet(state: ArmState, principalId: string): boolean {
  const isOwn = [...state.resources.values()].some(
    ({ identity }) => (identity as { principalId?: string } | undefined)?.principalId === principalId,
  );
  const left = state.replicated.get(principalId) ?? (isOwn ? state.unknownFor : 0);
  state.replicated.set(principalId, Math.max(0, left - 1));
  return left > 0;
}

/** Whom a resource runs as, once it has an identity. */
export function systemIdentity(tenantId: string | undefined, type = 'SystemAssigned') {
  return { type, principalId: randomUUID(), tenantId: tenantId ?? '' };
}

/**
 * What becomes of an identity: what was assigned by the user must be sent back, and stays what it is.
 * https://learn.microsoft.com/en-us/azure/app-service/overview-managed-identity
 */
export function patchedIdentity(before: unknown, sent: unknown, tenantId: string | undefined) {
  const { type, userAssignedIdentities: ids } = (sent ?? {}) as {
    type?: string;
    userAssignedIdentities?: Record<string, Record<string, unknown>>;
  };
  if (type === undefined) return before;
  const { principalId, userAssignedIdentities: known = {} } = (before ?? {}) as {
    principalId?: string;
    userAssignedIdentities?: Record<string, unknown>;
  };
  const isUsers = type.includes('UserAssigned');
  const names = Object.keys(ids ?? {});
  if (isUsers !== names.length > 0 || names.some((name) => known[name] === undefined)) return 'invalid';
  const own = systemIdentity(tenantId, type);
  return {
    ...own,
    ...(principalId === undefined ? {} : { principalId }),
    ...(isUsers ? { userAssignedIdentities: Object.fromEntries(names.map((name) => [name, known[name]])) } : {}),
  };
}

/** Why a resource cannot be made there; nothing where it can. Of another location there is nothing, whoever asks. */
export function refusedPlace({ registrations }: ArmState, path: string, location: unknown): Reply | undefined {
  const [, namespace = '', type = ''] =
    /\/providers\/(Microsoft\.(?:ContainerRegistry|Web|App))\/([^/]+)\/[^/]+$/i.exec(path) ?? [];
  if (namespace === '') return undefined;
  // One that is being switched on is there before it says so: https://github.com/microsoft/vscode-azuretools/pull/648
  if (registrations.get(namespace) === 'NotRegistered')
    return armError(
      409,
      'MissingSubscriptionRegistration',
      `The subscription is not registered to use namespace '${namespace}'. See https://aka.ms/rps-not-found for how to register subscriptions.`,
    );
  const names = Object.values(placeNames);
  if (typeof location !== 'string' || locations.includes(location) || names.includes(location.toLowerCase()))
    return undefined;
  return armError(
    400,
    'LocationNotAvailableForResourceType',
    `The provided location '${location}' is not available for resource type '${namespace}/${type}'. List of available regions for the resource type is '${names.join(',')}'.`,
  );
}

/** Where somebody is known. */
function tenantsOf({ tenants }: ArmState, { upn, tid }: EntraClaims): readonly SandboxTenant[] {
  return tenants.filter(({ id, users }) => id === tid || users.includes(upn));
}

export const tenantRoutes: readonly ArmRoute[] = [
  {
    method: 'GET',
    path: /^\/tenants$/i,
    apiVersion: subscriptions,
    answer: (state, { claims }) =>
      jsonReply(200, {
        value: tenantsOf(state, claims).map(({ id, name }) => ({
          id: `/tenants/${id}`,
          tenantId: id,
          countryCode: 'US',
          displayName: name,
          domains: [`${name.toLowerCase().replaceAll(' ', '')}.onmicrosoft.com`],
          tenantCategory: 'Home',
          defaultDomain: `${name.toLowerCase().replaceAll(' ', '')}.onmicrosoft.com`,
          tenantType: 'AAD',
        })),
      }),
  },
];
