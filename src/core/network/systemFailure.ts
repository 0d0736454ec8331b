import { t } from '@vscode/l10n';
import { defined } from '../defined';
import { Failure } from '../failure';
import type { FailureKind } from '../failure';
import { plainText } from '../plainText';
import { systemCode } from '../systemCode';

/** Errors of gzip, Brotli and Zstandard. */
const unpacking = /^Z_|^ERR__ERROR_|^ZSTD_/;

/** What the libraries below call by names of their own. */
const plainWords: readonly (readonly [sign: RegExp, words: () => string])[] = [
  [/ maxContentLength /, () => t('its answer is too long')],
  [/^HPE_HEADER_OVERFLOW/, () => t('the headers of its answer are too long')],
  [/^HPE_/, () => t('its answer is not valid HTTP')],
  [unpacking, () => t('its answer cannot be decompressed')],
];

interface SystemFailure {
  /** Found in the system's code and message. */
  readonly sign: RegExp;
  readonly kind: FailureKind;
  /** In place of the system's code, which differs between versions of Node, OpenSSL and BoringSSL. */
  readonly code?: string;
}

/**
 * https://www.rfc-editor.org/rfc/rfc8446#section-6.2: alerts that a server sends are about our certificate. The desktop's VS Code
 * runs on BoringSSL, which writes `WRONG_VERSION_NUMBER` where OpenSSL has `wrong version number`.
 */
const systemFailures: readonly SystemFailure[] = [
  {
    sign: /alert number (4[2-68]|116)\b|_ALERT_(\w+_CERTIFICATE|CERTIFICATE_\w+|UNKNOWN_CA)\b/,
    kind: 'untrusted',
    code: 'CLIENT_CERTIFICATE',
  },
  {
    sign: /wrong[ _]version[ _]number|(packet|encrypted)[ _]length[ _]too[ _]long|http[ _]request/i,
    kind: 'untrusted',
    code: 'NOT_TLS',
  },
  { sign: /^EPROTO |_ALERT_HANDSHAKE_FAILURE\b/, kind: 'untrusted', code: 'HANDSHAKE' },
  { sign: /key[ _](values|type)[ _]mismatch/i, kind: 'untrusted', code: 'KEY_MISMATCH' },
  { sign: /^\w*(CERT|SELF_SIGNED|UNABLE_TO|ALTNAME|ERR_O?SSL|ERR_TLS|CRL_)/, kind: 'untrusted' },
  { sign: /^(INSECURE_REDIRECT) /, kind: 'untrusted' },
  {
    sign: /^(ERR_BAD_RESPONSE|ERR_REDIRECT|HPE_|ERR_INVALID_URL|ERR_UNESCAPED|ERR_INVALID_CHAR)/,
    kind: 'malformed',
  },
  { sign: unpacking, kind: 'malformed' },
  { sign: /^(ETIMEDOUT|ESOCKETTIMEDOUT) /, kind: 'timedOut' },
];

/** What the network's own errors mean. */
export function systemFailure(subject: string, error: unknown): Failure {
  const root = rootCause(error);
  const message = plainText(inWords(root.message));
  // axios calls a body that was cut off a bad response.
  const own = message.includes('aborted') ? 'ECONNRESET' : (root.code ?? 'UNKNOWN');
  const known = systemFailures.find(({ sign }) => sign.test(`${own} ${root.message}`));
  const code = known?.code ?? own;
  const words = plainWords.find(([sign]) => sign.test(`${own} ${root.message}`))?.[1]() ?? message;
  return new Failure(known?.kind ?? 'unreachable', words === '' ? code : words, { subject, code }, { cause: error });
}

/**
 * Of `405DCA5EF97F0000:error:0A000410:SSL routines:ssl3_read_bytes:ssl/tls alert handshake failure:../deps/…` what can be read, as
 * of BoringSSL's `3896:error:10000410:SSL routines:OPENSSL_internal:SSLV3_ALERT_HANDSHAKE_FAILURE:../../third_party/…`.
 */
function inWords(message: string): string {
  const words = /error:[\dA-F]+:[^:]*:[^:]*:([^:]+)/i.exec(message)?.[1]?.trim() ?? message;
  return /^[A-Z\d]+(_[A-Z\d]+)+$/.test(words) ? words.toLowerCase().replaceAll('_', ' ') : words;
}

/** Under axios' error lies the system's; under a failed dual-stack connect, one error for each address. */
function rootCause(error: unknown): { code?: string; message: string } {
  if (!(error instanceof Error)) return { message: String(error) };
  if (error instanceof AggregateError && error.errors.length > 0) {
    // Where a machine has no route to one of the addresses, the other's error is what went wrong.
    const causes = error.errors.map(rootCause);
    return (
      causes.find(({ code }) => !/^(ENETUNREACH|EHOSTUNREACH|EADDRNOTAVAIL)$/.test(code ?? '')) ??
      rootCause(error.errors[0])
    );
  }
  if (error.cause instanceof Error) return rootCause(error.cause);
  return { ...defined({ code: systemCode(error) }), message: error.message };
}
