/** What we use of VS Code's LogOutputChannel. Messages never hold secrets: callers pass redacted URLs and no headers. */
export interface Log {
  debug(message: string): void;
  info(message: string): void;
  warn(message: string): void;
  error(message: string): void;
}
