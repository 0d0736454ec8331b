import { writeFileSync } from 'node:fs';
import type { TestCase, TestModule, Vitest } from 'vitest/node';
import type {} from '../leftOut';

/** Reasons for which tests were left out, with the number of those. */
export type LeftOut = Readonly<Record<string, number>>;

/** Under this are those that were left out and do not tell why. */
export const untold = '';

/** Where Vitest's report has its reasons beside it. */
export function leftOutFile(reportFile: string): string {
  return reportFile.replace(/\.json$/, '.leftOut.json');
}

/** A reporter for Vitest: writes the reasons beside its JSON report. */
export default class LeftOutReporter {
  private file: string | undefined;

  onInit({ config }: Vitest): void {
    const { outputFile } = config;
    const report = typeof outputFile === 'object' ? outputFile.json : undefined;
    this.file = report === undefined ? undefined : leftOutFile(report);
  }

  onTestRunEnd(modules: readonly TestModule[]): void {
    if (this.file === undefined) return;
    const counts: Record<string, number> = {};
    for (const module of modules) {
      for (const test of module.children.allTests('skipped')) {
        const why = reasonOf(test);
        counts[why] = (counts[why] ?? 0) + 1;
      }
    }
    writeFileSync(this.file, JSON.stringify(counts));
  }
}

function reasonOf(test: TestCase): string {
  const result = test.result();
  return (result.state === 'skipped' ? result.note : undefined) ?? test.meta().whyNot ?? untold;
}
