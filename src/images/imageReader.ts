import pLimit from 'p-limit';
import { t } from '@vscode/l10n';
import { defined } from '../core/defined';
import { artifactIn, attachmentsFailureField, resultOrFailure, readAttachments, readAttestations } from './attachments';
import type { Attachments } from './attachments';
import type { ImageSource } from './imageSource';
import { rowsLeftOut } from '../core/bounds';
import { Failure, isAboutServer } from '../core/failure';
import { leavesOf, readChildren } from './indexTree';
import type { Child } from './indexTree';
import { jsonOrUndefined } from '../core/json';
import { dateOf, platformOf } from '../core/manifest';
import { printPlatform } from '../core/platform';
import type { ImageManifest, IndexManifest, Manifest, Schema1Manifest } from '../core/manifest';
import type { Attachment, ImageDetails, InspectedImage, Page, Platform, PlatformImage, Tag } from '../core/model';
import { withDigest } from '../core/reference';
import type { ImageReference } from '../core/reference';
import { imageConfigAnswer, jsonIn, v1Compatibility } from '../core/schemas';
import type { ImageConfigAnswer } from '../core/schemas';
import { tolerate } from '../core/tolerant';

/**
 * Reads images through an ImageSource, with one or two requests for each answer. If a related manifest cannot be read, the image is
 * still shown, with the failure beside it.
 */

const configMaxBytes = 8 * 1024 * 1024;
/** Requests at a time for one image. The tree limits how many images are read together. */
const width = 6;
/** Platforms of an index, at most; the others are left out. No real index has so many. */
const mostPlatforms = 40;
/** Children of an index that are tried for its date and size, in case the first ones are missing. */
const mostChildrenTried = 4;

/** The details in a tag's row. Two requests for an image, three for an index: the index, and one platform's manifest and config. */
export async function readDetails(source: ImageSource, reference: string, signal: AbortSignal): Promise<ImageDetails> {
  const manifest = await source.manifest(reference, signal);
  const { digest, mediaType, annotations } = manifest;
  const common = {
    digest,
    mediaType,
    labels: annotations,
    platforms: [],
    ...createdField(createdInAnnotations(manifest)),
  };
  switch (manifest.kind) {
    case 'schema1':
    case 'image': {
      const told = await readOrFaults(manifest, () => readConfig(source, manifest, signal));
      return {
        ...common,
        type: 'image',
        ...sizeField(manifest),
        ...configFields(told),
        ...faultsField(manifest, told),
      };
    }
    case 'artifact':
    case 'unknown': {
      const artifactType =
        manifest.artifactType ?? (manifest.kind === 'artifact' ? manifest.config.mediaType : mediaType);
      return { ...common, type: 'artifact', artifactType, ...sizeField(manifest), ...faultsField(manifest) };
    }
    case 'index': {
      const leaves = await readLeaves(source, manifest, signal);
      const limit = pLimit(width);
      const platforms = await Promise.all(
        leaves.map((leaf) => limit(() => leaf.platform ?? readPlatform(source, leaf, signal))),
      );
      const chosen = await readFirstPresent(leaves, (one) => source.manifest(one, signal));
      const index = { ...common, type: 'index', platforms: platforms.filter((one) => one !== undefined) } as const;
      if (chosen === undefined) return { ...index, ...faultsField(manifest) };
      if (chosen.kind !== 'image' && chosen.kind !== 'schema1')
        return { ...index, ...sizeField(chosen), ...faultsField(manifest) };
      const told = await readOrFaults(chosen, () => readConfig(source, chosen, signal));
      const { created, labels } = configFields(told);
      return {
        ...index,
        ...sizeField(chosen),
        ...createdField(created),
        labels,
        ...faultsField(manifest, told),
      };
    }
  }
}

/** The rows below a tag, a platform or an attachment. */
export async function listBelow(
  source: ImageSource,
  entry: Tag | PlatformImage | Attachment,
  signal: AbortSignal,
): Promise<Page<PlatformImage | Attachment>> {
  if (entry.kind === 'tag') return readPlatforms(source, entry.label, signal);
  const { attachments, attachmentsFailure, image } = entry;
  if (attachments === undefined) return pageOf(await readAttachments(source, image.digest ?? '', signal));
  return pageOf({ attachments, ...defined({ failure: attachmentsFailure }) });
}

function pageOf({ attachments, failure }: Attachments): Page<Attachment> {
  return { items: attachments, ...defined({ failure }) };
}

/** The platforms of an index with their attachments, then the attachments of the index itself. A plain image has one platform. */
export async function readPlatforms(
  source: ImageSource,
  reference: string,
  signal: AbortSignal,
): Promise<Page<PlatformImage | Attachment>> {
  const { repository } = source;
  const manifest = await source.manifest(reference, signal);
  if (manifest.kind !== 'index') {
    const described = await readAttachments(source, manifest.digest, signal);
    if (manifest.kind !== 'image' && manifest.kind !== 'schema1') return pageOf(described);
    const told = await readOrFaults(manifest, () => readConfig(source, manifest, signal));
    return {
      items: [platformImage(repository, manifest.digest, platformOf(told.config), sizeOf(manifest), described)],
    };
  }
  const read = (digest: string) => source.manifest(digest, signal);
  const { children, isWhole } = await readChildren(read, manifest, signal);
  const leaves = leavesOf(children);
  const limit = pLimit(width);
  const rows = await Promise.all(leaves.slice(0, mostPlatforms).map((leaf) => limit(readLeaf, source, leaf, signal)));
  const indexes = [manifest.digest, ...children.flatMap(({ nested }) => nested?.digest ?? [])];
  const described = await Promise.all(indexes.map((digest) => limit(() => readAttachments(source, digest, signal))));
  const isCut = !isWhole || leaves.length > mostPlatforms;
  const failure = isCut
    ? rowsLeftOut(repository.host, rows.length)
    : described.flatMap(({ failure: one }) => one ?? [])[0];
  return {
    items: [...rows, ...described.flatMap(({ attachments }) => attachments)],
    ...defined({ failure }),
  };
}

/** The images in an index, as many as are shown. */
async function readLeaves(source: ImageSource, index: IndexManifest, signal: AbortSignal): Promise<readonly Child[]> {
  const read = (digest: string) => source.manifest(digest, signal);
  return leavesOf((await readChildren(read, index, signal)).children).slice(0, mostPlatforms);
}

/** One of the images behind a tag or digest. */
export interface NamedImage {
  /** By digest. */
  readonly image: ImageReference;
  readonly label: string;
  readonly platform?: Platform;
}

/** The images in an index; for any other manifest, the manifest itself. */
export async function readImages(
  source: ImageSource,
  reference: string,
  signal: AbortSignal,
): Promise<readonly NamedImage[]> {
  const { repository } = source;
  const manifest = await source.manifest(reference, signal);
  if (manifest.kind !== 'index') return [{ image: withDigest(repository, manifest.digest), label: manifest.digest }];
  const leaves = await readLeaves(source, manifest, signal);
  const limit = pLimit(width);
  const readNamedImage = async (leaf: Child): Promise<NamedImage> => {
    const { digest } = leaf.descriptor;
    const platform = leaf.platform ?? (await readPlatform(source, leaf, signal));
    const label = platform === undefined ? digest : printPlatform(platform);
    return { image: withDigest(repository, digest), label, ...defined({ platform }) };
  };
  return Promise.all(leaves.map((leaf) => limit(readNamedImage, leaf)));
}

/** An image's manifest and config. `reference` must name an image: rejects with a Failure of kind `unsupported` for others. */
export async function readImage(source: ImageSource, reference: string, signal: AbortSignal): Promise<InspectedImage> {
  const { repository } = source;
  const manifest = await source.manifest(reference, signal);
  if (manifest.kind !== 'image' && manifest.kind !== 'schema1') {
    const found = manifest.artifactType ?? manifest.mediaType;
    throw new Failure('unsupported', `it is no image with a config, but ${found}`, { subject: repository.host });
  }
  const { config, faults } = await readConfig(source, manifest, signal);
  const platform = platformOf(config);
  return {
    image: withDigest(repository, manifest.digest),
    digest: manifest.digest,
    ...defined({ platform }),
    config,
    layers: 'steps' in manifest ? manifest.steps.map(({ layer }) => ({ digest: layer })) : manifest.layers,
    faults: [...manifest.faults, ...faults],
  };
}

/** The readable part of a config, and the paths of the fields that could not be read. */
interface ReadConfig {
  readonly config: ImageConfigAnswer;
  readonly faults: readonly string[];
}

/** The digest proves the content, so wrong fields are a fault of the image and not of the registry. */
async function readConfig(
  source: ImageSource,
  manifest: ImageManifest | Schema1Manifest,
  signal: AbortSignal,
): Promise<ReadConfig> {
  if (manifest.kind === 'schema1') return configOfSchema1(manifest);
  const read = tolerate(imageConfigAnswer, jsonIn(await source.blob(manifest.config.digest, configMaxBytes, signal)));
  return read === undefined ? { config: {}, faults: ['config'] } : { config: read.value, faults: read.faults };
}

/** The newest step has the config of the whole image. Each step has the command that made its layer. */
function configOfSchema1({ steps, architecture }: Schema1Manifest): ReadConfig {
  const read = steps.map((step) => tolerate(v1Compatibility, jsonOrUndefined(step.v1Compatibility)));
  const newest = read.at(-1);
  const history = read.map((step) => {
    const { created, container_config: made } = step?.value ?? {};
    return { created, created_by: made?.Cmd?.join(' ') };
  });
  return {
    config: { architecture, os: architecture === undefined ? undefined : 'linux', ...newest?.value, history },
    faults: newest === undefined && steps.length > 0 ? ['history'] : (newest?.faults ?? []),
  };
}

/** An unreadable config becomes a fault, so that the rest is still shown. A failure of the server or network rejects. */
async function readOrFaults(manifest: Manifest, read: () => Promise<ReadConfig>): Promise<ReadConfig> {
  const told = await resultOrFailure(read);
  if (!(told instanceof Failure)) return told;
  if (isAboutServer(told)) throw told;
  const why = told.message === '' ? t('it is not there') : told.message;
  return { config: {}, faults: [`config ${'config' in manifest ? manifest.config.digest : ''}: ${why}`] };
}

/** The row of an index's child: a platform or an artifact. */
async function readLeaf(
  source: ImageSource,
  { descriptor, index, platform, failure }: Child,
  signal: AbortSignal,
): Promise<PlatformImage | Attachment> {
  const { repository } = source;
  const { digest } = descriptor;
  signal.throwIfAborted();
  const manifest = failure ?? (await resultOrFailure(() => source.manifest(digest, signal)));
  if (manifest instanceof Failure)
    return { ...platformImage(repository, digest, platform, undefined, { attachments: [] }), failure: manifest };
  const isImage = manifest.kind === 'image' || manifest.kind === 'schema1';
  if (!isImage && platform === undefined) {
    const type = manifest.artifactType ?? ('config' in manifest ? manifest.config.mediaType : manifest.mediaType);
    return artifactIn(source, digest, type, sizeOf(manifest));
  }
  const attestations = await readAttestations(source, index, digest, signal);
  // An index may have many images; it is itself what is signed.
  const { attachments, ...rest } = await readAttachments(source, digest, signal, 'asListed');
  const own =
    platform ??
    (isImage
      ? platformOf((await readOrFaults(manifest, () => readConfig(source, manifest, signal))).config)
      : undefined);
  const described = { attachments: [...attestations, ...attachments], ...rest };
  return platformImage(repository, digest, own, sizeOf(manifest), described);
}

/** The platform of a child from its config, because the index does not give it; undefined if the config does not either. */
async function readPlatform(
  source: ImageSource,
  { descriptor, failure }: Child,
  signal: AbortSignal,
): Promise<Platform | undefined> {
  signal.throwIfAborted();
  if (failure !== undefined) return undefined;
  const manifest = await resultOrFailure(() => source.manifest(descriptor.digest, signal));
  if (manifest instanceof Failure || (manifest.kind !== 'image' && manifest.kind !== 'schema1')) return undefined;
  return platformOf((await readOrFaults(manifest, () => readConfig(source, manifest, signal))).config);
}

/** The manifest of the most common platform: linux/amd64, else the first. If it is missing, the next one is tried. */
async function readFirstPresent(
  leaves: readonly Child[],
  read: (digest: string) => Promise<Manifest>,
): Promise<Exclude<Manifest, IndexManifest> | undefined> {
  const likeliest = leaves.find(({ platform }) => platform?.os === 'linux' && platform.architecture === 'amd64');
  const inOrder = likeliest === undefined ? leaves : [likeliest, ...leaves.filter((leaf) => leaf !== likeliest)];
  for (const { descriptor, failure } of inOrder.slice(0, mostChildrenTried)) {
    const manifest = failure ?? (await resultOrFailure(() => read(descriptor.digest)));
    if (!(manifest instanceof Failure) && manifest.kind !== 'index') return manifest;
  }
  return undefined;
}

/** Compressed bytes of layers and config; undefined for an index and schema 1, which give no sizes. */
function sizeOf(manifest: Manifest): number | undefined {
  if (manifest.kind === 'index' || manifest.kind === 'schema1') return undefined;
  const own = 'config' in manifest ? manifest.config.size : 0;
  return manifest.layers.reduce((sum, layer) => sum + layer.size, own);
}

function sizeField(manifest: Manifest): Pick<ImageDetails, 'size'> {
  const size = sizeOf(manifest);
  return size === undefined ? {} : { size };
}

function createdInAnnotations({ annotations }: Manifest): Date | undefined {
  return dateOf(annotations['org.opencontainers.image.created']);
}

function createdField(created: Date | undefined): Pick<ImageDetails, 'created'> {
  return created === undefined ? {} : { created };
}

function configFields({ config }: ReadConfig): Pick<ImageDetails, 'created' | 'labels' | 'platforms'> {
  const platform = platformOf(config);
  return {
    labels: config.config?.Labels ?? {},
    platforms: platform === undefined ? [] : [platform],
    ...createdField(dateOf(config.created)),
  };
}

function faultsField(manifest: Manifest, told?: ReadConfig): Pick<ImageDetails, 'faults'> {
  const faults = [...manifest.faults, ...(told?.faults ?? [])];
  return faults.length === 0 ? {} : { faults };
}

/** The row of an image below its tag. */
export function platformImage(
  image: ImageReference,
  digest: string,
  platform: Platform | undefined,
  size: number | undefined,
  { attachments, failure }: Attachments,
): PlatformImage {
  return {
    kind: 'platform',
    label: platform === undefined ? t('unknown platform') : printPlatform(platform),
    image: withDigest(image, digest),
    ...defined({ platform }),
    attachments,
    ...attachmentsFailureField(failure),
    ...defined({ size }),
  };
}
