/**
 * Calls `stop` once, however the process is asked to end: Ctrl-C, `kill`, or the closing of its terminal. npm passes on
 * the signal that the terminal has sent already, so a second one must not cut the first short.
 */
export function onStopSignal(stop: (signal: NodeJS.Signals) => void): void {
  let stopping = false;
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      if (stopping) return;
      stopping = true;
      stop(signal);
    });
  }
}
