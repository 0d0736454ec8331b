import { generateKeyPairSync, sign } from 'node:crypto';
import { digestOf, layer, type Blob } from './blob';
import type { BuiltManifest } from './images';
import { keyId } from './jwt';

export const schema1Type = 'application/vnd.docker.distribution.manifest.v1+prettyjws';

/**
 * An image as Docker pushed it until 2016, signed with a key of its own. Its digest is that of what is signed:
 * https://github.com/distribution/distribution/blob/v2.8.3/docs/spec/manifest-v2-1.md
 */
export function buildSchema1(name: string, tag: string, created: Date): BuiltManifest {
  const { bytes, digest } = layer({ files: { 'app/name': name } });
  const blob: Blob = { bytes, digest, mediaType: 'application/octet-stream' };
  const step = { id: digestOf(name).slice('sha256:'.length), created: created.toISOString(), os: 'linux' };
  const signed = JSON.stringify(
    {
      schemaVersion: 1,
      name,
      tag,
      architecture: 'amd64',
      fsLayers: [{ blobSum: digest }],
      history: [{ v1Compatibility: JSON.stringify({ ...step, architecture: 'amd64' }) }],
    },
    undefined,
    3,
  );
  return {
    digest: digestOf(signed),
    mediaType: schema1Type,
    bytes: Buffer.from(withSignature(signed, created)),
    blobs: [blob],
    children: [],
    layersSize: bytes.length,
  };
}

/** The format of libtrust: the signature is the last field, and tells how to take it off again. */
function withSignature(signed: string, time: Date): string {
  const tail = '\n}';
  const formatLength = Buffer.byteLength(signed) - tail.length;
  const format = { formatLength, formatTail: base64url(tail), time: time.toISOString() };
  const header = base64url(JSON.stringify(format));
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const signature = sign('sha256', Buffer.from(`${header}.${base64url(signed)}`), {
    key: privateKey,
    dsaEncoding: 'ieee-p1363',
  });
  const jwk = { ...publicKey.export({ format: 'jwk' }), kid: keyId(publicKey) };
  const signatures = [{ header: { jwk, alg: 'ES256' }, signature: signature.toString('base64url'), protected: header }];
  return `${signed.slice(0, -tail.length)},\n   "signatures": ${JSON.stringify(signatures)}${tail}`;
}

function base64url(text: string): string {
  return Buffer.from(text).toString('base64url');
}
