import { join } from 'node:path';
import { node24, projectRoot } from '../test/rig/paths';
import { startProcess } from '../test/rig/processes';

interface Check {
  readonly name: string;
  readonly args: readonly string[];
}

const cruiser = 'dependency-cruiser/bin/dependency-cruiser.mjs';

const checks: readonly Check[] = [
  { name: 'ESLint', args: ['eslint/bin/eslint.js', '.'] },
  { name: 'Prettier', args: ['prettier/bin/prettier.cjs', '--check', '.'] },
  { name: 'TypeScript, without VS Code', args: ['typescript/bin/tsc', '-p', 'tsconfig.core.json'] },
  { name: 'TypeScript, without the tests', args: ['typescript/bin/tsc', '-p', 'src'] },
  { name: 'TypeScript of the pages', args: ['typescript/bin/tsc', '-p', 'src/ui/page/client'] },
  { name: 'TypeScript', args: ['typescript/bin/tsc'] },
  { name: 'dependency-cruiser', args: [cruiser, '--config', '.dependency-cruiser.mjs', 'src'] },
  { name: 'dependency-cruiser at start', args: [cruiser, '--config', '.dependency-cruiser.start.mjs', 'src'] },
  { name: 'Knip', args: ['knip/bin/knip.js'] },
];

/** Looks at the code without running it; each tool counts as one test. */
export async function lint(): Promise<{ readonly passed: number; readonly failed: number }> {
  const outcomes = await Promise.all(checks.map(isClean));
  const passed = outcomes.filter(Boolean).length;
  return { passed, failed: outcomes.length - passed };
}

async function isClean({ name, args: [script = '', ...options] }: Check): Promise<boolean> {
  const tool = startProcess({
    command: node24,
    args: [join(projectRoot, 'node_modules', script), ...options],
    cwd: projectRoot,
  });
  const clean = (await tool.exited) === 'exit code 0';
  console.log(`  ${clean ? '✓' : '×'} ${name}`);
  if (!clean) console.log(tool.output().replace(/^/gm, '      '));
  return clean;
}
