import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    projects: [
      // Generous everywhere: a loaded machine is no defect.
      { test: { name: 'unit', include: ['test/unit/**/*.test.ts'], testTimeout: 30_000 } },
      { test: { name: 'contract', include: ['test/contract/**/*.test.ts'], testTimeout: 30_000, hookTimeout: 60_000 } },
      {
        test: {
          name: 'e2e',
          include: ['test/e2e/**/*.test.ts'],
          // Each file drives a whole VS Code and a browser: two at once would only slow each other down.
          fileParallelism: false,
          testTimeout: 120_000,
          hookTimeout: 120_000,
          // As long as everything else in a browser may take on a slow machine.
          expect: { poll: { timeout: 20_000 } },
        },
      },
    ],
  },
});
