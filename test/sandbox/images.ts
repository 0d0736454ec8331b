import type { Annotations, Blob, Descriptor, Layer, Platform } from './blob';
import { descriptorOf, digestOf, jsonBlob } from './blob';

export const mediaTypes = {
  ociIndex: 'application/vnd.oci.image.index.v1+json',
  ociManifest: 'application/vnd.oci.image.manifest.v1+json',
  ociConfig: 'application/vnd.oci.image.config.v1+json',
  ociLayer: 'application/vnd.oci.image.layer.v1.tar+gzip',
  ociEmpty: 'application/vnd.oci.empty.v1+json',
  dockerList: 'application/vnd.docker.distribution.manifest.list.v2+json',
  dockerManifest: 'application/vnd.docker.distribution.manifest.v2+json',
  dockerConfig: 'application/vnd.docker.container.image.v1+json',
  dockerLayer: 'application/vnd.docker.image.rootfs.diff.tar.gzip',
} as const;

type Format = 'oci' | 'docker';

/** A manifest or index with all that must be stored for a registry to serve it. */
export interface BuiltManifest {
  readonly digest: string;
  readonly mediaType: string;
  readonly bytes: Buffer;
  /** Config and layers; those of the children are with the children. */
  readonly blobs: readonly Blob[];
  /** What an index lists. */
  readonly children: readonly BuiltManifest[];
  /** Compressed bytes of the layers of this manifest; 0 for an index. */
  readonly layersSize: number;
  readonly platform?: Platform;
  readonly artifactType?: string;
  readonly annotations?: Annotations;
  /** Digest of the manifest this one refers to. */
  readonly subject?: string;
}

interface HistoryEntry {
  readonly createdBy: string;
  readonly comment?: string;
  readonly emptyLayer?: boolean;
}

export interface ImageOptions {
  readonly format?: Format;
  readonly platform?: Platform;
  readonly created?: Date;
  readonly author?: string;
  readonly layers?: readonly Layer[];
  readonly history?: readonly HistoryEntry[];
  readonly labels?: Readonly<Record<string, string>>;
  readonly env?: readonly string[];
  readonly entrypoint?: readonly string[];
  readonly cmd?: readonly string[];
  readonly workingDir?: string;
  readonly exposedPorts?: readonly string[];
  readonly user?: string;
  /** Other fields of the `config` in the config. */
  readonly run?: Readonly<Record<string, unknown>>;
  readonly annotations?: Annotations;
}

interface ManifestParts {
  readonly mediaType?: string;
  readonly config: Blob;
  readonly layers: readonly { readonly blob: Blob; readonly annotations?: Annotations }[];
  readonly artifactType?: string;
  readonly annotations?: Annotations;
  readonly subject?: BuiltManifest;
}

// Three spaces is how Docker prints manifests: a client that reserialises JSON instead of keeping bytes is found out.
const printed = (body: unknown): Buffer => Buffer.from(JSON.stringify(body, undefined, 3));

/** A single manifest of any kind: image, chart, artifact, attestation or signature. */
export function buildManifest(parts: ManifestParts): BuiltManifest {
  const { mediaType = mediaTypes.ociManifest, config, layers, artifactType, annotations, subject } = parts;
  const optional = {
    ...(artifactType === undefined ? {} : { artifactType }),
    ...(annotations === undefined ? {} : { annotations }),
  };
  const bytes = printed({
    schemaVersion: 2,
    mediaType,
    ...optional,
    config: descriptorOf(config),
    layers: layers.map((part) => ({
      ...descriptorOf(part.blob),
      ...(part.annotations ? { annotations: part.annotations } : {}),
    })),
    ...(subject ? { subject: descriptorOf(subject) } : {}),
  });
  return {
    digest: digestOf(bytes),
    mediaType,
    bytes,
    blobs: [config, ...layers.map((part) => part.blob)],
    children: [],
    layersSize: layers.reduce((total, part) => total + part.blob.bytes.length, 0),
    ...optional,
    ...(subject ? { subject: subject.digest } : {}),
  };
}

function imageConfig(options: ImageOptions, platform: Platform): unknown {
  const { created = new Date(0), author, layers = [], labels, env, entrypoint, cmd, workingDir, user } = options;
  const history = options.history ?? layers.map((_, index) => ({ createdBy: `COPY layer-${index} /` }));
  const date = created.toISOString();
  return {
    ...platform,
    created: date,
    author,
    config: {
      User: user,
      ExposedPorts: options.exposedPorts && Object.fromEntries(options.exposedPorts.map((port) => [port, {}])),
      Env: env,
      Entrypoint: entrypoint,
      Cmd: cmd,
      WorkingDir: workingDir,
      Labels: labels,
      ...options.run,
    },
    rootfs: { type: 'layers', diff_ids: layers.map((part) => part.diffId) },
    history: history.map(({ createdBy, comment, emptyLayer }: HistoryEntry) => ({
      created: date,
      created_by: createdBy,
      comment,
      empty_layer: emptyLayer,
    })),
  };
}

/** A runnable image: https://github.com/opencontainers/image-spec/blob/v1.1.1/config.md */
export function buildImage(options: ImageOptions = {}): BuiltManifest {
  const { format = 'oci', platform = { os: 'linux', architecture: 'amd64' }, layers = [], annotations } = options;
  const docker = format === 'docker';
  const layerType = docker ? mediaTypes.dockerLayer : mediaTypes.ociLayer;
  const manifest = buildManifest({
    mediaType: docker ? mediaTypes.dockerManifest : mediaTypes.ociManifest,
    config: jsonBlob(docker ? mediaTypes.dockerConfig : mediaTypes.ociConfig, imageConfig(options, platform)),
    layers: layers.map(({ bytes, digest }) => ({ blob: { bytes, digest, mediaType: layerType } })),
    ...(annotations ? { annotations } : {}),
  });
  return { ...manifest, platform };
}

export interface IndexChild {
  readonly manifest: BuiltManifest;
  /** Overrides the platform the image was built for. */
  readonly platform?: Platform;
  readonly annotations?: Annotations;
}

export interface IndexOptions {
  readonly format?: Format;
  readonly annotations?: Annotations;
}

/** An OCI index or Docker manifest list; children keep their order. */
export function buildIndex(children: readonly IndexChild[], options: IndexOptions = {}): BuiltManifest {
  const mediaType = options.format === 'docker' ? mediaTypes.dockerList : mediaTypes.ociIndex;
  const annotations = options.annotations ? { annotations: options.annotations } : {};
  const manifests = children.map((child): Descriptor => {
    const platform = child.platform ?? child.manifest.platform;
    return {
      ...descriptorOf(child.manifest),
      ...(platform ? { platform } : {}),
      ...(child.annotations ? { annotations: child.annotations } : {}),
    };
  });
  const bytes = printed({ schemaVersion: 2, mediaType, manifests, ...annotations });
  return {
    digest: digestOf(bytes),
    mediaType,
    bytes,
    blobs: [],
    children: children.map((child) => child.manifest),
    layersSize: 0,
    ...annotations,
  };
}

/** What an annotation or the config says, of an index its first image's. */
export function createdOf({ annotations, blobs, children }: BuiltManifest): Date {
  const annotated = annotations?.['org.opencontainers.image.created'];
  if (annotated !== undefined) return new Date(annotated);
  const [first] = children;
  if (first !== undefined) return createdOf(first);
  const config = blobs.find(({ mediaType }) => mediaType.includes('config'));
  const { created } = (config === undefined ? {} : JSON.parse(config.bytes.toString())) as { created?: string };
  return created === undefined ? new Date(0) : new Date(created);
}
