import { randomUUID } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';

/**
 * Marks all that this process starts from now on, by a variable of the environment. The function it gives back ends
 * those that still run, whoever started them: a child of a test that was killed has no parent left to end it.
 */
export function markChildren(): () => Promise<readonly number[]> {
  const mark = `REGISTRY_EXPLORER_RUN=${randomUUID()}`;
  const [name = '', value] = mark.split('=');
  process.env[name] = value;
  return async () => {
    // Only Linux tells the environment of a process.
    if (process.platform !== 'linux') return [];
    const pids = (await readdir('/proc')).filter((entry) => /^\d+$/.test(entry)).map(Number);
    const strays: number[] = [];
    for (const pid of pids) {
      const environment = await readFile(`/proc/${pid}/environ`, 'utf8').catch(() => '');
      if (pid === process.pid || !environment.split('\0').includes(mark)) continue;
      try {
        process.kill(pid, 'SIGKILL');
        strays.push(pid);
      } catch {
        // Gone already, which is what was wanted.
      }
    }
    return strays;
  };
}
