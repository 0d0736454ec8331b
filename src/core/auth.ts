import { parseChallenges } from './challenge';
import type { Challenge } from './challenge';
import { Failure, failureOf } from './failure';
import type { Http, HttpRequest, HttpResponse } from './http';
import type { Credential } from './model';
import { withRetry } from './retry';
import { decodeJson, tokenAnswer } from './schemas';
import { abandonable, shared } from './shared';

/** Reads the credential at each use, so that one kept by another program is never stale. */
export type ReadCredential = (signal: AbortSignal) => Promise<Credential>;

/** What a request is sent with. */
type Proof =
  | { readonly kind: 'none' }
  /** The credential itself, as `ownAuthorization` writes it. */
  | { readonly kind: 'own' }
  /** `rejected` is a kept token that the registry no longer takes. */
  | { readonly kind: 'bearer'; readonly scopes: readonly string[]; readonly rejected?: string };

interface Answer {
  readonly response: HttpResponse;
  /** The token it was sent with, and whether that was kept from before. */
  readonly token?: { readonly value: string; readonly isKept: boolean };
}

interface Token {
  readonly value: string;
  /** Milliseconds of our own clock: the server's may be wrong. */
  readonly expiresAt: number;
}

const clientId = 'registry-explorer';
/** https://distribution.github.io/distribution/spec/auth/token/: tokens live 60 seconds unless told otherwise, and never less. */
const shortestLifeSeconds = 60;
/** A token this close to its end is not used: it could expire on its way. */
const marginSeconds = 10;

/**
 * How everything speaks to a registry that signs in. Each hop is tried again by itself, so that a token server that is busy is not
 * taken for one that refuses, and what a hop was already told is not asked twice. `renewing` mends what a hop refuses before it
 * counts as refused.
 */
export function registryHttp(
  http: Http,
  registryUrl: string,
  readCredential: ReadCredential,
  renewing: (hop: Http) => Http = (hop) => hop,
): Http {
  return withAuth(renewing(withRetry(http)), registryUrl, readCredential);
}

/**
 * Answers the registry's challenges: sends a request, reads what a 401 asks for, fetches a token or takes the password, and
 * sends it again. Tokens are kept by scope; requests that need the same one share its exchange.
 * https://distribution.github.io/distribution/spec/auth/token/
 *
 * A registry that shows visitors a part asks nobody to sign in. So whoever has a credential asks at `/v2/` first how it is taken:
 * once, for all requests; an answer that tells nothing is not kept. Visitors are spared that.
 *
 * `registryUrl` is the connection's: credentials go to its origin, and to the token realm it names, no further.
 */
export function withAuth(http: Http, registryUrl: string, readCredential: ReadCredential): Http {
  const registry = new URL(registryUrl);
  const tokens = new Map<string, Token>();
  const exchanges = new Map<string, Promise<Token>>();
  /** Wider scopes that the registry asked for in place of ours. */
  const widened = new Map<string, readonly string[]>();
  /** The challenge this registry answers with; `unasked`: it takes the credential itself, and lets in those without. */
  let learned: Challenge | 'unasked' | undefined;
  /** Whether the registry was asked how it takes a credential, and told as much as it tells. */
  let isIntroduced = false;

  const introduction = shared(async (signal) => {
    learned ??= await introduce(http, registry, readCredential, signal);
    isIntroduced = true;
  });

  /** Finds out how a credential is taken, if there is one, unless a challenge has told. */
  const introduced = async (signal: AbortSignal): Promise<void> => {
    if (learned !== undefined || isIntroduced || (await readCredential(signal)).kind === 'anonymous') return;
    await introduction(signal);
  };

  const exchanged = async (challenge: Challenge, scopes: readonly string[], signal: AbortSignal): Promise<Token> => {
    const key = scopes.join(' ');
    let exchange = exchanges.get(key);
    if (exchange === undefined) {
      signal.throwIfAborted();
      // Shared by its callers, so no single caller's signal may end it; the exchange has its own time limit.
      exchange = exchangeToken(http, registry, challenge, scopes, readCredential)
        .then((token) => {
          tokens.set(key, token);
          return token;
        })
        .finally(() => exchanges.delete(key));
      exchanges.set(key, exchange);
    }
    return abandonable(exchange, signal);
  };

  const send = async (request: HttpRequest, proof: Proof, signal: AbortSignal): Promise<Answer> => {
    const sendAs = (authorization: string | undefined) =>
      http(
        authorization === undefined
          ? request
          : { ...request, headers: { ...request.headers, Authorization: authorization } },
        signal,
      );
    if (proof.kind === 'own') return { response: await sendAs(ownAuthorization(await readCredential(signal))) };
    if (proof.kind === 'none' || typeof learned !== 'object') return { response: await sendAs(undefined) };
    const kept = tokens.get(proof.scopes.join(' '));
    if (kept !== undefined && kept.value !== proof.rejected && kept.expiresAt > Date.now()) {
      return { response: await sendAs(`Bearer ${kept.value}`), token: { value: kept.value, isKept: true } };
    }
    const { value } = await exchanged(learned, proof.scopes, signal);
    return { response: await sendAs(`Bearer ${value}`), token: { value, isKept: false } };
  };

  /** The proof to start with: what worked before. */
  const firstProof = ({ url, scope }: HttpRequest): Proof => {
    if (learned === undefined || new URL(url).origin !== registry.origin) return { kind: 'none' };
    if (learned === 'unasked' || learned.scheme === 'basic') return { kind: 'own' };
    return { kind: 'bearer', scopes: widened.get(scope ?? '') ?? scopesOf(scope) };
  };

  /** What to answer a 401 with; nothing when all that could help was tried. */
  const nextProof = async (
    request: HttpRequest,
    sent: Proof,
    answer: Answer,
    signal: AbortSignal,
  ): Promise<Proof | undefined> => {
    const challenge = challengeOf(answer.response, registry);
    if (challenge === undefined) return undefined;
    learned = challenge;
    if (challenge.scheme === 'basic') {
      const credential = await readCredential(signal);
      return sent.kind === 'own' || credential.kind !== 'basic' ? undefined : { kind: 'own' };
    }
    const named = scopesOf(challenge.parameters.scope);
    if (sent.kind !== 'bearer') {
      // An unasked challenge may name a placeholder: only actions on the very resource are added to what we need.
      const scopes = mergeScopes(
        request.scope,
        named.filter((scope) => sameResource(scope, request.scope)),
      );
      widened.set(request.scope ?? '', scopes);
      return { kind: 'bearer', scopes };
    }
    // A new one may be no good either: the clocks of the registry and its token server can be apart for a moment.
    const isExpired = challenge.parameters.error === 'invalid_token' && sent.rejected === undefined;
    if (answer.token !== undefined && (answer.token.isKept || isExpired))
      return { ...sent, rejected: answer.token.value };
    const scopes = mergeScopes(request.scope, named);
    if (named.length === 0 || scopes.join(' ') === sent.scopes.join(' ')) return undefined;
    widened.set(request.scope ?? '', scopes);
    return { kind: 'bearer', scopes };
  };

  return async (request, signal) => {
    if (new URL(request.url).origin === registry.origin) await introduced(signal);
    let proof = firstProof(request);
    // At most: as before, with what the challenge asks for, with the wider scope it then names.
    for (let attempt = 1; ; attempt++) {
      const answer = await send(request, proof, signal);
      if (answer.response.status !== 401 || attempt === 3) return answer.response;
      const next = await nextProof(request, proof, answer, signal);
      if (next === undefined) return answer.response;
      proof = next;
    }
  };
}

/**
 * How a registry takes the credential, as it tells at `/v2/`; nothing where it does not tell. Rejects where it refuses the
 * credential, and where there is no answer to go by.
 *
 * Some challenge with 200 as well, as zot does; others, as Nexus and Artifactory may, show by refusing a wrong password that they
 * look at one. https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md#determining-support
 */
async function introduce(
  http: Http,
  registry: URL,
  readCredential: ReadCredential,
  signal: AbortSignal,
): Promise<Challenge | 'unasked' | undefined> {
  const url = `${registry.href.replace(/\/+$/, '')}/v2/`;
  const ask = async (authorization?: string): Promise<HttpResponse> => {
    const headers = authorization === undefined ? {} : { Authorization: authorization };
    const response = await http({ method: 'GET', url, headers }, signal);
    // It is not well, and may answer otherwise in a moment.
    if (response.status === 429 || response.status >= 500) throw failureOf(response);
    return response;
  };
  const asVisitor = await ask();
  const challenge = challengeOf(asVisitor, registry);
  if (challenge?.scheme === 'bearer' || !isOpen(asVisitor, registry)) return challenge;
  const credential = await readCredential(signal);
  // An identity token is for a token server, and none is named here.
  const own = ownAuthorization(credential);
  if (own === undefined) return challenge;
  const withCredential = await ask(own);
  if (withCredential.status === 200) return challenge ?? 'unasked';
  const asked = challengeOf(withCredential, registry);
  if (asked?.scheme === 'bearer' && credential.kind === 'basic') return asked;
  // It lets in visitors, so what it refuses is the credential.
  if (withCredential.status === 403) throw failureOf(withCredential);
  if (withCredential.status === 400 || withCredential.status === 401)
    throw refusedCredential(withCredential, credential);
  return challenge;
}

/** A web page lets everybody in as well, and is no registry. */
function isOpen({ status, headers, url }: HttpResponse, registry: URL): boolean {
  return status === 200 && new URL(url).origin === registry.origin && !/html/i.test(headers['content-type'] ?? '');
}

/** Another origin, to which the registry redirects, may not say where the credential goes. */
function challengeOf({ url, headers }: HttpResponse, registry: URL): Challenge | undefined {
  if (new URL(url).origin !== registry.origin) return undefined;
  return choose(parseChallenges(headers['www-authenticate'] ?? ''), registry);
}

/** Bearer where its realm can be used, else Basic: the stronger first, whatever their order. */
function choose(challenges: readonly Challenge[], registry: URL): Challenge | undefined {
  const bearer = challenges.find(
    ({ scheme, parameters: { realm } }) =>
      scheme === 'bearer' && realm !== undefined && URL.canParse(realm, registry.href),
  );
  return bearer ?? challenges.find(({ scheme }) => scheme === 'basic');
}

function basicAuthorization(credential: Credential): string | undefined {
  if (credential.kind !== 'basic') return undefined;
  return `Basic ${Buffer.from(`${credential.username}:${credential.secret}`, 'utf8').toString('base64')}`;
}

/** What a registry takes without a token server. */
function ownAuthorization(credential: Credential): string | undefined {
  return credential.kind === 'registryToken' ? `Bearer ${credential.token}` : basicAuthorization(credential);
}

async function exchangeToken(
  http: Http,
  registry: URL,
  challenge: Challenge,
  scopes: readonly string[],
  readCredential: ReadCredential,
): Promise<Token> {
  const realm = checkedRealm(challenge.parameters.realm ?? '', registry);
  const { signal } = new AbortController();
  const credential = await readCredential(signal);
  // Its own life is not told: it is read anew for each request.
  if (credential.kind === 'registryToken') return { value: credential.token, expiresAt: 0 };
  const service = challenge.parameters.service;
  const response = await tokenResponse(http, registry, realm, service, scopes, credential, signal);
  if (response.status !== 200) throw refusedCredential(response, credential);
  const answer = decodeJson(tokenAnswer, response);
  const value = answer.access_token ?? answer.token;
  if (value === undefined || value === null || value === '') {
    throw new Failure('malformed', 'the token server answered without a token', { subject: realm.host });
  }
  // What cannot be sent in a header is no token: https://www.rfc-editor.org/rfc/rfc6750#section-2.1
  if (!/^[\x21-\x7e]+$/.test(value)) {
    throw new Failure('malformed', 'the token server answered a token that cannot be sent', { subject: realm.host });
  }
  const told = typeof answer.expires_in === 'number' ? answer.expires_in : shortestLifeSeconds;
  const seconds = Math.max(told, shortestLifeSeconds) - marginSeconds;
  return { value, expiresAt: Date.now() + seconds * 1000 };
}

/** GET with Basic is what every token server knows; the OAuth2 POST is for identity tokens, and for servers without GET. */
async function tokenResponse(
  http: Http,
  registry: URL,
  realm: URL,
  service: string | undefined,
  scopes: readonly string[],
  credential: Credential,
  signal: AbortSignal,
): Promise<HttpResponse> {
  const post = (grant: Record<string, string>) =>
    http(
      {
        method: 'POST',
        asksForToken: true,
        url: realm.href,
        namedBy: registry.href,
        headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
        body: new URLSearchParams({
          ...grant,
          client_id: clientId,
          ...(service === undefined ? {} : { service }),
          ...(scopes.length === 0 ? {} : { scope: scopes.join(' ') }),
        }).toString(),
        maxBytes: maxTokenBytes,
      },
      signal,
    );
  if (credential.kind === 'identityToken')
    return post({ grant_type: 'refresh_token', refresh_token: credential.token });
  const url = new URL(realm);
  if (service !== undefined) url.searchParams.append('service', service);
  for (const scope of scopes) url.searchParams.append('scope', scope);
  const authorization = basicAuthorization(credential);
  const response = await http(
    {
      method: 'GET',
      asksForToken: true,
      url: url.href,
      namedBy: registry.href,
      headers: authorization === undefined ? {} : { Authorization: authorization },
      maxBytes: maxTokenBytes,
    },
    signal,
  );
  if ((response.status !== 404 && response.status !== 405) || credential.kind !== 'basic') return response;
  return post({ grant_type: 'password', username: credential.username, password: credential.secret });
}

const maxTokenBytes = 128 * 1024;

/** Some servers answer a wrong password with 403 or 400 where they mean 401; any other status says nothing of the password. */
function refusedCredential(response: HttpResponse, credential: Credential): Failure {
  const failure = failureOf(response);
  if (![400, 401, 403].includes(response.status)) return failure;
  const words =
    failure.message === '' && credential.kind !== 'anonymous' ? 'incorrect user name or secret' : failure.message;
  return new Failure('unauthorized', words, failure.detail);
}

/**
 * The realm may be on another host, as Docker Hub's is, but a registry must not be able to send a password in the clear. That it
 * does not send it into the user's own network is looked at by `namedBy`.
 */
function checkedRealm(realm: string, registry: URL): URL {
  const url = new URL(realm, registry);
  const refuse = (why: string) =>
    new Failure('untrusted', `it names a token server that ${why}: ${url.protocol}//${url.host}`, {
      subject: registry.host,
    });
  if (url.protocol !== 'https:' && url.protocol !== 'http:') throw refuse('is not a web address');
  if (url.username !== '' || url.password !== '') throw refuse('has a user name in its address');
  if (registry.protocol === 'https:' && url.protocol !== 'https:') throw refuse('is not https');
  if (url.hostname === registry.hostname) return url;
  if (url.protocol !== 'https:') throw refuse('is not https');
  return url;
}

function scopesOf(parameter: string | undefined): readonly string[] {
  return (parameter ?? '').split(' ').filter((scope) => scope !== '');
}

/** `type:name` of `type:name:actions`; the name may hold colons. */
function resourceOf(scope: string): string {
  return scope.slice(0, Math.max(scope.lastIndexOf(':'), 0));
}

function sameResource(scope: string, other: string | undefined): boolean {
  return other !== undefined && resourceOf(scope) !== '' && resourceOf(scope) === resourceOf(other);
}

/** One scope a resource, with the actions of all; what the registry named comes first, since some honour only the first. */
function mergeScopes(own: string | undefined, named: readonly string[]): readonly string[] {
  const actions = new Map<string, Set<string>>();
  for (const scope of [...named, ...(own === undefined ? [] : [own])]) {
    const resource = resourceOf(scope);
    const known = actions.get(resource) ?? new Set<string>();
    for (const action of scope.slice(resource === '' ? 0 : resource.length + 1).split(',')) known.add(action);
    actions.set(resource, known);
  }
  return [...actions].map(([resource, known]) => `${resource === '' ? '' : `${resource}:`}${[...known].join(',')}`);
}
