import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { inOwnNetwork, type Command } from '../test/rig/network';
import { node24, projectRoot, resultsFolder } from '../test/rig/paths';
import { leftOutFile, untold, type LeftOut } from '../test/rig/leftOutReporter';
import { startProcess } from '../test/rig/processes';
import { commandsNotRun } from '../test/rig/ranCommands';

/** Those that run in a process of their own and leave a report. */
export type TestTier = 'unit' | 'contract' | 'host' | 'e2e';

export interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  /** Why those were skipped, each reason with how many. */
  readonly leftOut: LeftOut;
}

/** The fields of Vitest's JSON report that are counted here. */
export interface TierReport {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
  readonly numTodoTests: number;
}

const tierTimeoutMs = 30 * 60_000;

export async function runTests(
  tier: TestTier,
  filters: readonly string[],
  print: (text: string) => unknown,
): Promise<Counts> {
  const reportFile = join(resultsFolder, `${tier}.json`);
  const running = startProcess({
    ...(tier === 'host' ? await hostCommand(reportFile, print) : vitestCommand(tier, reportFile, filters)),
    cwd: projectRoot,
    env: { ...process.env, ...(process.stdout.isTTY ? { FORCE_COLOR: '1' } : {}) },
    log: print,
    ownGroup: true,
  });
  const overdue = setTimeout(() => {
    print(`The ${tier} tests took more than ${tierTimeoutMs / 60_000} minutes.\n`);
    void running.stop();
  }, tierTimeoutMs);
  const ending = await running.exited;
  clearTimeout(overdue);
  await running.stop();

  const report = (await readReport(reportFile)) as TierReport | undefined;
  const leftOut = ((await readReport(leftOutFile(reportFile))) ?? {}) as LeftOut;
  const untoldCount = withoutReason(filters, leftOut);
  if (untoldCount > 0) print(`The ${tier} tier leaves out ${untoldCount} tests without a reason.\n`);
  const notRun = tier === 'e2e' && filters.length === 0 ? commandsNotRun() : [];
  if (notRun.length > 0) print(`No test of the ${tier} tier runs these commands: ${notRun.join(', ')}\n`);
  const failed = (report?.numFailedTests ?? 0) + untoldCount + notRun.length;
  return {
    passed: report?.numPassedTests ?? 0,
    // A tier also fails for what belongs to no test: a file that cannot be loaded, an error nobody awaited, a crash.
    failed: ending === 'exit code 0' ? failed : Math.max(failed, 1),
    skipped: (report?.numPendingTests ?? 0) + (report?.numTodoTests ?? 0),
    leftOut,
  };
}

async function readReport(file: string): Promise<unknown> {
  return existsSync(file) ? JSON.parse(await readFile(file, 'utf8')) : undefined;
}

/** Tests that are left out and do not tell why count as failed, unless a filter of the user's leaves them out. */
function withoutReason(filters: readonly string[], leftOut: LeftOut): number {
  return filters.length > 0 ? 0 : (leftOut[untold] ?? 0);
}

function vitestCommand(project: string, reportFile: string, filters: readonly string[]): Command {
  const vitest = join(projectRoot, 'node_modules/vitest/vitest.mjs');
  const reasons = join(projectRoot, 'test/rig/leftOutReporter.ts');
  const reporters = [
    ...['--reporter=default', '--reporter=json', `--reporter=${reasons}`],
    `--outputFile.json=${reportFile}`,
  ];
  return { command: node24, args: [vitest, 'run', '--project', project, ...reporters, ...filters] };
}

async function hostCommand(reportFile: string, print: (text: string) => unknown): Promise<Command> {
  const args = ['--import', 'tsx', join(projectRoot, 'scripts/hostTier.ts'), reportFile];
  const command = await inOwnNetwork({ command: node24, args });
  if (!('whyNot' in command)) return command;
  print(`Tests that need an address other than loopback's are left out: ${command.whyNot}\n`);
  return { command: node24, args };
}
