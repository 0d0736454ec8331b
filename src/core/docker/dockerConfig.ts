import { join } from 'node:path';
import { Failure } from '../failure';
import type { Machine } from '../machine';
import type { Credential } from '../model';
import type { ImageReference } from '../reference';
import { askHelper } from './credentialHelper';
import type { HelperCall } from './credentialHelper';
import { isText, parseVariable, readLoginFile } from './loginFile';
import type { LoginFile } from './loginFile';
import { hasRegistryToken, helperFor, loginOf, namedHelper } from './loginsFor';
import { fileProblem, helperProblem, noLogin } from './loginProblems';

/** Time limit for all helpers together, so that the answer comes within ten seconds. */
export const helpersWithinMs = 9_000;

/**
 * The login of docker or podman for an image: from DOCKER_AUTH_CONFIG, docker's config and its credential helpers, or podman's
 * auth.json. `path`: empty for a whole registry. Undefined when there is none.
 *
 * After a broken file or helper, the next one is tried. If a login is found, `note` gets the failures before it. If none is found,
 * rejects with the first failure.
 */
export async function readDockerLogin(
  image: ImageReference,
  machine: Pick<Machine, 'env' | 'home'>,
  note: (problem: Failure) => void,
  signal: AbortSignal,
): Promise<Credential | undefined> {
  const call = { env: machine.env, deadline: Date.now() + helpersWithinMs };
  const problems: Failure[] = [];
  const orNote = async <T>(asked: Promise<T>): Promise<T | undefined> => {
    try {
      return await asked;
    } catch (problem) {
      if (!(problem instanceof Failure)) throw problem;
      problems.push(problem);
      return undefined;
    }
  };
  for (const place of loginPlaces(machine)) {
    const file = await orNote(place.read());
    if (file === undefined) continue;
    if (file.problem !== undefined) problems.push(file.problem);
    const login = await loginIn(file, image, call, orNote, signal);
    if (login === undefined) continue;
    problems.forEach(note);
    return login;
  }
  const [first] = problems;
  if (first !== undefined) throw first;
  return undefined;
}

/** Whether reading a login failed, so that docker would continue without one. */
export function isLoginProblem(error: unknown): error is Failure {
  const codes: readonly (string | undefined)[] = [
    ...Object.values(helperProblem),
    ...Object.values(fileProblem),
    noLogin,
  ];
  return error instanceof Failure && codes.includes(error.detail.code);
}

/**
 * In docker's order: a registry token first, then the helper; the rest of the file only if the helper fails. https://github.com/docker/cli/blob/v28.2.2/cli/config/credentials/native_store.go
 */
async function loginIn(
  file: LoginFile,
  image: ImageReference,
  call: Pick<HelperCall, 'env' | 'deadline'>,
  orNote: <T>(asked: Promise<T>) => Promise<T | undefined>,
  signal: AbortSignal,
): Promise<Credential | undefined> {
  const { helper, server } = helperFor(file, image);
  if (helper === '' || hasRegistryToken(file, image)) return loginOf(file, image);
  const asked = askHelper({ ...call, helper, namedBy: file.name }, server, signal);
  const told = await orNote(asked.then((login) => ({ login })));
  return told === undefined ? loginOf(file, image) : told.login;
}

/** The helper that docker's config names for this registry alone. Rejects with a Failure when a file cannot be read. */
export async function helperNamedFor(
  image: ImageReference,
  machine: Pick<Machine, 'env' | 'home'>,
): Promise<{ readonly program: string; readonly namedBy: string } | undefined> {
  for (const place of loginPlaces(machine)) {
    const file = await place.read();
    const own = file === undefined ? undefined : namedHelper(file, image);
    if (file !== undefined && isText(own)) return { program: `docker-credential-${own}`, namedBy: file.name };
  }
  return undefined;
}

/** The places of logins, in order of priority. `read` resolves to undefined when the file does not exist. */
export function loginPlaces({ env, home }: Pick<Machine, 'env' | 'home'>): readonly {
  readonly read: () => Promise<LoginFile | undefined>;
}[] {
  const {
    DOCKER_AUTH_CONFIG: inEnvironment = '',
    DOCKER_CONFIG: docker = '',
    REGISTRY_AUTH_FILE: podman = '',
    XDG_RUNTIME_DIR: runtime = '',
    XDG_CONFIG_HOME: config = '',
  } = env;
  const podmans = [
    ...(podman === '' ? [] : [podman]),
    // Podman writes here when the session has no runtime directory, as root's.
    runtime === '' ? `/run/containers/${process.getuid?.() ?? 0}/auth.json` : join(runtime, 'containers', 'auth.json'),
    ...(config === '' ? [] : [join(config, 'containers', 'auth.json')]),
    join(home, '.config', 'containers', 'auth.json'),
  ];
  const variable = 'DOCKER_AUTH_CONFIG';
  return [
    {
      read: async () =>
        Promise.resolve({
          keeper: 'environment' as const,
          name: variable,
          config: parseVariable(inEnvironment, variable),
        }),
    },
    { read: () => readLoginFile('docker', join(docker === '' ? join(home, '.docker') : docker, 'config.json')) },
    ...[...new Set(podmans)].map((file) => ({ read: () => readLoginFile('podman', file) })),
  ];
}
