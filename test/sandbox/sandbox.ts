import { createHash } from 'node:crypto';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { demoRepositories } from './demo';
import { startDockerRegistry, whyNoDockerRegistry } from './dockerRegistry';
import { freePort } from './loopback';
import { findProgram, run, untilServing } from './process';
import { manifestsOf, seedFilesystem, type SeedRepository } from './seed';
import { startV2Server } from './v2Server';

export interface SandboxOptions {
  /** Kept between starts: the demo is written there once. */
  readonly dataDir: string;
  /** 0, the default, takes a free one. */
  readonly port?: number;
  readonly log?: (line: string) => void;
  /** What it holds; the demo by default. */
  readonly repositories?: (now: Date) => SeedRepository[];
  /** Which registries to try, best first; all by default. */
  readonly kinds?: readonly SandboxKind[];
}

type SandboxKind = 'docker-registry' | 'docker' | 'v2-server';

export interface Sandbox {
  readonly url: string;
  readonly kind: SandboxKind;
  readonly stop: () => Promise<void>;
}

interface Chosen {
  readonly dataDir: string;
  readonly port: number;
  readonly log: (line: string) => void;
  readonly repositories: (now: Date) => SeedRepository[];
}

function versionOf(repositories: readonly SeedRepository[]): string {
  const hash = createHash('sha256');
  for (const repository of repositories) {
    const tags = Object.entries(repository.tags).map(([tag, { digest }]) => `${tag} ${digest}`);
    hash.update(JSON.stringify([repository.name, tags, manifestsOf(repository).map(({ digest }) => digest)]));
  }
  return hash.digest('hex');
}

/** Whether a stamp, the date and version that were written, is of these images: dates move, the version must not. */
function isCurrent(stamp: string, repositories: Chosen['repositories']): boolean {
  const [date = '', version] = stamp.split(' ');
  const written = new Date(date);
  return !Number.isNaN(written.getTime()) && versionOf(repositories(written)) === version;
}

async function seedOnce({ dataDir, log, repositories }: Chosen): Promise<string> {
  const root = join(dataDir, 'registry');
  const stampFile = join(dataDir, 'registry.version');
  const stamp = await readFile(stampFile, 'utf8').catch(() => '');
  if (isCurrent(stamp, repositories)) return root;
  log(`Writing the demo images to ${root}`);
  await rm(stampFile, { force: true });
  await rm(root, { recursive: true, force: true });
  await mkdir(root, { recursive: true });
  const now = new Date();
  const built = repositories(now);
  await seedFilesystem(root, built);
  // Written last: a start that was interrupted seeds again.
  await writeFile(stampFile, `${now.toISOString()} ${versionOf(built)}`);
  return root;
}

async function dockerEngineAnswers(): Promise<boolean> {
  if (findProgram('docker') === undefined) return false;
  return run('docker', ['version', '--format', '{{.Server.Version}}']).then(
    () => true,
    () => false,
  );
}

async function startContainer(chosen: Chosen): Promise<Sandbox> {
  const root = await seedOnce(chosen);
  const port = await freePort(chosen.port);
  chosen.log('Starting registry:2 with docker');
  const environment = ['-e', 'REGISTRY_STORAGE_DELETE_ENABLED=true', '-e', 'REGISTRY_LOG_LEVEL=warn'];
  const places = ['-p', `127.0.0.1:${port}:5000`, '-v', `${root}:/var/lib/registry`];
  const container = (await run('docker', ['run', '-d', '--rm', ...places, ...environment, 'registry:2'])).trim();
  const stop = async (): Promise<void> => {
    await run('docker', ['stop', '-t', '2', container]);
  };
  const url = `http://127.0.0.1:${port}`;
  try {
    await untilServing(`${url}/v2/`, () => undefined);
  } catch (error) {
    await stop();
    throw error;
  }
  return { url, kind: 'docker', stop };
}

async function startProcess(chosen: Chosen): Promise<Sandbox> {
  const { url, stop } = await startDockerRegistry({ root: await seedOnce(chosen), port: chosen.port });
  return { url, kind: 'docker-registry', stop };
}

async function startInMemory({ port, log, repositories }: Chosen): Promise<Sandbox> {
  log('Serving the demo images from memory: changes are lost at the end');
  const { url, stop } = await startV2Server({ repositories: repositories(new Date()), port });
  return { url, kind: 'v2-server', stop };
}

/** Starts a registry with the demo images in it: the best one this computer can run. */
export async function startSandbox(options: SandboxOptions): Promise<Sandbox> {
  const { dataDir, port = 0, log = () => undefined, repositories = demoRepositories, kinds } = options;
  const wanted = new Set(kinds ?? ['docker-registry', 'docker', 'v2-server']);
  const chosen = { dataDir, port, log, repositories };
  if (wanted.has('docker-registry') && whyNoDockerRegistry() === undefined) return startProcess(chosen);
  if (wanted.has('docker') && (await dockerEngineAnswers())) {
    try {
      return await startContainer(chosen);
    } catch (error) {
      log(`registry:2 does not run here: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  if (!wanted.has('v2-server')) throw new Error('No registry can be started on this computer');
  return startInMemory(chosen);
}
