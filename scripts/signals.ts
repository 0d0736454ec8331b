/**
 * Calls `stop` once, however the process is asked to end: Ctrl-C, `kill`, the closing of its terminal, or the end of what
 * started it. npm runs a script through a shell, which dies of a signal and does not pass it on. npm passes on the signal
 * that the terminal has sent already, so a second one must not cut the first short.
 */
export function onStopSignal(stop: (signal: NodeJS.Signals) => void): void {
  let stopping = false;
  const stopOnce = (signal: NodeJS.Signals): void => {
    if (stopping) return;
    stopping = true;
    stop(signal);
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, stopOnce);
  const parent = process.ppid;
  setInterval(() => {
    if (process.ppid !== parent) stopOnce('SIGTERM');
  }, 500).unref();
}
