import { t } from '@vscode/l10n';
import { defined } from '../core/defined';
import { Failure } from '../core/failure';
import type { FailureKind } from '../core/failure';
import { visible } from '../core/plainText';
import { systemCode } from '../core/systemCode';

/**
 * What engines say when a registry refuses them, as words in a message: they pass on neither status nor code.
 * https://github.com/moby/moby/blob/v20.10.24/distribution/errors.go, https://github.com/containers/image/blob/v5.23.1/docker/errors.go
 */
const registryWords: readonly { readonly pattern: RegExp; readonly kind: FailureKind; readonly code?: string }[] = [
  {
    pattern: /no matching manifest for|no image found in (?:manifest list|image index)/i,
    kind: 'notFound',
    code: 'NO_PLATFORM',
  },
  { pattern: /manifest unknown|name unknown|not found: manifest|repository .*not found/i, kind: 'notFound' },
  { pattern: /server gave HTTP response to HTTPS client/i, kind: 'untrusted', code: 'PLAIN_HTTP' },
  {
    pattern: /x509:|tls: |certificate (?:signed|has|is|verify|required|relies)/i,
    kind: 'untrusted',
    code: 'ENGINE_TRUST',
  },
  { pattern: /toomanyrequests|too many requests/i, kind: 'rateLimited' },
  // A token server that grants less than was asked for: podman repeats the registry's `unauthorized` after it.
  { pattern: /denied: requested access/i, kind: 'forbidden' },
  {
    pattern:
      /unauthorized|authentication required|no basic auth credentials|incorrect username or password|invalid username\/password/i,
    kind: 'unauthorized',
  },
  { pattern: /\bdenied\b|forbidden/i, kind: 'forbidden' },
  { pattern: /operation is unsupported|HTTP (?:status: )?405/i, kind: 'unsupported' },
  { pattern: /does not exist/i, kind: 'notFound' },
  { pattern: /timeout|timed out/i, kind: 'timedOut' },
  {
    pattern: /no such host|connection refused|connection reset|broken pipe|\bEOF\b|dial tcp|unreachable/i,
    kind: 'unreachable',
  },
  // How Go tells of a request that got no answer: `Patch "https://…": why`.
  { pattern: /\b(?:Get|Head|Post|Put|Patch) (?:…|"https?:[^"]*":) /, kind: 'unreachable' },
  {
    pattern: /HTTP status: 5\d\d|status code 5\d\d|no space left|unknown error|(?:manifest|digest|name|tag) invalid/i,
    kind: 'rejected',
  },
];

/** The engine has no such image itself. */
const noSuchImage = /No such image|image not known|does not exist locally|^tag does not exist/i;

/** The engine takes no such name, whatever else it says about it. */
const noName = /invalid reference format|must be lowercase|invalid image name/i;

/** Of longer words, no more is looked through: some of the patterns take the square of the length. */
export const mostWords = 4096;

/** Whether the other end of a failed call was a registry, by its host, or the engine alone. */
export type Registry = string | undefined;

/** Turns words of an engine into a Failure: those it repeats from a registry count as the registry's. */
export function refusal(words: string, status: number | undefined, endpoint: string, registry: Registry): Failure {
  const message = visible(words.slice(0, mostWords));
  const isName = !noName.test(message);
  const isMissing = isName && noSuchImage.test(message);
  const known = registry === undefined || isMissing || !isName ? undefined : knownWords(message, registry);
  if (registry !== undefined && known !== undefined) {
    return new Failure(known.kind, message, { subject: registry, ...defined({ code: known.code }) });
  }
  const kind: FailureKind = isMissing || (isName && status === 404) ? 'notFound' : 'rejected';
  return new Failure(kind, message, { subject: endpoint, speaker: 'engine' });
}

/** Names of images in the message mean nothing: `host/team/unauthorized:1`. */
function knownWords(message: string, registry: string): (typeof registryWords)[number] | undefined {
  const words = message.split(' ').map((word) => (word.includes(`${registry}/`) ? '…' : word));
  const text = words.join(' ');
  return registryWords.find(({ pattern }) => pattern.test(text));
}

/** Turns what the client throws into a Failure. An answer with a status carries the engine's words, `(HTTP code 404) reason - words`. */
export function failureOfClient(error: unknown, endpoint: string, registry: Registry): Failure {
  if (error instanceof Failure) return error;
  if (!(error instanceof Error)) return refusal(String(error), undefined, endpoint, registry);
  const status = 'statusCode' in error && typeof error.statusCode === 'number' ? error.statusCode : undefined;
  if (status !== undefined) {
    const words = error.message.replace(/^\(HTTP code \d+\) .*? - /, '').replace(/^\[object Object\]\s*$/, '');
    return refusal(words, status, endpoint, registry);
  }
  const code = codeOf(error);
  const detail = { subject: endpoint, speaker: 'engine', code } as const;
  if (/CERT|SELF_SIGNED|UNABLE_TO|ALTNAME|^ERR_SSL|^ERR_TLS/.test(code)) {
    return new Failure('untrusted', error.message, detail, { cause: error });
  }
  if (code.startsWith('HPE_')) return new Failure('malformed', t('its answer is not HTTP'), detail, { cause: error });
  return new Failure('unreachable', error.message, detail, { cause: error });
}

function codeOf(error: Error): string {
  if (error instanceof AggregateError && error.errors[0] instanceof Error) return codeOf(error.errors[0]);
  return systemCode(error) ?? (/aborted|hang up/i.test(error.message) ? 'ECONNRESET' : 'UNKNOWN');
}
