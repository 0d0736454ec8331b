import type { Log } from '../../src/core/log';

/** A log whose lines can be looked at. */
export interface CollectedLog extends Log {
  readonly lines: readonly string[];
}

export function collectLog(): CollectedLog {
  const lines: string[] = [];
  const add = (level: string) => (message: string) => {
    lines.push(`${level} ${message}`);
  };
  return { lines, debug: add('debug'), info: add('info'), warn: add('warn'), error: add('error') };
}
