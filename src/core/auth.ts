import { LRUCache } from 'lru-cache';
import { parseChallenges } from './challenge';
import type { Challenge } from './challenge';
import { defined } from './defined';
import { failureOf } from './refusal';
import type { Http, HttpRequest, HttpResponse } from './http';
import { KeptToken } from './keptToken';
import type { Credential } from './model';
import { withRetry } from './retry';
import { isSameResource, mergeScopes, parseScopes } from './scopes';
import { shared } from './shared';
import { basicAuthorization, refusedCredential, requestToken } from './tokenExchange';

/** Reads the credential at each use: another program may have changed it. */
export type ReadCredential = (signal: AbortSignal) => Promise<Credential>;

/**
 * HTTP to a registry, with sign-in. Each hop is retried by itself, so that a busy token server does not look like a refusal.
 * `renewing` may repair a refused hop before it counts as refused.
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
 * A registry with public content may never ask for a sign-in. So a connection with a credential first asks `/v2/` once how to sign in;
 * a failed answer is not kept. Anonymous connections skip this.
 *
 * `registryUrl` is the connection's: credentials go to its origin, and to the token realm it names, no further.
 */
export function withAuth(http: Http, registryUrl: string, readCredential: ReadCredential): Http {
  const session = new Session(http, new URL(registryUrl), readCredential);
  return (request, signal) => session.send(request, signal);
}

/** How a request is authorized. */
type Proof =
  | { readonly kind: 'none' }
  /** The credential itself, as `ownAuthorization` writes it. */
  | { readonly kind: 'own' }
  /** A token for these scopes, from the server that the challenge names; `isRenewal`: in place of one that was refused. */
  | {
      readonly kind: 'bearer';
      readonly challenge: Challenge;
      readonly scopes: readonly string[];
      readonly isRenewal?: true;
    };

interface Answer {
  readonly response: HttpResponse;
  /** The token it was sent with, and whether that was kept from before. */
  readonly token?: { readonly value: string; readonly isKept: boolean };
}

const mostTokens = 1000;

/** Sends requests to one registry, and remembers how to sign in there. */
class Session {
  private readonly tokens = new LRUCache<string, KeptToken>({ max: mostTokens });
  /** Wider scopes that the registry asked for, by the request's own scope. */
  private readonly widerScopes = new Map<string, readonly string[]>();
  /** The registry's challenge. `unasked`: it accepts the credential without a challenge, and also anonymous requests. */
  private learned: Challenge | 'unasked' | undefined;
  /** Whether the registry was asked at `/v2/` how to sign in, and answered. */
  private wasAsked = false;

  constructor(
    private readonly http: Http,
    private readonly registry: URL,
    private readonly readCredential: ReadCredential,
  ) {}

  async send(request: HttpRequest, signal: AbortSignal): Promise<HttpResponse> {
    if (new URL(request.url).origin === this.registry.origin) await this.learnScheme(signal);
    let proof = this.firstProof(request);
    // At most three: as before, as the challenge asks, and with the wider scope that it then names.
    for (let attempt = 1; ; attempt++) {
      const answer = await this.sendWith(proof, request, signal);
      if (answer.response.status !== 401 || attempt === 3) return answer.response;
      const next = await this.nextProof(request, proof, answer, signal);
      if (next === undefined) return answer.response;
      proof = next;
    }
  }

  /** Asks how to sign in, if there is a credential and no challenge came yet. */
  private async learnScheme(signal: AbortSignal): Promise<void> {
    if (this.learned !== undefined || this.wasAsked) return;
    if ((await this.readCredential(signal)).kind !== 'anonymous') await this.askOnce(signal);
  }

  private readonly askOnce = shared(async (signal) => {
    this.learned ??= await askForScheme(this.http, this.registry, this.readCredential, signal);
    this.wasAsked = true;
  });

  /** The proof to start with: what worked before. */
  private firstProof({ url, scope }: HttpRequest): Proof {
    const { learned } = this;
    if (learned === undefined || new URL(url).origin !== this.registry.origin) return { kind: 'none' };
    if (learned === 'unasked' || learned.scheme === 'basic') return { kind: 'own' };
    const scopes = this.widerScopes.get(scope ?? '') ?? parseScopes(scope);
    return { kind: 'bearer', challenge: learned, scopes };
  }

  private async sendWith(proof: Proof, request: HttpRequest, signal: AbortSignal): Promise<Answer> {
    switch (proof.kind) {
      case 'none':
        return { response: await this.http(request, signal) };
      case 'own': {
        const own = ownAuthorization(await this.readCredential(signal));
        return { response: await this.http(withAuthorization(request, own), signal) };
      }
      case 'bearer': {
        const { token, isKept } = await this.tokenFor(proof.challenge, proof.scopes).current(signal);
        const response = await this.http(withAuthorization(request, `Bearer ${token.value}`), signal);
        return { response, token: { value: token.value, isKept } };
      }
    }
  }

  private tokenFor(challenge: Challenge, scopes: readonly string[]): KeptToken {
    const { realm = '', service = '' } = challenge.parameters;
    const key = [realm, service, ...scopes].join(' ');
    const known = this.tokens.get(key);
    if (known !== undefined) return known;
    const { http, registry } = this;
    const token = new KeptToken(async (signal) => {
      const credential = await this.readCredential(signal);
      return requestToken(http, { registry, challenge, scopes, credential }, signal);
    });
    this.tokens.set(key, token);
    return token;
  }

  /** The authorization to try after a 401; undefined when everything was tried. */
  private async nextProof(
    request: HttpRequest,
    sent: Proof,
    { response, token }: Answer,
    signal: AbortSignal,
  ): Promise<Proof | undefined> {
    const challenge = challengeOf(response, this.registry);
    if (challenge === undefined) return undefined;
    this.learned = challenge;
    if (challenge.scheme === 'basic') {
      const credential = await this.readCredential(signal);
      return sent.kind === 'own' || credential.kind !== 'basic' ? undefined : { kind: 'own' };
    }
    const named = parseScopes(challenge.parameters.scope);
    // The first challenge may name a placeholder: only actions on the same resource are added to the request's scope.
    if (sent.kind !== 'bearer')
      return this.widerProof(
        request,
        challenge,
        named.filter((scope) => isSameResource(scope, request.scope)),
      );
    // A new token may be refused too: the clocks of the registry and its token server may differ a little.
    const isExpired = challenge.parameters.error === 'invalid_token' && sent.isRenewal === undefined;
    if (token !== undefined && (token.isKept || isExpired)) {
      this.tokenFor(challenge, sent.scopes).forget(token.value);
      return { ...sent, challenge, isRenewal: true };
    }
    const isWider = mergeScopes(request.scope, named).join(' ') !== sent.scopes.join(' ');
    return named.length > 0 && isWider ? this.widerProof(request, challenge, named) : undefined;
  }

  /** A token for the request's scope and the scopes the registry names; also used for later requests of that scope. */
  private widerProof({ scope }: HttpRequest, challenge: Challenge, named: readonly string[]): Proof {
    const scopes = mergeScopes(scope, named);
    this.widerScopes.set(scope ?? '', scopes);
    return { kind: 'bearer', challenge, scopes };
  }
}

function withAuthorization(request: HttpRequest, authorization: string | undefined): HttpRequest {
  if (authorization === undefined) return request;
  return { ...request, headers: { ...request.headers, Authorization: authorization } };
}

/**
 * Asks `/v2/` how the registry accepts the credential; undefined when it does not say. Rejects with a Failure when the registry
 * refuses the credential or has a server error.
 *
 * Some registries send a challenge with status 200. Others never challenge, but check a password that is sent. https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md#determining-support
 */
async function askForScheme(
  http: Http,
  registry: URL,
  readCredential: ReadCredential,
  signal: AbortSignal,
): Promise<Challenge | 'unasked' | undefined> {
  const url = `${registry.href.replace(/\/+$/, '')}/v2/`;
  const ask = async (authorization?: string): Promise<HttpResponse> => {
    const headers = defined({ Authorization: authorization });
    const response = await http({ method: 'GET', url, headers }, signal);
    // A temporary error: the next answer may differ.
    if (response.status === 429 || response.status >= 500) throw failureOf(response);
    return response;
  };
  const asVisitor = await ask();
  const challenge = challengeOf(asVisitor, registry);
  if (challenge?.scheme === 'bearer' || !isOpen(asVisitor, registry)) return challenge;
  const credential = await readCredential(signal);
  // An identity token needs a token server, and none is named here.
  const own = ownAuthorization(credential);
  if (own === undefined) return challenge;
  const withCredential = await ask(own);
  if (withCredential.status === 200) return challenge ?? 'unasked';
  const asked = challengeOf(withCredential, registry);
  if (asked?.scheme === 'bearer' && credential.kind === 'basic') return asked;
  // Anonymous requests are accepted, so the credential is refused.
  if (withCredential.status === 403) throw failureOf(withCredential);
  if (withCredential.status === 400 || withCredential.status === 401)
    throw refusedCredential(withCredential, credential);
  return challenge;
}

/** Whether the registry accepts anonymous requests. A web page also answers 200, but is not a registry. */
function isOpen({ status, headers, url }: HttpResponse, registry: URL): boolean {
  return status === 200 && new URL(url).origin === registry.origin && !/html/i.test(headers['content-type'] ?? '');
}

/** The challenge to answer. After a redirect to another origin there is none: that origin must not say where the credential goes. */
function challengeOf({ url, headers }: HttpResponse, registry: URL): Challenge | undefined {
  if (new URL(url).origin !== registry.origin) return undefined;
  return chooseChallenge(parseChallenges(headers['www-authenticate'] ?? ''), registry);
}

/** Bearer if its realm is a URL, else Basic, in any order: Bearer is stronger. */
function chooseChallenge(challenges: readonly Challenge[], registry: URL): Challenge | undefined {
  const bearer = challenges.find(
    ({ scheme, parameters: { realm } }) =>
      scheme === 'bearer' && realm !== undefined && URL.canParse(realm, registry.href),
  );
  return bearer ?? challenges.find(({ scheme }) => scheme === 'basic');
}

/** The Authorization header for a registry without a token server. */
function ownAuthorization(credential: Credential): string | undefined {
  return credential.kind === 'registryToken' ? `Bearer ${credential.token}` : basicAuthorization(credential);
}
