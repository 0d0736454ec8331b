import { existsSync, readFileSync } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { rigFolder } from '../rig/paths';
import { startProcess } from '../rig/processes';
import { findProgram } from './process';

const source = join(import.meta.dirname, 'distribution3');
const version =
  /distribution\/v3 v(\S+)/.exec(readFileSync(join(source, 'go.mod'), 'utf8'))?.[1] ?? 'of an unknown version';

/** The registry of the Distribution project, version 3, which Debian does not have: Go builds it, once on a machine. */
export const distribution3 = join(rigFolder, `distribution-${version}`, 'registry');

/** Far more than it takes; the tests that need it are left out then. */
const buildTimeoutMs = 5 * 60_000;

/** Why it cannot be run; nothing when it can. */
export function whyNoDistribution3(): string | undefined {
  if (existsSync(distribution3)) return undefined;
  return findProgram('go') === undefined
    ? 'Go is missing, which builds it'
    : 'it was not built: "npm run test:contract" does that, or says why not';
}

/** Builds what is not there yet. Rejects with what Go said when that cannot be. */
export async function buildDistribution3(log: (line: string) => void): Promise<void> {
  if (existsSync(distribution3) || findProgram('go') === undefined) return;
  log(`Building the registry of Distribution ${version} with Go into .rig (once, a minute or two)…`);
  const draft = `${distribution3}.${process.pid}`;
  await mkdir(join(draft, '..'), { recursive: true });
  const building = startProcess({
    // The tests that run meanwhile go first.
    command: 'nice',
    args: ['go', 'build', '-trimpath', '-ldflags=-s -w', '-o', draft, '.'],
    cwd: source,
    // Whatever else is set for Go here, the versions are those of go.sum.
    env: { ...process.env, CGO_ENABLED: '0', GOFLAGS: '-mod=readonly -buildvcs=false', GOWORK: 'off' },
    ownGroup: true,
  });
  const overdue = setTimeout(() => void building.stop(), buildTimeoutMs);
  const ending = await building.exited;
  clearTimeout(overdue);
  if (ending === 'exit code 0') return rename(draft, distribution3);
  await rm(draft, { force: true });
  const said = building.output().trim().split('\n').slice(-3).join('\n');
  throw new Error(`Go did not build the registry of Distribution ${version} (${ending}):\n${said}`);
}
