import { createHash } from 'node:crypto';
import { Failure } from './failure';
import type { HttpResponse } from './http';
import type { Descriptor, Platform } from './model';
import { decodeJson, digestPattern, manifestAnswer } from './schemas';
import type { DescriptorAnswer } from './schemas';

export const ociIndex = 'application/vnd.oci.image.index.v1+json';
export const ociManifest = 'application/vnd.oci.image.manifest.v1+json';
const dockerList = 'application/vnd.docker.distribution.manifest.list.v2+json';
const dockerManifest = 'application/vnd.docker.distribution.manifest.v2+json';
const dockerSchema1 = 'application/vnd.docker.distribution.manifest.v1+prettyjws';

/** Whether a media type is that of an index, of either kind. */
export function isIndexType(mediaType: string | null | undefined): boolean {
  return mediaType === ociIndex || mediaType === dockerList;
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

/** From before 2016: no config, no sizes. */
export interface Schema1Manifest extends AnyManifest {
  readonly kind: 'schema1';
  readonly architecture?: string;
  readonly created?: Date;
}

export type Manifest = IndexManifest | ImageManifest | Schema1Manifest;

/** Configs that describe a file system to run; every other one makes the manifest an artifact. */
const imageConfigs = new Set([
  'application/vnd.oci.image.config.v1+json',
  'application/vnd.docker.container.image.v1+json',
]);

/**
 * Reads a manifest of any kind. The digest is computed from the body; when the registry names another one, in its header or
 * because it was asked for by digest, the answer is refused.
 * https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md#pulling-manifests
 */
export function readManifest(response: HttpResponse, reference: string): Manifest {
  const stated = statedDigest(response);
  const asked = reference.includes(':') ? reference : undefined;
  for (const expected of [asked, stated]) if (expected !== undefined) verifyDigest(response, expected);
  const answer = decodeJson(manifestAnswer, response);
  const type = response.headers['content-type']?.split(';')[0]?.trim();
  const common = {
    digest: asked ?? stated ?? `sha256:${hash('sha256', response.body)}`,
    bytes: response.body,
    annotations: answer.annotations ?? {},
    ...(isText(answer.artifactType) ? { artifactType: answer.artifactType } : {}),
  };
  // A server may send manifests as plain JSON; then the manifest's own word counts.
  const typed = (fallback: string) =>
    type !== undefined && /manifest|index/.test(type) ? type : (answer.mediaType ?? fallback);
  if (answer.manifests) {
    return { ...common, mediaType: typed(ociIndex), kind: 'index', manifests: answer.manifests.map(descriptorOf) };
  }
  if (answer.config) {
    const config = descriptorOf(answer.config);
    const layers = (answer.layers ?? []).map(descriptorOf);
    const mediaType = typed(ociManifest);
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
    const created = createdOfSchema1(answer.history?.[0]?.v1Compatibility);
    const architecture = isText(answer.architecture) ? { architecture: answer.architecture } : {};
    return {
      ...common,
      mediaType: typed(dockerSchema1),
      kind: 'schema1',
      ...architecture,
      ...(created ? { created } : {}),
    };
  }
  throw new Failure('malformed', `its manifest is of an unknown kind (${type ?? 'no content type'})`, {
    subject: new URL(response.url).host,
  });
}

export function descriptorOf(answer: DescriptorAnswer): Descriptor {
  const { mediaType, digest, size, annotations, artifactType, platform } = answer;
  return {
    mediaType: mediaType ?? 'application/octet-stream',
    digest,
    size,
    ...(annotations ? { annotations } : {}),
    ...(isText(artifactType) ? { artifactType } : {}),
    ...(platform ? { platform: platformOf(platform) } : {}),
  };
}

interface PlatformAnswer {
  readonly os?: string | null | undefined;
  readonly architecture?: string | null | undefined;
  readonly variant?: string | null | undefined;
  readonly 'os.version'?: string | null | undefined;
}

export function platformOf(answer: PlatformAnswer): Platform {
  const { variant, 'os.version': osVersion } = answer;
  return {
    os: answer.os ?? 'unknown',
    architecture: answer.architecture ?? 'unknown',
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
  const [algorithm = '', hex] = digest.split(':');
  const isKnown = algorithm === 'sha256' || algorithm === 'sha512';
  if (isKnown && hash(algorithm, response.body) === hex) return;
  const why = isKnown ? 'the content does not match its digest' : 'the content cannot be checked against its digest';
  throw new Failure('malformed', `${why} ${digest}`, { subject: new URL(response.url).host });
}

/** The digest that the registry names in the head of its answer; what is none is as good as nothing. */
export function statedDigest({ headers }: Pick<HttpResponse, 'headers'>): string | undefined {
  const stated = headers['docker-content-digest'];
  return stated !== undefined && digestPattern.test(stated) ? stated : undefined;
}

/** https://github.com/opencontainers/image-spec/blob/v1.1.1/descriptor.md#registered-algorithms */
function hash(algorithm: 'sha256' | 'sha512', bytes: Uint8Array): string {
  return createHash(algorithm).update(bytes).digest('hex');
}

/** Reproducible builds set the year 1, the first second of 1970, or the first day of 1980, where the time of ZIP begins. */
const firstDate = Date.UTC(1980, 0, 2);

/** When an image was made, by a text or by milliseconds since 1970; nothing for what stands for no date. */
export function dateOf(written: string | number | null | undefined): Date | undefined {
  const date = new Date(written ?? NaN);
  return date.getTime() >= firstDate ? date : undefined;
}

function createdOfSchema1(v1Compatibility: string | null | undefined): Date | undefined {
  return dateOf(/"created"\s*:\s*"([^"]+)"/.exec(v1Compatibility ?? '')?.[1]);
}

function isText(value: string | null | undefined): value is string {
  return typeof value === 'string' && value !== '';
}
