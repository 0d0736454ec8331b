import { freePort, listen } from '../sandbox/loopback';

/** The wanted port when nobody listens there, else a free one. */
export async function preferredPort(wanted: number): Promise<number> {
  try {
    const listener = await listen(() => undefined, { port: wanted });
    await listener.stop();
    return wanted;
  } catch {
    return freePort();
  }
}
