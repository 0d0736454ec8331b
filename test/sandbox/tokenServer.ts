import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { TokenIssuer } from './dockerRegistry';
import { createFaults, type Faults, type Reply } from './faults';
import { createJwtSigner } from './jwt';
import type { ListenOptions } from './loopback';
import { basicCredentials, errorReply, jsonReply, serve, type ServedRequest } from './serve';
import type { Access } from './v2Options';

/** What somebody may do. Repositories by name, by `prefix/*`, or all by `*`. */
export interface Grants {
  readonly repositories: Readonly<Record<string, readonly string[]>>;
  readonly catalog?: boolean;
}

interface TokenUser extends Grants {
  readonly password: string;
}

/** May be changed while the server runs. */
interface TokenServerSettings {
  users: Record<string, TokenUser>;
  /** What clients without credentials may do; without it they are refused. */
  anonymous?: Grants;
  tokenField: 'token' | 'access_token' | 'both';
  /** Seconds a token is valid; negative for tokens that are expired when they are handed out. */
  ttlSeconds: number;
  /** What the answer says of it; by default the truth. */
  expiresIn?: number | 'omitted';
  /** Methods that are refused, with the status. */
  refuse: { GET?: 404 | 405; POST?: 404 | 405 };
  latencyMs: number;
  /** Whether a request may leave the service out, as a challenge may. */
  serviceOptional: boolean;
}

export interface TokenServerOptions extends ListenOptions, Partial<TokenServerSettings> {
  readonly service?: string;
  readonly issuer?: string;
  /** Where it is asked; `/token` by default. */
  readonly path?: string;
  /** The status for a wrong user name or password; 401 by default. */
  readonly wrongCredential?: 401 | 403;
}

export interface TokenRequest {
  readonly method: string;
  readonly grant: 'anonymous' | 'basic' | 'password' | 'refresh_token' | 'unknown';
  readonly user: string | undefined;
  readonly service: string | undefined;
  readonly scopes: readonly string[];
  readonly clientId: string | undefined;
  readonly offline: boolean;
  readonly status: number;
}

export interface TokenServer extends TokenIssuer {
  readonly url: string;
  readonly requests: readonly TokenRequest[];
  readonly settings: TokenServerSettings;
  readonly fail: Faults['fail'];
  readonly clearFaults: () => void;
  /** A token as the server would hand it out, without asking. */
  readonly mint: (user: string, access: readonly Access[], ttlSeconds?: number) => string;
  /** What a token allows; nothing for one that is expired or not from here. */
  readonly accessOf: (token: string) => readonly Access[] | undefined;
  /** The challenge a registry would send. */
  readonly challenge: (scope: string | undefined, error?: string) => string;
  readonly stop: () => Promise<void>;
}

interface Asked {
  readonly grant: TokenRequest['grant'];
  readonly user: string | undefined;
  readonly secret: string | undefined;
  readonly service: string | undefined;
  readonly scopes: readonly string[];
  readonly clientId: string | undefined;
  readonly offline: boolean;
}

/** https://distribution.github.io/distribution/spec/auth/token/ */
function askedByGet({ url, headers }: ServedRequest): Asked {
  const query = url.searchParams;
  const basic = basicCredentials(headers.authorization);
  return {
    grant: headers.authorization === undefined ? 'anonymous' : 'basic',
    user: basic?.user,
    secret: basic?.secret,
    service: query.get('service') ?? undefined,
    scopes: query.getAll('scope').flatMap((scope) => scope.split(' ')),
    clientId: query.get('client_id') ?? undefined,
    offline: query.get('offline_token') === 'true',
  };
}

/** https://distribution.github.io/distribution/spec/auth/oauth/ */
function askedByPost({ body }: ServedRequest): Asked {
  const form = new URLSearchParams(body.toString());
  const field = (name: string): string | undefined => form.get(name) ?? undefined;
  const grant = field('grant_type');
  return {
    grant: grant === 'password' || grant === 'refresh_token' ? grant : 'unknown',
    user: field('username'),
    secret: field(grant === 'refresh_token' ? 'refresh_token' : 'password'),
    service: field('service'),
    scopes: (field('scope') ?? '').split(' ').filter((scope) => scope !== ''),
    clientId: field('client_id'),
    offline: field('access_type') === 'offline',
  };
}

const scopeGrammar = /^([a-z0-9]+)(?:\([a-z0-9]+\))?:(.+):([a-z_*]+(?:,[a-z_*]+)*)$/;

function parseScope(scope: string): Access | undefined {
  const [, type, name, actions] = scopeGrammar.exec(scope) ?? [];
  if (type === undefined || name === undefined || actions === undefined) return undefined;
  return { type, name, actions: actions.split(',') };
}

/** The part of what is asked that is granted: too much asked is no error, as the specification wants it. */
function granted({ repositories, catalog = false }: Grants, { type, name, actions }: Access): Access[] {
  const patterns = Object.entries(repositories).filter(([pattern]) =>
    pattern.endsWith('*') ? name.startsWith(pattern.slice(0, -1)) : name === pattern,
  );
  const onRepository = type === 'repository' ? patterns.flatMap(([, may]) => may) : [];
  const may = type === 'registry' && name === 'catalog' && catalog ? ['*'] : onRepository;
  const allowed = actions.filter((action) => may.includes('*') || may.includes(action));
  return allowed.length === 0 ? [] : [{ type, name, actions: allowed }];
}

const oauthError = (status: number, error: string, description: string): Reply =>
  jsonReply(status, { error, error_description: description });

/** A strict Docker token server: what it signs, docker-registry accepts. */
export async function startTokenServer(options: TokenServerOptions = {}): Promise<TokenServer> {
  const {
    service = 'sandbox-registry',
    issuer = 'sandbox-issuer',
    path = '/token',
    wrongCredential = 401,
    port = 0,
    host = '127.0.0.1',
    tls,
    ...rest
  } = options;
  const settings: TokenServerSettings = {
    users: {},
    tokenField: 'both',
    ttlSeconds: 300,
    refuse: {},
    latencyMs: 0,
    serviceOptional: false,
    ...rest,
  };
  const signer = await createJwtSigner();
  const refreshTokens = new Map<string, string>();
  const requests: TokenRequest[] = [];
  const faults = createFaults();

  const mint: TokenServer['mint'] = (user, access, ttlSeconds = settings.ttlSeconds) => {
    const iat = Math.floor(Date.now() / 1000);
    // A token that is born expired was valid before it expired.
    const nbf = Math.min(iat, iat + ttlSeconds) - 10;
    return signer.sign({
      iss: issuer,
      sub: user,
      aud: service,
      iat,
      nbf,
      exp: iat + ttlSeconds,
      jti: randomUUID(),
      access,
    });
  };

  const problemWith = (method: string, asked: Asked): Reply | undefined => {
    const bad = (message: string): Reply =>
      method === 'POST' ? oauthError(400, 'invalid_request', message) : errorReply(400, 'UNSUPPORTED', message);
    if (asked.grant === 'unknown') return oauthError(400, 'unsupported_grant_type', 'use password or refresh_token');
    if (method === 'POST' && asked.clientId === undefined) return bad('client_id is missing');
    const omitted = asked.service === undefined && settings.serviceOptional;
    if (asked.service !== service && !omitted)
      return bad(`this server issues no tokens for ${asked.service ?? 'no service'}`);
    const malformed = asked.scopes.find((scope) => !parseScope(scope));
    return malformed === undefined ? undefined : bad(`malformed scope ${malformed}`);
  };

  const identify = ({ grant, user, secret }: Asked): { user: string; grants: Grants } | undefined => {
    if (grant === 'anonymous') return settings.anonymous && { user: '', grants: settings.anonymous };
    const name = grant === 'refresh_token' ? refreshTokens.get(secret ?? '') : user;
    const account = name === undefined ? undefined : settings.users[name];
    if (name === undefined || !account) return undefined;
    return grant === 'refresh_token' || account.password === secret ? { user: name, grants: account } : undefined;
  };

  const tokenReply = (user: string, grants: Grants, { grant, scopes, offline, secret }: Asked): Reply => {
    const access = scopes.flatMap((scope) => {
      const asked = parseScope(scope);
      return asked ? granted(grants, asked) : [];
    });
    const token = mint(user, access);
    const expiresIn = settings.expiresIn ?? settings.ttlSeconds;
    let refresh = grant === 'refresh_token' ? secret : undefined;
    if (offline && refresh === undefined && user !== '') {
      refresh = `refresh-${randomUUID()}`;
      refreshTokens.set(refresh, user);
    }
    return jsonReply(200, {
      ...(settings.tokenField === 'access_token' ? {} : { token }),
      ...(settings.tokenField === 'token' ? {} : { access_token: token }),
      ...(expiresIn === 'omitted' ? {} : { expires_in: expiresIn }),
      ...(refresh === undefined ? {} : { refresh_token: refresh }),
      issued_at: new Date().toISOString(),
    });
  };

  const answer = async (request: ServedRequest): Promise<Reply> => {
    const { method, url, headers } = request;
    if (settings.latencyMs > 0) await delay(settings.latencyMs, undefined, { ref: false });
    if (url.pathname !== path) return errorReply(404, 'NOT_FOUND', 'page not found');
    const refusedMethod = method === 'GET' || method === 'POST' ? settings.refuse[method] : 405;
    const form = (headers['content-type'] ?? '').startsWith('application/x-www-form-urlencoded');
    const asked = method === 'POST' ? askedByPost(request) : askedByGet(request);
    const decide = (): Reply => {
      if (refusedMethod !== undefined) return errorReply(refusedMethod, 'UNSUPPORTED', `${method} is not supported`);
      if (method === 'POST' && !form) return oauthError(400, 'invalid_request', 'the body is not a form');
      const problem = problemWith(method, asked);
      if (problem) return problem;
      const identity = identify(asked);
      if (identity) return tokenReply(identity.user, identity.grants, asked);
      if (method === 'POST') return oauthError(401, 'invalid_grant', 'incorrect username or password');
      return errorReply(wrongCredential, 'UNAUTHORIZED', 'incorrect username or password');
    };
    const reply = decide();
    const { grant, user, service: askedService, scopes, clientId, offline } = asked;
    requests.push({ method, grant, user, service: askedService, scopes, clientId, offline, status: reply.status });
    return reply;
  };

  const listener = await serve(answer, faults, { port, host, ...(tls ? { tls } : {}) });
  const realm = `${listener.url}${path}`;
  return {
    url: listener.url,
    realm,
    service,
    issuer,
    certificate: signer.certificate,
    requests,
    settings,
    fail: faults.fail,
    clearFaults: faults.clear,
    mint,
    accessOf: (token) => {
      const claims = signer.verify(token) as { exp: number; access: Access[] } | undefined;
      return claims && claims.exp > Date.now() / 1000 ? claims.access : undefined;
    },
    challenge: (scope, error) => {
      const parameters = { realm, service, ...(scope === undefined ? {} : { scope }), ...(error ? { error } : {}) };
      return `Bearer ${Object.entries(parameters)
        .map(([key, value]) => `${key}="${value}"`)
        .join(',')}`;
    },
    stop: listener.stop,
  };
}
