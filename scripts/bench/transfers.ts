import { rm } from 'node:fs/promises';
import { constants } from 'node:os';
import { join } from 'node:path';
import type { ImageReference } from '../../src/core/reference';
import { printFullReference } from '../../src/core/reference';
import { DockerEngine } from '../../src/engine/dockerEngine';
import { layer } from '../../test/sandbox/blob';
import { startDockerRegistry, whyNoDockerRegistry, type RunningRegistry } from '../../test/sandbox/dockerRegistry';
import { startEngine, whyNoEngine, type RunningEngine } from '../../test/sandbox/engines';
import { buildImage } from '../../test/sandbox/images';
import { findProgram, run } from '../../test/sandbox/process';
import { startRecorder } from '../../test/sandbox/recorder';
import { tempDir } from '../../test/sandbox/tempDir';
import { onStopSignal } from '../signals';
import { median, type Figures } from './figures';

const layers = 8;
const layerSize = 25_000_000;
export const transferred = `${layers} layers, ${(layers * layerSize) / 1e6} MB`;
const { signal } = new AbortController();

/** Somebody who moves images. */
interface Mover {
  readonly push: (image: ImageReference) => Promise<void>;
  readonly pull: (image: ImageReference) => Promise<void>;
}

type Times = Readonly<Record<keyof Mover, Figures>>;

/** A push or a pull by the docker command, and by us. */
export interface Transfer {
  readonly what: keyof Mover;
  readonly docker: Figures;
  readonly ours: Figures;
  /** The median of how many times as long ours took, pair by pair. */
  readonly ratio: number;
}

/** The engine, and the one name that the image has in it. */
interface Bench {
  readonly directory: string;
  readonly engine: DockerEngine;
  name: ImageReference;
}

export function whyNoTransfers(): string | undefined {
  if (findProgram('docker') === undefined) return 'missing: docker';
  return whyNoDockerRegistry() ?? whyNoEngine('docker');
}

function dockerCommand(running: RunningEngine, directory: string): Mover {
  const env = { DOCKER_HOST: running.url, DOCKER_CONFIG: directory, DOCKER_CONTEXT: '' };
  const move = (command: string) => async (image: ImageReference) => {
    await run('docker', [command, printFullReference(image)], env);
  };
  return { push: move('push'), pull: move('pull') };
}

function ourselves(engine: DockerEngine): Mover {
  const nobody = { kind: 'anonymous' } as const;
  const silent = (): void => undefined;
  return {
    push: async (image) => {
      await engine.push(image, nobody, silent, signal);
    },
    pull: (image) => engine.pull(image, nobody, undefined, silent, signal),
  };
}

async function loadImage(running: RunningEngine, directory: string): Promise<Bench> {
  const weights = Array.from({ length: layers }, (_, index) => ({ seed: `bench ${index}`, size: layerSize }));
  const image = buildImage({ layers: weights.map((padding) => layer({ padding })) });
  const name = { host: 'localhost', path: 'bench', tag: 'source' };
  await running.loadImages([{ image, names: [printFullReference(name)] }]);
  return { directory, engine: new DockerEngine({ url: running.url, source: 'socket', name: 'Bench' }), name };
}

/** Pushes to a registry that has nothing yet, and pulls into an engine that has nothing any more. */
async function withRegistry(bench: Bench, use: (registry: RunningRegistry) => Promise<Times>): Promise<Times> {
  const root = join(bench.directory, 'registry');
  const registry = await startDockerRegistry({ root });
  try {
    return await use(registry);
  } finally {
    await registry.stop();
    await rm(root, { recursive: true });
  }
}

const timed = (mover: Mover, bench: Bench): Promise<Times> =>
  withRegistry(bench, ({ port }) =>
    pushAndPull(mover, bench, port, async (work) => {
      await work();
      return {};
    }),
  );

/** The same with somebody between who counts, which takes time. */
const counted = (mover: Mover, bench: Bench): Promise<Times> =>
  withRegistry(bench, async ({ url }) => {
    const recorder = await startRecorder(url);
    try {
      return await pushAndPull(mover, bench, recorder.port, async (work) => {
        recorder.reset();
        await work();
        const bytes = recorder.requests.reduce((sum, request) => sum + (request.bytes ?? 0), 0);
        return { requests: recorder.requests.length, bytes };
      });
    } finally {
      await recorder.stop();
    }
  });

type Counted = Omit<Figures, 'ms'>;

async function pushAndPull(
  mover: Mover,
  bench: Bench,
  port: number,
  count: (work: () => Promise<void>) => Promise<Counted>,
): Promise<Times> {
  const { engine, name: before } = bench;
  bench.name = { host: `127.0.0.1:${port}`, path: 'bench', tag: '1' };
  const measure = async (work: () => Promise<void>): Promise<Figures> => {
    const start = performance.now();
    const known = await count(work);
    return { ...known, ms: performance.now() - start };
  };
  await engine.tag(before, bench.name, signal);
  await engine.remove(before, signal);
  const push = await measure(() => mover.push(bench.name));
  await engine.remove(bench.name, signal);
  const left = await engine.images(signal);
  if (left.length > 0) throw new Error('The engine still has an image, so that a pull would prove nothing.');
  return { push, pull: await measure(() => mover.pull(bench.name)) };
}

async function compare(running: RunningEngine, directory: string, pairs: number): Promise<readonly Transfer[]> {
  const bench = await loadImage(running, directory);
  const docker = dockerCommand(running, directory);
  const ours = ourselves(bench.engine);
  // The first push is another: the engine does not know yet what the layers become when they are compressed.
  await timed(docker, bench);
  const counts = { docker: await counted(docker, bench), ours: await counted(ours, bench) };
  const taken: { readonly docker: Times; readonly ours: Times }[] = [];
  for (let pair = 1; pair <= pairs; pair++) {
    const oursFirst = pair % 2 === 0;
    const first = await timed(oursFirst ? ours : docker, bench);
    const second = await timed(oursFirst ? docker : ours, bench);
    taken.push(oursFirst ? { docker: second, ours: first } : { docker: first, ours: second });
  }
  return (['push', 'pull'] as const).map((what) => {
    const of = (who: 'docker' | 'ours'): Figures => {
      return { ...counts[who][what], ms: median(taken.map((times) => times[who][what].ms)) };
    };
    const ratio = median(taken.map((times) => times.ours[what].ms / times.docker[what].ms));
    console.log(`${what}: ${ratio.toFixed(3)} times as long as docker`);
    return { what, docker: of('docker'), ours: of('ours'), ratio };
  });
}

/** Pushes and pulls beside those of the docker command, in turns, on an engine of its own. */
export async function benchTransfers(pairs: number): Promise<readonly Transfer[]> {
  const directory = await tempDir('bench');
  // Removes at once, as is needed here. The engine and the registry end with this process.
  process.once('exit', () => void directory.remove());
  onStopSignal((received) => process.exit(128 + constants.signals[received]));
  const running = await startEngine('docker');
  try {
    return await compare(running, directory.path, pairs);
  } finally {
    await running.stop();
  }
}
