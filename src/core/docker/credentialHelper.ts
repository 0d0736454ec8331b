import { t } from '@vscode/l10n';
import { z } from 'zod/mini';
import { Failure } from '../failure';
import type { Environment } from '../machine';
import { foldName, readObject } from './goJson';
import type { GoObject } from './goJson';
import type { Credential } from '../model';
import { runProgram } from './program';
import { helperProblem } from './loginProblems';

/** https://github.com/docker/docker-credential-helpers#development */

/** How to call a helper that docker's config names. */
export interface HelperCall {
  /** `ecr-login` of `docker-credential-ecr-login`. */
  readonly helper: string;
  /** The file that names it. */
  readonly namedBy: string;
  readonly env: Environment;
  /** Milliseconds since 1970: the helper must answer before. */
  readonly deadline: number;
}

const login = z.object({ username: z.string(), secret: z.string() });
/** User names by server. */
const logins = z.record(z.string(), z.string());

/** A helper's login for a server; undefined when it has none. Rejects with a Failure when the helper is missing, broken or hangs. */
export async function askHelper(
  call: HelperCall,
  server: string,
  signal: AbortSignal,
): Promise<Credential | undefined> {
  const said = await run(call, 'get', server, signal);
  if (said === undefined) return undefined;
  const fields = membersIn(call, said).map(([name, value]) => [foldName(name), value] as const);
  const { username, secret } = decodeAnswer(call, login, fields);
  if (secret === '') return undefined;
  return username === '<token>' ? { kind: 'identityToken', token: secret } : { kind: 'basic', username, secret };
}

/** A helper's logins: user names by server. Rejects as askHelper does. */
export async function listHelper(call: HelperCall, signal: AbortSignal): Promise<Readonly<Record<string, string>>> {
  // Some helpers wait for an input, although none reads it.
  const said = await run(call, 'list', 'unused', signal);
  return said === undefined ? {} : decodeAnswer(call, logins, membersIn(call, said));
}

/** The output of the helper; undefined when it has no login. */
async function run(
  call: HelperCall,
  action: 'get' | 'list',
  input: string,
  signal: AbortSignal,
): Promise<string | undefined> {
  const { helper, env } = call;
  // A name with a slash could run any program.
  if (!/^[\w.-]+$/.test(helper)) throw problemOf(call, 'badName', '');
  const timeoutMs = Math.max(call.deadline - Date.now(), 1);
  let ended;
  try {
    ended = await runProgram(`docker-credential-${helper}`, [action], { input, timeoutMs, env }, signal);
  } catch (cause) {
    if (!(cause instanceof Failure)) throw cause;
    if (cause.kind === 'timedOut') throw problemOf(call, 'hangs', '', cause);
    const isMissing = cause.detail.code === 'ENOENT';
    throw problemOf(call, isMissing ? 'missing' : 'failed', isMissing ? '' : cause.message, cause);
  }
  const { code, stdout, stderr } = ended;
  if (code === 0) return stdout;
  if (/credentials not found/i.test(`${stdout}${stderr}`)) return undefined;
  throw problemOf(call, 'failed', proseIn(stdout) ?? proseIn(stderr) ?? t('exit code {0}', code));
}

function membersIn(call: HelperCall, said: string): GoObject['members'] {
  try {
    return readObject(said)?.members ?? [];
  } catch {
    // The answer may contain the secret, so it is neither quoted nor kept as a cause.
    throw problemOf(call, 'rubbish', '');
  }
}

function decodeAnswer<T extends z.ZodMiniType>(call: HelperCall, schema: T, members: GoObject['members']): z.output<T> {
  const answer = z.safeParse(schema, Object.fromEntries(members));
  if (!answer.success) throw problemOf(call, 'rubbish', '');
  return answer.data;
}

function problemOf({ helper, namedBy }: HelperCall, what: keyof typeof helperProblem, words: string, cause?: Failure) {
  const kinds = {
    badName: 'malformed',
    missing: 'notFound',
    hangs: 'timedOut',
    rubbish: 'rejected',
    failed: 'rejected',
  } as const;
  return new Failure(
    kinds[what],
    words,
    { subject: `docker-credential-${helper}`, speaker: 'program', code: helperProblem[what], namedBy },
    { cause },
  );
}

/** The first line, unless it looks like the requested data. */
function proseIn(text: string): string | undefined {
  const line = text.trim().split('\n')[0]?.trim();
  return line === undefined || line === '' || /^[{[]|secret"/i.test(line) ? undefined : line.slice(0, 300);
}
