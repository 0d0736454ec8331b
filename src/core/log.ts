import { seen } from './plainText';
import type { Redaction } from './network/redaction';

/** The part of VS Code's LogOutputChannel that is used. Callers pass redacted URLs and no headers. */
export interface Log {
  debug(message: string): void;
  info(message: string): void;
  warn(message: string): void;
  error(message: string): void;
}

/** A log that removes every known secret from its messages. */
export function redactedLog(log: Log, redaction: Redaction): Log {
  return {
    debug: (message) => {
      log.debug(redaction.redact(seen(message)));
    },
    info: (message) => {
      log.info(redaction.redact(seen(message)));
    },
    warn: (message) => {
      log.warn(redaction.redact(seen(message)));
    },
    error: (message) => {
      log.error(redaction.redact(seen(message)));
    },
  };
}
