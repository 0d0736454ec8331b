import { t } from '@vscode/l10n';
import { createHash } from 'node:crypto';
import { z } from 'zod/mini';
import { hasTooManyParts } from './bounds';
import { Failure } from './failure';
import type { HttpResponse } from './http';
import type { Descriptor, Platform } from './model';
import { digestPattern } from './reference';
import { decodeJson, manifestAnswer, parseJson, signedManifest, signedPart } from './schemas';
import type { DescriptorAnswer, ManifestAnswer } from './schemas';
import { tolerate } from './tolerant';
import type { Tolerated } from './tolerant';

export const ociIndex = 'application/vnd.oci.image.index.v1+json';
export const ociManifest = 'application/vnd.oci.image.manifest.v1+json';
const dockerList = 'application/vnd.docker.distribution.manifest.list.v2+json';
const dockerManifest = 'application/vnd.docker.distribution.manifest.v2+json';
const dockerSchema1 = 'application/vnd.docker.distribution.manifest.v1+prettyjws';

/** Whether a media type is that of an index, of either kind. */
export function isIndexType(mediaType: string | null | undefined): boolean {
  return mediaType === ociIndex || mediaType === dockerList;
}

/** Whether a media type is that of an image or artifact, of either kind. */
function isImageType(mediaType: string | null | undefined): boolean {
  return mediaType === ociManifest || mediaType === dockerManifest;
}

/** Whether a media type is that of a manifest whose kind is known here. */
export function isManifestType(mediaType: string): boolean {
  return isIndexType(mediaType) || isImageType(mediaType) || /manifest\.v1\+(json|prettyjws)$/.test(mediaType);
}

/** All four current types in one header. Otherwise some registries hide the manifest, or convert it and so change its digest. */
export const manifestAccept = `${ociIndex}, ${ociManifest}, ${dockerList}, ${dockerManifest}, ${dockerSchema1};q=0.1, */*;q=0.01`;

interface AnyManifest {
  readonly digest: string;
  readonly mediaType: string;
  /** Exactly as the registry sent it. */
  readonly bytes: Uint8Array;
  readonly annotations: Readonly<Record<string, string>>;
  readonly artifactType?: string;
  /** Paths of fields that could not be read, as in Tolerated. */
  readonly faults: readonly string[];
}

export interface IndexManifest extends AnyManifest {
  readonly kind: 'index';
  readonly manifests: readonly Descriptor[];
}

export interface ImageManifest extends AnyManifest {
  readonly kind: 'image' | 'artifact';
  readonly config: Descriptor;
  readonly layers: readonly Descriptor[];
}

/** From before 2016: it has no config and no sizes. */
export interface Schema1Manifest extends AnyManifest {
  readonly kind: 'schema1';
  readonly architecture?: string;
  /** From the base up; `v1Compatibility` is the JSON of the config at that step. */
  readonly steps: readonly { readonly layer: string; readonly v1Compatibility: string }[];
}

/** An unknown kind. It can still be shown, copied and deleted. */
interface UnknownManifest extends AnyManifest {
  readonly kind: 'unknown';
  /** Its `blobs`, if it has any. */
  readonly layers: readonly Descriptor[];
}

export type Manifest = IndexManifest | ImageManifest | Schema1Manifest | UnknownManifest;

/** Digest and type of a manifest, from the headers of an answer; absent when the registry does not send them. */
export interface ManifestHead {
  readonly digest?: string;
  readonly mediaType?: string;
}

/** The referrers of a manifest: signatures, SBOMs and others. */
export interface Referrers {
  readonly descriptors: readonly Descriptor[];
  /** Why the list may be incomplete. */
  readonly failure?: Failure;
}

/** Config types of images that can run. Any other type makes the manifest an artifact. */
const imageConfigs = new Set([
  'application/vnd.oci.image.config.v1+json',
  'application/vnd.docker.container.image.v1+json',
]);

/**
 * Reads a manifest of any kind. The digest is computed from the body and must match the requested one and the one in the header. If
 * a digest proves the content, or it has its own type, every content is accepted. Throws a Failure of kind `malformed` otherwise.
 * https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md#pulling-manifests
 */
export function readManifest(response: HttpResponse, reference: string): Manifest {
  const stated = digestInHeaders(response);
  const asked = reference.includes(':') ? reference : undefined;
  const digests = [asked, stated].filter((digest) => digest !== undefined);
  // A registry that does not know schema 1 hashes all bytes. Otherwise only the signed part counts: the rest may have been added later.
  const isWhole = digests.length > 0 && digests.every((digest) => matchesDigest(digest, response.body));
  const body = (isWhole ? undefined : signedPartOf(response.body)) ?? response.body;
  for (const digest of digests) verifyDigest({ ...response, body }, digest);
  const isProven = asked !== undefined || stated !== undefined;
  const { value: answer, faults } = decodeManifest({ ...response, body }, isProven);
  const type = response.headers['content-type']?.split(';')[0]?.trim();
  const common = {
    digest: asked ?? stated ?? `sha256:${hash('sha256', body)}`,
    bytes: response.body,
    annotations: answer.annotations ?? {},
    ...(isText(answer.artifactType) ? { artifactType: answer.artifactType } : {}),
    faults,
  };
  // Some servers send manifests as plain JSON; then the manifest's own `mediaType` counts.
  const named = type !== undefined && /manifest|index/.test(type) ? type : (answer.mediaType ?? undefined);
  if (isIndexType(named) || (!isImageType(named) && answer.manifests)) {
    const manifests = (answer.manifests ?? []).map(descriptorOf);
    return { ...common, mediaType: named ?? ociIndex, kind: 'index', manifests };
  }
  if (answer.config) {
    const config = descriptorOf(answer.config);
    const layers = (answer.layers ?? []).map(descriptorOf);
    const mediaType = named ?? ociManifest;
    // Docker 1.10 pushed image configs as application/octet-stream.
    const isImage =
      imageConfigs.has(config.mediaType) ||
      (mediaType === dockerManifest && config.mediaType === 'application/octet-stream');
    return {
      ...common,
      mediaType,
      kind: isImage && !isText(answer.artifactType) ? 'image' : 'artifact',
      config,
      layers,
    };
  }
  if (answer.schemaVersion === 1) {
    const architecture = isText(answer.architecture) ? { architecture: answer.architecture } : {};
    return { ...common, mediaType: named ?? dockerSchema1, kind: 'schema1', ...architecture, steps: stepsOf(answer) };
  }
  const isForeign = named === undefined ? isText(answer.artifactType) : !isManifestType(named);
  if (!isForeign && !isProven) {
    decodeJson(manifestAnswer, response);
    throw new Failure('malformed', t('its manifest is of an unknown kind ({0})', type ?? t('no content type')), {
      subject: new URL(response.url).host,
    });
  }
  const layers = (answer.blobs ?? []).map(descriptorOf);
  return { ...common, mediaType: named ?? type ?? 'application/octet-stream', kind: 'unknown', layers };
}

/** `isProven`: a digest proves the content, so unreadable content is accepted too. */
function decodeManifest(response: HttpResponse, isProven: boolean): Tolerated<ManifestAnswer> {
  try {
    const value = parseJson(response);
    const read = tolerate(manifestAnswer, value);
    if (read !== undefined) return read;
    return isProven ? { value: {}, faults: [] } : { value: decodeJson(manifestAnswer, response), faults: [] };
  } catch (error) {
    if (isProven && error instanceof Failure) return { value: {}, faults: [] };
    throw error;
  }
}

/** Schema 1 begins with the newest layer. */
function stepsOf({ fsLayers, history }: ManifestAnswer): Schema1Manifest['steps'] {
  const layers = fsLayers ?? [];
  return layers
    .map(({ blobSum }, at) => ({ layer: blobSum, v1Compatibility: history?.[at]?.v1Compatibility ?? '' }))
    .reverse();
}

/**
 * The content of a schema 1 manifest before it was signed, which its digest names; undefined for all others.
 * https://distribution.github.io/distribution/spec/deprecated-schema-v1/#signed-manifests
 */
function signedPartOf(body: Uint8Array): Uint8Array | undefined {
  // Other manifests are not parsed a second time.
  const text = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  if (!text.includes('"signatures"') || hasTooManyParts(body)) return undefined;
  try {
    const { signatures } = z.parse(signedManifest, JSON.parse(text.toString('utf8')));
    const { formatLength, formatTail } = z.parse(
      signedPart,
      JSON.parse(Buffer.from(signatures[0].protected, 'base64url').toString('utf8')),
    );
    if (formatLength > body.length) return undefined;
    return Buffer.concat([body.subarray(0, formatLength), Buffer.from(formatTail, 'base64url')]);
  } catch {
    return undefined;
  }
}

function descriptorOf(answer: DescriptorAnswer): Descriptor {
  const { mediaType, digest, size, annotations, artifactType, platform } = answer;
  const told = platform ? platformOf(platform) : undefined;
  return {
    mediaType: mediaType ?? 'application/octet-stream',
    digest,
    size,
    ...(annotations ? { annotations } : {}),
    ...(isText(artifactType) ? { artifactType } : {}),
    ...(told ? { platform: told } : {}),
  };
}

interface PlatformAnswer {
  readonly os?: string | null | undefined;
  readonly architecture?: string | null | undefined;
  readonly variant?: string | null | undefined;
  readonly 'os.version'?: string | null | undefined;
}

/** Undefined without operating system and architecture: some build tools leave both empty. */
export function platformOf(answer: PlatformAnswer): Platform | undefined {
  const { os, architecture, variant, 'os.version': osVersion } = answer;
  if (!isWord(os) && !isWord(architecture)) return undefined;
  return {
    os: isWord(os) ? os : 'unknown',
    architecture: isWord(architecture) ? architecture : 'unknown',
    ...(isText(variant) ? { variant } : {}),
    ...(isText(osVersion) ? { osVersion } : {}),
  };
}

/** Throws a Failure when the body does not match the digest, or when the algorithm is unknown. */
export function verifyDigest(response: Pick<HttpResponse, 'body' | 'url'>, digest: string): void {
  if (matchesDigest(digest, response.body)) return;
  const isKnown = /^sha(256|384|512):/.test(digest);
  const why = isKnown
    ? t('the content does not match its digest {0}', digest)
    : t('the content cannot be checked against its digest {0}', digest);
  throw new Failure('malformed', why, { subject: new URL(response.url).host });
}

/** The digest in the headers; undefined when it is missing or invalid. */
export function digestInHeaders({ headers }: Pick<HttpResponse, 'headers'>): string | undefined {
  const stated = headers['docker-content-digest'];
  return stated !== undefined && digestPattern.test(stated) ? stated : undefined;
}

function matchesDigest(digest: string, bytes: Uint8Array): boolean {
  const [algorithm = '', hex] = digest.split(':');
  return (algorithm === 'sha256' || algorithm === 'sha384' || algorithm === 'sha512') && hash(algorithm, bytes) === hex;
}

/** https://github.com/opencontainers/image-spec/blob/v1.1.1/descriptor.md#registered-algorithms */
function hash(algorithm: 'sha256' | 'sha384' | 'sha512', bytes: Uint8Array): string {
  return createHash(algorithm).update(bytes).digest('hex');
}

/** Reproducible builds use the year 1, the start of 1970, or the first day of 1980, where ZIP's dates begin. */
const firstDate = Date.UTC(1980, 0, 2);

/** The date of a text or of milliseconds since 1970; undefined for the dates of reproducible builds and invalid texts. */
export function dateOf(written: string | number | null | undefined): Date | undefined {
  const date = new Date(written ?? NaN);
  return date.getTime() >= firstDate ? date : undefined;
}

/** Whether the text is a real value: some registries write `unknown` or an empty text. */
export function isKnown(text: string | null | undefined): text is string {
  return isText(text) && text !== 'unknown';
}

function isText(value: string | null | undefined): value is string {
  return typeof value === 'string' && value !== '';
}

function isWord(text: string | null | undefined): text is string {
  return typeof text === 'string' && /[a-z\d]/i.test(text);
}
