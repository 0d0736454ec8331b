import { t } from '@vscode/l10n';
import { Failure } from '../failure';
import type { Environment } from '../machine';
import type { Credential } from '../model';
import { runProgram, type ProgramOptions } from './program';

const withinMs = 60_000;
/** Registries that hand out identity tokens take them as the password of this user. */
const tokenUser = '00000000-0000-0000-0000-000000000000';

/**
 * Writes docker's own login for a registry; the secret goes over standard input. Rejects with a Failure in docker's words, of
 * kind `unauthorized` when the registry refuses the credential. `env` decides which docker runs, and where it stores its logins.
 */
export async function dockerLogIn(
  host: string,
  credential: Credential,
  env: Environment,
  signal: AbortSignal,
): Promise<void> {
  if (credential.kind === 'anonymous' || credential.kind === 'registryToken')
    throw new Failure('unsupported', t('there is no account to log in with'), {
      subject: 'docker',
      speaker: 'program',
    });
  const [user, input] =
    credential.kind === 'basic' ? [credential.username, credential.secret] : [tokenUser, credential.token];
  // Every program on the machine can read the arguments.
  if (user === input)
    throw new Failure('unsupported', '', { subject: 'docker', speaker: 'program', code: 'NAME_IS_SECRET' });
  const args = ['login', '--username', user, '--password-stdin', ...server(host)];
  await docker(args, host, { input, timeoutMs: withinMs, env }, signal);
}

/** Removes docker's own login for a registry, where it has one. */
export async function dockerLogOut(host: string, env: Environment, signal: AbortSignal): Promise<void> {
  await docker(['logout', ...server(host)], host, { input: '', timeoutMs: withinMs, env }, signal);
}

/** Without a server, docker uses Docker Hub. After `--`, the next word is a host even if it begins with a dash. */
function server(host: string): readonly string[] {
  return host === 'docker.io' ? [] : ['--', host];
}

async function docker(
  args: readonly string[],
  host: string,
  options: ProgramOptions,
  signal: AbortSignal,
): Promise<void> {
  const { code, stderr } = await runProgram('docker', args, options, signal);
  if (code === 0) return;
  const lines = stderr
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('WARNING'));
  // After the error, docker may print a hint about its help.
  const said = lines.find((line) => /^error/i.test(line)) ?? lines.at(-1);
  const words = said?.replace(/^Error(?: response from daemon)?: /, '') ?? t('exit code {0}', code);
  const kind = /unauthorized|(?:incorrect|invalid) username/i.test(words) ? 'unauthorized' : 'rejected';
  throw new Failure(kind, words.slice(0, 300), { subject: `docker ${args[0] ?? ''} (${host})`, speaker: 'program' });
}
