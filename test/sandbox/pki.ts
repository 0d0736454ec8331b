import { readFile, writeFile } from 'node:fs/promises';
import { isIP } from 'node:net';
import { join } from 'node:path';
import type { TlsMaterial } from './loopback';
import { run } from './process';
import { tempDir } from './tempDir';

export interface Certificate {
  /** PEM texts, and the files that hold them. */
  readonly cert: string;
  readonly key: string;
  readonly certFile: string;
  readonly keyFile: string;
}

export interface Pki {
  readonly directory: string;
  readonly ca: Certificate;
  readonly server: Certificate;
  readonly client: Certificate;
  /** What a server needs; with `mutual` it asks clients for a certificate of this authority. */
  readonly tls: (mode?: 'mutual') => TlsMaterial;
  /** Another certificate for a server that is like `server` but for what is named; `name` is the file's. */
  readonly issue: (name: string, flaw: Flaw) => Promise<TlsMaterial>;
  readonly remove: () => Promise<void>;
}

/** What is wrong with a certificate. */
export type Flaw =
  { readonly kind: 'expired' | 'notYetValid' | 'selfSigned' } | { readonly kind: 'otherHost'; readonly host: string };

export interface PkiOptions {
  /** Names and addresses the server certificate is valid for, besides localhost and 127.0.0.1. */
  readonly hosts?: readonly string[];
}

const keyOptions = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];

async function readCertificate(directory: string, name: string): Promise<Certificate> {
  const certFile = join(directory, `${name}.crt`);
  const keyFile = join(directory, `${name}.key`);
  const [cert, key] = await Promise.all([readFile(certFile, 'utf8'), readFile(keyFile, 'utf8')]);
  return { cert, key, certFile, keyFile };
}

async function signedBy(
  ca: Certificate,
  directory: string,
  name: string,
  extensions: readonly string[],
  days = 30,
): Promise<Certificate> {
  const file = (extension: string): string => join(directory, `${name}.${extension}`);
  await writeFile(file('ext'), extensions.join('\n'));
  await run('openssl', ['req', ...keyOptions, '-keyout', file('key'), '-out', file('csr'), '-subj', `/CN=${name}`]);
  const issuer = ['-CA', ca.certFile, '-CAkey', ca.keyFile, '-CAcreateserial', '-CAserial', file('srl')];
  await run('openssl', [
    'x509',
    '-req',
    '-in',
    file('csr'),
    ...issuer,
    '-out',
    file('crt'),
    '-days',
    String(days),
    '-extfile',
    file('ext'),
  ]);
  return readCertificate(directory, name);
}

/** `openssl x509` of most versions cannot date a certificate ahead; its keeping of books can. */
async function datedAhead(ca: Certificate, directory: string, name: string): Promise<Certificate> {
  const file = (extension: string): string => join(directory, `${name}.${extension}`);
  await writeFile(file('index'), '');
  await writeFile(
    file('cnf'),
    `[ca]\ndefault_ca=books\n[books]\ndatabase=${file('index')}\nnew_certs_dir=${directory}\nrand_serial=yes\n` +
      `default_md=sha256\npolicy=any\nunique_subject=no\n[any]\ncommonName=supplied\n`,
  );
  const dates = ['-startdate', '20980101000000Z', '-enddate', '20990101000000Z'];
  const request = ['-in', file('csr'), '-out', file('crt'), '-extfile', file('ext'), '-notext'];
  const issuer = ['-cert', ca.certFile, '-keyfile', ca.keyFile];
  await run('openssl', ['ca', '-batch', '-config', file('cnf'), ...issuer, ...request, ...dates]);
  return readCertificate(directory, name);
}

async function selfSigned(directory: string, name: string, names: string): Promise<Certificate> {
  const files = ['-keyout', join(directory, `${name}.key`), '-out', join(directory, `${name}.crt`)];
  const subject = ['-subj', `/CN=${name}`, '-addext', `subjectAltName=${names}`];
  await run('openssl', ['req', '-x509', ...keyOptions, ...files, ...subject, '-days', '30']);
  return readCertificate(directory, name);
}

/** A certificate authority of its own with a server and a client certificate, by openssl. */
export async function createPki({ hosts = [] }: PkiOptions = {}): Promise<Pki> {
  const { path: directory, remove } = await tempDir('pki');
  try {
    const caFiles = ['-keyout', join(directory, 'ca.key'), '-out', join(directory, 'ca.crt')];
    await run('openssl', ['req', '-x509', ...keyOptions, ...caFiles, '-subj', '/CN=Sandbox CA', '-days', '30']);
    const ca = await readCertificate(directory, 'ca');
    const alternative = (host: string): string => `${isIP(host) ? 'IP' : 'DNS'}:${host}`;
    const names = ['localhost', '127.0.0.1', ...hosts].map(alternative).join(',');
    const serverOf = (name: string, subjects: string, days?: number): Promise<Certificate> =>
      signedBy(ca, directory, name, [`subjectAltName=${subjects}`, 'extendedKeyUsage=serverAuth'], days);
    const flawed = async (name: string, flaw: Flaw): Promise<Certificate> => {
      if (flaw.kind === 'selfSigned') return selfSigned(directory, name, names);
      if (flaw.kind === 'otherHost') return serverOf(name, alternative(flaw.host));
      const certificate = await serverOf(name, names, flaw.kind === 'expired' ? -1 : 30);
      return flaw.kind === 'expired' ? certificate : datedAhead(ca, directory, name);
    };
    const [server, client] = await Promise.all([
      serverOf('server', names),
      signedBy(ca, directory, 'client', ['extendedKeyUsage=clientAuth']),
    ]);
    const tls = (mode?: 'mutual'): TlsMaterial => {
      const { cert, key } = server;
      return mode === 'mutual' ? { cert, key, clientCa: ca.cert } : { cert, key };
    };
    const issue: Pki['issue'] = async (name, flaw) => {
      const { cert, key } = await flawed(name, flaw);
      return { cert, key };
    };
    return { directory, ca, server, client, tls, issue, remove };
  } catch (error) {
    await remove();
    throw error;
  }
}
