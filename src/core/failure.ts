import { plainText } from './plainText';

export type FailureKind =
  /** No credential, or not a valid one. */
  | 'unauthorized'
  /** A valid credential that may not do this. */
  | 'forbidden'
  | 'notFound'
  /** The registry accepts the credential but does not list its content. Repositories can be opened by name. */
  | 'unlisted'
  | 'rateLimited'
  /** The registry does not offer this. */
  | 'unsupported'
  /** No answer: name, route, port or connection. */
  | 'unreachable'
  /** The TLS connection cannot be trusted. */
  | 'untrusted'
  | 'timedOut'
  /** An answer that breaks the protocol. */
  | 'malformed'
  /** Any other refusal. */
  | 'rejected';

/** Code of the failure `unlisted` when the reason is an empty list. */
export const emptyList = 'EMPTY_LIST';

export interface FailureDetail {
  /** Who failed: `host[:port]`, the engine's address, or the file or program asked. */
  readonly subject: string;
  /** Who wrote `message`; absent: the registry. */
  readonly speaker?: 'engine' | 'program';
  readonly status?: number;
  /** Code of the system or the registry: `ENOTFOUND`, `MANIFEST_UNKNOWN`. */
  readonly code?: string;
  readonly retryAfterSeconds?: number;
  /** The file that names the program asked. */
  readonly namedBy?: string;
  /** Id of the connection whose credential was used, if known. */
  readonly connection?: string;
  /** What the failure means here, if more is known than `message` says. */
  readonly explanation?: string;
  /** Id of the command that helps most, if trying again does not help. */
  readonly nextStep?: string;
  /** Web page of the last thing that was created before the failure. The next step opens it. */
  readonly page?: URL;
}

/**
 * The one error raised on purpose. `message` holds the other side's words or a fact, safe to show.
 * ui/report.ts makes the sentence.
 */
export class Failure extends Error {
  // Set explicitly: bundlers rename classes.
  override readonly name = 'Failure';

  constructor(
    readonly kind: FailureKind,
    message: string,
    readonly detail: FailureDetail,
    options?: ErrorOptions,
  ) {
    super(plainText(message), options);
  }
}

/** Whether no answer came: the server or the network is away, perhaps only for a moment. */
export function isUnreached(error: unknown): error is Failure {
  return error instanceof Failure && (error.kind === 'unreachable' || error.kind === 'timedOut');
}

/** Whether the server refuses the credential, or refuses this request with it. */
export function isDenied(error: unknown): error is Failure {
  return error instanceof Failure && (error.kind === 'unauthorized' || error.kind === 'forbidden');
}

/** Whether the failure concerns the server or the network, and not the requested item. */
export function isAboutServer(error: unknown): boolean {
  return (
    isUnreached(error) || (error instanceof Failure && (error.kind === 'untrusted' || error.kind === 'rateLimited'))
  );
}

/** Whether the next request to the same server would fail in the same way. */
export function isContagious(error: unknown): boolean {
  return isAboutServer(error) || (error instanceof Failure && error.kind === 'unauthorized');
}

/** A copy of the failure with more detail; any other error as it is. */
export function withDetail(error: unknown, detail: Partial<FailureDetail>): unknown {
  if (!(error instanceof Failure)) return error;
  return new Failure(error.kind, error.message, { ...error.detail, ...detail }, { cause: error });
}
