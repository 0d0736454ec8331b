import { defined } from '../defined';
import type { Machine } from '../machine';
import { listHelper } from './credentialHelper';
import { helpersWithinMs, loginPlaces } from './dockerConfig';
import type { LoginFile } from './loginFile';
import { helperFor, loginOf, registryOf } from './loginsFor';

/** A registry that docker or podman has a login for. */
export interface KnownLogin {
  readonly host: string;
  /** The user name, if it is known without reading the secret. */
  readonly account?: string;
  readonly keeper: LoginFile['keeper'];
  /** `ecr-login` of `docker-credential-ecr-login`, where a helper has the secret. */
  readonly helper?: string;
}

export interface KnownLogins {
  /** Each registry once, with the login that readDockerLogin would return. */
  readonly logins: readonly KnownLogin[];
  /** Failures of the files and helpers that could not be read. */
  readonly failures: readonly unknown[];
}

/** User names that stand for an identity token. */
const tokenUserName = /^(?:<token>|00000000-0000-0000-0000-000000000000)$/;

/** Lists the registries that docker and podman have logins for, without asking for any secret. Rejects when aborted. */
export async function listDockerLogins(
  machine: Pick<Machine, 'env' | 'home'>,
  signal: AbortSignal,
): Promise<KnownLogins> {
  const deadline = Date.now() + helpersWithinMs;
  const failures: unknown[] = [];
  const orNote = async <T>(asked: Promise<T | undefined>): Promise<T | undefined> => {
    try {
      return await asked;
    } catch (failure) {
      signal.throwIfAborted();
      failures.push(failure);
      return undefined;
    }
  };
  const known = new Map<string, KnownLogin>();
  for (const place of loginPlaces(machine)) {
    const file = await orNote(place.read());
    if (file === undefined) continue;
    if (file.problem !== undefined) failures.push(file.problem);
    const { credsStore: helper } = file.config;
    const call = { helper, namedBy: file.name, env: machine.env, deadline };
    const stored = helper === '' ? undefined : await orNote(listHelper(call, signal));
    for (const login of loginsIn(file, stored ?? {})) if (!known.has(login.host)) known.set(login.host, login);
  }
  return { logins: [...known.values()], failures };
}

/** `stored`: user names by server, of the helper that keeps all of a file's logins. */
function loginsIn(file: LoginFile, stored: Readonly<Record<string, string>>): readonly KnownLogin[] {
  const { keeper, config } = file;
  const users = new Map(Object.entries(stored).map(([server, user]) => [hostOf(server), user]));
  const keys = [...config.credHelpers.keys(), ...Object.keys(stored), ...config.auths.keys()];
  const hosts = [...new Set(keys.map(hostOf))].filter(isHost);
  return hosts.flatMap((host) => {
    const { helper } = helperFor(file, { host, path: '' });
    const written = loginOf(file, { host, path: '' });
    // A logout may leave an empty entry.
    if (helper === '' && written === undefined) return [];
    const user = users.get(host) ?? (written?.kind === 'basic' ? written.username : undefined);
    return {
      host,
      keeper,
      ...defined({
        account: user === undefined || user === '' || tokenUserName.test(user) ? undefined : user,
        helper: helper === '' ? undefined : helper,
      }),
    };
  });
}

function hostOf(key: string): string {
  return registryOf(key).replace(/\/.*$/s, '');
}

function isHost(host: string): boolean {
  return URL.canParse(`https://${host}`) && /^[\w.:[\]-]*[\w\]]$/.test(host);
}
