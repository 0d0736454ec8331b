import { rm } from 'node:fs/promises';
import { constants } from 'node:os';
import { join } from 'node:path';
import type { ImageReference } from '../src/core/reference';
import { printFullReference } from '../src/core/reference';
import { DockerEngine } from '../src/engine/dockerEngine';
import { layer } from '../test/sandbox/blob';
import { startDockerRegistry, whyNoDockerRegistry, type RunningRegistry } from '../test/sandbox/dockerRegistry';
import { startEngine, whyNoEngine, type RunningEngine } from '../test/sandbox/engines';
import { buildImage } from '../test/sandbox/images';
import { findProgram, run } from '../test/sandbox/process';
import { tempDir } from '../test/sandbox/tempDir';
import { benchHostile } from './benchHostile';
import { onStopSignal } from './signals';

/** How much longer than the docker command pushes and pulls may take. */
const limit = 1.1;
const pairs = 5;
const layers = 8;
const layerSize = 25_000_000;
const { signal } = new AbortController();

/** Somebody who moves images. */
interface Mover {
  readonly push: (image: ImageReference) => Promise<void>;
  readonly pull: (image: ImageReference) => Promise<void>;
}

/** In seconds. */
interface Times {
  readonly push: number;
  readonly pull: number;
}

/** The engine, and the one name that the image has in it. */
interface Bench {
  readonly directory: string;
  readonly engine: DockerEngine;
  name: ImageReference;
}

function whyNot(): string | undefined {
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
async function measure(mover: Mover, bench: Bench): Promise<Times> {
  const root = join(bench.directory, 'registry');
  const registry = await startDockerRegistry({ root });
  try {
    return await pushAndPull(mover, bench, registry);
  } finally {
    await registry.stop();
    await rm(root, { recursive: true });
  }
}

async function pushAndPull(mover: Mover, bench: Bench, { port }: RunningRegistry): Promise<Times> {
  const { engine, name: before } = bench;
  bench.name = { host: `127.0.0.1:${port}`, path: 'bench', tag: '1' };
  await engine.tag(before, bench.name, signal);
  await engine.remove(before, signal);
  const push = await secondsOf(() => mover.push(bench.name));
  await engine.remove(bench.name, signal);
  const left = await engine.images(signal);
  if (left.length > 0) throw new Error('The engine still has an image, so that a pull would prove nothing.');
  return { push, pull: await secondsOf(() => mover.pull(bench.name)) };
}

async function secondsOf(work: () => Promise<void>): Promise<number> {
  const start = performance.now();
  await work();
  return (performance.now() - start) / 1000;
}

function median(numbers: readonly number[]): number {
  const sorted = numbers.toSorted((one, other) => one - other);
  const middle = sorted.length / 2;
  return ((sorted[Math.ceil(middle) - 1] ?? 0) + (sorted[Math.floor(middle)] ?? 0)) / 2;
}

function row(what: string, docker: number, ours: number): string {
  const [first, second] = [docker, ours].map((seconds) => `${seconds.toFixed(2)} s`.padStart(9));
  return `${what.padEnd(8)} docker ${first ?? ''}   ours ${second ?? ''}   ratio ${(ours / docker).toFixed(3)}`;
}

async function compare(running: RunningEngine, directory: string): Promise<void> {
  const bench = await loadImage(running, directory);
  const docker = dockerCommand(running, directory);
  const ours = ourselves(bench.engine);
  // The first push is another: the engine does not know yet what the layers become when they are compressed.
  for (const mover of [docker, ours]) await measure(mover, bench);
  const ratios: Record<keyof Times, number[]> = { push: [], pull: [] };
  for (let pair = 1; pair <= pairs; pair++) {
    const oursFirst = pair % 2 === 0;
    const first = await measure(oursFirst ? ours : docker, bench);
    const second = await measure(oursFirst ? docker : ours, bench);
    const [theirTimes, ourTimes] = oursFirst ? [second, first] : [first, second];
    for (const what of ['push', 'pull'] as const) {
      console.log(row(`${what} ${pair}`, theirTimes[what], ourTimes[what]));
      ratios[what].push(ourTimes[what] / theirTimes[what]);
    }
  }
  for (const what of ['push', 'pull'] as const) {
    const ratio = median(ratios[what]);
    const verdict = ratio <= limit ? 'within' : 'NOT WITHIN';
    console.log(`\nMedian ratio of ${what}: ${ratio.toFixed(3)}, ${verdict} the limit of ${limit}`);
  }
}

/** How long hostile input stops VS Code; then pushes and pulls beside those of the docker command, on an engine of its own. */
async function main(): Promise<void> {
  await benchHostile();
  const reason = whyNot();
  if (reason !== undefined) {
    console.log(`Nothing to compare here: ${reason}`);
    return;
  }
  console.log(`${layers} layers, ${(layers * layerSize) / 1e6} MB, ${pairs} pairs`);
  const directory = await tempDir('bench');
  // Removes at once, as is needed here. The engine and the registry end with this process.
  process.once('exit', () => void directory.remove());
  onStopSignal((received) => process.exit(128 + constants.signals[received]));
  const running = await startEngine('docker');
  try {
    await compare(running, directory.path);
  } finally {
    await running.stop();
  }
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
