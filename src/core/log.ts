import { seen } from './plainText';
import type { Redaction } from './network/redaction';

/** What we use of VS Code's LogOutputChannel. Callers pass redacted URLs and no headers. */
export interface Log {
  debug(message: string): void;
  info(message: string): void;
  warn(message: string): void;
  error(message: string): void;
}

/** Writes the same, without any secret that is known, whoever repeats it. */
export function redactedLog(log: Log, redaction: Redaction): Log {
  return {
    debug: (message) => {
      log.debug(redaction.of(seen(message)));
    },
    info: (message) => {
      log.info(redaction.of(seen(message)));
    },
    warn: (message) => {
      log.warn(redaction.of(seen(message)));
    },
    error: (message) => {
      log.error(redaction.of(seen(message)));
    },
  };
}
