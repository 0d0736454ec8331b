import { setTimeout as delay } from 'node:timers/promises';
import { outside } from '../rig/outsideRegistry';

const quietMs = 750;

/** The address of a registry that goes on when the window is loaded again. */
export function outsideUrl(): string {
  return process.env[outside.url] ?? '';
}

/**
 * The paths that it was asked for since the window was loaded, once there are as many and nothing more came for a while. `walk` is done
 * again until then: how soon a row is drawn cannot be told.
 */
export async function outsideRequests(atLeast: number, walk: () => Promise<unknown>): Promise<readonly string[]> {
  let before = -1;
  for (let attempt = 0; attempt < 80; attempt++) {
    const paths = (await (await fetch(process.env[outside.requests] ?? '')).json()) as readonly string[];
    if (paths.length >= atLeast && paths.length === before) return paths;
    before = paths.length;
    if (paths.length < atLeast) await walk();
    await delay(quietMs);
  }
  throw new Error(`The rows were walked in vain; it was asked ${before} times.`);
}
