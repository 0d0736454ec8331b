import { randomUUID } from 'node:crypto';
import type { Reply } from '../faults';
import { jsonReply } from '../serve';
import { armError, listed, paged, put, refusal, resourceIn } from './armState';
import type { ArmRoute, ArmState, SandboxTenant } from './armState';
import type { EntraClaims } from './entraTokens';

const groups = '2025-04-01';
const subscriptions = '2022-12-01';
const authorization = '2022-04-01';
const group = '^(/subscriptions/([^/]+)/resourceGroups/([^/]+))';

/** https://learn.microsoft.com/en-us/azure/role-based-access-control/built-in-roles/containers */
export const roles = {
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
export const locations = Object.keys(placeNames);

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
    answer: ({ registrations }, { parts: [path = '', , namespace = ''] }) => {
      const types = ['registries', 'sites', 'serverFarms', 'containerApps', 'managedEnvironments'];
      const resourceTypes = types.map((resourceType) => ({ resourceType, locations, apiVersions: [] }));
      const registrationState = registrations.get(namespace) ?? 'Registered';
      if (registrationState === 'Registering') registrations.delete(namespace);
      return jsonReply(200, { id: path, namespace, registrationState, resourceTypes });
    },
  },
  {
    method: 'POST',
    path: /^(\/subscriptions\/[^/]+\/providers\/(Microsoft\.(?:ContainerRegistry|Web|App)))\/register$/i,
    apiVersion: groups,
    answer: ({ registrations }, { parts: [, id = '', namespace = ''] }) => {
      registrations.set(namespace, 'Registering');
      return jsonReply(200, { id, namespace, registrationState: 'Registering', resourceTypes: [] });
    },
  },
  {
    method: 'GET',
    path: /^(.*)\/providers\/Microsoft\.Authorization\/permissions$/i,
    apiVersion: authorization,
    answer: (state, { parts: [, scope = ''] }) => {
      const notActions = state.denied.get(scope.toLowerCase().replaceAll('//', '/')) ?? [];
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
    answer: (state, { parts: [id = '', scope = '', name = ''], body, claims }) => {
      const { roleDefinitionId, principalId, principalType } = (body.properties ?? {}) as Record<
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
      const refused = refusal(state, claims, 'Microsoft.Authorization/roleAssignments/write', scope);
      if (refused !== undefined) return refused;
      if (state.assignments.some((one) => one.scope === scope && one.principalId === principalId && one.role === role))
        return armError(409, 'RoleAssignmentExists', 'The role assignment already exists.');
      state.assignments.push({ scope, principalId, role });
      return jsonReply(201, {
        id,
        name,
        type: 'Microsoft.Authorization/roleAssignments',
        properties: { roleDefinitionId, principalId, principalType, scope, createdOn: new Date().toISOString() },
      });
    },
  },
];

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
  if (registrations.has(namespace))
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
