import { t } from '@vscode/l10n';
import pLimit from 'p-limit';
import { z } from 'zod/mini';
import { isEndOfList } from '../core/bounds';
import { defined } from '../core/defined';
import { Failure, isAboutServer } from '../core/failure';
import type { IndexManifest, Manifest } from '../core/manifest';
import { ociManifest } from '../core/manifest';
import type { Attachment, AttachmentKind, Descriptor } from '../core/model';
import { withDigest, withTag } from '../core/reference';
import type { ImageReference } from '../core/reference';
import { cosignTags } from '../core/referrersTag';
import { check, jsonIn } from '../core/schemas';
import type { ImageSource } from './imageSource';

/** What describes an image: attestations of BuildKit, referrers, and the tags of cosign. */

/** One image's requests at a time. */
const width = 6;
/** Attestation manifests that are read for one platform. BuildKit writes one; each costs a request. */
export const mostAttestations = 20;
/** Referrers of one image whose manifests are read because the list does not give their type. */
const mostManifestsRead = 100;
/** Attachments whose own attachments are read at once. For the others they are read when the row is opened. */
const mostWithNested = 20;
const bundleMaxBytes = 4 * 1024 * 1024;
export const attachmentMaxBytes = 32 * 1024 * 1024;

/** The attachments that could be read. */
export interface Attachments {
  readonly attachments: readonly Attachment[];
  /** Why the list may be incomplete. */
  readonly failure?: Failure;
}

/** `asListed`: only those of cosign's tags that were listed; else the registry is asked for others unless all were. */
type CosignTagsRead = 'asListed' | 'asked';

/** OCI referrers and cosign's tags of a digest. The first of them come with their own attachments. */
export async function readAttachments(
  source: ImageSource,
  digest: string,
  signal: AbortSignal,
  from: CosignTagsRead = 'asked',
): Promise<Attachments> {
  const { attachments, failure } = await readOwn(source, digest, from, signal);
  const limit = pLimit(width);
  let looked = 0;
  const readNested = async (one: Attachment): Promise<Attachment> => {
    if (one.attachments !== undefined || ++looked > mostWithNested) return one;
    signal.throwIfAborted();
    const below = await readOwn(source, one.image.digest ?? '', 'asListed', signal);
    return { ...one, attachments: below.attachments, ...attachmentsFailureField(below.failure) };
  };
  const whole = await Promise.all(attachments.map((one) => limit(readNested, one)));
  return { attachments: whole, ...(failure === undefined ? {} : { failure: explainFailure(failure) }) };
}

/** The field of a row that says why its attachments may be incomplete. */
export function attachmentsFailureField(failure: Failure | undefined): { readonly attachmentsFailure?: Failure } {
  return failure === undefined ? {} : { attachmentsFailure: explainFailure(failure) };
}

/** BuildKit's attestations of a child of an index: https://github.com/moby/buildkit/blob/v0.17.0/docs/attestations/attestation-storage.md */
export async function readAttestations(
  source: ImageSource,
  index: IndexManifest,
  digest: string,
  signal: AbortSignal,
): Promise<readonly Attachment[]> {
  const manifests = index.manifests
    .filter(({ annotations }) => annotations?.['vnd.docker.reference.digest'] === digest)
    .slice(0, mostAttestations);
  const read = await Promise.all(manifests.map((one) => readStatements(source, one.digest, signal)));
  return read.flat();
}

/** The bytes to show for an attachment: its statement or payload if it has exactly one, else its manifest. */
export async function readAttachment(
  source: ImageSource,
  { image, blob }: Attachment,
  signal: AbortSignal,
): Promise<Uint8Array> {
  const manifest = await source.manifest(image.digest ?? '', signal);
  const layers = layersOf(manifest);
  const content = blob ?? (layers.length === 1 ? layers[0] : undefined);
  return content === undefined ? manifest.bytes : source.blob(content.digest, attachmentMaxBytes, signal);
}

/** The blobs of an attachment: its statement, or all that its manifest holds. */
export async function blobsOf(
  source: ImageSource,
  { image, blob }: Attachment,
  signal: AbortSignal,
): Promise<readonly Descriptor[]> {
  return blob === undefined ? layersOf(await source.manifest(image.digest ?? '', signal)) : [blob];
}

function layersOf(manifest: Manifest): readonly Descriptor[] {
  return 'layers' in manifest ? manifest.layers : [];
}

/** cosign's tags of a digest; `failure`: why some may be missing. Asking for a tag counts as no pull. */
async function cosignTagsOf(
  source: ImageSource,
  digest: string,
  from: CosignTagsRead,
  signal: AbortSignal,
): Promise<{ readonly tags: readonly string[]; readonly failure?: Failure }> {
  const { digestTags } = source;
  const listed = cosignTags(digest).filter((tag) => digestTags.listed.has(tag));
  if (digestTags.areAll || from === 'asListed') return { tags: listed };
  const others = cosignTags(digest).filter((tag) => !listed.includes(tag));
  const heads = await Promise.all(others.map((tag) => resultOrFailure(() => source.head(tag, signal))));
  const failure = heads.find((head) => head instanceof Failure && head.kind !== 'notFound');
  return {
    tags: [...listed, ...others.filter((_tag, at) => !(heads[at] instanceof Failure))],
    ...(failure instanceof Failure ? { failure } : {}),
  };
}

async function readOwn(
  source: ImageSource,
  digest: string,
  from: CosignTagsRead,
  signal: AbortSignal,
): Promise<Attachments> {
  const [{ descriptors, failure }, cosign] = await Promise.all([
    source.referrers(digest, signal),
    cosignTagsOf(source, digest, from, signal),
  ]);
  const limit = pLimit(width);
  let untold = 0;
  const read = async (referrer: Descriptor): Promise<readonly Attachment[]> => {
    const told = typeInDescriptor(referrer);
    if (told !== undefined || ++untold > mostManifestsRead)
      return [attachmentOf(imageOf(source, referrer.digest), told ?? referrer.artifactType ?? referrer.mediaType)];
    signal.throwIfAborted();
    return readReferrer(source, referrer, signal);
  };
  const referring = await Promise.all(descriptors.map((one) => limit(read, one)));
  const kept = await Promise.all(cosign.tags.map((tag) => readStatements(source, tag, signal)));
  return { attachments: [...referring, ...kept].flat(), ...defined({ failure: failure ?? cosign.failure }) };
}

/** The predicate type that sigstore's clients write into a bundle's annotations: https://github.com/sigstore/cosign/blob/v3.0.2/specs/BUNDLE_SPEC.md */
function predicateOfBundle(annotations: Readonly<Record<string, string>>): string | undefined {
  const isSignature = annotations['dev.sigstore.bundle.content'] === 'message-signature';
  return annotations['dev.sigstore.bundle.predicateType'] ?? (isSignature ? signatureType : undefined);
}
const signatureType = 'https://sigstore.dev/cosign/sign/v1';
const isBundle = /sigstore\.bundle/i;
const emptyType = 'application/vnd.oci.empty.v1+json';

/** The type of a referrer as the list gives it; undefined when that names only the packaging. */
function typeInDescriptor({ artifactType, annotations }: Descriptor): string | undefined {
  const predicate = annotations === undefined ? undefined : predicateOfBundle(annotations);
  return predicate ?? (isSpecificType(artifactType) ? artifactType : undefined);
}

function isSpecificType(type: string | undefined): type is string {
  return type !== undefined && type !== '' && type !== emptyType && type !== ociManifest && !isPackaging.test(type);
}
const isPackaging = /sigstore\.bundle|in-toto\+json|dsse\.envelope|docker\.attestation|oci\.image\.config/i;

/** Reads the manifest of a referrer to learn its type: one attachment for each statement, or one for the whole. */
async function readReferrer(
  source: ImageSource,
  { digest, artifactType, mediaType }: Descriptor,
  signal: AbortSignal,
): Promise<readonly Attachment[]> {
  const image = imageOf(source, digest);
  const listed = artifactType === undefined || artifactType === emptyType ? mediaType : artifactType;
  const manifest = await resultOrFailure(() => source.manifest(digest, signal));
  if (manifest instanceof Failure) return [{ ...attachmentOf(image, listed), failure: manifest, attachments: [] }];
  const layers = layersOf(manifest);
  const statements = layers.filter((layer) => predicateOf(layer) !== undefined);
  if (statements.length > 0 && statements.length === layers.length)
    return layers.map((layer) => attachmentOf(image, predicateOf(layer) ?? layer.mediaType, layer));
  const told = predicateOfBundle(manifest.annotations);
  if (told !== undefined) return [attachmentOf(image, told)];
  const held = typeOfContent(manifest) ?? listed;
  if (!isBundle.test(held)) return [attachmentOf(image, held)];
  const [only] = layers;
  const inside = only === undefined ? undefined : await readTypeInBundle(source, only, signal);
  return [attachmentOf(image, inside ?? held)];
}

function predicateOf({ annotations }: Descriptor): string | undefined {
  return annotations?.['in-toto.io/predicate-type'] ?? annotations?.predicateType;
}

/** The type of the artifact, of its config, or of its only layer: the first that says more than the packaging. */
function typeOfContent(manifest: Manifest): string | undefined {
  const config = 'config' in manifest ? manifest.config.mediaType : undefined;
  const only = 'layers' in manifest && manifest.layers.length === 1 ? manifest.layers[0]?.mediaType : undefined;
  const types = [manifest.artifactType, config, only].filter((type) => type !== undefined);
  return types.find(isSpecificType) ?? types.find((type) => type !== emptyType && !type.includes('oci.image.config'));
}

/** https://github.com/sigstore/protobuf-specs/blob/v0.5.0/protos/sigstore_bundle.proto: a signature, or an envelope with a statement. */
const bundle = z.object({
  messageSignature: z.nullish(z.unknown()),
  dsseEnvelope: z.nullish(z.object({ payload: z.string() })),
});
const statement = z.object({ predicateType: z.string() });

/** Old clients write the type only into the bundle itself. */
async function readTypeInBundle(
  source: ImageSource,
  { digest }: Descriptor,
  signal: AbortSignal,
): Promise<string | undefined> {
  const bytes = await resultOrFailure(() => source.blob(digest, bundleMaxBytes, signal));
  if (bytes instanceof Failure) return undefined;
  const read = check(bundle, jsonIn(bytes));
  if (!read.success) return undefined;
  const { messageSignature, dsseEnvelope } = read.data;
  if (messageSignature !== undefined && messageSignature !== null) return signatureType;
  const said = check(statement, jsonIn(Buffer.from(dsseEnvelope?.payload ?? '', 'base64')));
  return said.success ? said.data.predicateType : undefined;
}

/** The layers of an attestation manifest are its statements. */
async function readStatements(
  source: ImageSource,
  reference: string,
  signal: AbortSignal,
): Promise<readonly Attachment[]> {
  signal.throwIfAborted();
  const manifest = await resultOrFailure(() => source.manifest(reference, signal));
  if (manifest instanceof Failure) {
    const isTag = !reference.includes(':');
    // The tag was deleted after the listing, so there is nothing to show.
    if (isTag && manifest.kind === 'notFound') return [];
    const image = isTag ? withTag(source.repository, reference) : imageOf(source, reference);
    return [{ ...attachmentOf(image, 'attestation'), failure: manifest, attachments: [] }];
  }
  const image = imageOf(source, manifest.digest);
  if (manifest.kind !== 'image' && manifest.kind !== 'artifact')
    return [attachmentOf(image, manifest.artifactType ?? manifest.mediaType)];
  return manifest.layers.map((layer) => attachmentOf(image, predicateOf(layer) ?? layer.mediaType, layer));
}

interface AttachmentType {
  readonly pattern: RegExp;
  readonly type: AttachmentKind;
  readonly label: string;
}

/** Matched against the predicate type or media type; the first match counts. */
const attachmentTypes: readonly AttachmentType[] = [
  { pattern: /spdx/i, type: 'sbom', label: 'SBOM (SPDX)' },
  { pattern: /cyclonedx/i, type: 'sbom', label: 'SBOM (CycloneDX)' },
  { pattern: /sbom|syft/i, type: 'sbom', label: 'SBOM' },
  { pattern: /provenance/i, type: 'provenance', label: 'Provenance' },
  { pattern: /verification_summary|\bvsa\b/i, type: 'attestation', label: 'Verification summary' },
  { pattern: /openvex|\bvex\b/i, type: 'attestation', label: 'VEX' },
  { pattern: /attestation\/vulns?\b/i, type: 'attestation', label: 'Vulnerability scan' },
  { pattern: /in-toto|attestation|dsse|cosign\.artifact\.att\b/i, type: 'attestation', label: 'Attestation' },
  { pattern: /sigstore\.bundle/i, type: 'attestation', label: 'Sigstore bundle' },
  { pattern: /cosign|notary|signature|simplesigning|sigstore/i, type: 'signature', label: 'Signature' },
];

/** What a predicate type or media type stands for. */
export function describeType(predicate: string): Pick<Attachment, 'type' | 'label'> {
  const known = attachmentTypes.find(({ pattern }) => pattern.test(predicate));
  return known === undefined ? { type: 'artifact', label: predicate } : { type: known.type, label: known.label };
}

function imageOf({ repository }: ImageSource, digest: string): ImageReference {
  return withDigest(repository, digest);
}

/** `image`: the manifest that contains the attachment. */
function attachmentOf(image: ImageReference, predicate: string, blob?: Descriptor): Attachment {
  const { type, label } = describeType(predicate);
  return {
    kind: 'attachment',
    label,
    type,
    image,
    ...(blob === undefined ? {} : { blob, size: blob.size }),
    // Signatures are not signed again, and referrers point to manifests, not to single layers.
    ...(type === 'signature' || blob !== undefined ? { attachments: [] } : {}),
  };
}

/** A child of an index that is not an image, such as a chart. */
export function artifactIn(source: ImageSource, digest: string, mediaType: string, size?: number): Attachment {
  const described = attachmentOf(imageOf(source, digest), mediaType);
  return { ...described, ...defined({ size }), attachments: [] };
}

/** The result, or the Failure that `ask` rejected with. Any other error rejects. */
export async function resultOrFailure<T>(ask: () => Promise<T>): Promise<T | Failure> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof Failure) return error;
    throw error;
  }
}

/** Adds what could not be listed. A failure of the server or network needs no such explanation. */
function explainFailure(failure: Failure): Failure {
  const { kind, message, detail } = failure;
  if (isAboutServer(failure) || isEndOfList(failure)) return failure;
  const explanation =
    kind === 'malformed'
      ? t('signatures and SBOMs could not be listed: {0}', message)
      : t('signatures and SBOMs could not be listed');
  return new Failure(kind, kind === 'malformed' ? '' : message, { ...detail, explanation }, { cause: failure });
}
