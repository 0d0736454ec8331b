import { readFile } from 'node:fs/promises';
import { defined } from '../defined';
import { Failure } from '../failure';
import { foldName, readObject } from './goJson';
import type { GoObject } from './goJson';
import type { Credential } from '../model';
import { systemCode } from '../systemCode';
import { fileProblem } from './loginProblems';

/** Reads the login files of docker and podman as these programs do. Never writes them. */

/** One place where docker or podman keep logins. */
export interface LoginFile {
  readonly keeper: 'docker' | 'podman' | 'environment';
  /** A path, or the name of a variable. */
  readonly name: string;
  readonly config: ConfigFile;
  /** Set when some fields have the wrong type. The others are used. */
  readonly problem?: Failure;
}

/** https://docs.docker.com/reference/cli/docker/login/#credential-stores, and podman's https://github.com/containers/image/blob/v5.23.1/docs/containers-auth.json.5.md */
export interface ConfigFile {
  /** By key: a registry or a namespace. */
  readonly auths: ReadonlyMap<string, LoginEntry>;
  readonly credHelpers: ReadonlyMap<string, string>;
  readonly credsStore: string;
}

const loginFields = ['auth', 'username', 'password', 'identitytoken', 'registrytoken'] as const;

/** A login as it is written in the file. */
export type LoginEntry = Readonly<Partial<Record<(typeof loginFields)[number], string>>> & {
  /** A field is of another type than text. */
  readonly isBroken?: true;
};

/** The logins of a file; undefined when it does not exist. Rejects with a Failure when it cannot be read. */
export async function readLoginFile(keeper: LoginFile['keeper'], name: string): Promise<LoginFile | undefined> {
  let text: string;
  try {
    text = await readFile(name, 'utf8');
  } catch (cause) {
    const code = systemCode(cause);
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
    switch (foldName(field)) {
      case 'auths':
        // As in Go: a second `auths` is merged into the first, and null removes the earlier entries.
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
  return {
    config: { auths, credHelpers, credsStore },
    ...defined({ problem: isWhole ? undefined : brokenFile(name) }),
  };
}

/** Parses DOCKER_AUTH_CONFIG. Stricter than for a file, as docker is: only logins with user and secret. Throws a Failure otherwise. */
export function parseVariable(text: string, name: string): ConfigFile {
  const { config, problem } = parseConfig(text, name);
  const isLogin = (entry: unknown) =>
    isObject(entry) && Object.keys(entry).every((field) => foldName(field) === 'auth');
  const isPlain = membersOf(text, name, true).every(
    ([field, value]) =>
      foldName(field) === 'auths' && (value === null || (isObject(value) && Object.values(value).every(isLogin))),
  );
  if (problem !== undefined || !isPlain || [...config.auths.values()].some(({ auth }) => !isText(auth)))
    throw brokenFile(name);
  return config;
}

function membersOf(text: string, name: string, isAll = false): GoObject['members'] {
  let object;
  try {
    object = readObject(text);
  } catch {
    // The cause may quote a secret.
    throw brokenFile(name);
  }
  if (isAll && object !== undefined && object.rest !== '') throw brokenFile(name);
  return object?.members ?? [];
}

function entryOf(value: unknown): LoginEntry {
  if (value === null) return {};
  if (!isObject(value)) return { isBroken: true };
  let entry: LoginEntry = {};
  for (const [name, text] of Object.entries(value)) {
    const field = loginFields.find((candidate) => candidate === foldName(name));
    if (field === undefined || text === null) continue;
    entry = typeof text === 'string' ? { ...entry, [field]: text } : { ...entry, isBroken: true };
  }
  return entry;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function brokenFile(name: string): Failure {
  return new Failure('malformed', '', { subject: name, speaker: 'program', code: fileProblem.broken });
}

/** The credential of an entry; undefined when it is empty, as docker leaves it when a helper has the secret. */
export function credentialOf({
  isBroken,
  auth,
  username = '',
  password = '',
  identitytoken,
  registrytoken,
}: LoginEntry): Credential | 'broken' | undefined {
  if (isText(registrytoken)) return { kind: 'registryToken', token: registrytoken };
  const pair = isText(auth) ? decodeAuth(auth) : ([username, password] as const);
  if (isBroken === true || pair === undefined) return 'broken';
  if (isText(identitytoken)) return { kind: 'identityToken', token: identitytoken };
  const [user, secret] = pair;
  return user === '' || secret === '' ? undefined : { kind: 'basic', username: user, secret };
}

/** User and secret of base64 text; undefined when docker would not read it. */
function decodeAuth(auth: string): readonly [string, string] | undefined {
  const base64 = auth.replace(/[\r\n]/g, '');
  if (base64.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(base64)) return undefined;
  const [, user, secret = ''] = /^([^:]+):(.*)$/s.exec(Buffer.from(base64, 'base64').toString()) ?? [];
  // Docker pads what it encodes with zeros.
  return user === undefined ? undefined : [user, secret.replace(/^\0+|\0+$/g, '')];
}

export function isText(value: string | null | undefined): value is string {
  return typeof value === 'string' && value !== '';
}
