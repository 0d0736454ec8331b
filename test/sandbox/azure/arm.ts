import type { Reply } from '../faults';
import { jsonReply, type ServedRequest } from '../serve';
import { appRoutes } from './armApps';
import { registryRoutes } from './armRegistries';
import { refusedPlace, resourceRoutes, tenantRoutes } from './armResources';
import { actionOf, armError, refusal, type ArmRoute, type ArmState } from './armState';
import { webRoutes } from './armWeb';
import type { EntraClaims, EntraTokens } from './entraTokens';

const routes: readonly ArmRoute[] = [...tenantRoutes, ...registryRoutes, ...webRoutes, ...appRoutes, ...resourceRoutes];
const subscriptionsVersion = '2022-12-01';

/** The Resource Manager: refuses what the real one does, from the token to the api-version to the body. */
export async function armAnswer(
  state: ArmState,
  tokens: EntraTokens,
  { method, url, headers, body }: ServedRequest,
): Promise<Reply> {
  const claims = tokens.read(/^Bearer (\S+)$/.exec(headers.authorization ?? '')?.[1] ?? '');
  if (claims === undefined) return unauthenticated('InvalidAuthenticationToken', 'The access token is invalid.');
  if (claims.aud.replace(/\/$/, '') !== state.url)
    return unauthenticated(
      'InvalidAuthenticationTokenAudience',
      `The access token has been obtained for wrong audience or resource '${claims.aud}'.`,
    );
  const version = url.searchParams.get('api-version');
  if (version === null)
    return armError(
      400,
      'MissingApiVersionParameter',
      'The api-version query parameter (?api-version=) is required for all requests.',
    );
  if (url.pathname === '/subscriptions' && method === 'GET') return subscriptionsOf(state, claims, version);
  const subscription = state.subscriptions.find(
    ({ id }) => id === /^\/subscriptions\/([^/]+)/i.exec(url.pathname)?.[1],
  );
  if (subscription === undefined && url.pathname !== '/tenants')
    return armError(
      404,
      'SubscriptionNotFound',
      `The subscription '${url.pathname.split('/')[2] ?? ''}' could not be found.`,
    );
  if (subscription !== undefined && subscription.tenantId !== claims.tid)
    return unauthenticated(
      'InvalidAuthenticationTokenTenant',
      `The access token is from the wrong issuer. It must match the tenant '${subscription.tenantId}' associated with this subscription.`,
    );
  const versions: string[] = [];
  for (const { method: wanted, path, apiVersion, answer } of routes) {
    const parts = wanted === method ? path.exec(url.pathname) : null;
    if (parts === null) continue;
    if (version !== apiVersion) {
      versions.push(apiVersion);
      continue;
    }
    const parsed = parse(body);
    if (parsed === undefined)
      return armError(400, 'InvalidRequestContent', 'The request content was invalid and could not be deserialized.');
    const act = actionOf(method, url.pathname);
    const isDenied = act === undefined ? undefined : refusal(state, claims, act.action, act.scope);
    const refused = isDenied ?? (method === 'PUT' ? refusedPlace(state, url.pathname, parsed.location) : undefined);
    return refused ?? answer(state, { method, parts, query: url.searchParams, body: parsed, subscription, claims });
  }
  if (versions.length > 0)
    return armError(
      400,
      'NoRegisteredProviderFound',
      `No registered resource provider found for API version '${version}'. The supported api-versions are '${versions.join(', ')}'.`,
    );
  return armError(404, 'InvalidResourceType', `The resource type could not be found for ${method} ${url.pathname}.`);
}

function parse(body: Buffer): Record<string, unknown> | undefined {
  if (body.length === 0) return {};
  try {
    return JSON.parse(body.toString()) as Record<string, unknown>;
  } catch {
    return undefined;
  }
}

function unauthenticated(code: string, message: string): Reply {
  const reply = armError(401, code, message);
  return {
    ...reply,
    headers: {
      ...reply.headers,
      'WWW-Authenticate': `Bearer authorization_uri="https://login.windows.net/", error="invalid_token", error_description="${message}"`,
    },
  };
}

/** Those of the tenant that the token is of. */
function subscriptionsOf(state: ArmState, claims: EntraClaims, version: string): Reply {
  if (version !== subscriptionsVersion)
    return armError(400, 'InvalidApiVersionParameter', `The api-version '${version}' is invalid.`);
  const value = state.subscriptions
    .filter(({ tenantId }) => tenantId === claims.tid)
    .map(({ id, name, tenantId }) => ({
      id: `/subscriptions/${id}`,
      authorizationSource: 'RoleBased',
      managedByTenants: [],
      subscriptionId: id,
      tenantId,
      displayName: name,
      state: 'Enabled',
      subscriptionPolicies: {
        locationPlacementId: 'Public_2014-09-01',
        quotaId: 'PayAsYouGo_2014-09-01',
        spendingLimit: 'Off',
      },
    }));
  return jsonReply(200, { value });
}
