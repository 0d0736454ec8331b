import { writeFile } from 'node:fs/promises';
import { runHostTests } from '../test/rig/hostTests';
import type { TierReport } from './tiers';

const marks = { passed: '✓', failed: '×', skipped: '-' } as const;

/** Runs the host tests as `vitest run` runs the others: outcomes on screen, counts in the file named by the argument. */
async function main(reportFile: string): Promise<void> {
  const counts = { passed: 0, failed: 0, skipped: 0 };
  await runHostTests((outcome) => {
    counts[outcome.kind]++;
    console.log(`  ${marks[outcome.kind]} ${outcome.title}`);
    if (outcome.kind === 'failed') console.log(outcome.error.replace(/^/gm, '      '));
  }, console.log);
  const report: TierReport = {
    numPassedTests: counts.passed,
    numFailedTests: counts.failed,
    numPendingTests: counts.skipped,
    numTodoTests: 0,
  };
  await writeFile(reportFile, JSON.stringify(report));
  if (counts.failed > 0) process.exitCode = 1;
}

main(process.argv[2] ?? '').catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
