import { existsSync } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { runHostTests } from '../test/rig/hostTests';
import { projectRoot } from '../test/rig/paths';
import { buildVsix } from './build';

const hourMs = 3_600_000;

/** Does as many random things as the argument says, all from one seed, in a real extension host; prints what is in use meanwhile. */
async function main([operations = '10000', seed = String(Date.now() % 1_000_000)]: readonly string[]): Promise<void> {
  await buildVsix(console.log);
  const report = join(projectRoot, 'out/soak.ndjson');
  await rm(report, { force: true });
  Object.assign(process.env, { SOAK_OPERATIONS: operations, SOAK_SEED: seed, SOAK_REPORT: report });
  console.log(`Seed ${seed}. \`npm run soak -- ${operations} ${seed}\` does the same again.`);
  const ended = new AbortController();
  const printing = print(report, ended.signal);
  const patient = { only: 'soak.test.ts', silenceMs: 2 * hourMs, totalMs: 2 * hourMs };
  await runHostTests(
    (outcome) => {
      console.log(`${outcome.kind}: ${outcome.title}${outcome.kind === 'failed' ? `\n${outcome.error}` : ''}`);
      if (outcome.kind !== 'passed') process.exitCode = 1;
    },
    console.log,
    patient,
  ).finally(() => {
    ended.abort();
  });
  await printing;
}

/** Prints the lines of a file as they come. */
async function print(file: string, ended: AbortSignal): Promise<void> {
  let count = 0;
  for (let isLast = false; !isLast;) {
    isLast = ended.aborted;
    const lines = existsSync(file) ? (await readFile(file, 'utf8')).trim().split('\n') : [];
    for (const line of lines.slice(count)) console.log(line);
    count = lines.length;
    if (!isLast) await delay(1000);
  }
}

main(process.argv.slice(2)).catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
