import type { Annotations, Descriptor } from './blob';
import { digestOf } from './blob';
import { manifestsOf, type SeedRepository } from './seed';

export interface StoredManifest {
  readonly digest: string;
  readonly mediaType: string;
  readonly bytes: Buffer;
}

export interface StoredRepository {
  readonly manifests: Map<string, StoredManifest>;
  readonly tags: Map<string, string>;
  /** Digests that may be read through this repository. */
  readonly blobs: Set<string>;
}

export interface V2Store {
  readonly repositories: Map<string, StoredRepository>;
  readonly blobs: Map<string, Buffer>;
  readonly uploads: Map<string, Buffer>;
}

/** The fields of any manifest that a registry looks at. */
export interface ManifestJson {
  readonly mediaType?: string;
  readonly artifactType?: string;
  readonly annotations?: Annotations;
  readonly config?: Descriptor;
  readonly layers?: readonly Descriptor[];
  readonly manifests?: readonly Descriptor[];
  readonly subject?: Descriptor;
}

export function emptyRepository(): StoredRepository {
  return { manifests: new Map(), tags: new Map(), blobs: new Set() };
}

export function createStore(seeds: readonly SeedRepository[]): V2Store {
  const store: V2Store = { repositories: new Map(), blobs: new Map(), uploads: new Map() };
  for (const seed of seeds) {
    const repository = emptyRepository();
    store.repositories.set(seed.name, repository);
    for (const manifest of manifestsOf(seed)) {
      repository.manifests.set(manifest.digest, manifest);
      for (const { digest, bytes } of manifest.blobs) {
        store.blobs.set(digest, bytes);
        repository.blobs.add(digest);
      }
    }
    for (const [tag, { digest }] of Object.entries(seed.tags)) repository.tags.set(tag, digest);
  }
  return store;
}

export function findManifest(repository: StoredRepository, reference: string): StoredManifest | undefined {
  return repository.manifests.get(repository.tags.get(reference) ?? reference);
}

export function parseManifest({ bytes }: { readonly bytes: Buffer }): ManifestJson {
  return JSON.parse(bytes.toString()) as ManifestJson;
}

/** https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md#listing-referrers */
export function referrersOf(repository: StoredRepository, subject: string): Descriptor[] {
  return [...repository.manifests.values()].flatMap((manifest) => {
    const json = parseManifest(manifest);
    if (json.subject?.digest !== subject) return [];
    const artifactType = json.artifactType ?? json.config?.mediaType;
    return [
      {
        mediaType: manifest.mediaType,
        digest: manifest.digest,
        size: manifest.bytes.length,
        ...(artifactType === undefined ? {} : { artifactType }),
        ...(json.annotations ? { annotations: json.annotations } : {}),
      },
    ];
  });
}

/** What a manifest names and the repository lacks. */
export function missingContent(repository: StoredRepository, json: ManifestJson): string[] {
  const blobs = [json.config, ...(json.layers ?? [])].flatMap((entry) => (entry ? [entry.digest] : []));
  const children = (json.manifests ?? []).map((entry) => entry.digest);
  return [
    ...blobs.filter((digest) => !repository.blobs.has(digest)),
    ...children.filter((digest) => !repository.manifests.has(digest)),
  ];
}

export function storeBlob(store: V2Store, repository: StoredRepository, bytes: Buffer): string {
  const digest = digestOf(bytes);
  store.blobs.set(digest, bytes);
  repository.blobs.add(digest);
  return digest;
}
