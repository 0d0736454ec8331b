import { jsonReply } from '../serve';
import {
  armError,
  listed,
  notFound,
  paged,
  put,
  resourceIn,
  type ArmRequest,
  type ArmRoute,
  type ArmState,
  type Resource,
} from './armState';
import { patchedIdentity, systemIdentity } from './armResources';

const apiVersion = '2025-05-01';
const provider = '(/subscriptions/([^/]+)/resourceGroups/([^/]+)/providers/Microsoft.Web';
const plan = new RegExp(`^${provider}/serverfarms/([^/]+))$`, 'i');
/** A site, or a slot of it. */
const site = `^${provider}/sites/([^/]+)(?:/slots/([^/]+))?)`;

function siteAt(
  state: ArmState,
  { parts: [, id = ''] }: ArmRequest,
  answer: (found: Resource) => ReturnType<typeof jsonReply>,
) {
  const found = resourceIn(state, id);
  return found === undefined ? notFound(id) : answer(found);
}

/** azure-recordings/azure-cli-2021/appservice/test_acr_integration.json */
function putPlan(state: ArmState, { parts: [, id = '', , , name = ''], body }: ArmRequest) {
  const { location, sku, properties } = body as {
    location?: string;
    sku?: { name?: string };
    properties?: Record<string, unknown>;
  };
  if (location === undefined || sku?.name === undefined)
    return armError(400, 'BadRequest', 'The parameters location and sku are required.');
  const isLinux = properties?.reserved === true;
  const tier = { B: 'Basic', S: 'Standard', P: 'PremiumV3', F: 'Free' }[sku.name.charAt(0)] ?? 'Basic';
  const resource = put(state, {
    id,
    name,
    type: 'Microsoft.Web/serverfarms',
    kind: isLinux ? 'linux' : 'app',
    location,
    sku: { name: sku.name, tier, size: sku.name, family: sku.name.charAt(0), capacity: 1 },
    properties: { ...properties, status: 'Ready', provisioningState: 'Succeeded' },
  });
  return jsonReply(200, resource);
}

function putSite(state: ArmState, { parts: [, id = '', , , name = ''], body, subscription }: ArmRequest) {
  const { location, kind, identity, properties } = body as {
    location?: string;
    kind?: string;
    identity?: { type?: string };
    properties?: Record<string, unknown> & { serverFarmId?: string; siteConfig?: Record<string, unknown> };
  };
  if (location === undefined) return armError(400, 'BadRequest', 'The parameter location is required.');
  if (properties?.serverFarmId === undefined || resourceIn(state, properties.serverFarmId) === undefined)
    return armError(404, 'NotFound', `Cannot find serverFarm with the id given.`);
  const { siteConfig = {}, ...rest } = properties;
  const { appSettings = [], ...config } = siteConfig;
  const pairs = (appSettings as { name: string; value: string }[]).map(({ name: key, value }) => [key, value]);
  state.secrets.set(`${id}/config/appsettings`.toLowerCase(), Object.fromEntries(pairs) as Record<string, string>);
  const resource = put(state, {
    id,
    name,
    type: 'Microsoft.Web/sites',
    kind: kind ?? 'app',
    location,
    ...(identity?.type === undefined ? {} : { identity: systemIdentity(subscription?.tenantId, identity.type) }),
    properties: {
      ...rest,
      siteConfig: config,
      state: 'Running',
      defaultHostName: `${name}.azurewebsites.net`,
      enabledHostNames: [],
    },
  });
  return jsonReply(200, resource);
}

/** As azure-recordings/azure-cli-2021/appservice have every site: what it runs stands in its configuration alone. */
function withoutRuntime(found: Resource): Resource {
  const siteConfig = { ...(found.properties.siteConfig as object), linuxFxVersion: null, windowsFxVersion: null };
  return { ...found, properties: { ...found.properties, siteConfig } };
}

export const webRoutes: readonly ArmRoute[] = [
  {
    method: 'GET',
    path: /^(\/subscriptions\/[^/]+)\/providers\/Microsoft\.Web\/serverfarms$/i,
    apiVersion,
    answer: (state, { parts: [path = '', scope = ''], query }) =>
      paged(state, path, apiVersion, listed(state, scope, 'Microsoft.Web/serverfarms'), query),
  },
  { method: 'PUT', path: plan, apiVersion, answer: putPlan },
  {
    method: 'GET',
    path: plan,
    apiVersion,
    answer: (state, request) => siteAt(state, request, (found) => jsonReply(200, found)),
  },
  {
    method: 'POST',
    path: /^\/subscriptions\/[^/]+\/providers\/Microsoft\.Web\/checknameavailability$/i,
    apiVersion,
    answer: (state, { body }) => {
      if (body.type !== 'Microsoft.Web/sites' && body.type !== 'Site')
        return armError(400, 'BadRequest', 'The resource type is invalid.');
      const name = String(body.name);
      const isTaken =
        state.taken.has(name.toLowerCase()) ||
        [...state.resources.values()].some((one) => one.type === 'Microsoft.Web/sites' && one.name === name);
      const problem = {
        nameAvailable: false,
        reason: 'AlreadyExists',
        message: `Hostname '${name}' already exists. Please select a different name.`,
      };
      return jsonReply(200, isTaken ? problem : { nameAvailable: true, reason: '', message: '' });
    },
  },
  {
    method: 'GET',
    path: /^(\/subscriptions\/[^/]+)\/providers\/Microsoft\.Web\/sites$/i,
    apiVersion,
    answer: (state, { parts: [path = '', scope = ''], query }) =>
      paged(state, path, apiVersion, listed(state, scope, 'Microsoft.Web/sites').map(withoutRuntime), query),
  },
  {
    method: 'GET',
    path: new RegExp(`^${provider}/sites/[^/]+)/slots$`, 'i'),
    apiVersion,
    answer: (state, { parts: [path = '', id = ''], query }) =>
      paged(state, path, apiVersion, listed(state, id, 'Microsoft.Web/sites/slots').map(withoutRuntime), query),
  },
  {
    method: 'GET',
    path: new RegExp(`${site}$`, 'i'),
    apiVersion,
    answer: (state, request) => siteAt(state, request, (found) => jsonReply(200, found)),
  },
  { method: 'PUT', path: new RegExp(`${site}$`, 'i'), apiVersion, answer: putSite },
  {
    method: 'PATCH',
    path: new RegExp(`${site}$`, 'i'),
    apiVersion,
    answer: (state, request) =>
      siteAt(state, request, (found) => {
        const identity = patchedIdentity(found.identity, request.body.identity, request.subscription?.tenantId);
        if (identity === 'invalid')
          return armError(400, 'BadRequest', 'The identity ids and the type of the identity do not go together.');
        found.identity = identity;
        return jsonReply(200, found);
      }),
  },
  {
    method: 'POST',
    path: new RegExp(`${site}/config/appsettings/list$`, 'i'),
    apiVersion,
    answer: (state, request) =>
      siteAt(state, request, ({ id, location }) =>
        jsonReply(200, {
          id: `${id}/config/appsettings`,
          name: 'appsettings',
          type: 'Microsoft.Web/sites/config',
          location,
          properties: state.secrets.get(`${id}/config/appsettings`.toLowerCase()) ?? {},
        }),
      ),
  },
  {
    method: 'PUT',
    path: new RegExp(`${site}/config/appsettings$`, 'i'),
    apiVersion,
    // The whole set is replaced by what is sent.
    answer: (state, request) =>
      siteAt(state, request, ({ id, location }) => {
        const properties = (request.body.properties ?? {}) as Record<string, string>;
        state.secrets.set(`${id}/config/appsettings`.toLowerCase(), properties);
        return jsonReply(200, {
          id: `${id}/config/appsettings`,
          name: 'appsettings',
          type: 'Microsoft.Web/sites/config',
          location,
          properties,
        });
      }),
  },
  {
    method: 'GET',
    path: new RegExp(`${site}/config/web$`, 'i'),
    apiVersion,
    answer: (state, request) =>
      siteAt(state, request, ({ id, location, properties }) =>
        jsonReply(200, {
          id: `${id}/config/web`,
          name: 'web',
          type: 'Microsoft.Web/sites/config',
          location,
          properties: properties.siteConfig,
        }),
      ),
  },
  {
    method: 'PATCH',
    path: new RegExp(`${site}/config/web$`, 'i'),
    apiVersion,
    answer: (state, request) =>
      siteAt(state, request, (found) => {
        const sent = (request.body.properties ?? {}) as Record<string, unknown>;
        if (typeof sent.linuxFxVersion === 'string' && !/^DOCKER\|\S+:\S+$/.test(sent.linuxFxVersion))
          return armError(
            400,
            'BadRequest',
            `The parameter LinuxFxVersion has an invalid value: ${sent.linuxFxVersion}.`,
          );
        found.properties.siteConfig = { ...(found.properties.siteConfig as Record<string, unknown>), ...sent };
        return jsonReply(200, {
          id: `${found.id}/config/web`,
          name: 'web',
          type: 'Microsoft.Web/sites/config',
          location: found.location,
          properties: found.properties.siteConfig,
        });
      }),
  },
  {
    method: 'PUT',
    path: new RegExp(`${site}/basicPublishingCredentialsPolicies/scm$`, 'i'),
    apiVersion,
    answer: (state, request) =>
      siteAt(state, request, (found) => {
        const { allow } = (request.body.properties ?? {}) as { allow?: unknown };
        if (typeof allow !== 'boolean') return armError(400, 'BadRequest', 'The parameter allow is required.');
        found.properties.scmAllowed = allow;
        return jsonReply(200, {
          id: `${found.id}/basicPublishingCredentialsPolicies/scm`,
          name: 'scm',
          type: 'Microsoft.Web/sites/basicPublishingCredentialsPolicies',
          properties: { allow },
        });
      }),
  },
  {
    method: 'POST',
    path: new RegExp(`${site}/config/publishingcredentials/list$`, 'i'),
    apiVersion,
    answer: (state, request) =>
      siteAt(state, request, (found) => {
        if (found.properties.scmAllowed !== true)
          return armError(403, 'Forbidden', 'Basic authentication is disabled for this site.');
        const scmUri = `https://$${found.name}:publishing-password@${found.name}.scm.azurewebsites.net`;
        return jsonReply(200, {
          id: `${found.id}/publishingcredentials`,
          name: found.name,
          type: 'Microsoft.Web/sites/publishingcredentials',
          location: found.location,
          properties: { publishingUserName: `$${found.name}`, publishingPassword: 'publishing-password', scmUri },
        });
      }),
  },
];
