import { join } from 'node:path';
import { Failure } from '../failure';
import type { Machine } from '../machine';
import type { Credential } from '../model';
import type { ImageReference } from '../reference';
import { askHelper, helperProblem } from './credentialHelper';
import type { HelperCall } from './credentialHelper';
import { fileProblem, isText, parseVariable, readLoginFile } from './loginFile';
import type { LoginFile } from './loginFile';
import { hasRegistryToken, helperFor, loginOf, namedHelper } from './loginsFor';

/** Code of the failure that there is no login where one was to be. */
export const noLogin = 'NO_DOCKER_LOGIN';

/** How long all helpers together have, so that there is an answer within ten seconds. */
export const helpersWithinMs = 9_000;

/**
 * The login that docker, or podman, has for an image: of DOCKER_AUTH_CONFIG, docker's config and the credential helpers that it
 * names, or podman's auth.json. `path`: empty for a registry as a whole. Nothing when there is none.
 *
 * A file or a helper that is broken hides none that comes after it: `note` is told of it where there is a login all the same.
 * Where there is none, rejects with the Failure of the first that is broken.
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

/** Whether a login could not be had, so that docker would go on without. */
export function isLoginProblem(error: unknown): error is Failure {
  const codes: readonly (string | undefined)[] = [
    ...Object.values(helperProblem),
    ...Object.values(fileProblem),
    noLogin,
  ];
  return error instanceof Failure && codes.includes(error.detail.code);
}

/**
 * As docker puts it together: a registry token goes before all else, and beside a helper the rest of the file counts only where
 * that fails. https://github.com/docker/cli/blob/v28.2.2/cli/config/credentials/native_store.go
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

/** The program that docker's config names for a registry, wherever its logins are otherwise. Rejects as readDockerLogin does. */
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

/** The places where logins are, in the order in which they count. Reading one gives nothing where there is no such file. */
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
    // Where podman writes when the session, as root's, has no directory of its own.
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
