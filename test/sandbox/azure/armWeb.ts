import { jsonReply } from '../serve';
import {
  listed,
  notFound,
  paged,
  put,
  resourceIn,
  webError,
  type ArmRequest,
  type ArmRoute,
  type ArmState,
  type Resource,
} from './armState';
import { patchedIdentity, systemIdentity } from './armResources';
import { restarted, siteContainerRoutes } from './armSiteContainers';

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

/** Of Linux: https://azure.microsoft.com/en-us/pricing/details/app-service/linux */
const tiers: readonly (readonly [name: RegExp, tier: string])[] = [
  [/^F1$/, 'Free'],
  [/^B[123]$/, 'Basic'],
  [/^S[123]$/, 'Standard'],
  [/^P[123]v2$/, 'PremiumV2'],
  [/^P(?:[0123]|[12345]m)v3$/, 'PremiumV3'],
  [/^P(?:[0123]|[12345]m)v4$/, 'PremiumV4'],
];

/** azure-recordings/azure-cli-2021/appservice/test_acr_integration.json */
function putPlan(state: ArmState, { parts: [, id = '', , , name = ''], body, subscription }: ArmRequest) {
  const { location, sku, properties } = body as {
    location?: string;
    sku?: { name?: string };
    properties?: Record<string, unknown>;
  };
  if (location === undefined || sku?.name === undefined)
    return webError(400, 'BadRequest', 'The parameters location and sku are required.');
  const size = sku.name;
  const tier = tiers.find(([pattern]) => pattern.test(size))?.[1];
  if (tier === undefined) return webError(400, 'BadRequest', `The parameter SKU.Name has an invalid value: ${size}.`);
  const used = listed(state, `/subscriptions/${subscription?.id ?? ''}`, 'Microsoft.Web/serverfarms').filter(
    (plan) => (plan.sku as { tier?: string } | undefined)?.tier === tier && plan.id.toLowerCase() !== id.toLowerCase(),
  ).length;
  const limit = state.quotas.get(tier);
  if (limit !== undefined && used + 1 > limit)
    return webError(
      401,
      'Unauthorized',
      `Operation cannot be completed without additional quota. Additional details - Location: ${location}. Current Limit (${tier} VMs): ${limit}. Current Usage: ${used}. Amount required for this deployment (${tier} VMs): 1. (Minimum) New Limit that you should request to enable this deployment: ${used + 1}.`,
    );
  const isLinux = properties?.reserved === true;
  const resource = put(state, {
    id,
    name,
    type: 'Microsoft.Web/serverfarms',
    kind: isLinux ? 'linux' : 'app',
    location,
    sku: { name: size, tier, size, family: size.charAt(0), capacity: 1 },
    properties: { ...properties, status: 'Ready', provisioningState: 'Succeeded' },
  });
  return jsonReply(200, resource);
}

function putSite(state: ArmState, { parts: [, id = '', , , name = '', slot], body, subscription }: ArmRequest) {
  const { location, identity, properties } = body as {
    location?: string;
    identity?: { type?: string };
    properties?: Record<string, unknown> & { serverFarmId?: string; siteConfig?: Record<string, unknown> };
  };
  if (location === undefined) return webError(400, 'BadRequest', 'The parameter location is required.');
  const plan = resourceIn(state, properties?.serverFarmId ?? '');
  if (properties?.serverFarmId === undefined || plan === undefined)
    return webError(404, 'NotFound', `Cannot find serverFarm with name ${properties?.serverFarmId ?? ''}.`);
  if (slot === undefined && isTaken(state, name, id))
    return webError(409, 'Conflict', `Website with given name ${name} already exists.`);
  const { siteConfig = {}, ...rest } = properties;
  const { appSettings = [], ...config } = siteConfig;
  const problem = fxProblem(config);
  if (problem !== undefined) return problem;
  const pairs = (appSettings as { name: string; value: string }[]).map(({ name: key, value }) => [key, value]);
  state.secrets.set(`${id}/config/appsettings`.toLowerCase(), Object.fromEntries(pairs) as Record<string, string>);
  const isLinux = plan.properties.reserved === true;
  const resource = put(state, {
    id,
    name: slot === undefined ? name : `${name}/${slot}`,
    type: slot === undefined ? 'Microsoft.Web/sites' : 'Microsoft.Web/sites/slots',
    kind: kindOf(isLinux, config),
    location,
    ...(identity?.type === undefined ? {} : { identity: systemIdentity(subscription?.tenantId, identity.type) }),
    properties: {
      ...rest,
      reserved: isLinux,
      siteConfig: config,
      state: 'Running',
      defaultHostName: `${hostOf(name, slot)}.azurewebsites.net`,
      enabledHostNames: [],
    },
  });
  restarted(state, resource);
  return jsonReply(200, shown(resource));
}

function hostOf(name: string, slot: string | undefined): string {
  return slot === undefined ? name : `${name}-${slot}`;
}

/** A site's name is the only one in Azure: whoever has it, in whichever subscription. */
function isTaken(state: ArmState, name: string, id = ''): boolean {
  const wanted = name.toLowerCase();
  if (state.taken.has(wanted)) return true;
  return [...state.resources.values()].some(
    (one) =>
      one.type === 'Microsoft.Web/sites' &&
      one.name.toLowerCase() === wanted &&
      one.id.toLowerCase() !== id.toLowerCase(),
  );
}

/**
 * What the service makes of it, whatever is sent: test_acr_integration.json sends none for `app,linux`,
 * test_linux_webapp_multicontainer_create.json none for `app,linux,container`.
 */
function kindOf(isLinux: boolean, { linuxFxVersion = '', windowsFxVersion = '' }: Record<string, unknown>): string {
  const runs = isLinux ? linuxFxVersion : windowsFxVersion;
  const isContainer = typeof runs === 'string' && /^(?:(?:docker|compose|kube)\||sitecontainers$)/i.test(runs);
  if (isLinux) return isContainer ? 'app,linux,container' : 'app,linux';
  return isContainer ? 'app,container,windows' : 'app';
}

/** A reference without a tag is one of `latest`. */
function fxProblem({ linuxFxVersion: runs }: Record<string, unknown>) {
  if (typeof runs !== 'string' || /^(?:[\w.]+\|\S+|sitecontainers)?$/i.test(runs)) return undefined;
  return webError(400, 'BadRequest', `The parameter LinuxFxVersion has an invalid value.`);
}

/** With its addresses, that of the deployment site (SCM) among them. */
function shown(found: Resource): Resource {
  const hostNameSslStates = [
    { name: found.properties.defaultHostName, sslState: 'Disabled', hostType: 'Standard' },
    { name: scmHostOf(found), sslState: 'Disabled', hostType: 'Repository' },
  ];
  return { ...found, properties: { ...found.properties, hostNameSslStates } };
}

function scmHostOf({ properties }: Resource): string {
  const { defaultHostName = '' } = properties as { defaultHostName?: string };
  return defaultHostName.replace('.', '.scm.');
}

function policyOf(found: Resource) {
  return jsonReply(200, {
    id: `${found.id}/basicPublishingCredentialsPolicies/scm`,
    name: 'scm',
    type: 'Microsoft.Web/sites/basicPublishingCredentialsPolicies',
    location: found.location,
    properties: { allow: found.properties.scmAllowed === true },
  });
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
        return webError(400, 'BadRequest', 'The resource type is invalid.');
      const name = String(body.name);
      const problem = {
        nameAvailable: false,
        reason: 'AlreadyExists',
        message: `Hostname '${name}' already exists. Please select a different name.`,
      };
      return jsonReply(200, isTaken(state, name) ? problem : { nameAvailable: true, reason: '', message: '' });
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
    answer: (state, request) => siteAt(state, request, (found) => jsonReply(200, shown(found))),
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
          return webError(400, 'BadRequest', 'The identity ids and the type of the identity do not go together.');
        found.identity = identity;
        return jsonReply(200, shown(found));
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
      siteAt(state, request, (found) => {
        const { id, location } = found;
        const properties = (request.body.properties ?? {}) as Record<string, string>;
        state.secrets.set(`${id}/config/appsettings`.toLowerCase(), properties);
        restarted(state, found);
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
        const problem = fxProblem(sent);
        if (problem !== undefined) return problem;
        found.properties.siteConfig = { ...(found.properties.siteConfig as Record<string, unknown>), ...sent };
        restarted(state, found);
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
    method: 'GET',
    path: new RegExp(`${site}/basicPublishingCredentialsPolicies/scm$`, 'i'),
    apiVersion,
    answer: (state, request) => siteAt(state, request, policyOf),
  },
  {
    method: 'PUT',
    path: new RegExp(`${site}/basicPublishingCredentialsPolicies/scm$`, 'i'),
    apiVersion,
    answer: (state, request) =>
      siteAt(state, request, (found) => {
        const { allow } = (request.body.properties ?? {}) as { allow?: unknown };
        if (typeof allow !== 'boolean') return webError(400, 'BadRequest', 'The parameter allow is required.');
        found.properties.scmAllowed = allow;
        return policyOf(found);
      }),
  },
  {
    method: 'POST',
    path: new RegExp(`${site}/config/publishingcredentials/list$`, 'i'),
    apiVersion,
    // Where nobody may sign in with them they are there all the same, and not told.
    answer: (state, request) =>
      siteAt(state, request, (found) => {
        const isTold = found.properties.scmAllowed === true;
        const publishingUserName = isTold ? `$${found.name.replace('/', '__')}` : 'REDACTED';
        const publishingPassword = isTold ? 'publishing-password' : 'REDACTED';
        const scmUri = `https://${publishingUserName}:${publishingPassword}@${scmHostOf(found)}`;
        return jsonReply(200, {
          id: `${found.id}/publishingcredentials`,
          name: found.name,
          type: 'Microsoft.Web/sites/publishingcredentials',
          location: found.location,
          properties: { publishingUserName, publishingPassword, scmUri },
        });
      }),
  },
  ...siteContainerRoutes,
];
