import { createFaults, type Faults, type Reply } from '../faults';
import type { SeedRepository } from '../seed';
import { jsonReply, serve, type ServedRequest } from '../serve';
import { startTokenServer, type TokenServer } from '../tokenServer';
import { startV2Server, type SeenRequest, type V2Server } from '../v2Server';
import { route, unauthorized, type Caller, type HubRepository, type HubState } from './hubRoutes';

interface HubUser {
  /** Password, personal access token, or organization access token of an organization's name. */
  readonly secret: string;
  readonly organizations?: readonly string[];
  /** Default true. */
  readonly mayDelete?: boolean;
  /** What the secret is refused with: two-factor authentication, single sign-on. */
  readonly refusal?: string;
}

export interface HubOptions {
  /** By `namespace/name`. */
  readonly repositories: readonly SeedRepository[];
  /** Names of those that are not public. */
  readonly privates?: readonly string[];
  readonly users?: Readonly<Record<string, HubUser>>;
  /** What `ratelimit-limit` and `ratelimit-remaining` say. */
  readonly pulls?: { readonly limit: string; readonly remaining: string };
  /** 0, the default, takes a free one. */
  readonly port?: number;
  readonly registryPort?: number;
}

export interface SandboxHub {
  /** In place of https://hub.docker.com. */
  readonly url: string;
  /** In place of https://registry-1.docker.io. */
  readonly registryUrl: string;
  readonly requests: readonly SeenRequest[];
  readonly registry: V2Server;
  /** Makes tags of a repository immutable: all, or those that match the rules. */
  readonly makeImmutable: (repository: string, rules?: readonly string[]) => void;
  readonly fail: Faults['fail'];
  readonly clearFaults: () => void;
  /** Every token that was handed out ends now. */
  readonly endTokens: () => void;
  readonly stop: () => Promise<void>;
}

/** Two-factor accounts: https://docs.docker.com/reference/api/hub/latest/#tag/authentication-api */
export const needsSecondFactor = 'Require secondary authentication on MFA enabled account';

/** Docker Hub: its API and the registry behind it, over the same images. */
export async function startDockerHub(options: HubOptions): Promise<SandboxHub> {
  const { repositories, privates = [], users = {}, pulls } = options;
  const faults = createFaults();
  const requests: SeenRequest[] = [];
  const tokens = new Map<string, Caller>();
  const tokenServer = await tokensFor(options);
  const registry = await startV2Server({
    repositories: [...repositories, limitPreview(repositories)],
    deleteEnabled: false,
    port: options.registryPort ?? 0,
    auth: { kind: 'bearer', challenge: tokenServer.challenge, accessOf: tokenServer.accessOf },
  });
  const state: HubState = {
    repositories: new Map(repositories.map((seed) => [seed.name, stored(seed, privates)])),
    untag: registry.forget,
  };
  if (pulls !== undefined) {
    const headers = { 'RateLimit-Limit': pulls.limit, 'RateLimit-Remaining': pulls.remaining };
    const found = (request: { method: string; path: string }) =>
      request.method === 'HEAD' && request.path === '/v2/ratelimitpreview/test/manifests/latest';
    registry.fail(found, { status: 200, headers: { ...headers, 'Docker-Content-Digest': `sha256:${'0'.repeat(64)}` } });
  }

  const answer = (request: ServedRequest): Reply => {
    requests.push({ method: request.method, path: request.path, headers: request.headers });
    if (request.url.pathname === '/v2/auth/token') return signIn(request, users, tokens);
    const given = /^Bearer (\S+)$/.exec(request.headers.authorization ?? '')?.[1];
    const caller = given === undefined ? undefined : tokens.get(given);
    if (request.headers.authorization !== undefined && caller === undefined) return unauthorized();
    const limits = { 'X-RateLimit-Limit': '600', 'X-RateLimit-Remaining': '599', 'X-RateLimit-Reset': '0' };
    const reply = route(state, request, caller) ?? jsonReply(404, { message: 'httperror 404: page not found' });
    return { ...reply, headers: { ...limits, ...reply.headers } };
  };
  const listener = await serve(answer, faults, { port: options.port ?? 0 });
  return {
    url: listener.url,
    registryUrl: registry.url,
    requests,
    registry,
    makeImmutable: (repository, rules = []) => {
      const found = state.repositories.get(repository);
      if (found !== undefined) found.immutable = { enabled: true, rules };
    },
    fail: faults.fail,
    clearFaults: () => {
      faults.clear();
    },
    endTokens: () => {
      tokens.clear();
    },
    stop: async () => {
      await Promise.all([listener.stop(), registry.stop(), tokenServer.stop()]);
    },
  };
}

function stored(seed: SeedRepository, privates: readonly string[]): HubRepository {
  const isPrivate = privates.includes(seed.name);
  return { seed, isPrivate, tags: new Map(Object.entries(seed.tags)), updated: new Date('2026-01-01T00:00:00Z') };
}

/** The registry's own tokens: everybody pulls what is public, members push and pull in their namespaces. */
function tokensFor({ repositories, privates = [], users = {} }: HubOptions): Promise<TokenServer> {
  const open = repositories.filter(({ name }) => !privates.includes(name)).map(({ name }) => [name, ['pull']] as const);
  const everybody = { ...Object.fromEntries(open), 'ratelimitpreview/test': ['pull'] };
  const accounts = Object.entries(users).map(([name, { secret, organizations = [] }]) => {
    const own = [name, ...organizations].map((namespace) => [`${namespace}/*`, ['pull', 'push']] as const);
    return [name, { password: secret, repositories: { ...everybody, ...Object.fromEntries(own) } }] as const;
  });
  return startTokenServer({
    service: 'registry.docker.io',
    users: Object.fromEntries(accounts),
    anonymous: { repositories: everybody },
  });
}

/** https://docs.docker.com/docker-hub/usage/pulls/#view-pull-rate-and-limit */
function limitPreview(repositories: readonly SeedRepository[]): SeedRepository {
  const [any] = repositories.flatMap(({ tags }) => Object.values(tags));
  return { name: 'ratelimitpreview/test', tags: any === undefined ? {} : { latest: any } };
}

/** https://docs.docker.com/reference/api/hub/latest/#tag/authentication-api/operation/AuthCreateAccessToken */
function signIn(
  { method, headers, body }: ServedRequest,
  users: Readonly<Record<string, HubUser>>,
  tokens: Map<string, Caller>,
): Reply {
  if (method !== 'POST') return jsonReply(405, { detail: `Method "${method}" not allowed.` });
  if (headers['content-type']?.startsWith('application/json') !== true)
    return jsonReply(415, { detail: 'Unsupported media type' });
  const { identifier, secret } = JSON.parse(body.toString()) as { identifier?: unknown; secret?: unknown };
  if (typeof identifier !== 'string' || typeof secret !== 'string')
    return jsonReply(400, { fields: { identifier: ['This field is required.'] }, text: 'identifier is required' });
  const user = users[identifier];
  if (user?.secret !== secret) return jsonReply(401, { detail: 'Incorrect authentication credentials' });
  if (user.refusal !== undefined) return jsonReply(401, { detail: user.refusal });
  const token = `hub-token-${tokens.size + 1}-of-${identifier}`;
  tokens.set(token, {
    name: identifier,
    organizations: user.organizations ?? [],
    mayDelete: user.mayDelete ?? true,
  });
  return jsonReply(200, { access_token: token });
}
