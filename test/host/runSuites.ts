import { appendFileSync } from 'node:fs';
import Mocha from 'mocha';

export type Outcome =
  | { readonly kind: 'passed'; readonly title: string }
  | { readonly kind: 'skipped'; readonly title: string; readonly whyNot: string }
  | { readonly kind: 'failed'; readonly title: string; readonly error: string };

/** One line of the report that the runner outside reads while the tests run. */
export type HostReport = Outcome | { readonly kind: 'finished' };

export interface Suite {
  readonly file: string;
  /** Evaluates the file, which declares its tests as it goes. */
  readonly load: () => unknown;
}

/** Runs the suites with Mocha in this extension host, and adds each outcome to the report file as it comes. */
export async function runSuites(suites: readonly Suite[], reportFile: string): Promise<void> {
  const report = (line: HostReport): void => {
    appendFileSync(reportFile, `${JSON.stringify(line)}\n`);
  };
  try {
    // Nobody sees what a reporter prints in an extension host; this one prints least.
    const mocha = new Mocha({ ui: 'bdd', timeout: 180_000, reporter: 'dot' });
    for (const { file, load } of suites) {
      mocha.suite.emit('pre-require', globalThis, file, mocha);
      load();
    }
    await new Promise<void>((resolve) => {
      const runner = mocha.run(() => {
        resolve();
      });
      runner.on('pass', (test) => {
        report({ kind: 'passed', title: test.fullTitle() });
      });
      runner.on('pending', (test) => {
        const context: (Mocha.Context & LeavesOut) | undefined = test.ctx;
        report({ kind: 'skipped', title: test.fullTitle(), whyNot: context?.whyNot ?? '' });
      });
      runner.on('fail', (test, error: unknown) => {
        report({ kind: 'failed', title: test.fullTitle(), error: describeError(error) });
      });
    });
  } catch (error) {
    report({ kind: 'failed', title: 'loading the tests', error: describeError(error) });
  }
  report({ kind: 'finished' });
}

interface LeavesOut {
  whyNot?: string;
}

/** Leaves out the test, or all that the hook is for; the report counts them under the reason. */
export function leaveOut(context: Mocha.Context & LeavesOut, whyNot: string): never {
  context.whyNot = whyNot;
  return context.skip();
}

function describeError(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
