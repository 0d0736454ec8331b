import { afterAll, afterEach, beforeAll } from 'vitest';
import { launchWorkbench, type Workbench, type WorkbenchOptions } from './launch';

/**
 * One VS Code for all tests of a file or describe block; a test that fails leaves a picture in test-results and prints our last log lines.
 * The options are asked for when the block starts, after the servers they name.
 */
export function useWorkbench(options: () => WorkbenchOptions = () => ({})): () => Workbench {
  let workbench: Workbench | undefined;
  beforeAll(async () => {
    workbench = await launchWorkbench(options());
  });
  afterEach(async ({ task }) => {
    if (task.result?.state !== 'fail' || !workbench) return;
    await workbench.screenshot(`failed ${task.name.replace(/[^\w.-]+/g, ' ')}`);
    console.error(
      `The log before “${task.name}” failed:\n${(await workbench.log()).split('\n').slice(-30).join('\n')}`,
    );
    // What the test left on screen, a dialog say, is not for the next one to stumble over.
    await workbench.reload();
  });
  afterAll(async () => {
    await workbench?.close();
  });
  return () => {
    if (!workbench) throw new Error('The workbench is there only while tests run.');
    return workbench;
  };
}
