import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { node24, projectRoot, resultsFolder } from '../test/rig/paths';
import { startProcess } from '../test/rig/processes';

/** Those that run in a process of their own and leave a report. */
export type TestTier = 'unit' | 'contract' | 'host' | 'e2e';

export interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

/** The fields of Vitest's JSON report that are counted here. */
export interface TierReport {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
  readonly numTodoTests: number;
}

const tierTimeoutMs = 30 * 60_000;

export async function runTests(tier: TestTier, filters: readonly string[]): Promise<Counts> {
  const reportFile = join(resultsFolder, `${tier}.json`);
  const running = startProcess({
    command: node24,
    args: tier === 'host' ? hostArguments(reportFile) : [...vitestArguments(tier, reportFile), ...filters],
    cwd: projectRoot,
    env: { ...process.env, ...(process.stdout.isTTY ? { FORCE_COLOR: '1' } : {}) },
    log: (text) => process.stdout.write(text),
    ownGroup: true,
  });
  const overdue = setTimeout(() => {
    console.error(`The ${tier} tests took more than ${tierTimeoutMs / 60_000} minutes.`);
    void running.stop();
  }, tierTimeoutMs);
  const ending = await running.exited;
  clearTimeout(overdue);
  await running.stop();

  const report = existsSync(reportFile) ? (JSON.parse(await readFile(reportFile, 'utf8')) as TierReport) : undefined;
  const failed = report?.numFailedTests ?? 0;
  return {
    passed: report?.numPassedTests ?? 0,
    // A tier also fails for what belongs to no test: a file that cannot be loaded, an error nobody awaited, a crash.
    failed: ending === 'exit code 0' ? failed : Math.max(failed, 1),
    skipped: (report?.numPendingTests ?? 0) + (report?.numTodoTests ?? 0),
  };
}

function vitestArguments(project: string, reportFile: string): readonly string[] {
  return [
    join(projectRoot, 'node_modules/vitest/vitest.mjs'),
    ...['run', '--project', project, '--reporter=default', '--reporter=json', `--outputFile.json=${reportFile}`],
  ];
}

function hostArguments(reportFile: string): readonly string[] {
  return ['--import', 'tsx', join(projectRoot, 'scripts/hostTier.ts'), reportFile];
}
