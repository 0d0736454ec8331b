import { Failure } from './failure';
import type { Credential } from './model';
import { runProgram } from './program';

const withinMs = 60_000;
/** Registries that hand out identity tokens take them as the password of this user. */
const tokenUser = '00000000-0000-0000-0000-000000000000';

/** Writes docker's own login for a registry; the secret goes over standard input. Rejects with what docker says. */
export async function dockerLogIn(host: string, credential: Credential, signal: AbortSignal): Promise<void> {
  if (credential.kind === 'anonymous')
    throw new Failure('unsupported', 'there is no account to log in with', { subject: 'docker', speaker: 'program' });
  const [user, secret] =
    credential.kind === 'basic' ? [credential.username, credential.secret] : [tokenUser, credential.token];
  await docker(['login', '--username', user, '--password-stdin', ...server(host)], secret, host, signal);
}

/** Removes docker's own login for a registry. */
export async function dockerLogOut(host: string, signal: AbortSignal): Promise<void> {
  await docker(['logout', ...server(host)], '', host, signal);
}

/** Docker Hub is where docker logs in when told nothing. */
function server(host: string): readonly string[] {
  return host === 'docker.io' ? [] : [host];
}

async function docker(args: readonly string[], input: string, host: string, signal: AbortSignal): Promise<void> {
  const { code, stderr } = await runProgram('docker', args, { input, timeoutMs: withinMs, signal });
  if (code === 0) return;
  const lines = stderr
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('WARNING'));
  const words = lines.at(-1)?.replace(/^Error response from daemon: /, '') ?? `exit code ${code}`;
  const kind = /unauthorized|incorrect username/i.test(words) ? 'unauthorized' : 'rejected';
  throw new Failure(kind, words.slice(0, 300), { subject: `docker ${args[0] ?? ''} (${host})`, speaker: 'program' });
}
