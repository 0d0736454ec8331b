import { setImmediate as nextTurn, setTimeout as delay } from 'node:timers/promises';

/** Lets other waiting work run first: VS Code runs all extensions in one process. */
export type Pause = () => Promise<void>;

export const pause: Pause = () => nextTurn();

/** Whether a promise settles, in either way, within that time. */
export async function isSettledWithin(promise: Promise<unknown>, ms: number): Promise<boolean> {
  const timer = new AbortController();
  const settled = promise.then(
    () => true,
    () => true,
  );
  try {
    return await Promise.race([settled, delay(ms, false, { signal: timer.signal })]);
  } finally {
    timer.abort();
  }
}
