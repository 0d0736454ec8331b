import { LRUCache } from 'lru-cache';
import { parseChallenges } from './challenge';
import type { Challenge } from './challenge';
import { defined } from './defined';
import { failureOf } from './failure';
import type { Http, HttpRequest, HttpResponse } from './http';
import { KeptToken } from './keptToken';
import type { Credential } from './model';
import { withRetry } from './retry';
import { isSameResource, mergeScopes, parseScopes } from './scopes';
import { shared } from './shared';
import { basicAuthorization, refusedCredential, requestToken } from './tokenExchange';

/** Reads the credential at each use, so that one kept by another program is never stale. */
export type ReadCredential = (signal: AbortSignal) => Promise<Credential>;

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
  const session = new Session(http, new URL(registryUrl), readCredential);
  return (request, signal) => session.send(request, signal);
}

/** What a request is sent with. */
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

/** Sends to one registry, and remembers how it wants to be signed in to. */
class Session {
  private readonly tokens = new LRUCache<string, KeptToken>({ max: mostTokens });
  /** Wider scopes that the registry asked for in place of ours. */
  private readonly widened = new Map<string, readonly string[]>();
  /** The challenge this registry answers with; `unasked`: it takes the credential itself, and lets in those without. */
  private learned: Challenge | 'unasked' | undefined;
  /** Whether the registry was asked how it takes a credential, and told as much as it tells. */
  private isIntroduced = false;

  constructor(
    private readonly http: Http,
    private readonly registry: URL,
    private readonly readCredential: ReadCredential,
  ) {}

  async send(request: HttpRequest, signal: AbortSignal): Promise<HttpResponse> {
    if (new URL(request.url).origin === this.registry.origin) await this.introduced(signal);
    let proof = this.firstProof(request);
    // At most: as before, with what the challenge asks for, with the wider scope it then names.
    for (let attempt = 1; ; attempt++) {
      const answer = await this.sendWith(proof, request, signal);
      if (answer.response.status !== 401 || attempt === 3) return answer.response;
      const next = await this.nextProof(request, proof, answer, signal);
      if (next === undefined) return answer.response;
      proof = next;
    }
  }

  /** Finds out how a credential is taken, if there is one, unless a challenge has told. */
  private async introduced(signal: AbortSignal): Promise<void> {
    if (this.learned !== undefined || this.isIntroduced) return;
    if ((await this.readCredential(signal)).kind !== 'anonymous') await this.introduction(signal);
  }

  private readonly introduction = shared(async (signal) => {
    this.learned ??= await introduce(this.http, this.registry, this.readCredential, signal);
    this.isIntroduced = true;
  });

  /** The proof to start with: what worked before. */
  private firstProof({ url, scope }: HttpRequest): Proof {
    const { learned } = this;
    if (learned === undefined || new URL(url).origin !== this.registry.origin) return { kind: 'none' };
    if (learned === 'unasked' || learned.scheme === 'basic') return { kind: 'own' };
    const scopes = this.widened.get(scope ?? '') ?? parseScopes(scope);
    return { kind: 'bearer', challenge: learned, scopes };
  }

  private async sendWith(proof: Proof, request: HttpRequest, signal: AbortSignal): Promise<Answer> {
    switch (proof.kind) {
      case 'none':
        return { response: await this.http(request, signal) };
      case 'own': {
        const own = ownAuthorization(await this.readCredential(signal));
        return { response: await this.http(authorized(request, own), signal) };
      }
      case 'bearer': {
        const { token, isKept } = await this.tokenFor(proof.challenge, proof.scopes).current(signal);
        const response = await this.http(authorized(request, `Bearer ${token.value}`), signal);
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

  /** What to answer a 401 with; nothing when all that could help was tried. */
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
    // An unasked challenge may name a placeholder: only actions on the very resource are added to what we need.
    if (sent.kind !== 'bearer')
      return this.widen(
        request,
        challenge,
        named.filter((scope) => isSameResource(scope, request.scope)),
      );
    // A new one may be no good either: the clocks of the registry and its token server can be apart for a moment.
    const isExpired = challenge.parameters.error === 'invalid_token' && sent.isRenewal === undefined;
    if (token !== undefined && (token.isKept || isExpired)) {
      this.tokenFor(challenge, sent.scopes).forget(token.value);
      return { ...sent, challenge, isRenewal: true };
    }
    const isWider = mergeScopes(request.scope, named).join(' ') !== sent.scopes.join(' ');
    return named.length > 0 && isWider ? this.widen(request, challenge, named) : undefined;
  }

  /** A token for what the request needs and the registry names, here and for the next request of that scope. */
  private widen({ scope }: HttpRequest, challenge: Challenge, named: readonly string[]): Proof {
    const scopes = mergeScopes(scope, named);
    this.widened.set(scope ?? '', scopes);
    return { kind: 'bearer', challenge, scopes };
  }
}

function authorized(request: HttpRequest, authorization: string | undefined): HttpRequest {
  if (authorization === undefined) return request;
  return { ...request, headers: { ...request.headers, Authorization: authorization } };
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
    const headers = defined({ Authorization: authorization });
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

/** What a registry takes without a token server. */
function ownAuthorization(credential: Credential): string | undefined {
  return credential.kind === 'registryToken' ? `Bearer ${credential.token}` : basicAuthorization(credential);
}
