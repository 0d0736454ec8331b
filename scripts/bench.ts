import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startSeededRegistry } from '../test/e2e/images';
import { buildGoPrograms } from '../test/rig/goPrograms';
import { projectRoot } from '../test/rig/paths';
import { whyNoDockerRegistry } from '../test/sandbox/dockerRegistry';
import { startRecorder } from '../test/sandbox/recorder';
import { benchBrowse, whyNoBrowser, type Browsed } from './bench/browse';
import { benchClients, type ClientBench } from './bench/clients';
import { seeds } from './bench/content';
import { benchHostile } from './bench/hostile';
import { machine, versions } from './bench/machine';
import { writePage } from './bench/page';
import { benchTransfers, whyNoTransfers } from './bench/transfers';
import { buildVsix } from './build';

const latencyMs = 20;

interface BySomebody {
  readonly clients?: ClientBench;
  readonly browsed?: Browsed;
  readonly leftOut: readonly string[];
}

/** The jobs of a user, by the programs for a terminal and by us, on one registry. */
async function benchJobs(rounds: number): Promise<BySomebody> {
  const whyNot = whyNoDockerRegistry();
  if (whyNot !== undefined) return { leftOut: [`Jobs of a user: ${whyNot}`] };
  const registry = await startSeededRegistry(seeds());
  const recorder = await startRecorder(registry.url, { latencyMs });
  try {
    const clients = await benchClients(recorder, rounds);
    const whyNotOurs = whyNoBrowser();
    if (whyNotOurs !== undefined) return { clients, leftOut: [`Jobs of a user in VS Code: ${whyNotOurs}`] };
    await buildVsix(console.log);
    return { clients, browsed: await benchBrowse(recorder, rounds), leftOut: [] };
  } finally {
    await recorder.stop();
    await registry.stop();
  }
}

/** Measures, and writes docs/tested-registries.md and docs/bench.md. `rounds`: how often each job is done. */
async function main(rounds: number): Promise<void> {
  await buildGoPrograms(console.log);
  // Which of them are there is looked at when it is loaded.
  const { benchRegistries } = await import('./bench/registries');
  await benchRegistries();
  const hostile = await benchHostile();
  const { clients, browsed, leftOut } = await benchJobs(rounds);
  const noTransfers = whyNoTransfers();
  const transfers = noTransfers === undefined ? await benchTransfers(rounds) : [];
  const page = await writePage({
    date: new Date(),
    machine: machine(),
    versions: await versions(clients?.versions ?? {}),
    ...{ rounds, latencyMs, transfers, hostile },
    samples: [...(browsed?.samples ?? []), ...(clients?.samples ?? [])],
    ...(browsed === undefined ? {} : { memory: browsed }),
    leftOut: [
      ...leftOut,
      ...(clients?.leftOut ?? []),
      ...(noTransfers === undefined ? [] : [`Push and pull: ${noTransfers}`]),
    ],
  });
  await writeFile(join(projectRoot, 'docs/bench.md'), page);
  console.log(page);
}

main(Number(process.argv[2] ?? 5)).catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
