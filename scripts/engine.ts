import { homedir } from 'node:os';
import { LocalEngines } from '../src/engine/engines';
import { layer } from '../test/sandbox/blob';
import { startEngine, whyNoEngine, type RunningEngine } from '../test/sandbox/engines';
import { buildImage } from '../test/sandbox/images';
import { ensureDebianPackages } from './debian';

export interface SandboxEngine {
  /** What VS Code needs to find it, over the environment of this process. */
  readonly env: Readonly<Record<string, string>>;
  readonly stop: () => Promise<void>;
}

const answerWithinMs = 3000;

/** The engine that the docker command would use where it answers, else one of the sandbox's own where it can be started. */
export async function sandboxEngine(
  registryUrl: string,
  hubRegistryUrl: string,
  log: (line: string) => void,
): Promise<SandboxEngine> {
  const nothing = { env: {}, stop: () => Promise.resolve() };
  const there = await engineOfThisMachine();
  if (there !== undefined) {
    log(`Container engine: ${there}. It pulls from the real Docker Hub, not from the sandbox's.`);
    return nothing;
  }
  // Only root can start one.
  if (process.getuid?.() === 0)
    await ensureDebianPackages(['docker.io', 'containerd'], log).catch((error: unknown) => {
      log(error instanceof Error ? error.message : String(error));
    });
  const reason = whyNoEngine('docker');
  if (reason !== undefined) {
    log(`No container engine: none answers, and none can be started (${reason}). The registries need none.`);
    log('Start Docker or Podman to see its images in the Images view.');
    return nothing;
  }
  const engine = await startEngine('docker', { mirror: hubRegistryUrl });
  await fill(engine, new URL(registryUrl).host);
  log(`Container engine: a Docker Engine of the sandbox's own at ${engine.url}`);
  return { env: { DOCKER_HOST: engine.url }, stop: engine.stop };
}

async function engineOfThisMachine(): Promise<string | undefined> {
  const machine = { env: process.env, home: homedir(), platform: process.platform };
  const engines = new LocalEngines(machine, () => '');
  try {
    const engine = await engines.current();
    const { name, version } = await engine.version(AbortSignal.timeout(answerWithinMs));
    return `${name} ${version} at ${engine.endpoint.url}`;
  } catch {
    return undefined;
  }
}

/** An image that is tagged for no registry, two that are, and one without a name. */
async function fill(engine: RunningEngine, registry: string): Promise<void> {
  const day = 24 * 3600 * 1000;
  const image = (seed: string, days: number, size: number) =>
    buildImage({
      created: new Date(Date.now() - days * day),
      layers: [layer({ files: { 'app/name': seed }, padding: { seed, size } })],
      entrypoint: ['/app/run'],
    });
  await engine.loadImages([
    { image: image('webapp6', 0.1, 18_000_000), names: ['webapp6:latest'] },
    { image: image('web', 1, 12_000_000), names: [`${registry}/acme/web:dev`, `${registry}/acme/web:2.4.0-rc.1`] },
    { image: image('worker', 6, 7_000_000), names: [`${registry}/acme/worker:dev`] },
    { image: image('nobody', 40, 3_000_000), names: [] },
  ]);
}
