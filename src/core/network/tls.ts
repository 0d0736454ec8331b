import { readFile } from 'node:fs/promises';
import { getCACertificates } from 'node:tls';
import { defined } from '../defined';
import { readDockerCerts, unreadableFile } from '../docker/certsFolders';
import { Failure } from '../failure';
import type { Machine } from '../machine';
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

/**
 * The TLS options for the servers of a connection; undefined if it has none. CA files apply to every server that the connection uses,
 * because a token server often has its certificate from the same authority. The client certificate and "not verified" apply only to
 * host names that the user knows, on any port: the host of the connection's URL, those of `servers` that follow from it, and hosts
 * that the user has confirmed. Files are read at each use, so that renewed ones count.
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
    return { ...defined({ ca }), ...(isKnown ? others : {}) };
  };
}

async function readTls(options: TlsOptions, hosts: readonly string[], machine: Machine): Promise<TlsMaterial> {
  const found = options.dockerCerts === true ? await readDockerCerts(hosts, machine) : { caFiles: [] };
  const caFiles = [...(options.caFile === undefined ? [] : [options.caFile]), ...found.caFiles];
  const certFile = options.certFile ?? found.certFile;
  const keyFile = options.keyFile ?? found.keyFile;
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

/** Authorities that are named replace all others, for Node as for VS Code; so all others are named as well. */
function withKnownAuthorities(authorities: readonly string[]): string {
  return [...new Set([...authorities, ...getCACertificates('default'), ...getCACertificates('system')])].join('\n');
}

/** The text of a PEM file. Rejects with a Failure that names the file where that will not do. */
export async function readPem(file: string, kind: 'CERTIFICATE' | 'PRIVATE KEY'): Promise<string> {
  const text = await readFile(file, 'latin1').catch((error: unknown) => {
    throw unreadableFile(file, error);
  });
  const refuse = (code: string) => new Failure('untrusted', '', { subject: file, code });
  if (!new RegExp(`-----BEGIN [A-Z ]*${kind}-----`).test(text))
    throw refuse(kind === 'CERTIFICATE' ? 'NO_PEM_CERTIFICATE' : 'NO_PEM_KEY');
  if (kind === 'PRIVATE KEY' && text.includes('ENCRYPTED')) throw refuse('ENCRYPTED_KEY');
  return text;
}
