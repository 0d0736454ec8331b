import { spawn } from 'node:child_process';
import { Failure } from './failure';

export interface ProgramResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

interface ProgramOptions {
  /** Written to its standard input; the only way by which secrets may go. */
  readonly input: string;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  readonly env?: NodeJS.ProcessEnv;
}

/** A program that says more is broken. */
const mostOutput = 1024 * 1024;

/**
 * Runs a program to its end, whatever its exit code. Rejects with a Failure of kind `notFound` when there is no such program,
 * `timedOut` when it takes too long, and with the signal's reason when aborted; both end the program.
 */
export async function runProgram(
  program: string,
  args: readonly string[],
  options: ProgramOptions,
): Promise<ProgramResult> {
  const { input, timeoutMs, signal, env } = options;
  signal.throwIfAborted();
  const limit = AbortSignal.timeout(timeoutMs);
  const child = spawn(program, args, {
    stdio: ['pipe', 'pipe', 'pipe'],
    signal: AbortSignal.any([signal, limit]),
    windowsHide: true,
    ...(env === undefined ? {} : { env }),
  });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk: Buffer) => {
    stdout = (stdout + chunk.toString()).slice(0, mostOutput);
  });
  child.stderr.on('data', (chunk: Buffer) => {
    stderr = (stderr + chunk.toString()).slice(0, mostOutput);
  });
  // A program that ends without reading its input is told by its exit code.
  child.stdin.on('error', () => undefined);
  child.stdin.end(input);
  try {
    const code = await new Promise<number>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (exitCode) => {
        resolve(exitCode ?? -1);
      });
    });
    return { code, stdout, stderr };
  } catch (cause) {
    signal.throwIfAborted();
    const detail = { subject: program, speaker: 'program' } as const;
    if (limit.aborted)
      throw new Failure('timedOut', `it took more than ${timeoutMs / 1000} seconds`, detail, { cause });
    const code = cause instanceof Error && 'code' in cause && typeof cause.code === 'string' ? cause.code : 'UNKNOWN';
    throw new Failure('notFound', cause instanceof Error ? cause.message : '', { ...detail, code }, { cause });
  }
}
