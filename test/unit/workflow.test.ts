import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { projectRoot } from '../rig/paths';

const read = (file: string): string => readFileSync(join(projectRoot, file), 'utf8');

it('the workflow runs commands of package.json, and the oldest VS Code that it allows', () => {
  const { scripts, engines } = JSON.parse(read('package.json')) as {
    readonly scripts: Readonly<Record<string, string>>;
    readonly engines: { readonly vscode: string };
  };
  const workflow = read('.github/workflows/ci.yml');
  const commands = [...workflow.matchAll(/- run: (.+)/g)].map(([, command = '']) => command);
  const known = ['npm ci', 'npm test', ...Object.keys(scripts).map((name) => `npm run ${name}`)];
  expect(commands.filter((command) => !known.includes(command))).toEqual([]);
  const [, minor] = /^\^1\.(\d+)\.0$/.exec(engines.vscode) ?? [];
  expect(workflow).toMatch(new RegExp(`CODE_SERVER_VERSION: 4\\.${String(minor)}\\.\\d+`));
});
