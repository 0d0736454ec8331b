import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { askHelper, helperProblem } from './credentialHelper';
import type { HelperCall } from './credentialHelper';
import { Failure } from '../failure';
import { folded, readObject } from './goJson';
import type { GoObject } from './goJson';
import type { Credential } from '../model';
import type { ImageReference } from '../reference';

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
  /** Some of it is of another type than it should be. The rest counts. */
  readonly problem?: Failure;
}

/** https://docs.docker.com/reference/cli/docker/login/#credential-stores, and podman's https://github.com/containers/image/blob/v5.23.1/docs/containers-auth.json.5.md */
export interface ConfigFile {
  /** By registry, or by what else its key is for. */
  readonly auths: ReadonlyMap<string, LoginEntry>;
  readonly credHelpers: ReadonlyMap<string, string>;
  readonly credsStore: string;
}

const loginFields = ['auth', 'username', 'password', 'identitytoken', 'registrytoken'] as const;

/** A login as it is written, each field as far as it is there. */
export type LoginEntry = Readonly<Partial<Record<(typeof loginFields)[number], string>>> & {
  /** A field is of another type than text. */
  readonly isBroken?: true;
};

/** What a file of logins can suffer from. */
export const fileProblem = { broken: 'LOGIN_FILE_BROKEN', unreadable: 'LOGIN_FILE_UNREADABLE' } as const;

/** Code of the failure that there is no login where one was to be. */
export const noLogin = 'NO_DOCKER_LOGIN';

/** How long all helpers together have, so that there is an answer within ten seconds. */
export const helpersWithinMs = 9_000;
const hubKey = 'https://index.docker.io/v1/';

/**
 * The login that docker, or podman, has for an image: of DOCKER_AUTH_CONFIG, docker's config and the credential helpers that it
 * names, or podman's auth.json. `path`: empty for a registry as a whole. Nothing when there is none.
 *
 * A file or a helper that is broken hides none that comes after it: `note` is told of it where there is a login all the same.
 * Where there is none, rejects with the Failure of the first that is broken.
 */
export async function readDockerLogin(
  image: ImageReference,
  around: DockerSurroundings,
  signal: AbortSignal,
  note: (problem: Failure) => void = () => undefined,
): Promise<Credential | undefined> {
  const call = { env: around.env, deadline: Date.now() + helpersWithinMs };
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
  for (const place of loginPlaces(around)) {
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
  around: Pick<HelperCall, 'env' | 'deadline'>,
  orNote: <T>(asked: Promise<T>) => Promise<T | undefined>,
  signal: AbortSignal,
): Promise<Credential | undefined> {
  const { helper, server } = helperFor(file, image);
  if (helper === '' || isText(authsFor(file, image)[0]?.[1].registrytoken)) return loginOf(file, image);
  const asked = askHelper({ ...around, helper, namedBy: file.name }, server, signal);
  const told = await orNote(asked.then((login) => ({ login })));
  return told === undefined ? loginOf(file, image) : told.login;
}

/** The program that docker's config names for a registry, wherever its logins are otherwise. Rejects as readDockerLogin does. */
export async function helperNamedFor(
  image: ImageReference,
  around: DockerSurroundings,
): Promise<{ readonly program: string; readonly namedBy: string } | undefined> {
  for (const place of loginPlaces(around)) {
    const file = await place.read();
    const own = file === undefined ? undefined : helpersFor(file, image)[0]?.[1];
    if (file !== undefined && isText(own)) return { program: `docker-credential-${own}`, namedBy: file.name };
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
          config: parseVariable(inEnvironment, variable),
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
  return { keeper, name, ...parseConfig(text, name) };
}

function parseConfig(text: string, name: string): Pick<LoginFile, 'config' | 'problem'> {
  const auths = new Map<string, LoginEntry>();
  const credHelpers = new Map<string, string>();
  let credsStore = '';
  let isWhole = true;
  for (const [field, value] of membersOf(text, name)) {
    switch (folded(field)) {
      case 'auths':
        // Given twice, the one fills in for the other; null takes away what came before.
        if (value === null) auths.clear();
        else if (isObject(value)) for (const [key, entry] of Object.entries(value)) auths.set(key, entryOf(entry));
        else isWhole = false;
        break;
      case 'credhelpers':
        if (value === null) credHelpers.clear();
        else if (isObject(value)) {
          for (const [key, helper] of Object.entries(value))
            if (typeof helper === 'string' || helper === null) credHelpers.set(key, helper ?? '');
            else isWhole = false;
        } else isWhole = false;
        break;
      case 'credsstore':
        if (typeof value === 'string') credsStore = value;
        else if (value !== null) isWhole = false;
        break;
    }
  }
  if ([...auths.values()].some((entry) => credentialOf(entry) === 'broken')) isWhole = false;
  return { config: { auths, credHelpers, credsStore }, ...(isWhole ? {} : { problem: broken(name) }) };
}

/** Stricter than a file, as docker is there: logins of user and secret, and nothing else. */
function parseVariable(text: string, name: string): ConfigFile {
  const { config, problem } = parseConfig(text, name);
  const isLogin = (entry: unknown) => isObject(entry) && Object.keys(entry).every((field) => folded(field) === 'auth');
  const isPlain = membersOf(text, name, true).every(
    ([field, value]) =>
      folded(field) === 'auths' && (value === null || (isObject(value) && Object.values(value).every(isLogin))),
  );
  if (problem !== undefined || !isPlain || [...config.auths.values()].some(({ auth }) => !isText(auth)))
    throw broken(name);
  return config;
}

function membersOf(text: string, name: string, isAll = false): GoObject['members'] {
  let object;
  try {
    object = readObject(text);
  } catch {
    // The cause would quote what may be a secret.
    throw broken(name);
  }
  if (isAll && object !== undefined && object.rest !== '') throw broken(name);
  return object?.members ?? [];
}

function entryOf(value: unknown): LoginEntry {
  if (value === null) return {};
  if (!isObject(value)) return { isBroken: true };
  let entry: LoginEntry = {};
  for (const [name, text] of Object.entries(value)) {
    const field = loginFields.find((candidate) => candidate === folded(name));
    if (field === undefined || text === null) continue;
    entry = typeof text === 'string' ? { ...entry, [field]: text } : { ...entry, isBroken: true };
  }
  return entry;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function broken(name: string): Failure {
  return new Failure('malformed', '', { subject: name, speaker: 'program', code: fileProblem.broken });
}

/** The helper for an image's registry, empty when there is none, and what it calls the registry: podman's do not call Docker Hub as docker's do. */
export function helperFor(
  file: LoginFile,
  image: ImageReference,
): { readonly helper: string; readonly server: string } {
  const [own] = helpersFor(file, image);
  if (own === undefined) return { helper: file.config.credsStore, server: serverOf(image) };
  const [key, helper] = own;
  return { helper, server: image.host === 'docker.io' ? key : image.host };
}

/** What docker calls an image's registry. */
function serverOf({ host }: ImageReference): string {
  return host === 'docker.io' ? hubKey : host;
}

/** What the file itself holds for the image's registry; what is broken in it counts for nothing. */
export function loginOf(file: LoginFile, image: ImageReference): Credential | undefined {
  for (const [key, login] of authsFor(file, image)) {
    const credential = credentialOf(login);
    if (credential !== undefined) return credential === 'broken' ? undefined : credential;
    // An empty one has docker look no further; podman passes over it.
    if (file.keeper !== 'podman' && key === serverOf(image)) return undefined;
  }
  return undefined;
}

/** Of DOCKER_AUTH_CONFIG, docker takes what is called just as the registry. */
function authsFor({ keeper, config }: LoginFile, image: ImageReference) {
  const auths = fitting(config.auths, image, { isExactFirst: keeper !== 'podman', isAnyPath: keeper === 'docker' });
  if (keeper !== 'environment') return auths;
  return auths.filter(([key]) => key === serverOf(image) || key === image.host);
}

function helpersFor({ keeper, config }: LoginFile, image: ImageReference) {
  return fitting(config.credHelpers, image, { isExactFirst: keeper !== 'podman', isAnyPath: false });
}

/** What an entry of `auths` holds; nothing when it is empty, as docker leaves it where a helper has the secret. */
function credentialOf({
  isBroken,
  auth,
  username = '',
  password = '',
  identitytoken,
  registrytoken,
}: LoginEntry): Credential | 'broken' | undefined {
  if (isText(registrytoken)) return { kind: 'registryToken', token: registrytoken };
  const pair = isText(auth) ? decoded(auth) : ([username, password] as const);
  if (isBroken === true || pair === undefined) return 'broken';
  if (isText(identitytoken)) return { kind: 'identityToken', token: identitytoken };
  const [user, secret] = pair;
  return user === '' || secret === '' ? undefined : { kind: 'basic', username: user, secret };
}

/** User and secret; nothing of what docker does not read. */
function decoded(auth: string): readonly [string, string] | undefined {
  const base64 = auth.replace(/[\r\n]/g, '');
  if (base64.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(base64)) return undefined;
  const [, user, secret = ''] = /^([^:]+):(.*)$/s.exec(Buffer.from(base64, 'base64').toString()) ?? [];
  // Docker pads what it encodes with zeros.
  return user === undefined ? undefined : [user, secret.replace(/^\0+|\0+$/g, '')];
}

function isText(value: string | null | undefined): value is string {
  return typeof value === 'string' && value !== '';
}

/**
 * The entries whose keys are for an image, the closest first. `isExactFirst`: before all, the one that is called as docker calls
 * the registry. `isAnyPath`: what follows the host means nothing, and is no namespace. For a registry as a whole, an entry for one
 * of its namespaces is better than none. https://github.com/docker/cli/blob/v28.2.2/cli/config/credentials/file_store.go
 */
function fitting<T>(
  entries: ReadonlyMap<string, T>,
  image: ImageReference,
  { isExactFirst, isAnyPath }: { readonly isExactFirst: boolean; readonly isAnyPath: boolean },
): readonly (readonly [string, T])[] {
  const host = image.host.toLowerCase();
  const name = `${host}/${image.path}`;
  const keyed = [...entries].map((each) => ({ each, key: registryOf(each[0]), isExact: each[0] === serverOf(image) }));
  const over = keyed.filter(({ key }) => name === key || name.startsWith(`${key}/`));
  const below = keyed.filter((one) => one.key.startsWith(`${host}/`) && !over.includes(one));
  const byExact = (one: Keyed, other: Keyed) => Number(other.isExact) - Number(one.isExact);
  const byLength = (one: Keyed, other: Keyed) => other.key.length - one.key.length;
  return [
    ...over.toSorted(
      (one, other) => (isExactFirst && byExact(one, other)) || byLength(one, other) || byExact(one, other),
    ),
    ...(image.path === '' || isAnyPath ? below.toSorted((one, other) => byLength(other, one)) : []),
  ].map(({ each }) => each);
}

interface Keyed {
  readonly key: string;
  readonly isExact: boolean;
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
