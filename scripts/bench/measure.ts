import { existsSync } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import type { Workbench } from '../../test/e2e/launch';
import type { RecordedRequest, Recorder } from '../../test/sandbox/recorder';
import type { Figures } from './figures';
import { watchPage, type Wanted } from './watch';

/** A registry, and VS Code on the other side of a network. */
export interface Bench {
  readonly workbench: Workbench;
  readonly recorder: Recorder;
  readonly meter: HostMeter;
}

/** What a helper beside our extension answers; see test/e2e/hostMeter. */
export class HostMeter {
  constructor(private readonly file: string) {}

  /** Forgets the host of a window that is going to be reloaded. */
  async forget(): Promise<void> {
    await rm(this.file, { force: true });
  }

  async ask<Answer>(path: string): Promise<Answer> {
    while (!existsSync(this.file)) await delay(50);
    const answer = await fetch(`http://127.0.0.1:${await readFile(this.file, 'utf8')}${path}`);
    return (await answer.json()) as Answer;
  }
}

/** What still happens after a row came counts as well: VS Code waits for the end of typing, and details are read. */
const quietMs = 800;

/** Resolves when nothing runs, and nothing was asked for a while. */
export async function quiet({ recorder }: Pick<Bench, 'recorder'>): Promise<void> {
  for (;;) {
    await recorder.until((requests) => requests.every(({ state }) => state !== 'running'));
    const { length } = recorder.requests;
    await delay(quietMs);
    if (recorder.requests.length === length && recorder.requests.every(({ state }) => state !== 'running')) return;
  }
}

/** Whether a request is one that the answer waits for. */
export type IsNeeded = (request: RecordedRequest) => boolean;

/** Rows wait for their list alone; what is read of them comes later. */
export const lists: IsNeeded = ({ path }) => /\/(?:_catalog|tags\/list)\b/.test(path);
export const everything: IsNeeded = () => true;
export const nothing: IsNeeded = () => false;

/**
 * From the next key or click in `act` until what is wanted is drawn, and what `done` waits for is so. `done` resolves to the time of that, in
 * milliseconds since 1970.
 */
export async function measure(
  bench: Bench,
  wanted: Wanted,
  isNeeded: IsNeeded,
  act: () => Promise<unknown>,
  done?: () => Promise<number>,
): Promise<Figures> {
  const { workbench, recorder, meter } = bench;
  await quiet(bench);
  recorder.reset();
  await meter.ask('/reset');
  const watch = await workbench.page.evaluateHandle(watchPage, wanted);
  await act();
  const doneAt = (await done?.()) ?? 0;
  await workbench.page.waitForFunction(({ drawn }) => drawn !== undefined, watch, { polling: 50 });
  await quiet(bench);
  const { began = NaN, drawn = NaN } = await watch.jsonValue();
  const needed = recorder.requests.filter(isNeeded);
  const ended = Math.max(drawn, doneAt);
  const sent = performance.timeOrigin + Math.max(...needed.map(({ endedAt = NaN }) => endedAt));
  return {
    requests: needed.length,
    bytes: needed.reduce((sum, { bytes = 0 }) => sum + bytes, 0),
    later: recorder.requests.length - needed.length,
    ms: ended - began,
    // Where the page waits for something else as well, the last answer may come after it.
    ...(needed.length > 0 && sent <= ended ? { own: ended - sent } : {}),
    stop: await meter.ask<number>('/stop'),
  };
}
