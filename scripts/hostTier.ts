import { writeFile } from 'node:fs/promises';
import { runHostTests } from '../test/rig/hostTests';
import { leftOutFile } from '../test/rig/leftOutReporter';
import type { TierReport } from './tiers';

const marks = { passed: '✓', failed: '×', skipped: '-' } as const;

/** Runs the host tests as `vitest run` runs the others: outcomes on screen, counts in the file named by the argument. */
async function main(reportFile: string): Promise<void> {
  const counts = { passed: 0, failed: 0, skipped: 0 };
  const leftOut: Record<string, number> = {};
  await runHostTests((outcome) => {
    counts[outcome.kind]++;
    console.log(`  ${marks[outcome.kind]} ${outcome.title}`);
    if (outcome.kind === 'skipped') leftOut[outcome.whyNot] = (leftOut[outcome.whyNot] ?? 0) + 1;
    if (outcome.kind === 'failed') console.log(outcome.error.replace(/^/gm, '      '));
  }, console.log);
  const report: TierReport = {
    numPassedTests: counts.passed,
    numFailedTests: counts.failed,
    numPendingTests: counts.skipped,
    numTodoTests: 0,
  };
  await writeFile(reportFile, JSON.stringify(report));
  await writeFile(leftOutFile(reportFile), JSON.stringify(leftOut));
  if (counts.failed > 0) process.exitCode = 1;
}

main(process.argv[2] ?? '').catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
