import { t } from '@vscode/l10n';
import type { Challenge } from './challenge';
import { defined } from './defined';
import { Failure } from './failure';
import { failureOf } from './refusal';
import type { Http, HttpResponse } from './http';
import type { Token } from './keptToken';
import type { Credential } from './model';
import { decodeJson, tokenAnswer } from './schemas';

const clientId = 'registry-explorer';
/** https://distribution.github.io/distribution/spec/auth/token/: tokens live 60 seconds by default, and never less. */
const shortestLifeSeconds = 60;
/** A token is not used so shortly before its end: it could expire on the way. */
const marginSeconds = 10;
const maxTokenBytes = 128 * 1024;

/** The input of a token request. */
export interface TokenRequest {
  /** Root of the registry that the token is for. */
  readonly registry: URL;
  /** The registry's challenge: it names the token server, and the registry's name there. */
  readonly challenge: Challenge;
  readonly scopes: readonly string[];
  readonly credential: Credential;
}

/**
 * Asks the token server that the registry names for a token: https://distribution.github.io/distribution/spec/auth/token/. Rejects
 * with a Failure of kind `unauthorized` when the server refuses the credential, `untrusted` when the token server must not get it.
 */
export async function requestToken(http: Http, request: TokenRequest, signal: AbortSignal): Promise<Token> {
  const { registry, challenge, credential } = request;
  const realm = checkedRealm(challenge.parameters.realm ?? '', registry);
  // The lifetime is unknown, so the token is read again for each request.
  if (credential.kind === 'registryToken') return { value: credential.token, expiresAt: 0 };
  const response = await askTokenServer(http, realm, request, signal);
  if (response.status !== 200) throw refusedCredential(response, credential);
  return readToken(response, realm.host);
}

function readToken(response: HttpResponse, subject: string): Token {
  const answer = decodeJson(tokenAnswer, response);
  const value = answer.access_token ?? answer.token;
  if (value === undefined || value === null || value === '')
    throw new Failure('malformed', t('the token server answered without a token'), { subject });
  // A text that cannot be sent in a header is not a token: https://www.rfc-editor.org/rfc/rfc6750#section-2.1
  if (!/^[\x21-\x7e]+$/.test(value))
    throw new Failure('malformed', t('the token server answered with a token that cannot be sent'), { subject });
  const told = typeof answer.expires_in === 'number' ? answer.expires_in : shortestLifeSeconds;
  const seconds = Math.max(told, shortestLifeSeconds) - marginSeconds;
  return { value, expiresAt: Date.now() + seconds * 1000 };
}

/** Every token server knows GET with Basic. The OAuth2 POST is for identity tokens and for servers without GET. */
async function askTokenServer(
  http: Http,
  realm: URL,
  request: TokenRequest,
  signal: AbortSignal,
): Promise<HttpResponse> {
  const { credential } = request;
  if (credential.kind === 'identityToken')
    return askByPost(http, realm, request, { grant_type: 'refresh_token', refresh_token: credential.token }, signal);
  const response = await askByGet(http, realm, request, signal);
  if ((response.status !== 404 && response.status !== 405) || credential.kind !== 'basic') return response;
  const grant = { grant_type: 'password', username: credential.username, password: credential.secret };
  return askByPost(http, realm, request, grant, signal);
}

async function askByGet(
  http: Http,
  realm: URL,
  { registry, challenge, scopes, credential }: TokenRequest,
  signal: AbortSignal,
): Promise<HttpResponse> {
  const url = new URL(realm);
  const { service } = challenge.parameters;
  if (service !== undefined) url.searchParams.append('service', service);
  for (const scope of scopes) url.searchParams.append('scope', scope);
  const headers = defined({ Authorization: basicAuthorization(credential) });
  return http({ method: 'GET', url: url.href, headers, ...common(registry) }, signal);
}

/** https://distribution.github.io/distribution/spec/auth/oauth/ */
async function askByPost(
  http: Http,
  realm: URL,
  { registry, challenge, scopes }: TokenRequest,
  grant: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<HttpResponse> {
  const { service } = challenge.parameters;
  const scope = scopes.length === 0 ? undefined : scopes.join(' ');
  const form = new URLSearchParams({ ...grant, client_id: clientId, ...defined({ service, scope }) });
  const headers = { 'Content-Type': 'application/x-www-form-urlencoded' };
  return http({ method: 'POST', url: realm.href, headers, body: form.toString(), ...common(registry) }, signal);
}

function common(registry: URL) {
  return { asksForToken: true, namedBy: registry.href, maxBytes: maxTokenBytes };
}

/** The header of Basic authentication; undefined when the credential is not a user name and secret. */
export function basicAuthorization(credential: Credential): string | undefined {
  if (credential.kind !== 'basic') return undefined;
  return `Basic ${Buffer.from(`${credential.username}:${credential.secret}`, 'utf8').toString('base64')}`;
}

/**
 * The Failure for a refused credential. Some servers answer a wrong password with 403 or 400 instead of 401. Any other status says
 * nothing about the password.
 */
export function refusedCredential(response: HttpResponse, credential: Credential): Failure {
  const failure = failureOf(response);
  if (![400, 401, 403].includes(response.status)) return failure;
  const words =
    failure.message === '' && credential.kind !== 'anonymous' ? t('incorrect user name or secret') : failure.message;
  return new Failure('unauthorized', words, failure.detail);
}

/**
 * The realm may be on another host, as for Docker Hub, but a password must not be sent there without TLS. `namedBy` makes sure that
 * it is not sent into the user's own network.
 */
function checkedRealm(realm: string, registry: URL): URL {
  const url = new URL(realm, registry);
  const refuse = (why: string) => new Failure('untrusted', why, { subject: registry.host });
  const address = `${url.protocol}//${url.host}`;
  const isInsecure = t('it names a token server that is not https: {0}', address);
  if (url.protocol !== 'https:' && url.protocol !== 'http:')
    throw refuse(t('it names a token server that is not a web address: {0}', address));
  if (url.username !== '' || url.password !== '')
    throw refuse(t('it names a token server that has a user name in its address: {0}', address));
  if (registry.protocol === 'https:' && url.protocol !== 'https:') throw refuse(isInsecure);
  if (url.hostname === registry.hostname) return url;
  if (url.protocol !== 'https:') throw refuse(isInsecure);
  return url;
}
