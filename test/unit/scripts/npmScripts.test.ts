import { cp, mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { projectRoot } from '../../rig/paths';
import { startProcess, type RunningProcess } from '../../rig/processes';
import { tempDir, type TempDir } from '../../sandbox/tempDir';
import { unless } from '../../leftOut';

const manifest = JSON.parse(await readFile(join(projectRoot, 'package.json'), 'utf8')) as {
  readonly scripts: Readonly<Record<string, string>>;
};

describe('the npm scripts', () => {
  it('are those that CONTRIBUTING.md has, each for one thing', async () => {
    const documented = await readFile(join(projectRoot, 'CONTRIBUTING.md'), 'utf8');
    const named = [...documented.matchAll(/^npm (?:run )?([\w:]+) +#/gm)].map(([, name]) => name);
    expect(named.sort()).toEqual(Object.keys(manifest.scripts).sort());
  });

  it('are commands of every system: programs with arguments, one after the other', () => {
    for (const [name, script] of Object.entries(manifest.scripts))
      for (const command of script.split(' && '))
        expect(command, name).toMatch(/^(?:node|npm run|tsc|eslint|prettier|depcruise|knip|webpack)(?: [\w./:-]+)*$/);
  });
});

const why =
  process.platform === 'win32' ? 'Windows has no signals: its Ctrl-C reaches every process of a console' : undefined;

/** The scripts of package.json and bootstrap.mjs as they are, around a script that only waits. */
describe('a script that npm runs', unless(why), () => {
  let folder: TempDir;
  let npm: RunningProcess | undefined;

  beforeEach(async () => {
    folder = await tempDir('npm-scripts');
    await mkdir(join(folder.path, 'scripts'));
    for (const file of ['package.json', 'package-lock.json', 'scripts/bootstrap.mjs', 'scripts/signals.ts'])
      await cp(join(projectRoot, file), join(folder.path, file));
    await symlink(join(projectRoot, 'node_modules'), join(folder.path, 'node_modules'));
    await writeFile(join(folder.path, 'scripts/start.ts'), waiting);
    await writeFile(join(folder.path, 'scripts/test.ts'), 'process.exitCode = Number(process.argv[2]);');
  });
  afterEach(async () => {
    await npm?.stop();
    await folder.remove();
  });

  const started = (...args: readonly string[]): RunningProcess =>
    (npm = startProcess({ command: 'npm', args, cwd: folder.path, ownGroup: true }));

  it.each(['0', '1', '3'])('ends npm with its own exit code %s', async (code) => {
    expect(await started('test', '--', code).exited).toBe(`exit code ${code}`);
  });

  it('ends in order when somebody ends npm', async () => {
    const running = started('start');
    await running.printed(/ready/, 60_000);
    process.kill(running.pid, 'SIGTERM');
    await running.exited;
    // Once, though npm may pass the signal on and the shell between them ends.
    expect(running.output().match(/ended in order by SIGTERM/g)).toHaveLength(1);
  });

  it('is told of Ctrl-C, which the terminal sends to all', async () => {
    const running = started('start');
    await running.printed(/ready/, 60_000);
    process.kill(-running.pid, 'SIGINT');
    await running.exited;
    expect(running.output()).toContain('ended in order by SIGINT');
  });
});

const waiting = `
import { onStopSignal } from './signals';
onStopSignal((signal) => {
  setTimeout(() => {
    console.log('ended in order by ' + signal);
    process.exit(0);
  }, 200);
});
setInterval(() => undefined, 1000);
console.log('ready');
`;
