import { t } from '@vscode/l10n';
import { spawn, type ChildProcess } from 'node:child_process';
import { Failure } from '../failure';
import type { Environment } from '../machine';
import { systemCode } from '../systemCode';

export interface ProgramResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface ProgramOptions {
  /** Written to standard input. Secrets must be passed only here. */
  readonly input: string;
  readonly timeoutMs: number;
  /** Environment of the program, also for its search path; default: that of this process. */
  readonly env?: Environment;
}

/** Characters of each output that are kept. */
const mostOutput = 1024 * 1024;
/** Time for a program to end after it was asked to; then it is killed. */
const endsWithinMs = 2_000;
/** Time to read output after the program's end: a child process may keep the output open for ever. */
const lingersMs = 500;

/**
 * Runs a program to its end, whatever its exit code. Rejects with a Failure of kind `notFound` when there is no such program,
 * or none that may be run, `timedOut` when it takes too long, and with the signal's reason when aborted; both end the program.
 */
export async function runProgram(
  program: string,
  args: readonly string[],
  { input, timeoutMs, env }: ProgramOptions,
  signal: AbortSignal,
): Promise<ProgramResult> {
  signal.throwIfAborted();
  const limit = AbortSignal.timeout(timeoutMs);
  const ending = AbortSignal.any([signal, limit]);
  try {
    return await runToItsEnd(program, args, input, env, ending);
  } catch (cause) {
    signal.throwIfAborted();
    const detail = { subject: program, speaker: 'program' } as const;
    if (limit.aborted)
      throw new Failure('timedOut', t('it took more than {0} seconds', timeoutMs / 1000), detail, { cause });
    const words = cause instanceof Error ? cause.message : '';
    throw new Failure('notFound', words, { ...detail, code: systemCode(cause) ?? 'UNKNOWN' }, { cause });
  }
}

async function runToItsEnd(
  program: string,
  args: readonly string[],
  input: string,
  env: ProgramOptions['env'],
  ending: AbortSignal,
): Promise<ProgramResult> {
  const child = spawn(program, args, {
    stdio: ['pipe', 'pipe', 'pipe'],
    windowsHide: true,
    ...(env === undefined ? {} : { env: { ...env } }),
  });
  const said = { stdout: '', stderr: '' };
  // setEncoding joins characters that arrive in pieces.
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (text: string) => {
      said[name] = (said[name] + text).slice(0, mostOutput);
    });
  }
  // A program may end without reading its input; its exit code says enough.
  child.stdin.on('error', () => undefined);
  child.stdin.end(input);
  let stop: () => void = () => undefined;
  let lingering: NodeJS.Timeout | undefined;
  try {
    const code = await new Promise<number>((resolve, reject) => {
      stop = () => {
        endProgram(child);
        reject(new Error('ended'));
      };
      ending.addEventListener('abort', stop);
      child.once('error', reject);
      child.once('close', (exitCode) => {
        resolve(exitCode ?? -1);
      });
      child.once('exit', (exitCode) => {
        lingering = setTimeout(resolve, lingersMs, exitCode ?? -1);
      });
    });
    return { code, ...said };
  } finally {
    clearTimeout(lingering);
    ending.removeEventListener('abort', stop);
    // A child process of the program may keep them open.
    for (const stream of [child.stdin, child.stdout, child.stderr]) stream.destroy();
  }
}

function endProgram(child: ChildProcess): void {
  child.kill();
  const force = setTimeout(() => child.kill('SIGKILL'), endsWithinMs);
  force.unref();
  child.once('exit', () => {
    clearTimeout(force);
  });
}
