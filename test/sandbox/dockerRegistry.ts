import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import type { TlsMaterial } from './loopback';
import { endProcess, findProgram, run } from './process';
import { tempDir, type TempDir } from './tempDir';

/** What docker-registry has to know of a token server. */
export interface TokenIssuer {
  readonly realm: string;
  readonly service: string;
  readonly issuer: string;
  readonly certificate: string;
}

export type DockerRegistryAuth =
  | { readonly kind: 'basic'; readonly users: Readonly<Record<string, string>> }
  | { readonly kind: 'token'; readonly tokenServer: TokenIssuer };

export interface DockerRegistryOptions {
  /** Another version of the same program than Debian's. */
  readonly program?: string;
  /** Where the files are, or shall be; without it the registry keeps everything in memory. */
  readonly root?: string;
  readonly port?: number;
  readonly host?: string;
  readonly auth?: DockerRegistryAuth;
  readonly tls?: TlsMaterial;
  /** Default true. */
  readonly deleteEnabled?: boolean;
  readonly readOnly?: boolean;
  /** A path such as `/registry/` in front of `/v2/`. */
  readonly prefix?: string;
  /** Takes manifests of schema 1, which version 3 does not know any more. */
  readonly schema1?: boolean;
  /** The largest page of the catalog; larger ones asked for are refused. */
  readonly catalogMaxEntries?: number;
}

export interface RunningRegistry {
  /** With the prefix and without a slash at the end: `${url}/v2/` is the API. */
  readonly url: string;
  readonly port: number;
  readonly logs: () => string;
  readonly stop: () => Promise<void>;
}

/** Why it cannot be run; nothing when it can. */
export function whyNoDockerRegistry(): string | undefined {
  return findProgram('docker-registry') === undefined ? 'missing: docker-registry' : undefined;
}

/** bcrypt of the lowest cost, because the registry checks it on every request; the salt does not matter here. */
async function htpasswd(users: Readonly<Record<string, string>>): Promise<string> {
  const script = 'print crypt($ENV{SECRET}, q($2y$04$abcdefghijklmnopqrstuu))';
  const lines = Object.entries(users).map(async ([user, secret]) => {
    const hash = await run('perl', ['-e', script], { SECRET: secret });
    return `${user}:${hash}\n`;
  });
  return (await Promise.all(lines)).join('');
}

type WriteConfigFile = (name: string, content: string) => Promise<string>;

async function authSection(auth: DockerRegistryAuth, write: WriteConfigFile): Promise<unknown> {
  if (auth.kind === 'basic') {
    return { htpasswd: { realm: 'Registry', path: await write('htpasswd', await htpasswd(auth.users)) } };
  }
  const { realm, service, issuer, certificate } = auth.tokenServer;
  return { token: { realm, service, issuer, rootcertbundle: await write('token.crt', certificate) } };
}

async function tlsSection({ cert, key, clientCa }: TlsMaterial, write: WriteConfigFile): Promise<unknown> {
  return {
    certificate: await write('server.crt', cert),
    key: await write('server.key', key),
    ...(clientCa === undefined ? {} : { clientcas: [await write('client-ca.crt', clientCa)] }),
  };
}

/** https://distribution.github.io/distribution/about/configuration/ */
async function configuration(options: DockerRegistryOptions, addr: string, write: WriteConfigFile): Promise<unknown> {
  const { root, deleteEnabled = true, readOnly = false, prefix, catalogMaxEntries } = options;
  return {
    version: '0.1',
    // Of this level is the line that tells the port.
    log: { level: 'info', accesslog: { disabled: true } },
    storage: {
      ...(root === undefined ? { inmemory: {} } : { filesystem: { rootdirectory: root } }),
      cache: { blobdescriptor: 'inmemory' },
      delete: { enabled: deleteEnabled },
      maintenance: { uploadpurging: { enabled: false }, readonly: { enabled: readOnly } },
    },
    ...(catalogMaxEntries === undefined ? {} : { catalog: { maxentries: catalogMaxEntries } }),
    ...(options.schema1 === true ? { compatibility: { schema1: { enabled: true } } } : {}),
    http: {
      addr,
      secret: 'sandbox',
      ...(prefix === undefined ? {} : { prefix }),
      ...(options.tls ? { tls: await tlsSection(options.tls, write) } : {}),
    },
    ...(options.auth ? { auth: await authSection(options.auth, write) } : {}),
  };
}

/** Runs the registry until the pipe to this process closes, so that nothing is left of one that is killed. */
const untilStdinEnds = `
  exec 3<&0
  { cat <&3; kill $$; rm -rf "\${0%/*}"; } >/dev/null 2>&1 &
  exec "$1" serve "$0" 3<&-`;

type RegistryProcess = ChildProcessByStdio<Writable, Readable, Readable>;

/** Enough to see what went wrong; every request adds a line. */
const keptLog = 64 * 1024;
const startTimeoutMs = 60_000;
const listening = /msg="listening on [^"\s]*:(\d+)[",]/;

/**
 * The port the process listens on, by its own word: whether something answers would not tell, as it may be another server.
 * Rejects with the output when the process ends instead.
 */
async function portOf(child: RegistryProcess, output: () => string): Promise<number> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      reject(new Error(`docker-registry did not listen within ${startTimeoutMs} ms: ${output()}`));
    }, startTimeoutMs);
    const look = (): void => {
      const port = listening.exec(output())?.[1];
      if (port === undefined) return;
      for (const stream of [child.stdout, child.stderr]) stream.off('data', look);
      clearTimeout(timer);
      resolve(Number(port));
    };
    for (const stream of [child.stdout, child.stderr]) stream.on('data', look);
    child.once('error', (error) => {
      clearTimeout(timer);
      reject(error);
    });
    child.once('close', (code) => {
      clearTimeout(timer);
      reject(new Error(`docker-registry ended with code ${code ?? 'none'}: ${output()}`));
    });
  });
}

async function launch(directory: TempDir, options: DockerRegistryOptions): Promise<RunningRegistry> {
  const { program = 'docker-registry', host = '127.0.0.1', port: wanted = 0, prefix = '/', tls } = options;
  const write: WriteConfigFile = async (name, content) => {
    const path = join(directory.path, name);
    await writeFile(path, content);
    return path;
  };
  // JSON is YAML too, and needs no quoting of our own.
  const config = await write('config.yml', JSON.stringify(await configuration(options, `${host}:${wanted}`, write)));

  // No REGISTRY_* variable of the caller may change what the configuration says.
  const env = { PATH: process.env.PATH ?? '', OTEL_TRACES_EXPORTER: 'none' };
  const child = spawn('sh', ['-c', untilStdinEnds, config, program], { env, stdio: ['pipe', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (text: Buffer) => (output = (output + text.toString()).slice(-keptLog)));
  }
  const stop = async (): Promise<void> => {
    if (child.pid !== undefined) await endProcess(child);
    await directory.remove();
  };
  try {
    const port = await portOf(child, () => output);
    const url = `${tls ? 'https' : 'http'}://${host}:${port}${prefix.replace(/\/$/, '')}`;
    return { url, port, stop, logs: () => output };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Starts a docker-registry process; resolves when it listens, rejects with its output when it ends instead. */
export async function startDockerRegistry(options: DockerRegistryOptions = {}): Promise<RunningRegistry> {
  const directory = await tempDir('docker-registry');
  try {
    return await launch(directory, options);
  } catch (error) {
    await directory.remove();
    throw error;
  }
}
