import { readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { startDockerRegistry, type RunningRegistry } from '../sandbox/dockerRegistry';
import { tempDir, type TempDir } from '../sandbox/tempDir';
import { startWire, type Wire } from '../sandbox/wire';

/** Bytes of an image that takes its time on a slow wire, and of the part after which a transfer is surely under way. */
export const weight = 24_000_000;
export const begun = 1_000_000;
export const slow = 1_000_000;

/** A registry behind a wire that can be slowed down and cut. */
export interface Line {
  readonly registry: RunningRegistry;
  readonly root: TempDir;
  readonly wire: Wire;
  /** Of the registry itself, and through the wire. */
  readonly direct: string;
  readonly host: string;
  readonly stop: () => Promise<void>;
}

export async function startLine(): Promise<Line> {
  const root = await tempDir('engine-line');
  const registry = await startDockerRegistry({ root: root.path });
  const wire = await startWire(registry.port);
  const stop = async () => {
    await wire.stop();
    await registry.stop();
    await root.remove();
  };
  return { registry, root, wire, direct: `127.0.0.1:${registry.port}`, host: wire.host, stop };
}

/**
 * Resolves once nobody holds a connection to the wire open. Asks the system for it: what is under way in the connections
 * keeps them open for the wire, though their other end is closed.
 */
export async function untilLeft({ port }: Wire, timeoutMs: number): Promise<void> {
  const established = new RegExp(`:${port.toString(16).toUpperCase().padStart(4, '0')} 01 `);
  const deadline = Date.now() + timeoutMs;
  while (established.test(await readFile('/proc/net/tcp', 'utf8'))) {
    if (Date.now() > deadline) throw new Error(`The connection was not closed within ${timeoutMs} ms`);
    await delay(10);
  }
}
