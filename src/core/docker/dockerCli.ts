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
 * kind `unauthorized` when the registry refuses the credential. `env` says where docker is, and where it keeps its logins.
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
  // Its arguments are for every program on the machine to read.
  if (user === input)
    throw new Failure('unsupported', '', { subject: 'docker', speaker: 'program', code: 'NAME_IS_SECRET' });
  const args = ['login', '--username', user, '--password-stdin', ...server(host)];
  await docker(args, host, { input, timeoutMs: withinMs, env }, signal);
}

/** Removes docker's own login for a registry, where it has one. */
export async function dockerLogOut(host: string, env: Environment, signal: AbortSignal): Promise<void> {
  await docker(['logout', ...server(host)], host, { input: '', timeoutMs: withinMs, env }, signal);
}

/** Docker Hub is where docker logs in when told nothing. What follows `--` is a host, whatever it begins with. */
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
  // A hint at its help may come behind.
  const said = lines.find((line) => /^error/i.test(line)) ?? lines.at(-1);
  const words = said?.replace(/^Error(?: response from daemon)?: /, '') ?? t('exit code {0}', code);
  const kind = /unauthorized|(?:incorrect|invalid) username/i.test(words) ? 'unauthorized' : 'rejected';
  throw new Failure(kind, words.slice(0, 300), { subject: `docker ${args[0] ?? ''} (${host})`, speaker: 'program' });
}
