import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { runProgram, type ProgramOptions } from '../../../src/core/docker/program';
import { failing } from '../failing';
import { fakePrograms, type FakePrograms } from './fakePrograms';

const { signal: never } = new AbortController();
const options: ProgramOptions = { input: '', timeoutMs: 20_000 };

async function script(text: string): Promise<FakePrograms> {
  const programs = await fakePrograms();
  await programs.addFile('it', `#!/bin/sh\n${text}\n`, 0o755);
  return programs;
}

/** The process that a script wrote the number of. */
async function pidIn(file: string): Promise<number> {
  return Number(await readFile(file, 'utf8'));
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

async function until(condition: () => boolean): Promise<void> {
  const deadline = Date.now() + 60_000;
  while (!condition()) {
    if (Date.now() > deadline) throw new Error('It did not come to pass');
    await delay(20);
  }
}

describe('runProgram', () => {
  it('gives arguments and input to the program, and gives back what it says', async () => {
    const { env } = await script('cat; printf "%s," "$@" >&2; exit 3');
    const result = await runProgram('it', ['a b', '$HOME', ''], { ...options, env, input: 'secret\n' }, never);
    expect(result).toEqual({ code: 3, stdout: 'secret\n', stderr: 'a b,$HOME,,' });
  });

  it('gives the program the environment it is told, and else its own', async () => {
    const { env } = await script('printf %s "$MARK-$HOME"');
    const told = await runProgram('it', [], { ...options, env: { ...env, MARK: 'm', GONE: undefined } }, never);
    expect(told.stdout).toBe('m-');
    expect((await runProgram(process.execPath, ['-p', 'process.env.PATH'], options, never)).stdout.trim()).toBe(
      process.env.PATH,
    );
  });

  it('keeps letters whole that come in two pieces', async () => {
    const { env } = await script(`printf '\\303'; sleep 0.2; printf '\\251'`);
    expect((await runProgram('it', [], { ...options, env }, never)).stdout).toBe('é');
  });

  it('does not mind a program that never reads its input', async () => {
    const { env } = await script('exec 0<&-; echo done');
    const result = await runProgram('it', [], { ...options, env, input: 'x'.repeat(1_000_000) }, never);
    expect(result).toMatchObject({ code: 0, stdout: 'done\n' });
  });

  it('keeps no more than the beginning of what has no end', async () => {
    const { env } = await script('head -c 5000000 /dev/zero | tr "\\\\0" x');
    const { code, stdout } = await runProgram('it', [], { ...options, env }, never);
    expect([code, stdout.length]).toEqual([0, 1024 * 1024]);
  });

  it('tells a program that was killed from one that went well', async () => {
    const { env } = await script('kill -9 $$');
    expect((await runProgram('it', [], { ...options, env }, never)).code).toBe(-1);
  });

  it('says so when there is no such program', async () => {
    const failure = await failing(runProgram('registry-explorer-nobody', [], options, never));
    expect(failure.kind).toBe('notFound');
    expect(failure.detail).toEqual({ subject: 'registry-explorer-nobody', speaker: 'program', code: 'ENOENT' });
  });

  it('says so when the program may not be run', async () => {
    const programs = await fakePrograms();
    const file = await programs.addFile('it', '#!/bin/sh\n', 0o644);
    expect(await failing(runProgram(file, [], options, never))).toMatchObject({
      kind: 'notFound',
      detail: { code: 'EACCES' },
    });
  });

  it('rejects a name that no program can have', async () => {
    const failure = await failing(runProgram('a\0b', [], options, never));
    expect(failure).toMatchObject({ kind: 'notFound', detail: { code: 'ERR_INVALID_ARG_VALUE' } });
  });

  it('ends a program that takes too long', async () => {
    const { env, directory } = await script('echo $$ > "$0.pid"; exec sleep 60');
    const failure = await failing(runProgram('it', [], { ...options, env, timeoutMs: 2_000 }, never));
    expect(failure).toMatchObject({ kind: 'timedOut', detail: { subject: 'it', speaker: 'program' } });
    const pid = await pidIn(join(directory, 'it.pid'));
    await until(() => !isRunning(pid));
  });

  it('ends a program that does not let itself be ended', async () => {
    const { env, directory } = await script(`trap '' TERM; echo $$ > "$0.pid"; while :; do sleep 0.1; done`);
    expect((await failing(runProgram('it', [], { ...options, env, timeoutMs: 2_000 }, never))).kind).toBe('timedOut');
    const pid = await pidIn(join(directory, 'it.pid'));
    await until(() => !isRunning(pid));
  });

  it('rejects with the reason of the signal, and ends the program', async () => {
    const { env, directory } = await script('echo $$ > "$0.pid"; exec sleep 60');
    const controller = new AbortController();
    const reason = new Error('not wanted any more');
    const outcome = runProgram('it', [], { ...options, env }, controller.signal).catch((error: unknown) => error);
    await until(() => existsSync(join(directory, 'it.pid')));
    controller.abort(reason);
    expect(await outcome).toBe(reason);
    const pid = await pidIn(join(directory, 'it.pid'));
    await until(() => !isRunning(pid));
  });

  it('starts nothing for a signal that has aborted already', async () => {
    const { env, directory } = await script('echo > "$0.ran"');
    const signal = AbortSignal.abort();
    await expect(runProgram('it', [], { ...options, env }, signal)).rejects.toBe(signal.reason);
    expect(existsSync(join(directory, 'it.ran'))).toBe(false);
  });

  it('does not wait for what the program leaves behind when it is ended', async () => {
    const { env, directory } = await script('sleep 600 & echo $! > "$0.left"; wait');
    await failing(runProgram('it', [], { ...options, env, timeoutMs: 2_000 }, never));
    const left = await pidIn(join(directory, 'it.left'));
    expect(isRunning(left)).toBe(true);
    process.kill(left);
  });
});
