import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod/mini';
import { Failure } from './failure';
import type { Credential } from './model';
import { runProgram } from './program';
import type { ImageReference } from './reference';

export interface DockerSurroundings {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly home: string;
}

/** https://docs.docker.com/reference/cli/docker/login/#credential-stores, and podman's https://github.com/containers/image/blob/v5.23.1/docs/containers-auth.json.5.md */
const configFile = z.object({
  auths: z.nullish(
    z.record(
      z.string(),
      z.object({
        auth: z.nullish(z.string()),
        username: z.nullish(z.string()),
        password: z.nullish(z.string()),
        identitytoken: z.nullish(z.string()),
      }),
    ),
  ),
  credHelpers: z.nullish(z.record(z.string(), z.string())),
  credsStore: z.nullish(z.string()),
});
type ConfigFile = z.infer<typeof configFile>;

const helperAnswer = z.object({ Username: z.string(), Secret: z.string() });

/** How long a helper has; some ask a keychain, which asks the user. */
const helperWithinMs = 10_000;
const hubKey = 'https://index.docker.io/v1/';

/**
 * The login that docker, or podman, has for an image: of DOCKER_AUTH_CONFIG, docker's config and the credential helpers that it
 * names, or podman's auth.json. Nothing when there is none. Rejects with a Failure when a helper or a file is broken.
 */
export async function readDockerLogin(
  image: ImageReference,
  around: DockerSurroundings,
  signal: AbortSignal,
): Promise<Credential | undefined> {
  const { DOCKER_AUTH_CONFIG: inEnvironment = '' } = around.env;
  if (inEnvironment !== '') {
    const login = loginOf(parseConfig(inEnvironment, 'DOCKER_AUTH_CONFIG'), image);
    if (login !== undefined) return login;
  }
  for (const file of configFiles(around)) {
    const config = await readConfig(file);
    const login = config === undefined ? undefined : await loginFrom(config, image, around, signal);
    if (login !== undefined) return login;
  }
  return undefined;
}

function configFiles({ env, home }: DockerSurroundings): readonly string[] {
  const { DOCKER_CONFIG: docker = '', REGISTRY_AUTH_FILE: podman = '', XDG_RUNTIME_DIR: runtime = '' } = env;
  return [
    join(docker === '' ? join(home, '.docker') : docker, 'config.json'),
    ...(podman === '' ? [] : [podman]),
    // Where podman writes when the session, as root's, has no directory of its own.
    runtime === '' ? `/run/containers/${process.getuid?.() ?? 0}/auth.json` : join(runtime, 'containers', 'auth.json'),
    join(home, '.config', 'containers', 'auth.json'),
  ];
}

async function readConfig(file: string): Promise<ConfigFile | undefined> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch {
    return undefined;
  }
  return parseConfig(text, file);
}

function parseConfig(text: string, subject: string): ConfigFile {
  try {
    return configFile.parse(text.trim() === '' ? {} : JSON.parse(text));
  } catch {
    // The cause would quote what may be a secret.
    throw new Failure('malformed', '', {
      subject,
      speaker: 'program',
      explanation: `${subject} is not what docker login writes`,
    });
  }
}

async function loginFrom(
  config: ConfigFile,
  image: ImageReference,
  { env }: DockerSurroundings,
  signal: AbortSignal,
): Promise<Credential | undefined> {
  const { helper, server } = helperFor(config, image.host);
  const kept = helper === '' ? undefined : await askHelper(helper, server, env, signal);
  return kept ?? loginOf(config, image);
}

/** The helper for a registry, empty when there is none, and what it calls the registry: podman's do not call Docker Hub as docker's do. */
function helperFor({ credHelpers, credsStore }: ConfigFile, host: string): { helper: string; server: string } {
  const keys = host === 'docker.io' ? [hubKey, host] : [host];
  const own = new Map(Object.entries(credHelpers ?? {}));
  const named = keys.find((key) => own.has(key));
  const [server = host] = named === undefined ? keys : [named];
  return { helper: own.get(server) ?? credsStore ?? '', server };
}

/** https://github.com/docker/docker-credential-helpers#development */
async function askHelper(
  helper: string,
  server: string,
  env: DockerSurroundings['env'],
  signal: AbortSignal,
): Promise<Credential | undefined> {
  const program = `docker-credential-${helper}`;
  const options = { input: server, timeoutMs: helperWithinMs, signal, env };
  const { code, stdout, stderr } = await runProgram(program, ['get'], options);
  if (code !== 0) {
    if (/credentials not found/i.test(`${stdout}${stderr}`)) return undefined;
    const words = proseIn(stdout) ?? proseIn(stderr) ?? `exit code ${code}`;
    throw new Failure('rejected', words, { subject: program, speaker: 'program' });
  }
  const answer = helperAnswer.safeParse(jsonOrUndefined(stdout));
  if (!answer.success) throw new Failure('rejected', 'no credential', { subject: program, speaker: 'program' });
  const { Username: username, Secret: secret } = answer.data;
  if (secret === '') return undefined;
  return username === '<token>' ? { kind: 'identityToken', token: secret } : { kind: 'basic', username, secret };
}

/** The entry for the image's registry; podman's may be for a namespace or repository of it, the longest counts. */
function loginOf({ auths }: ConfigFile, { host, path }: ImageReference): Credential | undefined {
  const name = `${host}/${path}`;
  const fits = Object.entries(auths ?? {})
    .map(([key, auth]) => ({ key: normalized(key), auth }))
    .filter(({ key }) => name === key || name.startsWith(`${key}/`))
    .sort((one, other) => other.key.length - one.key.length);
  for (const { auth } of fits) {
    if (typeof auth.identitytoken === 'string' && auth.identitytoken !== '')
      return { kind: 'identityToken', token: auth.identitytoken };
    const pair =
      typeof auth.auth === 'string' && auth.auth !== ''
        ? Buffer.from(auth.auth, 'base64').toString()
        : `${auth.username ?? ''}:${auth.password ?? ''}`;
    const colon = pair.indexOf(':');
    // Docker pads what it encodes with zeros.
    const secret = pair.slice(colon + 1).replace(/\0+$/, '');
    if (colon > 0 && secret !== '') return { kind: 'basic', username: pair.slice(0, colon), secret };
  }
  return undefined;
}

/** Docker writes `https://index.docker.io/v1/` for the Hub, and old versions `https://host/v1/` for others. */
function normalized(key: string): string {
  const bare = key.replace(/^https?:\/\//, '');
  // With a scheme, what follows the host is no namespace.
  const name = bare !== key || bare.endsWith('/') ? bare.replace(/\/.*$/s, '') : bare;
  return name.replace(/^(?:index|registry-1)\.docker\.io(?=\/|$)/, 'docker.io');
}

/** The first line, unless it is the data that a helper was asked for. */
function proseIn(text: string): string | undefined {
  const line = text.trim().split('\n')[0]?.trim();
  return line === undefined || line === '' || /^[{[]|secret"/i.test(line) ? undefined : line.slice(0, 300);
}

function jsonOrUndefined(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
