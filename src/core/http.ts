import { Failure } from './failure';
import type { FailureKind } from './failure';
import type { Log } from './log';

export interface HttpRequest {
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Token scope this request needs, such as `repository:team/api:pull`; read by core/auth.ts. */
  readonly scope?: string;
  /** A longer answer, unpacked, is refused as malformed. Default 8 MiB. */
  readonly maxBytes?: number;
}

export interface HttpResponse {
  readonly status: number;
  /** Names in lower case; repeated fields joined with `, `. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: Uint8Array;
  /** The URL asked for. */
  readonly url: string;
}

/**
 * One exchange; any status resolves. Rejects with a Failure when there is no usable answer, with the signal's reason when
 * aborted. Decorators (retry, auth) have this same type.
 */
export type Http = (request: HttpRequest, signal: AbortSignal) => Promise<HttpResponse>;

export const defaultMaxBytes = 8 * 1024 * 1024;

/** From the first byte sent to the last received, redirects included. */
const exchangeTimeoutMs = 30_000;

/** The one place that calls axios. */
export function axiosHttp(log: Log): Http {
  return async (request, signal) => {
    signal.throwIfAborted();
    const started = performance.now();
    const timeout = AbortSignal.timeout(exchangeTimeoutMs);
    const maxBytes = request.maxBytes ?? defaultMaxBytes;
    const line = (outcome: string | number) => {
      const ms = Math.round(performance.now() - started);
      return `${request.method} ${redactUrl(request.url)} ${outcome} (${ms} ms)`;
    };
    try {
      // Loaded on first use: nothing of it runs while VS Code starts.
      const { default: axios } = await import('axios');
      const response = await axios.request<Uint8Array>({
        method: request.method,
        url: request.url,
        // VS Code's extension host closes each connection unless this header is explicit.
        headers: { Accept: '*/*', 'User-Agent': 'registry-explorer', ...request.headers, Connection: 'keep-alive' },
        ...(request.body === undefined ? {} : { data: request.body }),
        responseType: 'arraybuffer',
        transformRequest: (data: unknown) => data,
        maxContentLength: maxBytes,
        maxRedirects: 5,
        beforeRedirect: (options: Record<string, unknown>) => {
          guardRedirect(request, options);
        },
        // VS Code's own networking knows the proxy; axios reading HTTPS_PROXY as well breaks the extension host.
        proxy: false,
        validateStatus: () => true,
        signal: AbortSignal.any([signal, timeout]),
      });
      log.info(line(response.status));
      return {
        status: response.status,
        headers: lowerCased(response.headers),
        body: new Uint8Array(response.data),
        url: request.url,
      };
    } catch (error) {
      if (signal.aborted) {
        log.debug(line('cancelled'));
        signal.throwIfAborted();
      }
      const failure = timeout.aborted ? timedOut(request, error) : systemFailure(new URL(request.url).host, error);
      log.warn(line(`${failure.kind}: ${failure.message}`));
      throw failure;
    }
  };
}

/** Credentials are for the host they were typed for; a redirect may neither carry them away nor drop TLS. */
function guardRedirect(request: HttpRequest, options: Record<string, unknown>): void {
  const from = new URL(request.url);
  const to = new URL(String(options.href));
  if (from.protocol === 'https:' && to.protocol !== 'https:') {
    throw insecure(`redirected from https to ${to.protocol}//${to.host}`);
  }
  if (to.origin === from.origin) return;
  // A token request holds its secret in the body, which 307 and 308 send again.
  if (request.body !== undefined) throw insecure(`redirected what was sent to ${to.host}`);
  const { headers } = options;
  if (typeof headers !== 'object' || headers === null) return;
  for (const name of Object.keys(headers)) {
    if (/^(proxy-)?authorization$|^cookie$/i.test(name)) Reflect.deleteProperty(headers, name);
  }
}

function insecure(message: string): Error {
  return Object.assign(new Error(message), { code: 'INSECURE_REDIRECT' });
}

function timedOut(request: HttpRequest, cause: unknown): Failure {
  const subject = new URL(request.url).host;
  return new Failure(
    'timedOut',
    `no complete answer within ${exchangeTimeoutMs / 1000} seconds`,
    { subject },
    { cause },
  );
}

const systemFailures: readonly { readonly code: RegExp; readonly kind: FailureKind }[] = [
  { code: /CERT|SELF_SIGNED|UNABLE_TO|ALTNAME|^ERR_SSL|^ERR_TLS|^CRL_/, kind: 'untrusted' },
  { code: /^INSECURE_REDIRECT$/, kind: 'untrusted' },
  { code: /^ERR_BAD_RESPONSE|^ERR_FR_|^Z_|^HPE_|^ERR_INVALID_URL|^ERR_UNESCAPED|^ERR_INVALID_CHAR/, kind: 'malformed' },
  { code: /^ETIMEDOUT$|^ESOCKETTIMEDOUT$/, kind: 'timedOut' },
];

/** What the network's own errors mean. */
export function systemFailure(subject: string, error: unknown): Failure {
  const root = rootCause(error);
  const { message } = root;
  // axios calls a body that was cut off a bad response, and follow-redirects gives a strange target no code.
  const code = message.includes('aborted')
    ? 'ECONNRESET'
    : (root.code ?? (/protocol/i.test(message) ? 'ERR_INVALID_URL' : 'UNKNOWN'));
  const kind = systemFailures.find((row) => row.code.test(code))?.kind ?? 'unreachable';
  return new Failure(kind, message === '' ? code : message, { subject, code }, { cause: error });
}

/** Under axios' error lies the system's; under a failed dual-stack connect, one error for each address. */
function rootCause(error: unknown): { code?: string; message: string } {
  if (!(error instanceof Error)) return { message: String(error) };
  if (error instanceof AggregateError && error.errors.length > 0) return rootCause(error.errors[0]);
  if (error.cause instanceof Error) return rootCause(error.cause);
  const code = 'code' in error && typeof error.code === 'string' ? { code: error.code } : {};
  return { ...code, message: error.message };
}

function lowerCased(headers: object): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [
      name.toLowerCase(),
      Array.isArray(value) ? value.join(', ') : String(value),
    ]),
  );
}

const harmlessParameters = new Set([
  'n',
  'last',
  'service',
  'scope',
  'artifactType',
  'digest',
  'page',
  'page_size',
  'orderby',
]);

/** A URL fit for logs: no user, no password, and only query values known to be harmless. */
export function redactUrl(url: string): string {
  if (!URL.canParse(url)) return '(unreadable URL)';
  const parsed = new URL(url);
  parsed.username = '';
  parsed.password = '';
  for (const name of [...parsed.searchParams.keys()]) {
    if (!harmlessParameters.has(name)) parsed.searchParams.set(name, '***');
  }
  return parsed.href;
}
