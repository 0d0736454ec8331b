import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';

export interface ProcessOptions {
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  /** Receives each piece of output as it comes. */
  readonly log?: (text: string) => void;
  /** Out of reach of the terminal's Ctrl-C, so that whoever started it can end things in order. */
  readonly ownGroup?: boolean;
}

export interface RunningProcess {
  readonly pid: number;
  /** Settles when the process has gone, however that came about; never rejects. */
  readonly exited: Promise<string>;
  /** The last of what the process printed. */
  readonly output: () => string;
  /** Resolves when the output so far matches; rejects with the output when the process ends, or the time is up. */
  readonly printed: (pattern: RegExp, timeoutMs: number) => Promise<RegExpExecArray>;
  /** Ends the process and everything it started. */
  readonly stop: () => Promise<void>;
}

const keptOutput = 200_000;

/** What ends the processes that run. Whatever ends this one, an exception or a signal during the start, ends what it started. */
const endings = new Set<() => void>();
process.once('exit', () => {
  for (const end of endings) end();
});

export function startProcess(options: ProcessOptions): RunningProcess {
  const child = spawn(options.command, [...options.args], {
    cwd: options.cwd,
    env: options.env ?? process.env,
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: options.ownGroup ?? false,
  });
  let output = '';
  const listeners = new Set<() => void>();
  const receive = (chunk: string): void => {
    output = (output + chunk).slice(-keptOutput);
    options.log?.(chunk);
    for (const listener of listeners) listener();
  };
  child.stdout.setEncoding('utf8').on('data', receive);
  child.stderr.setEncoding('utf8').on('data', receive);
  const endWithParent = (): void => {
    if (child.pid !== undefined) signalAll(options.ownGroup ? [-child.pid] : [child.pid], 'SIGKILL');
  };
  endings.add(endWithParent);
  const exited = new Promise<string>((resolve) => {
    child.once('error', (error) => {
      resolve(`could not be started: ${error.message}`);
    });
    child.once('close', (code, signal) => {
      endings.delete(endWithParent);
      resolve(signal === null ? `exit code ${String(code)}` : `signal ${signal}`);
    });
  });

  return {
    pid: child.pid ?? -1,
    exited,
    output: () => output,
    printed: (pattern, timeoutMs) =>
      new Promise((resolve, reject) => {
        const settle = (act: () => void): void => {
          listeners.delete(check);
          clearTimeout(timer);
          act();
        };
        const refuse = (why: string): void => {
          settle(() => {
            reject(new Error(`${options.command}: ${why} before it printed ${String(pattern)}\n${output}`));
          });
        };
        const check = (): void => {
          const match = pattern.exec(output);
          if (match) {
            settle(() => {
              resolve(match);
            });
          }
        };
        const timer = setTimeout(() => {
          refuse(`${timeoutMs} ms passed`);
        }, timeoutMs);
        listeners.add(check);
        void exited.then(refuse);
        check();
      }),
    stop: () => endProcess(child, options.ownGroup ?? false, exited),
  };
}

async function endProcess(child: ChildProcess, ownGroup: boolean, exited: Promise<string>): Promise<void> {
  const { pid } = child;
  if (pid === undefined) return;
  // Listed before anything is ended: a child whose parent has gone can no longer be told from a stranger's.
  const family = [pid, ...(await descendants(pid))];
  const targets = ownGroup ? [-pid, ...family] : family;
  signalAll(targets, 'SIGTERM');
  await Promise.race([Promise.all([exited, allGone(family)]), delay(5_000, undefined, { ref: false })]);
  signalAll(targets, 'SIGKILL');
  await exited;
}

function signalAll(pids: readonly number[], signal: NodeJS.Signals): void {
  for (const pid of pids) {
    try {
      process.kill(pid, signal);
    } catch {
      // Gone already, which is what was wanted.
    }
  }
}

async function allGone(pids: readonly number[]): Promise<void> {
  for (;;) {
    const table = await processTable();
    // A zombie has ended; when it is collected is up to the init of the machine.
    if (!table.some(({ pid, state }) => pids.includes(pid) && !state.startsWith('Z'))) return;
    await delay(50);
  }
}

async function descendants(root: number): Promise<readonly number[]> {
  const parents = new Map((await processTable()).map(({ pid, parent }) => [pid, parent]));
  const isBelow = (pid: number): boolean => {
    const parent = parents.get(pid);
    return parent !== undefined && parent !== pid && (parent === root || isBelow(parent));
  };
  return [...parents.keys()].filter(isBelow);
}

interface ProcessRow {
  readonly pid: number;
  readonly parent: number;
  readonly state: string;
}

async function processTable(): Promise<readonly ProcessRow[]> {
  // A small Linux image has no ps.
  return process.platform === 'linux' ? tableOfProc() : tableOfPs();
}

/** https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html */
async function tableOfProc(): Promise<readonly ProcessRow[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const rows = pids.map(async (pid) => {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
    // The name of the program comes before, in brackets, and may hold anything.
    const [state, parent] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return state === undefined || parent === undefined ? [] : [{ pid: Number(pid), parent: Number(parent), state }];
  });
  return (await Promise.all(rows)).flat();
}

async function tableOfPs(): Promise<readonly ProcessRow[]> {
  const { stdout } = await promisify(execFile)('ps', ['-A', '-o', 'pid=,ppid=,stat=']);
  return stdout
    .trim()
    .split('\n')
    .map((line) => {
      const [pid = '', parent = '', state = ''] = line.trim().split(/\s+/);
      return { pid: Number(pid), parent: Number(parent), state };
    });
}

/** Runs a command to its end and gives back what it printed; a failure carries that output. */
export async function runCommand(options: ProcessOptions): Promise<string> {
  const running = startProcess(options);
  const ending = await running.exited;
  if (ending !== 'exit code 0') {
    throw new Error(`${options.command} ${options.args.join(' ')}: ${ending}\n${running.output()}`);
  }
  return running.output();
}
