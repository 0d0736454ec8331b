import { createHash, randomUUID } from 'node:crypto';
import { createFaults, type Faults, type Reply } from '../faults';
import { createdOf, type BuiltManifest } from '../images';
import { manifestsOf, type SeedRepository } from '../seed';
import { basicCredentials, errorReply, jsonReply, serve, type ServedRequest } from '../serve';
import { startTokenServer, type Grants, type TokenServer, type TokenServerOptions } from '../tokenServer';
import { startV2Server, type SeenRequest, type V2Server } from '../v2Server';
import type { TlsMaterial } from '../loopback';
import type { EntraTokens } from './entraTokens';
import { acrRoute, type AcrRepository } from './acrRoutes';

export interface AcrOptions {
  readonly repositories: readonly SeedRepository[];
  /** Admin user and repository-scoped tokens, by name. */
  readonly users?: TokenServerOptions['users'];
  /** What everybody may do where anonymous pull is enabled. */
  readonly anonymous?: NonNullable<TokenServerOptions['anonymous']>;
  /** Repositories that a page of the catalog holds at most. */
  readonly pageCap?: number;
  readonly deleteEnabled?: boolean;
  /** 0, the default, takes a free one. */
  readonly port?: number;
  readonly tls?: TlsMaterial;
  /** Whose tokens are exchanged: https://github.com/Azure/acr/blob/main/docs/AAD-OAuth.md */
  readonly entra?: {
    readonly tokens: EntraTokens;
    /** Who may do everything in it, unless `grants` says less. */
    readonly users: readonly string[];
    readonly grants?: Grants;
    /** What a token may be for. */
    readonly audiences: () => readonly string[];
  };
}

export interface SandboxAcr {
  /** Of the login server. */
  readonly url: string;
  readonly host: string;
  readonly requests: readonly SeenRequest[];
  /** What it holds beyond V2, to be locked by tests. */
  readonly repositories: ReadonlyMap<string, AcrRepository>;
  readonly tokens: TokenServer;
  /** Deletes an image as whoever has soft delete on: it is nowhere to be seen, until it is restored. */
  readonly deleteSoftly: (repository: string, digest: string) => void;
  readonly fail: Faults['fail'];
  readonly clearFaults: () => void;
  readonly stop: () => Promise<void>;
}

const hopByHop = ['connection', 'content-length', 'host', 'keep-alive', 'transfer-encoding'];

/** A registry of Azure: tokens, V2 and the listing of its own behind one login server, over the same images. */
export async function startAcr(options: AcrOptions): Promise<SandboxAcr> {
  const { repositories: seeds, anonymous, entra, pageCap = Infinity, deleteEnabled = true } = options;
  const all: Grants = { repositories: { '*': ['*'] }, catalog: true };
  const entraSecret = randomUUID();
  const entraUsers = (entra?.users ?? []).map((name) => [name, { password: entraSecret, ...(entra?.grants ?? all) }]);
  const users = { ...options.users, ...Object.fromEntries(entraUsers) } as NonNullable<TokenServerOptions['users']>;
  const faults = createFaults();
  const requests: SeenRequest[] = [];
  const repositories = new Map(seeds.map((seed) => [seed.name, stored(seed)]));
  const service = 'sandbox.azurecr.io';
  const tokens = await startTokenServer({ service, users, ...(anonymous === undefined ? {} : { anonymous }) });
  let own = '';
  const challenge = (scope: string | undefined, error?: string): string =>
    tokens.challenge(scope, error).replace(/realm="[^"]*"/, `realm="${own}/oauth2/token"`);
  const registry = await startV2Server({
    repositories: seeds,
    pageCap,
    deleteEnabled,
    auth: { kind: 'bearer', challenge, accessOf: tokens.accessOf },
  });
  const answer = async (request: ServedRequest): Promise<Reply> => {
    const { method, path, url } = request;
    requests.push({ method, path, headers: request.headers });
    if (url.pathname === '/oauth2/exchange') return exchange(request, entra, tokens, entraSecret);
    if (url.pathname === '/oauth2/token' && basicCredentials(request.headers.authorization)?.user === tokenUser)
      return byRefreshToken(request, tokens);
    if (url.pathname === '/oauth2/token') return forwarded(request, `${tokens.url}/token${url.search}`);
    if (url.pathname === '/v2/_catalog')
      return withoutDeleted(await toRegistry(request, registry, repositories), repositories);
    if (url.pathname.startsWith('/v2/')) return toRegistry(request, registry, repositories);
    const route = acrRoute(repositories, request, registry.forget);
    if (route === undefined) return errorReply(404, 'NAME_UNKNOWN', 'repository name not known to registry');
    const given = /^Bearer (\S+)$/.exec(request.headers.authorization ?? '')?.[1];
    const access = given === undefined ? undefined : tokens.accessOf(given);
    const [, name = '', action = ''] = /^repository:(.*):([^:]*)$/.exec(route.scope) ?? [];
    const isAllowed = access?.some(
      (entry) => entry.name === name && (entry.actions.includes(action) || entry.actions.includes('*')),
    );
    if (isAllowed === true) return route.answer();
    return unauthorized(challenge(route.scope, access === undefined ? undefined : 'insufficient_scope'), name, action);
  };
  const { port = 0, tls } = options;
  const listener = await serve(answer, faults, { port, ...(tls === undefined ? {} : { tls }) });
  own = listener.url;
  return {
    url: own,
    host: new URL(own).host,
    requests,
    repositories,
    tokens,
    deleteSoftly: (name, digest) => {
      const repository = repositories.get(name);
      const tags = [...(repository?.tags ?? [])].filter(([, tag]) => tag.digest === digest).map(([tag]) => tag);
      for (const tag of tags) repository?.tags.delete(tag);
      repository?.manifests.delete(digest);
      for (const reference of [digest, ...tags]) registry.forget(name, reference);
    },
    fail: faults.fail,
    clearFaults: () => {
      faults.clear();
    },
    stop: async () => {
      await Promise.all([listener.stop(), registry.stop(), tokens.stop()]);
    },
  };
}

/** What engines call whoever has a refresh token for a password. */
const tokenUser = '00000000-0000-0000-0000-000000000000';

async function byRefreshToken({ url, headers }: ServedRequest, tokens: TokenServer): Promise<Reply> {
  const form = new URLSearchParams({
    grant_type: 'refresh_token',
    client_id: 'engine',
    service: url.searchParams.get('service') ?? '',
    scope: url.searchParams.getAll('scope').join(' '),
    refresh_token: basicCredentials(headers.authorization)?.secret ?? '',
  });
  const answer = await fetch(`${tokens.url}/token`, { method: 'POST', body: form });
  return jsonReply(answer.status, await answer.json());
}

/** A token of Entra for a refresh token of the registry. */
async function exchange(
  { method, body }: ServedRequest,
  entra: AcrOptions['entra'],
  tokens: TokenServer,
  secret: string,
): Promise<Reply> {
  const form = new URLSearchParams(body.toString());
  const claims = entra?.tokens.read(form.get('access_token') ?? '');
  const audiences = entra?.audiences() ?? [];
  const isFor = claims !== undefined && audiences.includes(claims.aud.replace(/\/$/, ''));
  const isComplete = method === 'POST' && form.get('grant_type') === 'access_token' && form.has('service');
  if (!isComplete) return errorReply(400, 'UNSUPPORTED', 'The request is not a valid exchange of an access token.');
  if (!isFor || claims.tid !== form.get('tenant') || !entra?.users.includes(claims.upn))
    return errorReply(
      401,
      'UNAUTHORIZED',
      'authentication required, visit https://aka.ms/acr/authorization for more information.',
    );
  const basic = Buffer.from(`${claims.upn}:${secret}`).toString('base64');
  const answer = await fetch(`${tokens.url}/token?service=sandbox.azurecr.io&offline_token=true&client_id=acr`, {
    headers: { Authorization: `Basic ${basic}` },
  });
  const { refresh_token } = (await answer.json()) as { refresh_token?: string };
  return jsonReply(200, { refresh_token });
}

/** acr-dataplane-recordings/repository_and_artifact_tests/should_list_tags.json */
function unauthorized(challenge: string, name: string, action: string): Reply {
  const error = {
    code: 'UNAUTHORIZED',
    message: 'authentication required, visit https://aka.ms/acr/authorization for more information.',
    detail: [{ Type: 'repository', Name: name, Action: action }],
  };
  const headers = { 'Content-Type': 'application/json; charset=utf-8', 'WWW-Authenticate': challenge };
  return { status: 401, headers, body: JSON.stringify({ errors: [error] }) };
}

function stored(seed: SeedRepository): AcrRepository {
  const created = (manifest: BuiltManifest): Date => createdOf(manifest);
  const unlocked = { deleteEnabled: true, writeEnabled: true };
  return {
    manifests: new Map(
      manifestsOf(seed).map((manifest) => [manifest.digest, { manifest, created: created(manifest), lock: unlocked }]),
    ),
    tags: new Map(
      Object.entries(seed.tags).map(([name, manifest]) => [
        name,
        { digest: manifest.digest, created: created(manifest), lock: unlocked },
      ]),
    ),
    lock: unlocked,
  };
}

/** What the registry deletes is gone from the listing as well, unless a lock keeps it. */
async function toRegistry(
  request: ServedRequest,
  registry: V2Server,
  repositories: Map<string, AcrRepository>,
): Promise<Reply> {
  const [, name = '', digest = ''] = /^\/v2\/(.+)\/manifests\/(sha256:.+)$/.exec(request.url.pathname) ?? [];
  if (request.method === 'PUT') return pushed(request, registry, repositories);
  const repository = request.method === 'DELETE' ? repositories.get(name) : undefined;
  const locks = [repository?.lock, repository?.manifests.get(digest)?.lock];
  for (const tag of repository?.tags.values() ?? []) if (tag.digest === digest) locks.push(tag.lock);
  const isLocked = locks.some((lock) => lock?.deleteEnabled === false || lock?.writeEnabled === false);
  if (isLocked) return lockedReply();
  const reply = await forwarded(request, `${registry.url}${request.url.pathname}${request.url.search}`);
  if (repository === undefined || reply.status !== 202) return reply;
  repository.manifests.delete(digest);
  for (const [tag, { digest: of }] of repository.tags) if (of === digest) repository.tags.delete(tag);
  return reply;
}

/** A repository that was deleted is not listed any more. */
function withoutDeleted(reply: Reply, repositories: ReadonlyMap<string, AcrRepository>): Reply {
  if (reply.status !== 200) return reply;
  const { repositories: names = [] } = JSON.parse(String(reply.body)) as { repositories?: string[] };
  return { ...reply, body: JSON.stringify({ repositories: names.filter((name) => repositories.has(name)) }) };
}

/** What is pushed is in the listing as well. */
async function pushed(
  request: ServedRequest,
  registry: V2Server,
  repositories: Map<string, AcrRepository>,
): Promise<Reply> {
  const { url, body, headers } = request;
  const reply = await forwarded(request, `${registry.url}${url.pathname}${url.search}`);
  const [, name, reference] = /^\/v2\/(.+)\/manifests\/([^/]+)$/.exec(url.pathname) ?? [];
  if (reply.status !== 201 || name === undefined || reference === undefined) return reply;
  const content = JSON.parse(body.toString()) as {
    readonly config?: { readonly mediaType: string };
    readonly layers?: readonly { readonly size: number }[];
  };
  const unlocked = { deleteEnabled: true, writeEnabled: true };
  const repository = repositories.get(name) ?? { manifests: new Map(), tags: new Map(), lock: unlocked };
  repositories.set(name, repository);
  const digest = `sha256:${createHash('sha256').update(body).digest('hex')}`;
  const created = new Date();
  const manifest = {
    digest,
    mediaType: headers['content-type'] ?? '',
    layersSize: (content.layers ?? []).reduce((sum, { size }) => sum + size, 0),
    children: [],
    blobs: content.config === undefined ? [] : [{ mediaType: content.config.mediaType }],
  };
  repository.manifests.set(digest, { manifest, created, lock: unlocked });
  if (!reference.startsWith('sha256:')) repository.tags.set(reference, { digest, created, lock: unlocked });
  return reply;
}

/** https://learn.microsoft.com/en-us/azure/container-registry/container-registry-troubleshoot-access: also where public access is off. */
export function firewallReply(address: string): Reply {
  return errorReply(
    403,
    'DENIED',
    `client with IP '${address}' is not allowed access. Refer https://aka.ms/acr/firewall to grant access.`,
  );
}

/** https://github.com/Azure/acr-cli/issues/70 */
export function lockedReply(): Reply {
  return errorReply(
    405,
    'REGISTRY_DISALLOWED_OPERATION',
    'The operation is disallowed on this registry, repository or image. View troubleshooting steps at https://aka.ms/acr/faq/#why-does-my-pull-or-push-request-fail-with-disallowed-operation',
  );
}

async function forwarded({ method, headers, body }: ServedRequest, url: string): Promise<Reply> {
  const sent = Object.entries(headers).filter(([name]) => !hopByHop.includes(name));
  const answer = await fetch(url, {
    method,
    headers: sent.flatMap(([name, value]) => (typeof value === 'string' ? [[name, value] as [string, string]] : [])),
    ...(body.length > 0 ? { body: new Uint8Array(body) } : {}),
    redirect: 'manual',
  });
  // Of HEAD the length is that of a body which does not come: engines take it for the size of what they pushed.
  const lost = hopByHop.filter((name) => method !== 'HEAD' || name !== 'content-length');
  const kept = [...answer.headers].filter(([name]) => !lost.includes(name));
  return { status: answer.status, headers: Object.fromEntries(kept), body: Buffer.from(await answer.arrayBuffer()) };
}
