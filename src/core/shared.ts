import { setMaxListeners } from 'node:events';

/** Work that callers at the same time share. It is aborted when no caller waits for it any more. */
export function shared<T>(work: (signal: AbortSignal) => Promise<T>): (signal: AbortSignal) => Promise<T> {
  let current: { readonly result: Promise<T>; readonly controller: AbortController; waiting: number } | undefined;
  return async (signal) => {
    signal.throwIfAborted();
    if (current === undefined) {
      const controller = new AbortController();
      current = { result: work(controller.signal), controller, waiting: 0 };
    }
    const mine = current;
    mine.waiting++;
    try {
      return await abandonable(mine.result, signal);
    } finally {
      mine.waiting--;
      // The work is finished or aborted, so the next caller starts it again.
      if (current === mine && (mine.waiting === 0 || !signal.aborted)) current = undefined;
      if (mine.waiting === 0) mine.controller.abort();
    }
  };
}

/** Work by key, which callers at the same time share. */
export class SharedWork<T> {
  private readonly running = new Map<string, (signal: AbortSignal) => Promise<T>>();

  /** Joins the work of that key, or starts it. */
  run(key: string, work: (signal: AbortSignal) => Promise<T>, signal: AbortSignal): Promise<T> {
    const known = this.running.get(key);
    if (known !== undefined) return known(signal);
    const started = shared(async (own) => {
      try {
        return await work(own);
      } finally {
        if (this.running.get(key) === started) this.running.delete(key);
      }
    });
    this.running.set(key, started);
    return started(signal);
  }
}

/** The promise's outcome, or the signal's reason if that comes first. The work behind the promise continues. */
export async function abandonable<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  signal.throwIfAborted();
  // Many requests of one operation may wait here on its signal.
  setMaxListeners(0, signal);
  let abandon: () => void = () => undefined;
  const aborted = new Promise<never>((_resolve, reject) => {
    abandon = () => {
      reject(signal.reason instanceof Error ? signal.reason : new DOMException('Aborted', 'AbortError'));
    };
    signal.addEventListener('abort', abandon, { once: true });
  });
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    signal.removeEventListener('abort', abandon);
  }
}
