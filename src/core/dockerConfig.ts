import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod/mini';
import { askHelper } from './credentialHelper';
import { Failure } from './failure';
import type { Credential } from './model';
import type { ImageReference } from './reference';

export interface DockerSurroundings {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly home: string;
}

/** One place where docker or podman keep logins. */
export interface LoginFile {
  readonly keeper: 'docker' | 'podman' | 'environment';
  /** A path, or the name of a variable. */
  readonly name: string;
  readonly config: ConfigFile;
}

const entry = z.object({
  auth: z.nullish(z.string()),
  username: z.nullish(z.string()),
  password: z.nullish(z.string()),
  identitytoken: z.nullish(z.string()),
  registrytoken: z.nullish(z.string()),
});
/** https://docs.docker.com/reference/cli/docker/login/#credential-stores, and podman's https://github.com/containers/image/blob/v5.23.1/docs/containers-auth.json.5.md */
const configFile = z.object({
  auths: z.nullish(z.record(z.string(), entry)),
  credHelpers: z.nullish(z.record(z.string(), z.string())),
  credsStore: z.nullish(z.string()),
});
type ConfigFile = z.infer<typeof configFile>;
type LoginEntry = z.infer<typeof entry>;

/** What a file of logins can suffer from. */
export const fileProblem = { broken: 'LOGIN_FILE_BROKEN', unreadable: 'LOGIN_FILE_UNREADABLE' } as const;

/** How long all helpers together have, so that there is an answer within ten seconds. */
export const helpersWithinMs = 9_000;
const hubKey = 'https://index.docker.io/v1/';

/**
 * The login that docker, or podman, has for an image: of DOCKER_AUTH_CONFIG, docker's config and the credential helpers that it
 * names, or podman's auth.json. `path`: empty for a registry as a whole. Nothing when there is none. Rejects with a Failure
 * when a helper or a file is broken.
 */
export async function readDockerLogin(
  image: ImageReference,
  around: DockerSurroundings,
  signal: AbortSignal,
): Promise<Credential | undefined> {
  const deadline = Date.now() + helpersWithinMs;
  for (const place of loginPlaces(around)) {
    const file = await place.read();
    if (file === undefined) continue;
    const { helper, server } = helperFor(file.config, image);
    const call = { helper, namedBy: file.name, env: around.env, deadline };
    const kept = helper === '' ? undefined : await askHelper(call, server, signal);
    const login = kept ?? loginOf(file.config, image);
    if (login !== undefined) return login;
  }
  return undefined;
}

/** The program that docker's config names for a registry, wherever its logins are otherwise. Rejects as readDockerLogin does. */
export async function helperNamedFor(
  image: ImageReference,
  around: DockerSurroundings,
): Promise<{ readonly program: string; readonly namedBy: string } | undefined> {
  for (const place of loginPlaces(around)) {
    const file = await place.read();
    const own = fitting(Object.entries(file?.config.credHelpers ?? {}), image)[0]?.[1] ?? '';
    if (file !== undefined && own !== '') return { program: `docker-credential-${own}`, namedBy: file.name };
  }
  return undefined;
}

/** The places where logins are, in the order in which they count. Reading one gives nothing where there is no such file. */
export function loginPlaces({ env, home }: DockerSurroundings): readonly {
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
          config: parseConfig(inEnvironment, variable),
        }),
    },
    { read: () => readConfig('docker', join(docker === '' ? join(home, '.docker') : docker, 'config.json')) },
    ...[...new Set(podmans)].map((file) => ({ read: () => readConfig('podman', file) })),
  ];
}

async function readConfig(keeper: LoginFile['keeper'], name: string): Promise<LoginFile | undefined> {
  let text: string;
  try {
    text = await readFile(name, 'utf8');
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    const words = cause instanceof Error ? cause.message : '';
    const detail = { subject: name, speaker: 'program', code: fileProblem.unreadable } as const;
    throw new Failure('rejected', words, detail, { cause });
  }
  return { keeper, name, config: parseConfig(text, name) };
}

function parseConfig(text: string, name: string): ConfigFile {
  try {
    // Trimmed of the mark that editors of Windows put in front, too.
    return configFile.parse(text.trim() === '' ? {} : JSON.parse(text.trim()));
  } catch {
    // The cause would quote what may be a secret.
    throw new Failure('malformed', '', { subject: name, speaker: 'program', code: fileProblem.broken });
  }
}

/** The helper for an image's registry, empty when there is none, and what it calls the registry: podman's do not call Docker Hub as docker's do. */
export function helperFor(
  { credHelpers, credsStore }: ConfigFile,
  image: ImageReference,
): { readonly helper: string; readonly server: string } {
  const [own] = fitting(Object.entries(credHelpers ?? {}), image);
  const isHub = image.host === 'docker.io';
  if (own === undefined) return { helper: credsStore ?? '', server: isHub ? hubKey : image.host };
  const [key, helper] = own;
  return { helper, server: isHub ? key : image.host };
}

/** The entry for the image's registry; podman's may be for a namespace or repository of it, the longest counts. */
function loginOf({ auths }: ConfigFile, image: ImageReference): Credential | undefined {
  for (const [, login] of fitting(Object.entries(auths ?? {}), image)) {
    const credential = credentialOf(login);
    if (credential !== undefined) return credential;
  }
  return undefined;
}

/** What an entry of `auths` holds; nothing when it is empty, as docker leaves it where a helper has the secret. */
export function credentialOf({ auth, username, password, identitytoken, registrytoken }: LoginEntry) {
  if (isText(identitytoken)) return { kind: 'identityToken', token: identitytoken } as const;
  if (isText(registrytoken)) return { kind: 'registryToken', token: registrytoken } as const;
  const pair = isText(auth) ? Buffer.from(auth, 'base64').toString() : `${username ?? ''}:${password ?? ''}`;
  const colon = pair.indexOf(':');
  // Docker pads what it encodes with zeros.
  const secret = pair.slice(colon + 1).replace(/\0+$/, '');
  return colon > 0 && secret !== '' ? ({ kind: 'basic', username: pair.slice(0, colon), secret } as const) : undefined;
}

function isText(value: string | null | undefined): value is string {
  return typeof value === 'string' && value !== '';
}

/**
 * The entries whose keys are for an image, the closest first. For a registry as a whole, an entry for one of its namespaces is
 * better than none.
 */
function fitting<T>(entries: readonly (readonly [string, T])[], { host, path }: ImageReference) {
  const name = `${host.toLowerCase()}/${path}`;
  const keyed = entries.map((each) => ({ each, key: registryOf(each[0]) }));
  const over = keyed.filter(({ key }) => name === key || name.startsWith(`${key}/`));
  const below = path === '' ? keyed.filter(({ key }) => key.startsWith(name) && key !== name) : [];
  return [
    ...over.toSorted((one, other) => other.key.length - one.key.length),
    ...below.toSorted((one, other) => one.key.length - other.key.length),
  ].map(({ each }) => each);
}

/**
 * What a key of a file or a helper is for: `host[:port]`, or a namespace below. Docker writes `https://index.docker.io/v1/` for
 * the Hub, and old versions `https://host/v1/` for others.
 */
export function registryOf(key: string): string {
  const bare = key.replace(/^https?:\/\//, '');
  // With a scheme, what follows the host is no namespace.
  const name = bare !== key || bare.endsWith('/') ? bare.replace(/\/.*$/s, '') : bare;
  const [host = '', ...path] = name.split('/');
  const named = host.toLowerCase().replace(/^(?:index|registry-1)\.docker\.io$/, 'docker.io');
  return [named, ...path].join('/');
}
