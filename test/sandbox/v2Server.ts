import type { Faults, Reply } from './faults';
import { createFaults } from './faults';
import { basicCredentials, errorReply, serve, type Answer, type ServedRequest } from './serve';
import type { SeedRepository } from './seed';
import type { Challenge, V2Auth, V2Behaviour, V2ServerOptions, Visitors } from './v2Options';
import { defaultBehaviour } from './v2Options';
import { route } from './v2Routes';
import { createStore, emptyRepository } from './v2Store';

/** What was asked of a server, in order, with its headers: also those that hold secrets. */
export interface SeenRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: ServedRequest['headers'];
}

export interface V2Server {
  /** With the prefix and without a slash at the end: `${url}/v2/` is the API. */
  readonly url: string;
  readonly port: number;
  /** Those since the start, or since they were forgotten. */
  readonly requests: readonly SeenRequest[];
  readonly forgetRequests: () => void;
  /** Changes take effect from the next request on. */
  readonly behaviour: V2Behaviour;
  readonly fail: Faults['fail'];
  readonly clearFaults: () => void;
  /** Replaces everything that is stored. */
  readonly load: (repositories: readonly SeedRepository[]) => void;
  /** Removes a tag, or a manifest with its tags by its digest, as services do that have an API of their own for it. */
  readonly forget: (repository: string, reference: string) => void;
  readonly connections: () => number;
  readonly stop: () => Promise<void>;
}

const basicChallenge = 'Basic realm="Registry"';

function allowed(
  auth: V2Auth,
  authorization: string | undefined,
  scope: string | undefined,
): 'yes' | 'no' | 'too little' {
  if (auth.kind === 'any') {
    const verdicts = auth.of.map((each) => allowed(each, authorization, scope));
    return (
      verdicts.find((verdict) => verdict === 'yes') ?? verdicts.find((verdict) => verdict === 'too little') ?? 'no'
    );
  }
  if (auth.kind === 'basic') {
    const given = basicCredentials(authorization);
    return given && auth.users[given.user] === given.secret ? 'yes' : 'no';
  }
  const token = /^bearer (\S+)$/i.exec(authorization ?? '')?.[1];
  const access = token === undefined ? undefined : auth.accessOf(token);
  if (!access) return 'no';
  if (scope === undefined) return 'yes';
  const [type = '', name = '', actions = ''] = scope.split(':');
  const granted = access
    .filter((entry) => entry.type === type && entry.name === name)
    .flatMap((entry) => entry.actions);
  return granted.includes('*') || actions.split(',').every((action) => granted.includes(action)) ? 'yes' : 'too little';
}

function challengeText(challenge: Challenge, scope: string | undefined, error: string | undefined): string | string[] {
  if (typeof challenge === 'function') return challenge(scope, error);
  return typeof challenge === 'string' ? challenge : [...challenge];
}

/** Reads are what visitors may do; the lists tell them of their part alone. */
function mayVisit(visitors: Visitors, scope: string | undefined): boolean {
  if (scope === undefined || scope.startsWith('registry:')) return true;
  const [, name = '', actions] = scope.split(':');
  return actions === 'pull' && visitors.see(name);
}

function refusal(
  auth: V2Auth,
  visitors: Visitors | undefined,
  { headers }: ServedRequest,
  scope: string | undefined,
): Reply | undefined {
  if (headers.authorization === undefined && visitors && mayVisit(visitors, scope)) return undefined;
  const verdict = allowed(auth, headers.authorization, scope);
  if (verdict === 'yes') return undefined;
  const error = verdict === 'too little' ? 'insufficient_scope' : headers.authorization && 'invalid_token';
  const { challenge = basicChallenge } = auth;
  // distribution answers 401 to a valid token that allows too little, not 403.
  return errorReply(401, 'UNAUTHORIZED', 'authentication required', {
    'WWW-Authenticate': challengeText(challenge, scope, error),
  });
}

/** A strict registry in memory; what docker-registry cannot be made to do, this one does on demand. */
export async function startV2Server(options: V2ServerOptions = {}): Promise<V2Server> {
  const { repositories = [], prefix = '', port, host, tls, ...behaviourOptions } = options;
  const behaviour: V2Behaviour = { ...defaultBehaviour, ...behaviourOptions };
  const path = prefix.replace(/\/$/, '');
  const base = `${path}/v2/`;
  const faults = createFaults();
  const requests: SeenRequest[] = [];
  let store = createStore(repositories);

  const answer: Answer = (request) => {
    requests.push({ method: request.method, path: request.path, headers: request.headers });
    const { pathname } = request.url;
    const found = pathname.startsWith(base)
      ? route(store, base, request.method, decodeURIComponent(pathname.slice(base.length)))
      : undefined;
    const beside = found ? undefined : behaviour.beside?.(request, store.repositories);
    if (beside) return beside;
    if (!found || behaviour.absent?.test(pathname.slice(base.length)))
      return { status: 404, headers: { 'Content-Type': 'text/plain' }, body: '404 page not found\n' };
    const { auth, visitors } = behaviour;
    const told =
      auth && visitors?.areTold === true && found.scope === undefined
        ? { 'WWW-Authenticate': challengeText(auth.challenge ?? basicChallenge, undefined, undefined) }
        : {};
    const version = { 'Docker-Distribution-Api-Version': 'registry/2.0' };
    const refused = auth && refusal(auth, visitors, request, found.scope);
    const reply = refused ?? found.answer(request, behaviour);
    return { ...reply, headers: { ...version, ...told, ...reply.headers } };
  };

  const listenOptions = {
    ...(port === undefined ? {} : { port }),
    ...(host === undefined ? {} : { host }),
    ...(tls ? { tls } : {}),
  };
  const listener = await serve(answer, faults, listenOptions);
  return {
    url: `${listener.url}${path}`,
    port: listener.port,
    requests,
    forgetRequests: () => {
      requests.length = 0;
    },
    behaviour,
    fail: faults.fail,
    clearFaults: faults.clear,
    load: (seeds) => {
      store = createStore(seeds);
    },
    forget: (name, reference) => {
      const { manifests, tags } = store.repositories.get(name) ?? emptyRepository();
      tags.delete(reference);
      if (!manifests.delete(reference)) return;
      for (const [tag, digest] of tags) if (digest === reference) tags.delete(tag);
    },
    connections: listener.connections,
    stop: listener.stop,
  };
}
