import { existsSync, readFileSync } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { findProgram } from '../sandbox/process';
import { rigFolder } from './paths';
import { startProcess } from './processes';

/** A program that Debian does not have: Go builds it into `.rig/`, once on a machine. */
export interface GoProgram {
  readonly name: string;
  /** What version it is of, as go.mod says. */
  readonly version: string;
  /** Where it is, once it is built. */
  readonly path: string;
  /** The folder of its go.mod. */
  readonly module: string;
  readonly package: string;
}

/** `owner`: the module whose version counts. */
function goProgram(name: string, folder: string, owner: string, packagePath: string): GoProgram {
  const module = join(import.meta.dirname, 'go', folder);
  const listed = readFileSync(join(module, 'go.mod'), 'utf8').split(/\s+/);
  const version = listed[listed.indexOf(owner) + 1]?.replace(/^v/, '') ?? '';
  return { name, version, path: join(rigFolder, `${name}-${version}`, name), module, package: packagePath };
}

const crane = 'github.com/google/go-containerregistry';
const regctl = 'github.com/regclient/regclient';
const oras = 'oras.land/oras';

export const goPrograms = {
  /** The registry of the Distribution project, version 3. */
  distribution3: goProgram('distribution', 'distribution3', 'github.com/distribution/distribution/v3', '.'),
  /** A client that is a registry as well. */
  crane: goProgram('crane', 'tools', crane, `${crane}/cmd/crane`),
  /** The registry that CUE Labs wrote as a library. */
  ociregistry: goProgram('ociregistry', 'tools', 'cuelabs.dev/go/oci/ociregistry', './ociregistry'),
  /** A registry of nothing but OCI: it has no catalog. */
  olareg: goProgram('olareg', 'tools', 'github.com/olareg/olareg', './olareg'),
  regctl: goProgram('regctl', 'tools', regctl, `${regctl}/cmd/regctl`),
  oras: goProgram('oras', 'tools', oras, `${oras}/cmd/oras`),
} as const;

/** Far more than it takes; the tests that need it are left out then. */
const buildTimeoutMs = 5 * 60_000;

/** Why it cannot be run; nothing when it can. */
export function whyNotBuilt({ path }: GoProgram): string | undefined {
  if (existsSync(path)) return undefined;
  return findProgram('go') === undefined
    ? 'Go is missing, which builds it'
    : 'it was not built: "npm run test:contract" does that, or says why not';
}

/** Builds what is not there yet; logs what Go said of what cannot be built. */
export async function buildGoPrograms(log: (line: string) => void): Promise<void> {
  const missing = Object.values(goPrograms).filter(({ path }) => !existsSync(path));
  if (missing.length === 0 || findProgram('go') === undefined) return;
  log(`Building ${missing.map(({ name }) => name).join(', ')} with Go into .rig (once, about two minutes)…`);
  // Whatever else is set for Go here, the versions are those of go.sum. Of the moment of the call, whatever is set meanwhile.
  const env = { ...process.env, CGO_ENABLED: '0', GOFLAGS: '-mod=readonly -buildvcs=false', GOWORK: 'off' };
  // One after another: each takes all cores, and most of what they are made of is the same.
  for (const program of missing) {
    await build(program, env).catch((error: unknown) => {
      log(error instanceof Error ? error.message : String(error));
    });
  }
}

async function build({ name, version, path, module, package: what }: GoProgram, env: NodeJS.ProcessEnv): Promise<void> {
  const draft = `${path}.${process.pid}`;
  await mkdir(dirname(path), { recursive: true });
  const building = startProcess({
    // The tests that run meanwhile go first.
    command: 'nice',
    args: ['go', 'build', '-trimpath', '-ldflags=-s -w', '-o', draft, what],
    cwd: module,
    env,
    ownGroup: true,
  });
  const overdue = setTimeout(() => void building.stop(), buildTimeoutMs);
  const ending = await building.exited;
  clearTimeout(overdue);
  if (ending === 'exit code 0') return rename(draft, path);
  await rm(draft, { force: true });
  const said = building.output().trim().split('\n').slice(-3).join('\n');
  throw new Error(`Go did not build ${name} ${version} (${ending}):\n${said}`);
}
