import { z } from 'zod/mini';
import { createHash } from 'node:crypto';
import { jsonOrUndefined } from '../../core/json';
import { check } from '../../core/schemas';
import { derOf } from './bundle';
import type { Envelope } from './statement';

/**
 * Signatures as cosign keeps them until version 2: a layer is what is signed, its annotations are the evidence.
 * https://github.com/sigstore/cosign/blob/v2.6.1/specs/SIGNATURE_SPEC.md
 */

const signatureKey = 'dev.cosignproject.cosign/signature';
const certificateKey = 'dev.sigstore.cosign/certificate';
const chainKey = 'dev.sigstore.cosign/chain';
const bundleKey = 'dev.sigstore.cosign/bundle';
const timestampKey = 'dev.sigstore.cosign/rfc3161timestamp';

export type Annotations = Readonly<Record<string, string>>;

/** The signature of a layer, in base64; undefined when it has none. That of an attestation is empty: its envelope holds it. */
export function signatureOf(annotations: Annotations): string | undefined {
  const signature = annotations[signatureKey];
  return signature === '' ? undefined : signature;
}

/** https://github.com/containers/image/blob/v5.36.2/docs/containers-signature.5.md#json-data-format */
const simpleSigning = z.object({
  critical: z.object({ image: z.object({ 'docker-manifest-digest': z.string() }) }),
});

/** The digest that a payload of a signature names; undefined when it is no such payload. */
export function signedDigest(payload: unknown): string | undefined {
  const read = check(simpleSigning, payload);
  return read.success ? read.data.critical.image['docker-manifest-digest'] : undefined;
}

/** What Rekor promised: https://github.com/sigstore/cosign/blob/v2.6.1/pkg/cosign/bundle/rekor.go */
const rekorBundle = z.object({
  SignedEntryTimestamp: z.string(),
  Payload: z.object({
    body: z.string(),
    integratedTime: z.int(),
    logIndex: z.int(),
    logID: z.string().check(z.regex(/^[\da-f]{64}$/)),
  }),
});
const timestamp = z.object({ SignedRFC3161Timestamp: z.string() });
const entryKind = z.object({ kind: z.string(), apiVersion: z.string() });

/**
 * The same evidence as the JSON value of a bundle, version 0.1, to be judged as one; undefined when it was signed with a key alone.
 * `signed`: the payload with its signature in base64, or the envelope. https://docs.sigstore.dev/about/bundle/
 */
export function bundleOf(
  annotations: Annotations,
  signed: { readonly payload: Uint8Array; readonly signature: string } | { readonly envelope: Envelope },
): unknown {
  const leaf = annotations[certificateKey];
  if (leaf === undefined) return undefined;
  const chain = (annotations[chainKey] ?? '').split(/(?=-----BEGIN )/).slice(0, 8);
  const certificates = [leaf, ...chain].flatMap((pem) => derOf(pem) ?? []);
  // The timestamp of an attestation is about its whole envelope, which that of a bundle is not.
  const stamp = 'envelope' in signed ? undefined : timestampIn(annotations);
  return {
    mediaType: 'application/vnd.dev.sigstore.bundle+json;version=0.1',
    verificationMaterial: {
      x509CertificateChain: { certificates: certificates.map((der) => ({ rawBytes: der.toString('base64') })) },
      tlogEntries: entriesIn(annotations),
      timestampVerificationData: { rfc3161Timestamps: stamp === undefined ? [] : [{ signedTimestamp: stamp }] },
    },
    ...('envelope' in signed ? { dsseEnvelope: signed.envelope } : { messageSignature: messageSignature(signed) }),
  };
}

function messageSignature({
  payload,
  signature,
}: {
  readonly payload: Uint8Array;
  readonly signature: string;
}): unknown {
  const digest = createHash('sha256').update(payload).digest('base64');
  return { messageDigest: { algorithm: 'SHA2_256', digest }, signature };
}

function timestampIn(annotations: Annotations): string | undefined {
  const read = check(timestamp, jsonOrUndefined(annotations[timestampKey] ?? ''));
  return read.success ? read.data.SignedRFC3161Timestamp : undefined;
}

function entriesIn(annotations: Annotations): readonly unknown[] {
  const read = check(rekorBundle, jsonOrUndefined(annotations[bundleKey] ?? ''));
  if (!read.success) return [];
  const { SignedEntryTimestamp: signedEntryTimestamp, Payload } = read.data;
  const { body, integratedTime, logIndex, logID } = Payload;
  const kind = check(entryKind, jsonOrUndefined(Buffer.from(body, 'base64').toString('utf8')));
  if (!kind.success) return [];
  return [
    {
      logIndex: String(logIndex),
      logId: { keyId: Buffer.from(logID, 'hex').toString('base64') },
      kindVersion: { kind: kind.data.kind, version: kind.data.apiVersion },
      integratedTime: String(integratedTime),
      inclusionPromise: { signedEntryTimestamp },
      canonicalizedBody: body,
    },
  ];
}
