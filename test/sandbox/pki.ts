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
  readonly remove: () => Promise<void>;
}

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
    '30',
    '-extfile',
    file('ext'),
  ]);
  return readCertificate(directory, name);
}

/** A certificate authority of its own with a server and a client certificate, by openssl. */
export async function createPki({ hosts = [] }: PkiOptions = {}): Promise<Pki> {
  const { path: directory, remove } = await tempDir('pki');
  try {
    const caFiles = ['-keyout', join(directory, 'ca.key'), '-out', join(directory, 'ca.crt')];
    await run('openssl', ['req', '-x509', ...keyOptions, ...caFiles, '-subj', '/CN=Sandbox CA', '-days', '30']);
    const ca = await readCertificate(directory, 'ca');
    const names = ['localhost', '127.0.0.1', ...hosts].map((host) => `${isIP(host) ? 'IP' : 'DNS'}:${host}`);
    const [server, client] = await Promise.all([
      signedBy(ca, directory, 'server', [`subjectAltName=${names.join(',')}`, 'extendedKeyUsage=serverAuth']),
      signedBy(ca, directory, 'client', ['extendedKeyUsage=clientAuth']),
    ]);
    const tls = (mode?: 'mutual'): TlsMaterial => {
      const { cert, key } = server;
      return mode === 'mutual' ? { cert, key, clientCa: ca.cert } : { cert, key };
    };
    return { directory, ca, server, client, tls, remove };
  } catch (error) {
    await remove();
    throw error;
  }
}
