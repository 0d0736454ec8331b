import pLimit from 'p-limit';
import { Failure } from './failure';
import { dateOf, platformOf, printPlatform } from './manifest';
import type { ImageManifest, IndexManifest, Manifest } from './manifest';
import type {
  Attachment,
  AttachmentKind,
  Descriptor,
  ImageDetails,
  InspectedImage,
  Platform,
  PlatformImage,
} from './model';
import { withDigest } from './reference';
import type { ImageReference } from './reference';
import type { RegistryClient } from './registryClient';
import { decodeJson, imageConfigAnswer } from './schemas';
import type { ImageConfigAnswer } from './schemas';

/** What stands behind a manifest: read through a RegistryClient, a request or two for each answer. */

const configMaxBytes = 8 * 1024 * 1024;
const attachmentMaxBytes = 32 * 1024 * 1024;
/** One image's requests at a time; the tree bounds how many images are read together. */
const width = 6;
/** More platforms than any real index has: beyond them their attachments are left unasked. */
const mostPlatforms = 40;
/** More manifests of attestations than BuildKit makes for a platform, which is one; each costs a request. */
export const mostAttestations = 20;

/** What a tag's row shows: two requests for an image, three for an index (its own, one platform's manifest and config). */
export async function readDetails(
  client: RegistryClient,
  repository: string,
  reference: string,
  signal: AbortSignal,
): Promise<ImageDetails> {
  const manifest = await client.manifest(repository, reference, signal);
  const { digest, mediaType, annotations } = manifest;
  const annotated = dateOf(annotations['org.opencontainers.image.created']);
  switch (manifest.kind) {
    case 'schema1': {
      const platforms =
        manifest.architecture === undefined ? [] : [{ os: 'linux', architecture: manifest.architecture }];
      return {
        digest,
        mediaType,
        type: 'image',
        platforms,
        labels: {},
        ...(manifest.created ? { created: manifest.created } : {}),
      };
    }
    case 'artifact': {
      const artifactType = manifest.artifactType ?? manifest.config.mediaType;
      const size = sizeOf(manifest);
      return {
        digest,
        mediaType,
        type: 'artifact',
        artifactType,
        size,
        platforms: [],
        labels: annotations,
        ...(annotated ? { created: annotated } : {}),
      };
    }
    case 'image': {
      const config = await readConfig(client, repository, manifest, signal);
      return {
        digest,
        mediaType,
        type: 'image',
        size: sizeOf(manifest),
        platforms: [platformOf(config)],
        ...ofConfig(config),
      };
    }
    case 'index': {
      const platforms = runnable(manifest).map(platformOfDescriptor);
      const common = { digest, mediaType, type: 'index', platforms, labels: annotations } as const;
      const chosen = likeliest(runnable(manifest));
      const child = chosen === undefined ? undefined : await client.manifest(repository, chosen.digest, signal);
      if (child === undefined || child.kind === 'index' || child.kind === 'schema1')
        return { ...common, ...(annotated ? { created: annotated } : {}) };
      if (child.kind === 'artifact')
        return { ...common, size: sizeOf(child), ...(annotated ? { created: annotated } : {}) };
      const config = ofConfig(await readConfig(client, repository, child, signal));
      return { ...common, size: sizeOf(child), ...(annotated ? { created: annotated } : {}), ...config };
    }
  }
}

/** Where an image is read from. */
export interface ImageSource {
  readonly client: RegistryClient;
  readonly image: ImageReference;
  /** Those tags of the repository that name a digest, `sha256-…`: see isDigestTag. */
  readonly digestTags: ReadonlySet<string>;
}

/** Tags that are no versions but hold what describes a digest: referrers where there is no API for them, and cosign's. */
export function isDigestTag(tag: string): boolean {
  return /^sha256-[a-f0-9]{64}(\.(sig|att|sbom))?$/.test(tag);
}

/** The platforms of an index, each with what describes it; of a plain image, its own. What describes the index as a whole comes last. */
export async function readPlatforms(
  source: ImageSource,
  reference: string,
  signal: AbortSignal,
): Promise<readonly (PlatformImage | Attachment)[]> {
  const { client, image } = source;
  const manifest = await client.manifest(image.path, reference, signal);
  const own = await readAttachments(source, manifest.digest, signal);
  if (manifest.kind !== 'index') {
    if (manifest.kind !== 'image') return own;
    const platform = platformOf(await readConfig(client, image.path, manifest, signal));
    return [platformImage(image, manifest.digest, platform, sizeOf(manifest), own)];
  }
  const limit = pLimit(width);
  const readPlatform = async (child: Descriptor): Promise<PlatformImage> => {
    signal.throwIfAborted();
    const childManifest = await client.manifest(image.path, child.digest, signal);
    const attachments: Attachment[] = [];
    for (const { digest } of attestationsOf(manifest, child.digest))
      attachments.push(...(await readStatements(source, digest, signal)));
    attachments.push(...(await readAttachments(source, child.digest, signal)));
    const size = isImageManifest(childManifest) ? sizeOf(childManifest) : undefined;
    return platformImage(image, child.digest, platformOfDescriptor(child), size, attachments);
  };
  const children = runnable(manifest).slice(0, mostPlatforms);
  const platforms = await Promise.all(children.map((child) => limit(readPlatform, child)));
  return [...platforms, ...own];
}

/** An image's manifest and config; `image` names an image, not an index. */
export async function readImage(
  client: RegistryClient,
  image: ImageReference,
  signal: AbortSignal,
): Promise<InspectedImage> {
  const manifest = await client.manifest(image.path, image.digest ?? image.tag ?? 'latest', signal);
  if (manifest.kind !== 'image') {
    const found = manifest.artifactType ?? manifest.mediaType;
    throw new Failure('unsupported', `it is no image with a config, but ${found}`, { subject: image.host });
  }
  const config = await readConfig(client, image.path, manifest, signal);
  return {
    image: withDigest(image, manifest.digest),
    digest: manifest.digest,
    platform: platformOf(config),
    config,
    layers: manifest.layers,
  };
}

/** The bytes to show for an attachment: its statement or payload where it has just one, else its manifest. */
export async function readAttachment(
  client: RegistryClient,
  { image, blob }: Attachment,
  signal: AbortSignal,
): Promise<Uint8Array> {
  const manifest = await client.manifest(image.path, image.digest ?? '', signal);
  const only = isImageManifest(manifest) && manifest.layers.length === 1 ? manifest.layers[0] : undefined;
  const content = blob ?? only;
  return content === undefined ? manifest.bytes : client.blob(image.path, content.digest, attachmentMaxBytes, signal);
}

export async function readConfig(
  client: RegistryClient,
  repository: string,
  manifest: ImageManifest,
  signal: AbortSignal,
): Promise<ImageConfigAnswer> {
  const body = await client.blob(repository, manifest.config.digest, configMaxBytes, signal);
  return decodeJson(imageConfigAnswer, { body, url: client.blobUrl(repository, manifest.config.digest), headers: {} });
}

/** The children that an engine could run: everything but BuildKit's attestations, which claim the platform unknown/unknown. */
export function runnable(index: IndexManifest): readonly Descriptor[] {
  return index.manifests.filter(
    (child) =>
      child.annotations?.['vnd.docker.reference.type'] !== 'attestation-manifest' && child.platform?.os !== 'unknown',
  );
}

export function sizeOf(manifest: ImageManifest): number {
  return manifest.layers.reduce((sum, layer) => sum + layer.size, manifest.config.size);
}

export function platformOfDescriptor(child: Descriptor): Platform {
  return child.platform ?? { os: 'unknown', architecture: 'unknown' };
}

/** https://github.com/moby/buildkit/blob/v0.17.0/docs/attestations/attestation-storage.md */
function attestationsOf(index: IndexManifest, digest: string): readonly Descriptor[] {
  return index.manifests
    .filter(({ annotations }) => annotations?.['vnd.docker.reference.digest'] === digest)
    .slice(0, mostAttestations);
}

/** The platform most readers mean when they look at one: linux/amd64, else the first. */
function likeliest(children: readonly Descriptor[]): Descriptor | undefined {
  return children.find(({ platform }) => platform?.os === 'linux' && platform.architecture === 'amd64') ?? children[0];
}

function ofConfig(config: ImageConfigAnswer): { labels: Readonly<Record<string, string>>; created?: Date } {
  const created = dateOf(config.created);
  return { labels: config.config?.Labels ?? {}, ...(created ? { created } : {}) };
}

function platformImage(
  image: ImageReference,
  digest: string,
  platform: Platform,
  size: number | undefined,
  attachments: readonly Attachment[],
): PlatformImage {
  return {
    kind: 'platform',
    label: printPlatform(platform),
    image: withDigest(image, digest),
    platform,
    attachments,
    ...(size === undefined ? {} : { size }),
  };
}

/** The layers of an attestation manifest are its statements. */
async function readStatements(
  { client, image }: ImageSource,
  reference: string,
  signal: AbortSignal,
): Promise<readonly Attachment[]> {
  const manifest = await client.optionalManifest(image.path, reference, signal);
  if (manifest === undefined || !isImageManifest(manifest)) return [];
  return manifest.layers.map((layer) => {
    const predicate = layer.annotations?.['in-toto.io/predicate-type'] ?? layer.annotations?.predicateType;
    return attachment(image, manifest.digest, predicate ?? layer.mediaType, layer);
  });
}

/** OCI referrers, by the API or else by their tag, and the tags in which cosign keeps signatures where there are no referrers. */
async function readAttachments(
  source: ImageSource,
  digest: string,
  signal: AbortSignal,
): Promise<readonly Attachment[]> {
  const { client, image, digestTags } = source;
  const tag = digest.replace(':', '-');
  let referrers = await client.referrers(image.path, digest, signal);
  if (referrers === undefined && digestTags.has(tag)) {
    const index = await client.optionalManifest(image.path, tag, signal);
    referrers = index?.kind === 'index' ? index.manifests : [];
  }
  const attachments = (referrers ?? []).map((referrer) =>
    attachment(image, referrer.digest, referrer.artifactType ?? referrer.mediaType),
  );
  for (const suffix of ['.sig', '.att', '.sbom']) {
    if (digestTags.has(tag + suffix)) attachments.push(...(await readStatements(source, tag + suffix, signal)));
  }
  return attachments;
}

const attachmentTypes: readonly { readonly pattern: RegExp; readonly type: AttachmentKind; readonly label: string }[] =
  [
    { pattern: /spdx/i, type: 'sbom', label: 'SBOM (SPDX)' },
    { pattern: /cyclonedx/i, type: 'sbom', label: 'SBOM (CycloneDX)' },
    { pattern: /sbom|syft/i, type: 'sbom', label: 'SBOM' },
    { pattern: /provenance/i, type: 'provenance', label: 'Provenance' },
    { pattern: /cosign|notary|signature|simplesigning|sigstore/i, type: 'signature', label: 'Signature' },
    { pattern: /in-toto|attestation/i, type: 'attestation', label: 'Attestation' },
  ];

function attachment(image: ImageReference, digest: string, predicate: string, blob?: Descriptor): Attachment {
  const { type, label } = attachmentTypes.find(({ pattern }) => pattern.test(predicate)) ?? {
    type: 'artifact',
    label: predicate,
  };
  return {
    kind: 'attachment',
    label,
    type,
    image: withDigest(image, digest),
    ...(blob === undefined ? {} : { blob, size: blob.size }),
  };
}

function isImageManifest(manifest: Manifest): manifest is ImageManifest {
  return manifest.kind === 'image' || manifest.kind === 'artifact';
}
