import { t } from '@vscode/l10n';
import { createHash } from 'node:crypto';
import pLimit from 'p-limit';
import { defined } from '../../core/defined';
import { Failure } from '../../core/failure';
import type { Manifest } from '../../core/manifest';
import type { Attachment, AttachmentKind, Descriptor } from '../../core/model';
import { once } from '../../core/once';
import { check } from '../../core/schemas';
import { attachmentMaxBytes, blobsOf, describeType, resultOrFailure } from '../attachments';
import type { ImageSource } from '../imageSource';
import { isBundle, mismatchOf, readBundle } from './bundle';
import { bundleOf, signatureOf, signedDigest } from './cosign';
import { invalid, present } from './proof';
import type { Judgement, Proof, Verdict, Verifier } from './proof';
import { readProvenance } from './provenance';
import { readSbom } from './sbom';
import {
  base64Text,
  envelopeSchema,
  isAbout,
  parseDocument,
  preAuthEncoding,
  readStatement,
  statementIn,
} from './statement';
import type { Envelope, Statement } from './statement';

/** Reads the proofs of an image, in whichever way they are kept, and judges each by itself. */

/** Attachments that are read at a time. */
const width = 6;
/** Attachments of one manifest that are read. */
export const mostProofs = 100;
/** Layers of one attachment that are read. */
const mostLayers = 20;

export interface Proofs {
  /** In the order of the attachments; an attachment with several layers has a proof for each. */
  readonly proofs: readonly Proof[];
  /** Attachments that were not read because there are too many. */
  readonly unread: number;
}

/**
 * Reads what is attached to the manifest with the digest `subject`, and judges whether it is about that manifest and whether a signer
 * is known. What is attached to an attachment is read in the same way, with the digest of that one. Without a `verifier`, no signature
 * is verified. What cannot be read has a `failure` and does not stop the others. Rejects only when aborted.
 */
export async function readProofs(
  source: ImageSource,
  { subject, attachments }: { readonly subject: string; readonly attachments: readonly Attachment[] },
  verifier: Verifier | undefined,
  signal: AbortSignal,
): Promise<Proofs> {
  const manifest = once(() => source.manifest(subject, signal));
  const reading: Reading = { source, subject, manifest, verifier, signal };
  const limit = pLimit(width);
  const read = attachments.slice(0, mostProofs).map((one) => limit(() => readAll(reading, one)));
  return { proofs: (await Promise.all(read)).flat(), unread: Math.max(0, attachments.length - mostProofs) };
}

interface Reading {
  readonly source: ImageSource;
  readonly subject: string;
  /** That of the subject. */
  readonly manifest: () => Promise<Manifest>;
  readonly verifier: Verifier | undefined;
  readonly signal: AbortSignal;
}

async function readAll(reading: Reading, attachment: Attachment): Promise<readonly Proof[]> {
  const { source, signal } = reading;
  signal.throwIfAborted();
  if (attachment.failure !== undefined) return [unreadable(attachment, attachment.failure)];
  const blobs = await resultOrFailure(() => blobsOf(source, attachment, signal));
  if (blobs instanceof Failure) return [unreadable(attachment, blobs)];
  if (blobs.length === 0) return [proofOf(attachment, { verdict: present(t('it has no content')) })];
  const proofs: Proof[] = [];
  for (const blob of blobs.slice(0, mostLayers)) {
    const proof = await resultOrFailure(() => readOne(reading, attachment, blob));
    proofs.push(proof instanceof Failure ? unreadable(attachment, proof) : proof);
  }
  return proofs;
}

function unreadable(attachment: Attachment, failure: Failure): Proof {
  return { ...proofOf(attachment, { verdict: present(t('it could not be read')) }), failure };
}

/** What was found in one blob. */
interface Found extends Judgement {
  readonly statement?: Statement;
  /** Where it is no statement. */
  readonly document?: unknown;
  readonly isSignature?: boolean;
}

function proofOf(attachment: Attachment, { verdict, claimedSigner, signedAt, statement, isSignature }: Found): Proof {
  const predicateType = statement?.predicateType;
  const { type, label } = isSignature === true ? describeType('signature') : attachment;
  const described = predicateType === undefined ? { type, label } : describeType(predicateType);
  return { attachment, ...described, verdict, ...defined({ predicateType, claimedSigner, signedAt }) };
}

async function readOne(reading: Reading, attachment: Attachment, blob: Descriptor): Promise<Proof> {
  const { source, signal } = reading;
  const bytes = await source.blob(blob.digest, attachmentMaxBytes, signal);
  const found = await judge(reading, { blob, bytes, type: attachment.type });
  const proof = proofOf(attachment, found);
  const { statement, document } = found;
  const isSbom = statement === undefined ? document !== undefined : proof.type === 'sbom';
  const sbom = isSbom ? await readSbom(statement?.predicate ?? document, signal) : undefined;
  const provenance = statement && readProvenance(statement.predicateType, statement.predicate);
  return { ...proof, ...defined({ sbom: sbom?.summary, provenance }) };
}

interface Content {
  readonly blob: Descriptor;
  readonly bytes: Uint8Array;
  readonly type: AttachmentKind;
}

async function judge(reading: Reading, { blob, bytes, type }: Content): Promise<Found> {
  const annotations = blob.annotations ?? {};
  const value = parseDocument(bytes);
  if (isBundle(value) || blob.mediaType.includes('sigstore.bundle')) return judgeBundle(reading, value);
  const envelope = check(envelopeSchema, value);
  if (envelope.success) return judgeEnvelope(reading, envelope.data, annotations);
  if (blob.mediaType.includes('dsse.envelope')) return { verdict: invalid(t('its envelope is malformed')) };
  const signature = signatureOf(annotations);
  if (signature !== undefined || blob.mediaType.includes('simplesigning'))
    return { ...judgePayload(reading, { bytes, value, signature, annotations }), isSignature: true };
  const statement = readStatement(value);
  if (statement !== undefined) return { verdict: judgeUnsigned(reading, statement), statement };
  const why = type === 'signature' ? t('signatures of this kind cannot be verified here') : t('it is not signed');
  return { verdict: present(why), document: value };
}

/** https://docs.sigstore.dev/about/bundle/ */
async function judgeBundle({ verifier, subject, manifest }: Reading, value: unknown): Promise<Found> {
  const read = readBundle(value);
  if ('why' in read) return { verdict: read.isNewer ? present(read.why) : invalid(read.why) };
  const { dsseEnvelope } = read.bundle;
  const statement = dsseEnvelope ? statementIn(dsseEnvelope) : undefined;
  // A signature without a statement is about the bytes of the manifest.
  const artifact = dsseEnvelope ? { digest: subject } : { digest: subject, bytes: (await manifest()).bytes };
  const mismatch = mismatchOf(read.bundle, artifact);
  const unverified = { verdict: mismatch === undefined ? notVerified() : invalid(mismatch) };
  const judgement = verifier?.judgeBundle(value, artifact) ?? unverified;
  return { ...judgement, ...defined({ statement }), isSignature: !dsseEnvelope };
}

/** An attestation of cosign: https://github.com/sigstore/cosign/blob/v2.6.1/specs/ATTESTATION_SPEC.md */
function judgeEnvelope(
  { verifier, subject }: Reading,
  envelope: Envelope,
  annotations: Readonly<Record<string, string>>,
): Found {
  const statement = statementIn(envelope);
  if (statement === undefined) return { verdict: invalid(t('its content is no in-toto statement')) };
  if (!isAbout(statement, { digest: subject })) return { verdict: invalid(aboutAnother()), statement };
  if (verifier === undefined) return { verdict: notVerified(), statement };
  const bundle = bundleOf(annotations, { envelope });
  if (bundle !== undefined) return { ...verifier.judgeBundle(bundle, { digest: subject }), statement };
  const signed = preAuthEncoding(envelope.payloadType, Buffer.from(envelope.payload, 'base64'));
  const judgements = envelope.signatures.map(({ sig }) =>
    verifier.judgeKeySignature(signed, Buffer.from(sig, 'base64')),
  );
  const best = judgements.find(({ verdict }) => verdict.state === 'verified') ?? judgements[0];
  return { verdict: best?.verdict ?? notVerified(), statement };
}

interface Payload {
  readonly bytes: Uint8Array;
  readonly value: unknown;
  readonly signature: string | undefined;
  readonly annotations: Readonly<Record<string, string>>;
}

/** A signature of cosign. What it signs is a text that names the manifest. */
function judgePayload({ verifier, subject }: Reading, { bytes, value, signature, annotations }: Payload): Judgement {
  if (signedDigest(value) !== subject) return { verdict: invalid(aboutAnother()) };
  if (signature === undefined) return { verdict: present(t('it is not signed')) };
  if (!check(base64Text, signature).success) return { verdict: invalid(t('its signature is malformed')) };
  if (verifier === undefined) return { verdict: notVerified() };
  const bundle = bundleOf(annotations, { payload: bytes, signature });
  if (bundle === undefined) return verifier.judgeKeySignature(bytes, Buffer.from(signature, 'base64'));
  return verifier.judgeBundle(bundle, { digest: `sha256:${createHash('sha256').update(bytes).digest('hex')}`, bytes });
}

/** A statement as BuildKit writes it. */
function judgeUnsigned({ subject }: Reading, statement: Statement): Verdict {
  const namesNothing = (statement.subject ?? []).length === 0;
  return namesNothing || isAbout(statement, { digest: subject })
    ? present(t('it is not signed'))
    : invalid(aboutAnother());
}

function aboutAnother(): string {
  return t('it is about something else');
}

function notVerified(): Verdict {
  return present(t('there is nothing to verify it with'));
}
