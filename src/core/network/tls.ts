import { readFile } from 'node:fs/promises';
import { getCACertificates } from 'node:tls';
import { defined } from '../defined';
import { readDockerCerts, unreadableFile } from '../docker/certsFolders';
import { Failure } from '../failure';
import type { Machine } from '../machine';
import type { Connection, TlsOptions } from '../model';

/** PEM texts and flags for Node's `tls.connect`; absent: the default of Node or VS Code. */
export interface TlsMaterial {
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
  readonly rejectUnauthorized?: false;
}

/** Reads the TLS options for the server of a URL. Rejects with a Failure that names the file if one cannot be used. */
export type ReadTls = (url: string) => Promise<TlsMaterial>;

/**
 * Returns what reads the TLS options for the servers of a connection; undefined if it has none. CA files apply to every server that
 * the connection uses, because a token server often has its certificate from the same authority. The client certificate and "not
 * verified" apply only to host names that the user knows, on any port: the host of the connection's URL, those of `servers` that
 * no server named, and hosts that the user has confirmed. Files are read at each use, so that renewed ones are used.
 */
export function tlsReaderOf(
  { url, tls }: Pick<Connection, 'url' | 'tls'>,
  machine: Machine,
  servers: () => readonly { readonly url: string; readonly isNamed?: true }[] | undefined = () => undefined,
): ReadTls | undefined {
  if (tls === undefined || !url.startsWith('https:')) return undefined;
  return async (requestUrl) => {
    const allServers = [{ url }, ...(servers() ?? [])];
    const { host, hostname } = new URL(requestUrl);
    // docker's certificates for the requested host have priority over those for the other servers.
    const hosts = allServers
      .map((server) => new URL(server.url).host)
      .sort((one, other) => Number(other === host) - Number(one === host));
    const { ca, ...others } = await readTls(tls, [...new Set(hosts)], machine);
    const knownNames = allServers
      .filter(({ isNamed }) => isNamed !== true)
      .map((server) => new URL(server.url).hostname);
    const isKnown = [...knownNames, ...(tls.hosts ?? [])].includes(hostname);
    return { ...defined({ ca }), ...(isKnown ? others : {}) };
  };
}

async function readTls(options: TlsOptions, hosts: readonly string[], machine: Machine): Promise<TlsMaterial> {
  const dockerCerts = options.dockerCerts === true ? await readDockerCerts(hosts, machine) : { caFiles: [] };
  const caFiles = [...(options.caFile === undefined ? [] : [options.caFile]), ...dockerCerts.caFiles];
  const certFile = options.certFile ?? dockerCerts.certFile;
  const keyFile = options.keyFile ?? dockerCerts.keyFile;
  const [authorities, cert, key] = await Promise.all([
    Promise.all(caFiles.map((file) => readPem(file, 'CERTIFICATE'))),
    certFile === undefined ? undefined : readPem(certFile, 'CERTIFICATE'),
    keyFile === undefined ? undefined : readPem(keyFile, 'PRIVATE KEY'),
  ]);
  return defined({
    ca: authorities.length === 0 ? undefined : withKnownAuthorities(authorities),
    cert,
    key,
    rejectUnauthorized: options.verify,
  });
}

/** Adds the default authorities: for Node and VS Code, authorities in `ca` replace the defaults. */
function withKnownAuthorities(authorities: readonly string[]): string {
  return [...new Set([...authorities, ...getCACertificates('default'), ...getCACertificates('system')])].join('\n');
}

/** The text of a PEM file. Rejects with a Failure that names the file if it cannot be used. */
export async function readPem(file: string, kind: 'CERTIFICATE' | 'PRIVATE KEY'): Promise<string> {
  const text = await readFile(file, 'latin1').catch((error: unknown) => {
    throw unreadableFile(file, error);
  });
  const unusable = (code: string) => new Failure('untrusted', '', { subject: file, code });
  if (!new RegExp(`-----BEGIN [A-Z ]*${kind}-----`).test(text))
    throw unusable(kind === 'CERTIFICATE' ? 'NO_PEM_CERTIFICATE' : 'NO_PEM_KEY');
  if (kind === 'PRIVATE KEY' && text.includes('ENCRYPTED')) throw unusable('ENCRYPTED_KEY');
  return text;
}
