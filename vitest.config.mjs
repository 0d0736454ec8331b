import { defineConfig } from 'vitest/config';
import { BaseSequencer } from 'vitest/node';

/** The file whose engines wait for more than a minute goes first, so that others run meanwhile. */
class WaitingFirst extends BaseSequencer {
  async sort(files) {
    const sorted = await super.sort(files);
    const waits = ({ moduleId }) => moduleId.endsWith('goneRegistry.contract.test.ts');
    return [...sorted.filter(waits), ...sorted.filter((file) => !waits(file))];
  }
}

export default defineConfig({
  test: {
    // Vitest would leave a processor to itself, which is half of a small machine.
    maxWorkers: '100%',
    expect: { poll: { timeout: 60_000 } },
    sequence: { sequencer: WaitingFirst },
    projects: [
      // Generous everywhere: a loaded machine is no defect.
      {
        extends: true,
        test: { name: 'unit', include: ['test/unit/**/*.test.ts'], testTimeout: 120_000, hookTimeout: 120_000 },
      },
      {
        extends: true,
        test: {
          name: 'contract',
          include: ['test/contract/**/*.test.ts'],
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'e2e',
          include: ['test/e2e/**/*.test.ts'],
          // Each file drives a whole VS Code and a browser. They wait for each other: two keep two processors busy for three quarters of the time.
          maxWorkers: 3,
          testTimeout: 240_000,
          hookTimeout: 240_000,
        },
      },
    ],
  },
});
