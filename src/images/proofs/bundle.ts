import { t } from '@vscode/l10n';
import { createHash } from 'node:crypto';
import { z } from 'zod/mini';
import { jsonOrUndefined } from '../../core/json';
import { check } from '../../core/schemas';
import { base64Text, envelopeSchema, isAbout, statementIn } from './statement';
import type { Artifact } from './statement';

/**
 * Sigstore's bundles: a signature with its certificate, log entries and timestamps.
 * https://github.com/sigstore/protobuf-specs/blob/v0.5.0/protos/sigstore_bundle.proto
 *
 * Bundles are written by others, and the library that verifies them reads them leniently: it skips what is no base64, and takes the
 * first of two contents. So their shape is checked here first, strictly.
 */

const mostEntries = 32;
/** DER of a certificate or timestamp, in base64. */
const evidence = base64Text.check(z.minLength(1), z.maxLength(32 * 1024));
const count = z.union([z.string().check(z.regex(/^\d{1,19}$/, 'is no number')), z.int().check(z.minimum(0))]);
const digestBytes = base64Text.check(z.minLength(1), z.maxLength(128));

/** https://github.com/transparency-dev/formats/blob/main/log/README.md. The library takes the names of signers as patterns. */
const checkpoint = z
  .string()
  .check(z.maxLength(64 * 1024), z.refine(hasPlainSigners, 'has a signer whose name is a pattern'));

/** The library finds signatures anywhere in a line. */
function hasPlainSigners(note: string): boolean {
  return [...note.matchAll(/\u2014 (\S+) /g)].every(([, name = '']) => !/[\\^$*+?()[\]{}|]/.test(name));
}

const inclusionProof = z
  .object({
    logIndex: z.optional(count),
    rootHash: digestBytes,
    treeSize: count,
    hashes: z.optional(z.array(digestBytes).check(z.maxLength(128))),
    // Bundles of version 0.1 may have none.
    checkpoint: z.nullish(z.object({ envelope: checkpoint })),
  })
  .check(
    z.refine(
      ({ rootHash, treeSize, checkpoint }) => !checkpoint || isOfCheckpoint(checkpoint.envelope, rootHash, treeSize),
      'does not match its checkpoint',
    ),
  );

/** The proof repeats size and hash of the log that the checkpoint signs. */
function isOfCheckpoint(envelope: string, rootHash: string, treeSize: string | number): boolean {
  const [, size = '', hash = ''] = envelope.split('\n', 3);
  return size === String(treeSize) && Buffer.from(hash, 'base64').equals(Buffer.from(rootHash, 'base64'));
}

const logEntry = z.object({
  logIndex: z.optional(count),
  logId: z.object({ keyId: digestBytes }),
  kindVersion: z.object({ kind: z.string(), version: z.string() }),
  integratedTime: z.nullish(count),
  inclusionPromise: z.nullish(z.object({ signedEntryTimestamp: base64Text.check(z.minLength(1)) })),
  inclusionProof: z.nullish(inclusionProof),
  canonicalizedBody: base64Text.check(z.minLength(1)),
});

const certificate = z.object({ rawBytes: evidence });

const verificationMaterial = z
  .object({
    certificate: z.nullish(certificate),
    x509CertificateChain: z.nullish(
      z.object({ certificates: z.array(certificate).check(z.minLength(1), z.maxLength(mostEntries)) }),
    ),
    publicKey: z.nullish(z.object({ hint: z.optional(z.string()) })),
    tlogEntries: z.nullish(z.array(logEntry).check(z.maxLength(mostEntries))),
    timestampVerificationData: z.nullish(
      z.object({
        rfc3161Timestamps: z.nullish(z.array(z.object({ signedTimestamp: evidence })).check(z.maxLength(mostEntries))),
      }),
    ),
  })
  .check(
    z.refine(
      ({ certificate, x509CertificateChain, publicKey }) => isOne([certificate, x509CertificateChain, publicKey]),
      'must have one certificate or key',
    ),
  );

const messageSignature = z.object({
  messageDigest: z.object({ algorithm: z.enum(['SHA2_256', 'SHA2_384', 'SHA2_512']), digest: digestBytes }),
  signature: evidence,
});

const bundle = z
  .object({
    mediaType: z.string(),
    verificationMaterial,
    messageSignature: z.nullish(messageSignature),
    dsseEnvelope: z.nullish(envelopeSchema),
  })
  .check(
    z.refine(
      ({ messageSignature, dsseEnvelope }) => isOne([messageSignature, dsseEnvelope]),
      'must have one signature or envelope',
    ),
  );
export type Bundle = z.infer<typeof bundle>;

function isOne(values: readonly unknown[]): boolean {
  return values.filter((value) => value !== undefined && value !== null).length === 1;
}

const anyBundle = z.object({
  mediaType: z.string().check(z.regex(/^application\/vnd\.dev\.sigstore\.bundle/)),
});
const knownVersions = new Set([
  'application/vnd.dev.sigstore.bundle+json;version=0.1',
  'application/vnd.dev.sigstore.bundle+json;version=0.2',
  'application/vnd.dev.sigstore.bundle+json;version=0.3',
  'application/vnd.dev.sigstore.bundle.v0.3+json',
]);

/** Whether a JSON value calls itself a bundle, of any version. */
export function isBundle(value: unknown): boolean {
  return check(anyBundle, value).success;
}

export type ReadBundle =
  | { readonly bundle: Bundle }
  /** `isNewer`: of a version that is not known here. Otherwise it is broken. */
  | { readonly why: string; readonly isNewer: boolean };

/** Reads a bundle from a JSON value of others. */
export function readBundle(value: unknown): ReadBundle {
  const named = check(anyBundle, value);
  if (!named.success) return { why: t('it is no signature bundle'), isNewer: false };
  const { mediaType } = named.data;
  if (!knownVersions.has(mediaType))
    return { why: t('its format is not known here: {0}', mediaType.slice(0, 100)), isNewer: true };
  const read = check(bundle, value);
  if (read.success) return { bundle: read.data };
  const issue = read.error?.issues[0];
  const where = issue === undefined ? '' : [issue.path.join('.'), issue.message].join(' ').trim();
  return { why: t('its bundle is malformed: {0}', where), isNewer: false };
}

/** Why the signature is not about the artifact; undefined when it is. */
export function mismatchOf({ dsseEnvelope, messageSignature }: Bundle, artifact: Artifact): string | undefined {
  const { digest, bytes } = artifact;
  if (dsseEnvelope) {
    const statement = statementIn(dsseEnvelope);
    if (statement === undefined) return t('its content is no in-toto statement');
    return isAbout(statement, artifact) ? undefined : t('it is about something else');
  }
  const { algorithm, digest: stated } = messageSignature?.messageDigest ?? { algorithm: 'SHA2_256', digest: '' };
  const name = algorithm.replace('SHA2_', 'sha');
  const hash = Buffer.from(stated, 'base64').toString('hex');
  const actual = bytes === undefined ? digest : `${name}:${createHash(name).update(bytes).digest('hex')}`;
  return actual === `${name}:${hash}` ? undefined : t('it is about something else');
}

/** Where the kinds of log entries name who has signed. https://github.com/sigstore/rekor/tree/v1.4.2/pkg/types and rekor-tiles */
const pem = z.string();
const verifier = z.object({
  verifier: z.object({
    x509Certificate: z.optional(z.object({ rawBytes: base64Text })),
    publicKey: z.optional(z.object({ rawBytes: base64Text })),
  }),
});
const hashedRekord1 = z.object({ spec: z.object({ signature: z.object({ publicKey: z.object({ content: pem }) }) }) });
const dsse1 = z.object({ spec: z.object({ signatures: z.tuple([z.object({ verifier: pem })]) }) });
const inToto2 = z.object({
  spec: z.object({
    content: z.object({ envelope: z.object({ signatures: z.tuple([z.object({ publicKey: pem })]) }) }),
  }),
});
const hashedRekord2 = z.object({ spec: z.object({ hashedRekordV002: z.object({ signature: verifier }) }) });
const dsse2 = z.object({ spec: z.object({ dsseV002: z.object({ signatures: z.tuple([verifier]) }) }) });

/** The certificate or public key, in DER, that the body of a log entry names; undefined when it names none in a known way. */
export function signerInEntry(body: Uint8Array): Buffer | undefined {
  const value = jsonOrUndefined(Buffer.from(body).toString('utf8'));
  const text = pemIn(value);
  if (text !== undefined) return derOf(Buffer.from(text, 'base64').toString('utf8'));
  const record = check(hashedRekord2, value);
  const envelope = check(dsse2, value);
  const said = record.success
    ? record.data.spec.hashedRekordV002.signature
    : envelope.success
      ? envelope.data.spec.dsseV002.signatures[0]
      : undefined;
  const raw = said?.verifier.x509Certificate ?? said?.verifier.publicKey;
  return raw === undefined ? undefined : Buffer.from(raw.rawBytes, 'base64');
}

function pemIn(value: unknown): string | undefined {
  const record = check(hashedRekord1, value);
  if (record.success) return record.data.spec.signature.publicKey.content;
  const envelope = check(dsse1, value);
  if (envelope.success) return envelope.data.spec.signatures[0].verifier;
  const older = check(inToto2, value);
  return older.success ? older.data.spec.content.envelope.signatures[0].publicKey : undefined;
}

/** The DER of the first block of a PEM text: https://www.rfc-editor.org/rfc/rfc7468 */
export function derOf(text: string): Buffer | undefined {
  const [, content] = /-----BEGIN [A-Z ]{1,40}-----([A-Za-z\d+/=\s]*)-----END /.exec(text) ?? [];
  return content === undefined ? undefined : Buffer.from(content, 'base64');
}
