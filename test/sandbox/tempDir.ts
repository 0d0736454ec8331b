import { existsSync, rmSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface TempDir {
  readonly path: string;
  readonly remove: () => Promise<void>;
}

/** A directory of its own, in memory where the system offers that: registries are made of many small files. */
export async function tempDir(purpose: string): Promise<TempDir> {
  const parent = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();
  const path = await mkdtemp(join(parent, `registry-explorer-${purpose}-`));
  return {
    path,
    // Synchronous, because removing tens of thousands of small files with promises takes seconds.
    remove: () => {
      rmSync(path, { recursive: true, force: true, maxRetries: 3 });
      return Promise.resolve();
    },
  };
}
