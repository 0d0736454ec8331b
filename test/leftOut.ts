import type { TestOptions } from 'vitest';

declare module 'vitest' {
  interface TaskMeta {
    /** Why the test is left out. */
    whyNot?: string;
  }
}

/** Options of tests that are left out where `whyNot` says why; the report counts them under it. */
export function unless(whyNot: string | undefined): TestOptions {
  return whyNot === undefined ? {} : { skip: true, meta: { whyNot } };
}
