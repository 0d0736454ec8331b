import { createHash, createPublicKey, verify } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import type { KeySigner } from './proof';

/** A public key that the user has named. */
export interface TrustedKey extends KeySigner {
  readonly key: KeyObject;
}

/** A public key from a PEM text; undefined when it is none. `name`: the name of its file. */
export function readKey(text: string, name: string): TrustedKey | undefined {
  try {
    // Node would take the public part of a private key as well, and the key of a certificate.
    if (!/-----BEGIN (?:RSA )?PUBLIC KEY-----/.test(text)) return undefined;
    const key = createPublicKey(text);
    const der = key.export({ type: 'spki', format: 'der' });
    const hash = createHash('sha256').update(der).digest('base64').replace(/=+$/, '');
    return { kind: 'key', name, fingerprint: `SHA256:${hash}`, key };
  } catch {
    return undefined;
  }
}

/** Whether the key made this signature. cosign hashes with SHA-256, whatever the curve; Ed25519 takes the content itself. */
export function isSignedBy({ key }: TrustedKey, content: Uint8Array, signature: Uint8Array): boolean {
  try {
    return verify(key.asymmetricKeyType === 'ed25519' ? null : 'sha256', content, key, signature);
  } catch {
    return false;
  }
}

export function keySigner({ name, fingerprint }: TrustedKey): KeySigner {
  return { kind: 'key', name, fingerprint };
}
