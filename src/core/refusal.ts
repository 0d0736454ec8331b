import { t } from '@vscode/l10n';
import { z } from 'zod/mini';
import { defined } from './defined';
import { Failure } from './failure';
import type { FailureKind } from './failure';
import type { HttpResponse } from './http';
import { jsonOrUndefined } from './json';

/** https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md#error-codes, and what token servers and proxies say instead. */
const errorBody = z.object({
  errors: z.optional(z.array(z.object({ code: z.optional(z.unknown()), message: z.optional(z.unknown()) }))),
  error: z.optional(z.unknown()),
  error_description: z.optional(z.unknown()),
  message: z.optional(z.unknown()),
  detail: z.optional(z.unknown()),
  details: z.optional(z.unknown()),
  text: z.optional(z.unknown()),
});

/** Turns a refusing answer into a Failure that carries the server's own words. */
export function failureOf(response: HttpResponse): Failure {
  const subject = new URL(response.url).host;
  const aboutTls = response.status === 400 ? readTlsRefusal(response) : undefined;
  if (aboutTls !== undefined)
    return new Failure('untrusted', aboutTls.words, { subject, status: 400, code: aboutTls.code });
  const { code, message } = readRefusal(response);
  const retryAfterSeconds = retryAfter(response);
  const { status } = response;
  // Neither content nor a refusal, such as 204 or a redirect without a target.
  const words = status < 400 ? t('it answered {0}, which is not a valid answer here', status) : message;
  return new Failure(kindOf(status, code), words, {
    subject,
    status,
    ...defined({ code, retryAfterSeconds }),
  });
}

/** What Go, nginx and Apache answer instead of an alert; the latter two in a page of HTML. */
const tlsRefusals: readonly { readonly words: RegExp; readonly code: string }[] = [
  { words: /sent an HTTP request to an HTTPS server|plain HTTP request was sent to HTTPS port/i, code: 'HTTPS_ONLY' },
  { words: /speaking plain HTTP to an SSL-enabled server port/i, code: 'HTTPS_ONLY' },
  { words: /No required SSL certificate was sent|The SSL certificate error/i, code: 'CLIENT_CERTIFICATE' },
];

function readTlsRefusal({ body }: HttpResponse): { readonly words: string; readonly code: string } | undefined {
  const text = new TextDecoder().decode(body.subarray(0, 4096));
  for (const { words, code } of tlsRefusals) {
    const said = words.exec(text)?.[0];
    if (said !== undefined) return { words: said, code };
  }
  return undefined;
}

/** Status first: registries use different codes, but mostly the same statuses. */
function kindOf(status: number, code: string | undefined): FailureKind {
  if (status < 400) return 'malformed';
  switch (status) {
    case 401:
      return 'unauthorized';
    case 403:
      return 'forbidden';
    case 404:
    case 410:
      return 'notFound';
    case 429:
      return 'rateLimited';
    case 405:
    case 501:
      return 'unsupported';
    default:
      return code === 'UNSUPPORTED' ? 'unsupported' : code === 'TOOMANYREQUESTS' ? 'rateLimited' : 'rejected';
  }
}

function readRefusal(response: HttpResponse): { code?: string; message: string } {
  const text = new TextDecoder().decode(response.body.subarray(0, 64 * 1024)).trim();
  const parsed = errorBody.safeParse(jsonOrUndefined(text));
  if (!parsed.success) return { message: isProse(response, text) ? text : '' };
  const { errors, error, error_description, message, detail, details, text: said } = parsed.data;
  const first = errors?.[0];
  const words = [first?.message, error_description, message, detail, details, said, error, first?.code].find(
    (candidate) => typeof candidate === 'string' && candidate !== '',
  );
  return {
    message: typeof words === 'string' ? words : '',
    ...defined({ code: typeof first?.code === 'string' ? first.code : undefined }),
  };
}

/** Plain text from the server is useful to the user; a proxy's HTML page or unknown JSON is not. */
function isProse(response: HttpResponse, text: string): boolean {
  return !/html/i.test(response.headers['content-type'] ?? '') && !/^[<{[]/.test(text) && isPrintable(text);
}

function isPrintable(text: string): boolean {
  return !/[\u0000-\u0008\u000e-\u001f\ufffd]/.test(text);
}

/**
 * Seconds or an HTTP date: https://www.rfc-editor.org/rfc/rfc9110#section-10.2.3. Docker Hub sends a point in time:
 * https://docs.docker.com/reference/api/hub/latest/#tag/rate-limiting
 */
export function retryAfter(response: HttpResponse): number | undefined {
  const value = response.headers['retry-after'];
  if (value === undefined) return secondsUntil(response.headers['x-retry-after']);
  if (/^\d+$/.test(value.trim())) return Math.min(Number(value), Number.MAX_SAFE_INTEGER);
  // Date.parse takes `-1` for a year.
  const date = /^[a-z]/i.test(value.trim()) ? Date.parse(value) : NaN;
  return Number.isNaN(date) ? undefined : Math.max(0, Math.ceil((date - Date.now()) / 1000));
}

/** `seconds` since 1970. */
function secondsUntil(seconds: string | undefined): number | undefined {
  if (seconds === undefined || !/^\d+$/.test(seconds.trim())) return undefined;
  return Math.min(Math.max(0, Math.ceil(Number(seconds) - Date.now() / 1000)), Number.MAX_SAFE_INTEGER);
}
