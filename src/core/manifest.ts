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

/** Without all four current types in one field, some registries convert the manifest, which changes its digest, or hide it. */
export const manifestAccept = `${ociIndex}, ${ociManifest}, ${dockerList}, ${dockerManifest}, ${dockerSchema1};q=0.1, */*;q=0.01`;

interface AnyManifest {
  readonly digest: string;
  readonly mediaType: string;
  /** Exactly as the registry sent it. */
  readonly bytes: Uint8Array;
  readonly annotations: Readonly<Record<string, string>>;
  readonly artifactType?: string;
  /** Paths of its fields that could not be read, as in Tolerated. */
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

/** From before 2016: no config of its own, no sizes. */
export interface Schema1Manifest extends AnyManifest {
  readonly kind: 'schema1';
  readonly architecture?: string;
  /** From the base up; `v1Compatibility` is the JSON of the config at that step. */
  readonly steps: readonly { readonly layer: string; readonly v1Compatibility: string }[];
}

/** Of a kind that is not known here: it can be shown, copied and deleted. */
interface UnknownManifest extends AnyManifest {
  readonly kind: 'unknown';
  /** Its `blobs`, where it has such. */
  readonly layers: readonly Descriptor[];
}

export type Manifest = IndexManifest | ImageManifest | Schema1Manifest | UnknownManifest;

/** What the head of an answer tells of a manifest, without the manifest. */
export interface Stated {
  readonly digest?: string;
  readonly mediaType?: string;
}

/** What refers to a manifest: signatures, SBOMs and others. */
export interface Referrers {
  readonly descriptors: readonly Descriptor[];
  /** Why there may be more than these. */
  readonly failure?: Failure;
}

/** Configs that describe a file system to run; every other one makes the manifest an artifact. */
const imageConfigs = new Set([
  'application/vnd.oci.image.config.v1+json',
  'application/vnd.docker.container.image.v1+json',
]);

/**
 * Reads a manifest of any kind. The digest is computed from the body; when the registry names another one, in its header or
 * because it was asked for by digest, the answer is refused. Content that is what its digest names is the image's own,
 * whatever it is, and so is all that names a type of its own: only other answers are malformed.
 * https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md#pulling-manifests
 */
export function readManifest(response: HttpResponse, reference: string): Manifest {
  const stated = statedDigest(response);
  const asked = reference.includes(':') ? reference : undefined;
  const digests = [asked, stated].filter((digest) => digest !== undefined);
  // Registries that do not know schema 1 name it by all of its bytes. Where none does, what is not signed may be added on the way.
  const isWhole = digests.length > 0 && digests.every((digest) => names(digest, response.body));
  const body = (isWhole ? undefined : signedPartOf(response.body)) ?? response.body;
  for (const digest of digests) verifyDigest({ ...response, body }, digest);
  const isProven = asked !== undefined || stated !== undefined;
  const { value: answer, faults } = toleratedManifest({ ...response, body }, isProven);
  const type = response.headers['content-type']?.split(';')[0]?.trim();
  const common = {
    digest: asked ?? stated ?? `sha256:${hash('sha256', body)}`,
    bytes: response.body,
    annotations: answer.annotations ?? {},
    ...(isText(answer.artifactType) ? { artifactType: answer.artifactType } : {}),
    faults,
  };
  // A server may send manifests as plain JSON; then the manifest's own word counts.
  const named = type !== undefined && /manifest|index/.test(type) ? type : (answer.mediaType ?? undefined);
  if (isIndexType(named) || (!isImageType(named) && answer.manifests)) {
    const manifests = (answer.manifests ?? []).map(descriptorOf);
    return { ...common, mediaType: named ?? ociIndex, kind: 'index', manifests };
  }
  if (answer.config) {
    const config = descriptorOf(answer.config);
    const layers = (answer.layers ?? []).map(descriptorOf);
    const mediaType = named ?? ociManifest;
    // Docker 1.10 pushed image configs as bytes of no type.
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

/** `isProven`: it is what its digest names, and so no answer of a server to something else. */
function toleratedManifest(response: HttpResponse, isProven: boolean): Tolerated<ManifestAnswer> {
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
 * What a signed manifest of schema 1 was before it was signed: that is what its digest names. Nothing of all others.
 * https://distribution.github.io/distribution/spec/deprecated-schema-v1/#signed-manifests
 */
function signedPartOf(body: Uint8Array): Uint8Array | undefined {
  // Nobody else's manifest is parsed a second time.
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

/** Nothing where neither an operating system nor an architecture is told: tools leave both empty that build upon nothing. */
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

/** `linux/arm64`, `linux/arm/v7`. */
export function printPlatform({ os, architecture, variant }: Platform): string {
  return [os, architecture, ...(variant === undefined ? [] : [variant])].join('/');
}

/** Throws when the body is not what the digest names, or when that cannot be told. */
export function verifyDigest(response: Pick<HttpResponse, 'body' | 'url'>, digest: string): void {
  if (names(digest, response.body)) return;
  const isKnown = /^sha(256|384|512):/.test(digest);
  const why = isKnown
    ? t('the content does not match its digest {0}', digest)
    : t('the content cannot be checked against its digest {0}', digest);
  throw new Failure('malformed', why, { subject: new URL(response.url).host });
}

/** The digest that the registry names in the head of its answer; what is none is as good as nothing. */
export function statedDigest({ headers }: Pick<HttpResponse, 'headers'>): string | undefined {
  const stated = headers['docker-content-digest'];
  return stated !== undefined && digestPattern.test(stated) ? stated : undefined;
}

function names(digest: string, bytes: Uint8Array): boolean {
  const [algorithm = '', hex] = digest.split(':');
  return (algorithm === 'sha256' || algorithm === 'sha384' || algorithm === 'sha512') && hash(algorithm, bytes) === hex;
}

/** https://github.com/opencontainers/image-spec/blob/v1.1.1/descriptor.md#registered-algorithms */
function hash(algorithm: 'sha256' | 'sha384' | 'sha512', bytes: Uint8Array): string {
  return createHash(algorithm).update(bytes).digest('hex');
}

/** Reproducible builds set the year 1, the first second of 1970, or the first day of 1980, where the time of ZIP begins. */
const firstDate = Date.UTC(1980, 0, 2);

/** When an image was made, by a text or by milliseconds since 1970; nothing for what stands for no date. */
export function dateOf(written: string | number | null | undefined): Date | undefined {
  const date = new Date(written ?? NaN);
  return date.getTime() >= firstDate ? date : undefined;
}

/** A word that tells something: some registries write `unknown`, or nothing, where they know none. */
export function isKnown(text: string | null | undefined): text is string {
  return isText(text) && text !== 'unknown';
}

function isText(value: string | null | undefined): value is string {
  return typeof value === 'string' && value !== '';
}

function isWord(text: string | null | undefined): text is string {
  return typeof text === 'string' && /[a-z\d]/i.test(text);
}
