import { execFile, type ChildProcess } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { get as httpGet } from 'node:http';
import { get as httpsGet } from 'node:https';
import { delimiter, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

/** The standard output of a program that must succeed. */
export async function run(
  file: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile(file, args, { env: { ...process.env, ...env } }, (error, stdout, stderr) => {
      if (error) reject(new Error(`${file} ${args[0] ?? ''}: ${stderr.trim() || error.message}`, { cause: error }));
      else resolve(stdout);
    });
  });
}

export function findProgram(name: string): string | undefined {
  const candidates = (process.env.PATH ?? '').split(delimiter).map((directory) => join(directory, name));
  return candidates.find((candidate) => {
    try {
      accessSync(candidate, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

/** Asks the program to end, and makes it end when it does not within five seconds. */
export async function endProcess(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  const force = setTimeout(() => child.kill('SIGKILL'), 5000);
  await exited;
  clearTimeout(force);
}

/** Whether something accepts requests there: any HTTP answer counts, and so does a refusal of our TLS handshake. */
async function isServing(url: string): Promise<boolean> {
  return new Promise((resolve) => {
    const answered = (response: { resume(): unknown }): void => {
      response.resume();
      resolve(true);
    };
    const request = url.startsWith('https:')
      ? httpsGet(url, { rejectUnauthorized: false, agent: false }, answered)
      : httpGet(url, { agent: false }, answered);
    request.once('error', (error: NodeJS.ErrnoException) => {
      resolve(url.startsWith('https:') && error.code !== 'ECONNREFUSED');
    });
    request.setTimeout(1000, () => request.destroy());
  });
}

/** Resolves once `url` answers; rejects after `timeoutMs`, or when `failed` gives a reason to stop waiting. */
export async function untilServing(url: string, failed: () => Error | undefined, timeoutMs = 60_000): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    const serving = await isServing(url);
    const reason = failed();
    if (reason) throw reason;
    if (serving) return;
    if (Date.now() > deadline) throw new Error(`Nothing answered at ${url} within ${timeoutMs} ms`);
    await delay(10);
  }
}
