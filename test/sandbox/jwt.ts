import { createHash, createSign, createVerify, X509Certificate, type KeyObject } from 'node:crypto';
import { certificateOf, rsaKeys } from './certificates';

export interface JwtSigner {
  /** The certificate that a registry has to trust, in PEM. */
  readonly certificate: string;
  readonly sign: (claims: unknown) => string;
  /** The claims of a token that this signer made. */
  readonly verify: (token: string) => unknown;
}

function base32(bytes: Buffer): string {
  const bits = [...bytes].map((byte) => byte.toString(2).padStart(8, '0')).join('');
  const groups = bits.match(/.{5}/g) ?? [];
  return groups.map((group) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.charAt(parseInt(group, 2))).join('');
}

/** The key id of libtrust, by which the registry finds the key: https://distribution.github.io/distribution/spec/auth/jwt/ */
export function keyId(key: KeyObject): string {
  const spki = key.export({ type: 'spki', format: 'der' });
  const text = base32(createHash('sha256').update(spki).digest().subarray(0, 30));
  return (text.match(/.{4}/g) ?? []).join(':');
}

const encode = (part: unknown): string => Buffer.from(JSON.stringify(part)).toString('base64url');

export async function createJwtSigner(): Promise<JwtSigner> {
  const keys = await rsaKeys();
  const [from, until] = [-1, 30].map((days) => new Date(Date.now() + days * 24 * 3_600_000)) as [Date, Date];
  const certificate = certificateOf({ name: 'token', keys, from, until, isAuthority: true });
  // Version 2 of the registry finds the key by its id, version 3 by the certificate itself.
  const x5c = [new X509Certificate(certificate).raw.toString('base64')];
  const header = encode({ typ: 'JWT', alg: 'RS256', kid: keyId(keys.publicKey), x5c });
  return {
    certificate,
    sign: (claims) => {
      const text = `${header}.${encode(claims)}`;
      return `${text}.${createSign('RSA-SHA256').update(text).sign(keys.privateKey, 'base64url')}`;
    },
    verify: (token) => {
      const [head = '', claims = '', signature = ''] = token.split('.');
      const check = createVerify('RSA-SHA256').update(`${head}.${claims}`);
      const valid = check.verify(keys.publicKey, signature, 'base64url');
      return valid ? (JSON.parse(Buffer.from(claims, 'base64url').toString()) as unknown) : undefined;
    },
  };
}
