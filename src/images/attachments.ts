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
/** More manifests of attestations than BuildKit makes for a platform, which is one; each costs a request. */
export const mostAttestations = 20;
/** Referrers of one image whose manifests are read because the list does not tell what they are. */
const mostUntold = 100;
/** Attachments of one image whose own attachments are read with them; those of others when their rows are opened. */
const mostLookedBehind = 20;
const bundleMaxBytes = 4 * 1024 * 1024;
const attachmentMaxBytes = 32 * 1024 * 1024;

/** What describes an image, as far as it could be read. */
export interface Attachments {
  readonly attachments: readonly Attachment[];
  /** Why there may be more. */
  readonly failure?: Failure;
}

/** OCI referrers, and what cosign keeps under tags; with what describes those in turn, as far as it was asked for. */
export async function readAttachments(source: ImageSource, digest: string, signal: AbortSignal): Promise<Attachments> {
  const { attachments, failure } = await readOwn(source, digest, signal);
  const limit = pLimit(width);
  let looked = 0;
  const lookBehind = async (one: Attachment): Promise<Attachment> => {
    if (one.attachments !== undefined || ++looked > mostLookedBehind) return one;
    signal.throwIfAborted();
    const below = await readOwn(source, one.image.digest ?? '', signal);
    return { ...one, attachments: below.attachments, ...failureBelow(below.failure) };
  };
  const whole = await Promise.all(attachments.map((one) => limit(lookBehind, one)));
  return { attachments: whole, ...(failure === undefined ? {} : { failure: explain(failure) }) };
}

/** Why there may be more below a row than is shown, as its own field. */
export function failureBelow(failure: Failure | undefined): { readonly attachmentsFailure?: Failure } {
  return failure === undefined ? {} : { attachmentsFailure: explain(failure) };
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

/** The bytes to show for an attachment: its statement or payload where it has just one, else its manifest. */
export async function readAttachment(
  source: ImageSource,
  { image, blob }: Attachment,
  signal: AbortSignal,
): Promise<Uint8Array> {
  const manifest = await source.manifest(image.digest ?? '', signal);
  const layers = 'layers' in manifest ? manifest.layers : [];
  const content = blob ?? (layers.length === 1 ? layers[0] : undefined);
  return content === undefined ? manifest.bytes : source.blob(content.digest, attachmentMaxBytes, signal);
}

async function readOwn(source: ImageSource, digest: string, signal: AbortSignal): Promise<Attachments> {
  const { descriptors, failure } = await source.referrers(digest, signal);
  const limit = pLimit(width);
  let untold = 0;
  const read = async (referrer: Descriptor): Promise<readonly Attachment[]> => {
    const told = typeToldBy(referrer);
    if (told !== undefined || ++untold > mostUntold)
      return [attachment(named(source, referrer.digest), told ?? referrer.artifactType ?? referrer.mediaType)];
    signal.throwIfAborted();
    return readReferrer(source, referrer, signal);
  };
  const referring = await Promise.all(descriptors.map((one) => limit(read, one)));
  const tagged = cosignTags(digest).filter((tag) => source.digestTags.has(tag));
  const kept = await Promise.all(tagged.map((tag) => readStatements(source, tag, signal)));
  return { attachments: [...referring, ...kept].flat(), ...defined({ failure }) };
}

/** What sigstore's clients tell of a bundle: https://github.com/sigstore/cosign/blob/v3.0.2/specs/BUNDLE_SPEC.md */
function predicateOfBundle(annotations: Readonly<Record<string, string>>): string | undefined {
  const isSignature = annotations['dev.sigstore.bundle.content'] === 'message-signature';
  return annotations['dev.sigstore.bundle.predicateType'] ?? (isSignature ? signatureType : undefined);
}
const signatureType = 'https://sigstore.dev/cosign/sign/v1';
const isBundle = /sigstore\.bundle/i;
const emptyType = 'application/vnd.oci.empty.v1+json';

/** What a list tells of a referrer; nothing where that is only how it is packed. */
function typeToldBy({ artifactType, annotations }: Descriptor): string | undefined {
  const predicate = annotations === undefined ? undefined : predicateOfBundle(annotations);
  return predicate ?? (isTelling(artifactType) ? artifactType : undefined);
}

function isTelling(type: string | undefined): type is string {
  return type !== undefined && type !== '' && type !== emptyType && type !== ociManifest && !isPackaging.test(type);
}
const isPackaging = /sigstore\.bundle|in-toto\+json|dsse\.envelope|docker\.attestation|oci\.image\.config/i;

/** A referrer whose manifest tells what it is: each of its statements, or the one thing that it holds. */
async function readReferrer(
  source: ImageSource,
  { digest, artifactType, mediaType }: Descriptor,
  signal: AbortSignal,
): Promise<readonly Attachment[]> {
  const image = named(source, digest);
  const listed = artifactType === undefined || artifactType === emptyType ? mediaType : artifactType;
  const manifest = await orFailure(() => source.manifest(digest, signal));
  if (manifest instanceof Failure) return [{ ...attachment(image, listed), failure: manifest, attachments: [] }];
  const layers = 'layers' in manifest ? manifest.layers : [];
  const statements = layers.filter((layer) => predicateOf(layer) !== undefined);
  if (statements.length > 0 && statements.length === layers.length)
    return layers.map((layer) => attachment(image, predicateOf(layer) ?? layer.mediaType, layer));
  const told = predicateOfBundle(manifest.annotations);
  if (told !== undefined) return [attachment(image, told)];
  const held = heldBy(manifest) ?? listed;
  if (!isBundle.test(held)) return [attachment(image, held)];
  const [only] = layers;
  const inside = only === undefined ? undefined : await typeInBundle(source, only, signal);
  return [attachment(image, inside ?? held)];
}

function predicateOf({ annotations }: Descriptor): string | undefined {
  return annotations?.['in-toto.io/predicate-type'] ?? annotations?.predicateType;
}

/** The artifact's type, its config's, or that of the one thing in it. */
function heldBy(manifest: Manifest): string | undefined {
  const config = 'config' in manifest ? manifest.config.mediaType : undefined;
  const only = 'layers' in manifest && manifest.layers.length === 1 ? manifest.layers[0]?.mediaType : undefined;
  const types = [manifest.artifactType, config, only].filter((type) => type !== undefined);
  return types.find(isTelling) ?? types.find((type) => type !== emptyType && !type.includes('oci.image.config'));
}

/** https://github.com/sigstore/protobuf-specs/blob/v0.5.0/protos/sigstore_bundle.proto: a signature, or an envelope with a statement. */
const bundle = z.object({
  messageSignature: z.nullish(z.unknown()),
  dsseEnvelope: z.nullish(z.object({ payload: z.string() })),
});
const statement = z.object({ predicateType: z.string() });

/** Old clients tell nowhere but in the bundle itself. */
async function typeInBundle(
  source: ImageSource,
  { digest }: Descriptor,
  signal: AbortSignal,
): Promise<string | undefined> {
  const bytes = await orFailure(() => source.blob(digest, bundleMaxBytes, signal));
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
  const manifest = await orFailure(() => source.manifest(reference, signal));
  if (manifest instanceof Failure) {
    const isTag = !reference.includes(':');
    // A tag that is gone since it was listed is nothing to tell.
    if (isTag && manifest.kind === 'notFound') return [];
    const image = isTag ? withTag(source.repository, reference) : named(source, reference);
    return [{ ...attachment(image, 'attestation'), failure: manifest, attachments: [] }];
  }
  const image = named(source, manifest.digest);
  if (manifest.kind !== 'image' && manifest.kind !== 'artifact')
    return [attachment(image, manifest.artifactType ?? manifest.mediaType)];
  return manifest.layers.map((layer) => attachment(image, predicateOf(layer) ?? layer.mediaType, layer));
}

interface AttachmentType {
  readonly pattern: RegExp;
  readonly type: AttachmentKind;
  readonly label: string;
}

/** By predicate type or media type; the first that fits. */
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

function named({ repository }: ImageSource, digest: string): ImageReference {
  return withDigest(repository, digest);
}

/** `image`: the manifest that holds it. */
function attachment(image: ImageReference, predicate: string, blob?: Descriptor): Attachment {
  const { type, label } = attachmentTypes.find(({ pattern }) => pattern.test(predicate)) ?? {
    type: 'artifact',
    label: predicate,
  };
  return {
    kind: 'attachment',
    label,
    type,
    image,
    ...(blob === undefined ? {} : { blob, size: blob.size }),
    // Nobody signs a signature; and what lies in a manifest beside others is not referred to.
    ...(type === 'signature' || blob !== undefined ? { attachments: [] } : {}),
  };
}

/** What an index names that is no image, such as a chart. */
export function artifactIn(source: ImageSource, digest: string, mediaType: string, size?: number): Attachment {
  const described = attachment(named(source, digest), mediaType);
  return { ...described, ...defined({ size }), attachments: [] };
}

/** Refusals that stand for what was asked, and not for the registry or the way to it. */
export async function orFailure<T>(ask: () => Promise<T>): Promise<T | Failure> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof Failure) return error;
    throw error;
  }
}

/** Says what is missing where a row stands for it; what tells of the network says enough. */
function explain(failure: Failure): Failure {
  const { kind, message, detail } = failure;
  if (isAboutServer(failure) || isEndOfList(failure)) return failure;
  const explanation =
    kind === 'malformed'
      ? t('signatures and SBOMs could not be listed: {0}', message)
      : t('signatures and SBOMs could not be listed');
  return new Failure(kind, kind === 'malformed' ? '' : message, { ...detail, explanation }, { cause: failure });
}
