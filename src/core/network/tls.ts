import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { getCACertificates } from 'node:tls';
import { Failure } from '../failure';
import type { Connection, TlsOptions } from '../model';

/** PEM texts and flags as Node's `tls.connect` takes them; absent: as Node, or the VS Code around it, does by itself. */
export interface TlsMaterial {
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
  readonly rejectUnauthorized?: false;
}

/** What to ask the server of a URL with. Rejects with a Failure that names the file that will not do. */
export type ReadTls = (url: string) => Promise<TlsMaterial>;

/** Where programs keep their files. */
export interface Machine {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly home: string;
  readonly platform: NodeJS.Platform;
}

/**
 * How the servers of a connection are asked; nothing where it has no options. Authorities that the user named vouch for every
 * server that the connection asks by itself, since a token server often has its certificate from the same. The client certificate
 * and "not verified" are for host names that the user knows, on whatever port: that of the connection's URL, those of `servers` that
 * follow from it, and those that were confirmed. Files are read at each use, so that renewed ones count.
 */
export function tlsOf(
  { url, tls }: Pick<Connection, 'url' | 'tls'>,
  machine: Machine,
  servers: () => readonly { readonly url: string; readonly isNamed?: true }[] | undefined = () => undefined,
): ReadTls | undefined {
  if (tls === undefined || !url.startsWith('https:')) return undefined;
  return async (asked) => {
    const own = [{ url }, ...(servers() ?? [])];
    const { host, hostname } = new URL(asked);
    // What is kept for the very host goes before what is kept for the others.
    const hosts = own
      .map((server) => new URL(server.url).host)
      .sort((one, other) => Number(other === host) - Number(one === host));
    const { ca, ...others } = await readTls(tls, [...new Set(hosts)], machine);
    const known = own.filter(({ isNamed }) => isNamed !== true).map((server) => new URL(server.url).hostname);
    const isKnown = [...known, ...(tls.hosts ?? [])].includes(hostname);
    return { ...(ca === undefined ? {} : { ca }), ...(isKnown ? others : {}) };
  };
}

async function readTls(options: TlsOptions, hosts: readonly string[], machine: Machine): Promise<TlsMaterial> {
  const found = options.dockerCerts === true ? await dockerCerts(hosts, machine) : { caFiles: [] };
  const caFiles = [...(options.caFile === undefined ? [] : [options.caFile]), ...found.caFiles];
  const certFile = options.certFile ?? found.certFile;
  const keyFile = options.keyFile ?? found.keyFile;
  const [authorities, cert, key] = await Promise.all([
    Promise.all(caFiles.map((file) => readPem(file, 'CERTIFICATE'))),
    certFile === undefined ? undefined : readPem(certFile, 'CERTIFICATE'),
    keyFile === undefined ? undefined : readPem(keyFile, 'PRIVATE KEY'),
  ]);
  return {
    ...(authorities.length === 0 ? {} : { ca: besidesTheKnown(authorities) }),
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
    ...(options.verify === false ? { rejectUnauthorized: false } : {}),
  };
}

/** Authorities that are named replace all others, for Node as for VS Code; so all others are named as well. */
function besidesTheKnown(authorities: readonly string[]): string {
  return [...new Set([...authorities, ...getCACertificates('default'), ...getCACertificates('system')])].join('\n');
}

/** The text of a PEM file. Rejects with a Failure that names the file where that will not do. */
export async function readPem(file: string, kind: 'CERTIFICATE' | 'PRIVATE KEY'): Promise<string> {
  const text = await readFile(file, 'latin1').catch((error: unknown) => {
    throw unreadable(file, error);
  });
  const refuse = (code: string) => new Failure('untrusted', '', { subject: file, code });
  if (!new RegExp(`-----BEGIN [A-Z ]*${kind}-----`).test(text))
    throw refuse(kind === 'CERTIFICATE' ? 'NO_PEM_CERTIFICATE' : 'NO_PEM_KEY');
  if (kind === 'PRIVATE KEY' && text.includes('ENCRYPTED')) throw refuse('ENCRYPTED_KEY');
  return text;
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}

function unreadable(subject: string, error: unknown): Failure {
  const message = error instanceof Error ? error.message : '';
  return new Failure('untrusted', message, { subject, code: `FILE_${codeOf(error)}` }, { cause: error });
}

/** The folders that docker and podman look for a registry's certificates in; docker leaves the colon out on Windows. */
export function certsFolders(host: string, { env, home, platform }: Machine): readonly string[] {
  const config = env.XDG_CONFIG_HOME ?? join(home, '.config');
  const roots =
    platform === 'win32'
      ? [join(home, '.docker'), join(env.ProgramData ?? 'C:\\ProgramData', 'docker')]
      : platform === 'darwin'
        ? [join(home, '.docker'), join(config, 'containers'), '/etc/docker', '/etc/containers']
        : [
            ...[join(config, 'docker'), join(config, 'containers'), join(home, '.docker')],
            ...['/etc/docker', '/etc/containers'],
          ];
  const name = platform === 'win32' ? host.replaceAll(':', '') : host;
  return roots.map((root) => join(root, 'certs.d', name));
}

interface CertsFiles {
  readonly caFiles: readonly string[];
  readonly certFile?: string;
  readonly keyFile?: string;
}

/**
 * What docker and podman have for these hosts: each `*.crt` is an authority, the first `*.cert` with its `*.key` the client's
 * certificate. A folder that may not be read is passed over where another serves.
 * https://docs.docker.com/engine/security/certificates/ https://github.com/containers/image/blob/main/docs/containers-certs.d.5.md
 */
async function dockerCerts(hosts: readonly string[], machine: Machine): Promise<CertsFiles> {
  const folders = hosts.flatMap((host) => certsFolders(host, machine));
  const found = await Promise.all(folders.map(filesIn));
  const files = found.flatMap((each) => (each instanceof Failure ? [] : each));
  const caFiles = files.filter((file) => file.endsWith('.crt'));
  const certFile = files.find((file) => file.endsWith('.cert'));
  if (caFiles.length > 0 || certFile !== undefined)
    return { caFiles, ...(certFile === undefined ? {} : { certFile, keyFile: certFile.replace(/cert$/, 'key') }) };
  throw (
    found.find((each) => each instanceof Failure) ??
    new Failure('untrusted', folders.join(', '), { subject: hosts.join(', '), code: 'NO_DOCKER_CERTS' })
  );
}

/** In the order of their names; none where there is no such folder, and what is in the way where it cannot be read. */
async function filesIn(folder: string): Promise<readonly string[] | Failure> {
  try {
    return (await readdir(folder)).sort().map((name) => join(folder, name));
  } catch (error) {
    return codeOf(error) === 'ENOENT' ? [] : unreadable(folder, error);
  }
}
