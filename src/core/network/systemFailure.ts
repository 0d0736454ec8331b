import { t } from '@vscode/l10n';
import { defined } from '../defined';
import { Failure } from '../failure';
import type { FailureKind } from '../failure';
import { plainText } from '../plainText';
import { systemCode } from '../systemCode';

/** Errors of gzip, Brotli and Zstandard. */
const decompression = /^Z_|^ERR__ERROR_|^ZSTD_/;

/** Plain words for errors whose own messages are jargon of Node or a library. */
const clearWords: readonly (readonly [sign: RegExp, words: () => string])[] = [
  [/ maxContentLength /, () => t('its answer is too long')],
  [/^HPE_HEADER_OVERFLOW/, () => t('the headers of its answer are too long')],
  [/^HPE_/, () => t('its answer is not valid HTTP')],
  [decompression, () => t('its answer cannot be decompressed')],
];

interface SystemFailure {
  /** Matches the system's code and message, with a space between. */
  readonly sign: RegExp;
  readonly kind: FailureKind;
  /** Replaces the system's code, which differs between versions of Node, OpenSSL and BoringSSL. */
  readonly code?: string;
}

/**
 * The first that matches counts. Alerts from a server are about our certificate: https://www.rfc-editor.org/rfc/rfc8446#section-6.2
 * Desktop VS Code uses BoringSSL, which writes `WRONG_VERSION_NUMBER` where OpenSSL writes `wrong version number`.
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
  { sign: decompression, kind: 'malformed' },
  { sign: /^(ETIMEDOUT|ESOCKETTIMEDOUT) /, kind: 'timedOut' },
];

/** The Failure for an error of the network. `subject`: the host that was called. */
export function systemFailure(subject: string, error: unknown): Failure {
  const root = rootCause(error);
  const message = plainText(readableMessage(root.message));
  // axios reports a body that was cut off as a bad response.
  const systemOwnCode = message.includes('aborted') ? 'ECONNRESET' : (root.code ?? 'UNKNOWN');
  const known = systemFailures.find(({ sign }) => sign.test(`${systemOwnCode} ${root.message}`));
  const code = known?.code ?? systemOwnCode;
  const words = clearWords.find(([sign]) => sign.test(`${systemOwnCode} ${root.message}`))?.[1]() ?? message;
  return new Failure(known?.kind ?? 'unreachable', words === '' ? code : words, { subject, code }, { cause: error });
}

/**
 * The readable part of a message of OpenSSL, `405DCA5EF97F0000:error:0A000410:SSL routines:ssl3_read_bytes:ssl/tls alert handshake
 * failure:../deps/…`, or of BoringSSL, `3896:error:10000410:SSL routines:OPENSSL_internal:SSLV3_ALERT_HANDSHAKE_FAILURE:../../…`.
 */
function readableMessage(message: string): string {
  const words = /error:[\dA-F]+:[^:]*:[^:]*:([^:]+)/i.exec(message)?.[1]?.trim() ?? message;
  return /^[A-Z\d]+(_[A-Z\d]+)+$/.test(words) ? words.toLowerCase().replaceAll('_', ' ') : words;
}

/** The system's error, which axios has as a cause. A connect to several addresses has one error for each. */
function rootCause(error: unknown): { code?: string; message: string } {
  if (!(error instanceof Error)) return { message: String(error) };
  if (error instanceof AggregateError && error.errors.length > 0) {
    // If this machine has no route to one of the addresses, the error of another address is the real reason.
    const causes = error.errors.map(rootCause);
    return (
      causes.find(({ code }) => !/^(ENETUNREACH|EHOSTUNREACH|EADDRNOTAVAIL)$/.test(code ?? '')) ??
      rootCause(error.errors[0])
    );
  }
  if (error.cause instanceof Error) return rootCause(error.cause);
  return { ...defined({ code: systemCode(error) }), message: error.message };
}
