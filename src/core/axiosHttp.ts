import { t } from '@vscode/l10n';
import type { AxiosRequestConfig } from 'axios';
import { request as httpRequest } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { RequestOptions } from 'node:https';
import { defined } from './defined';
import { Failure } from './failure';
import { failureOf } from './refusal';
import { defaultMaxBytes } from './http';
import type { Http, HttpRequest, HttpResponse } from './http';
import type { Log } from './log';
import { AddressGuard } from './network/addressGuard';
import { Redaction, redactUrl } from './network/redaction';
import { addReceivedTokens, addSentSecrets } from './network/requestSecrets';
import { systemFailure } from './network/systemFailure';
import type { ReadTls, TlsMaterial } from './network/tls';
import { abandonable } from './shared';

/** Time limit for the whole exchange, redirects included. */
const exchangeTimeoutMs = 30_000;
const mostRedirects = 5;

/**
 * The one place that calls axios. `readTls`: TLS options of the connection; absent: VS Code's own. `redaction` learns every
 * secret that is sent or received.
 */
export function axiosHttp(log: Log, readTls?: ReadTls, redaction = new Redaction()): Http {
  const addressGuard = new AddressGuard();
  return async (request, signal) => {
    refuseOtherPath(request.url);
    signal.throwIfAborted();
    const timeout = AbortSignal.timeout(exchangeTimeoutMs);
    const limit = AbortSignal.any([signal, timeout]);
    let started = performance.now();
    let hop: Hop = { ...request, tls: {} };
    const line = (outcome: string | number) => {
      const ms = Math.round(performance.now() - started);
      return redaction.redact(`${hop.method} ${redactUrl(hop.url)} ${outcome} (${ms} ms)`);
    };
    try {
      // Loaded on first use, so that VS Code starts faster.
      const { default: axios } = await import('axios');
      hop = { ...hop, tls: readTls === undefined ? {} : await abandonable(readTls(request.url), limit) };
      for (let redirects = 0; ; redirects++) {
        started = performance.now();
        addSentSecrets(redaction, hop);
        const answer = await axios.request<Uint8Array>(await configOf(hop, addressGuard, limit));
        const response = {
          status: answer.status,
          headers: withLowerCaseNames(answer.headers),
          body: new Uint8Array(answer.data),
          url: hop.url,
        };
        addReceivedTokens(redaction, hop, response);
        const next = nextHop(hop, response);
        log.info(line(response.status));
        if (next === undefined) return refuseOtherSignIn(request, response);
        if (redirects === mostRedirects) throw errorWithCode('ERR_REDIRECTS', t('it redirects in circles'));
        hop = next;
      }
    } catch (error) {
      if (signal.aborted) {
        log.debug(line('cancelled'));
        signal.throwIfAborted();
      }
      const failure = failureAt(hop, timeout.aborted, error);
      log.warn(line(`${failure.kind}: ${failure.message}`));
      throw failure;
    }
  };
}

/** Another origin after a redirect does not know the registry's accounts: its 401 is not a request to sign in. */
function refuseOtherSignIn(request: HttpRequest, response: HttpResponse): HttpResponse {
  const { origin, host } = new URL(response.url);
  const asks = response.status === 401 || response.status === 403 || response.status === 407;
  if (!asks || origin === new URL(request.url).origin) return response;
  const { message, detail } = failureOf(response);
  const words =
    message === ''
      ? t('it redirects to {0}, which refuses', host)
      : t('it redirects to {0}, which refuses: {1}', host, message);
  throw new Failure('rejected', words, { ...detail, subject: new URL(request.url).host });
}

/** Refuses `..` in a path: a listed name could contain it and lead to another address. */
function refuseOtherPath(url: string): void {
  if (!/^[^?#]*\/(\.|%2e){1,2}([/?#]|$)/i.test(url)) return;
  throw new Failure('malformed', t('a name that it lists leads to another address'), { subject: new URL(url).host });
}

function failureAt(hop: Hop, isLate: boolean, error: unknown): Failure {
  // A Failure of the DNS lookup is wrapped in an error of axios.
  for (let cause = error; cause instanceof Error; cause = cause.cause) if (cause instanceof Failure) return cause;
  return isLate ? timeoutFailure(hop, error) : systemFailure(new URL(hop.url).host, error);
}

/** One request to one server. */
interface Hop extends HttpRequest {
  readonly tls: TlsMaterial;
}

async function configOf(hop: Hop, addressGuard: AddressGuard, signal: AbortSignal): Promise<AxiosRequestConfig> {
  const { method, url, headers, body, maxBytes, tls, namedBy } = hop;
  const guarded = namedBy === undefined ? undefined : addressGuard.guardFor(new URL(namedBy), new URL(url));
  const guard = guarded && (await abandonable(guarded, signal));
  return {
    method,
    url,
    // VS Code's extension host closes each connection unless this header is explicit.
    headers: { Accept: '*/*', 'User-Agent': 'registry-explorer', ...headers, Connection: 'keep-alive' },
    ...defined({ data: body }),
    responseType: 'arraybuffer',
    transformRequest: (data: unknown) => data,
    maxContentLength: maxBytes ?? defaultMaxBytes,
    maxRedirects: 0,
    // Not an own agent: VS Code's extension host would use only its authorities.
    transport: {
      request: (options: RequestOptions, respond: (response: IncomingMessage) => void) => {
        const isSecure = options.protocol === 'https:';
        const looking = { ...options, ...defined({ lookup: guard?.lookup }) };
        const sent = isSecure ? httpsRequest({ ...looking, ...tls }, respond) : httpRequest(looking, respond);
        addressGuard.noteAddress(new URL(url), sent);
        guard?.watch(sent);
        return sent;
      },
    },
    // VS Code's own networking knows the proxy; axios reading HTTPS_PROXY as well breaks the extension host.
    proxy: false,
    validateStatus: () => true,
    signal,
  };
}

/**
 * The next request after a redirect; undefined for other answers. Another origin gets only GET and HEAD, without credentials and
 * without the connection's TLS options. A redirect from https to http is refused. https://www.rfc-editor.org/rfc/rfc9110#section-15.4
 */
function nextHop(hop: Hop, { status, headers: { location } }: HttpResponse): Hop | undefined {
  if (location === undefined || ![301, 302, 303, 307, 308].includes(status)) return undefined;
  const isReading = hop.method === 'GET' || hop.method === 'HEAD';
  // The target of such a redirect does not say if the change was made.
  if (status === 303 && !isReading && hop.method !== 'POST') return undefined;
  const from = new URL(hop.url);
  if (!URL.canParse(location, hop.url))
    throw errorWithCode('ERR_REDIRECT', t('it redirects to an address that cannot be followed'));
  const to = new URL(location, hop.url);
  if (to.protocol !== 'https:' && to.protocol !== 'http:')
    throw errorWithCode('ERR_REDIRECT', t('it redirects to an address that cannot be followed'));
  if (from.protocol === 'https:' && to.protocol !== 'https:')
    throw errorWithCode('INSECURE_REDIRECT', t('redirected from https to {0}', `${to.protocol}//${to.host}`));
  if (to.origin !== from.origin && !isReading)
    throw errorWithCode('INSECURE_REDIRECT', t('redirected what was sent to {0}', to.host));
  const next: Hop = hop.method === 'POST' && status <= 303 ? withoutBody(hop) : hop;
  if (to.origin === from.origin) return { ...next, url: to.href };
  return {
    ...next,
    url: to.href,
    headers: withoutHeaders(next.headers, /^(proxy-)?authorization$|^cookie$/i),
    tls: {},
    namedBy: from.href,
  };
}

function withoutBody({ url, headers, tls, maxBytes, namedBy }: Hop): Hop {
  const kept = defined({ maxBytes, namedBy });
  return { method: 'GET', url, tls, headers: withoutHeaders(headers, /^content-/i), ...kept };
}

function withoutHeaders(headers: HttpRequest['headers'] = {}, name: RegExp): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(headers).filter(([header]) => !name.test(header)));
}

function errorWithCode(code: string, message: string): Error {
  return Object.assign(new Error(message), { code });
}

function timeoutFailure({ url }: Hop, cause: unknown): Failure {
  const subject = new URL(url).host;
  return new Failure(
    'timedOut',
    t('no complete answer within {0} seconds', exchangeTimeoutMs / 1000),
    { subject },
    { cause },
  );
}

function withLowerCaseNames(headers: object): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [
      name.toLowerCase(),
      Array.isArray(value) ? value.join(', ') : String(value),
    ]),
  );
}
