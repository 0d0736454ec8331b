import { z } from 'zod/mini';
import { defined } from '../core/defined';
import { jsonIn } from '../core/schemas';
import type { ImageManifest, Manifest } from '../core/manifest';
import { dateOf } from '../core/manifest';
import type { Platform } from '../core/model';
import { tolerate } from '../core/tolerant';
import { readAttachments, readAttestations, resultOrFailure } from './attachments';
import type { Attachments } from './attachments';
import { Failure, isAboutServer } from '../core/failure';
import { factsOfImage } from './imageFacts';
import type { ImageFacts } from './imageFacts';
import { readImage, readImages } from './imageReader';
import type { ImageSource } from './imageSource';

/** What the page of an image shows, read in steps so that it can be drawn as it comes. No layer is read. */

const configMaxBytes = 1024 * 1024;
/** Files of an artifact that are told, at most. */
const mostFiles = 1000;

/** What a reference names. */
export interface OpenedImage {
  readonly manifest: Manifest;
  /** The images of an index; empty for anything else. */
  readonly platforms: readonly PlatformChoice[];
}

export interface PlatformChoice {
  readonly digest: string;
  readonly platform?: Platform;
}

/** What is behind a digest. */
export type Contents =
  | { readonly kind: 'image'; readonly facts: ImageFacts }
  | { readonly kind: 'artifact'; readonly artifact: ArtifactFacts };

/** What is no image: a chart, a WebAssembly module, a signature. */
export interface ArtifactFacts {
  readonly digest: string;
  /** Media type of what it is. */
  readonly type: string;
  /** Compressed bytes; absent where the manifest does not tell. */
  readonly size?: number;
  readonly created?: Date;
  readonly annotations: Readonly<Record<string, string>>;
  readonly files: readonly ArtifactFile[];
  readonly chart?: ChartFacts;
  readonly faults: readonly string[];
}

export interface ArtifactFile {
  /** https://oras.land/docs/concepts/artifact/: the name of a file. */
  readonly title?: string;
  readonly mediaType: string;
  readonly digest: string;
  /** Bytes. */
  readonly size: number;
}

/** https://helm.sh/docs/topics/charts/#the-chartyaml-file, as JSON: https://helm.sh/docs/topics/registries/ */
export interface ChartFacts {
  readonly name?: string;
  readonly version?: string;
  readonly appVersion?: string;
  readonly description?: string;
  readonly kubeVersion?: string;
  readonly home?: string;
  readonly isDeprecated: boolean;
  readonly sources: readonly string[];
  readonly keywords: readonly string[];
  readonly maintainers: readonly string[];
  /** `redis 18.1.0`. */
  readonly dependencies: readonly string[];
}

/** One request; more only for an index with indexes inside it, or without platforms. `reference`: a tag or a digest. */
export async function openImage(source: ImageSource, reference: string, signal: AbortSignal): Promise<OpenedImage> {
  const manifest = await source.manifest(reference, signal);
  if (manifest.kind !== 'index') return { manifest, platforms: [] };
  const images = await readImages(source, manifest.digest, signal);
  const platforms = images.flatMap(({ image: { digest }, platform }) =>
    digest === undefined ? [] : { digest, ...defined({ platform }) },
  );
  return { manifest, platforms };
}

/** The platform that is shown first: that of the engine or this machine's processor, else linux/amd64, else the first. */
export function likeliestPlatform(
  platforms: readonly PlatformChoice[],
  own: Pick<Platform, 'os' | 'architecture'>,
): PlatformChoice | undefined {
  const wanted = [own, { os: 'linux', architecture: own.architecture }, { os: 'linux', architecture: 'amd64' }];
  const found = wanted.flatMap(
    ({ os, architecture }) =>
      platforms.find(({ platform }) => platform?.os === os && platform.architecture === architecture) ?? [],
  );
  return found[0] ?? platforms[0];
}

/** The image or artifact of a digest: its manifest, which may be known already, and its config. */
export async function readContents(source: ImageSource, digest: string, signal: AbortSignal): Promise<Contents> {
  const manifest = await source.manifest(digest, signal);
  if (manifest.kind === 'image' || manifest.kind === 'schema1') {
    const inspected = await readImage(source, digest, signal);
    const { annotations } = manifest;
    const config = manifest.kind === 'image' ? manifest.config : undefined;
    const facts = factsOfImage(inspected, {
      annotations,
      ...defined({ configDigest: config?.digest, configSize: config?.size }),
    });
    return { kind: 'image', facts };
  }
  return { kind: 'artifact', artifact: await readArtifact(source, manifest, signal) };
}

/** What is attached to one manifest. */
export interface Describing extends Attachments {
  /** The digest of the manifest that it is about. */
  readonly subject: string;
}

/**
 * What describes an image: what refers to it, and BuildKit's attestations of the platform on display. `shown`: the digest of that
 * platform, if `manifest` is an index. Rejects only with the signal's reason: the failure says why a list may be incomplete.
 */
export async function readDescribing(
  source: ImageSource,
  manifest: Manifest,
  shown: string,
  signal: AbortSignal,
): Promise<readonly Describing[]> {
  const own = describing(manifest.digest, () => readAttachments(source, manifest.digest, signal));
  if (manifest.kind !== 'index' || shown === manifest.digest) return [await own];
  const ofPlatform = describing(shown, async () => ({
    attachments: await readAttestations(source, manifest, shown, signal),
  }));
  return Promise.all([own, ofPlatform]);
}

async function describing(subject: string, read: () => Promise<Attachments>): Promise<Describing> {
  const found = await resultOrFailure(read);
  return found instanceof Failure ? { subject, attachments: [], failure: found } : { subject, ...found };
}

async function readArtifact(
  source: ImageSource,
  manifest: Exclude<Manifest, { readonly kind: 'image' | 'schema1' }> | ImageManifest,
  signal: AbortSignal,
): Promise<ArtifactFacts> {
  const { digest, annotations, faults, mediaType } = manifest;
  const config = 'config' in manifest ? manifest.config : undefined;
  const type = manifest.artifactType ?? config?.mediaType ?? mediaType;
  const layers = 'layers' in manifest ? manifest.layers : [];
  const created = dateOf(annotations['org.opencontainers.image.created']);
  const read = config?.mediaType === helmConfig ? await readChart(source, config.digest, signal) : undefined;
  const size = layers.reduce((sum, layer) => sum + layer.size, config?.size ?? 0);
  return {
    digest,
    type,
    ...defined({ created, chart: read?.value }),
    ...(manifest.kind === 'index' ? {} : { size }),
    annotations,
    files: layers.slice(0, mostFiles).map((layer) => ({
      ...defined({ title: layer.annotations?.['org.opencontainers.image.title'] }),
      mediaType: layer.mediaType,
      digest: layer.digest,
      size: layer.size,
    })),
    faults: [...faults, ...(read?.faults ?? [])],
  };
}

const helmConfig = 'application/vnd.cncf.helm.config.v1+json';
const text = z.nullish(z.string());
const texts = z.nullish(z.array(z.string()));
const chartAnswer = z.object({
  ...{ name: text, version: text, appVersion: text, description: text, kubeVersion: text, home: text },
  deprecated: z.nullish(z.boolean()),
  sources: texts,
  keywords: texts,
  maintainers: z.nullish(z.array(z.object({ name: text, email: text }))),
  dependencies: z.nullish(z.array(z.object({ name: text, version: text }))),
});

/** An unreadable description becomes a fault of the chart. A failure of the server or network rejects. */
async function readChart(
  source: ImageSource,
  digest: string,
  signal: AbortSignal,
): Promise<{ readonly value?: ChartFacts; readonly faults: readonly string[] }> {
  const bytes = await resultOrFailure(() => source.blob(digest, configMaxBytes, signal));
  if (bytes instanceof Failure) {
    if (isAboutServer(bytes)) throw bytes;
    return { faults: [`config ${digest}: ${bytes.message}`] };
  }
  const read = tolerate(chartAnswer, jsonIn(bytes));
  if (read === undefined) return { faults: ['config'] };
  const { deprecated, sources, keywords, maintainers, dependencies, ...rest } = read.value;
  const { name, version, appVersion, description, kubeVersion, home } = rest;
  const words = (...parts: readonly (string | null | undefined)[]) => parts.filter(Boolean).join(' ');
  return {
    value: {
      ...defined({
        name: name ?? undefined,
        version: version ?? undefined,
        appVersion: appVersion ?? undefined,
        description: description ?? undefined,
        kubeVersion: kubeVersion ?? undefined,
        home: home ?? undefined,
      }),
      isDeprecated: deprecated === true,
      sources: sources ?? [],
      keywords: keywords ?? [],
      maintainers: (maintainers ?? []).map(({ name: who, email }) => words(who, email && `<${email}>`)),
      dependencies: (dependencies ?? []).map((one) => words(one.name, one.version)),
    },
    faults: read.faults,
  };
}
