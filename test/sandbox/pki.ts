import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { certificateOf, ellipticKeys, privatePem, type KeyPair, type Wanted } from './certificates';
import type { TlsMaterial } from './loopback';
import { tempDir } from './tempDir';

interface Certificate {
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

const day = 24 * 3_600_000;
const inDays = (days: number): Date => new Date(Date.now() + days * day);
/** Valid by every clock. */
const now = { from: inDays(-1), until: inDays(30) };
const when = {
  expired: { from: inDays(-30), until: inDays(-1) },
  notYetValid: { from: new Date('2098-01-01T00:00:00Z'), until: new Date('2099-01-01T00:00:00Z') },
} as const;

/** A certificate authority of its own with a server and a client certificate. */
export async function createPki({ hosts = [] }: PkiOptions = {}): Promise<Pki> {
  const { path: directory, remove } = await tempDir('pki');
  try {
    const issuer = { name: 'Sandbox CA', keys: await ellipticKeys() };
    const write = async (file: string, cert: string, keys: KeyPair): Promise<Certificate> => {
      const [certFile, keyFile] = [join(directory, `${file}.crt`), join(directory, `${file}.key`)];
      const key = privatePem(keys);
      await Promise.all([writeFile(certFile, cert), writeFile(keyFile, key)]);
      return { cert, key, certFile, keyFile };
    };
    const made = async (name: string, wanted: Partial<Wanted>): Promise<Certificate> => {
      const keys = await ellipticKeys();
      return write(name, certificateOf({ name, keys, issuer, ...now, ...wanted }), keys);
    };
    const names = ['localhost', '127.0.0.1', ...hosts];
    const forServers = { hosts: names, use: 'serverAuth' } as const;
    const [ca, server, client] = await Promise.all([
      write('ca', certificateOf({ ...issuer, ...now, isAuthority: true }), issuer.keys),
      made('server', forServers),
      made('client', { use: 'clientAuth' }),
    ]);
    const tls = (mode?: 'mutual'): TlsMaterial => {
      const { cert, key } = server;
      return mode === 'mutual' ? { cert, key, clientCa: ca.cert } : { cert, key };
    };
    const flawed = async (name: string, flaw: Flaw): Promise<Certificate> => {
      if (flaw.kind === 'otherHost') return made(name, { ...forServers, hosts: [flaw.host] });
      if (flaw.kind !== 'selfSigned') return made(name, { ...forServers, ...when[flaw.kind] });
      const keys = await ellipticKeys();
      return write(name, certificateOf({ name, keys, ...now, isAuthority: true, hosts: names }), keys);
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
