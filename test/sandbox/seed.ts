import { mkdirSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import type { BuiltManifest } from './images';

/** A repository to be found in a registry at the start. */
export interface SeedRepository {
  readonly name: string;
  readonly tags: Readonly<Record<string, BuiltManifest>>;
  readonly untagged?: readonly BuiltManifest[];
}

/**
 * Synchronous calls write tens of thousands of small files several times as fast as promises do; giving way after each
 * batch keeps the servers of the same process answering.
 */
async function writeFiles(files: Iterable<readonly [path: string, content: Buffer | string]>): Promise<void> {
  let written = 0;
  for (const [path, content] of files) {
    // A blob being served must not be truncated by writing the same bytes again.
    if (typeof content !== 'string' && statSync(path, { throwIfNoEntry: false })?.size === content.length) continue;
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, content);
    if (++written % 200 === 0) await setImmediate();
  }
  await setImmediate();
}

const hexOf = (digest: string): string => digest.slice('sha256:'.length);

/** A manifest with all it reaches: children, and theirs. */
export function withChildren(manifest: BuiltManifest): BuiltManifest[] {
  return [manifest, ...manifest.children.flatMap(withChildren)];
}

/** Every manifest a repository holds, each once. */
export function manifestsOf({ tags, untagged = [] }: SeedRepository): BuiltManifest[] {
  const tagged = new Set(Object.values(tags));
  const all = [...tagged, ...untagged].flatMap(withChildren);
  return [...new Map(all.map((manifest) => [manifest.digest, manifest])).values()];
}

/** Blob files by path; a map, so that content shared between repositories is written once. */
function blobFiles(base: string, repositories: readonly SeedRepository[]): Map<string, Buffer> {
  const files = new Map<string, Buffer>();
  for (const manifest of new Set(repositories.flatMap(manifestsOf))) {
    for (const { digest, bytes } of [manifest, ...manifest.blobs]) {
      const hex = hexOf(digest);
      files.set(join(base, 'blobs/sha256', hex.slice(0, 2), hex, 'data'), bytes);
    }
  }
  return files;
}

function* linkFiles(home: string, repository: SeedRepository): Generator<[path: string, digest: string]> {
  const layers = new Set<string>();
  for (const manifest of manifestsOf(repository)) {
    yield [join(home, '_manifests/revisions/sha256', hexOf(manifest.digest), 'link'), manifest.digest];
    for (const { digest } of manifest.blobs) layers.add(digest);
  }
  for (const digest of layers) yield [join(home, '_layers/sha256', hexOf(digest), 'link'), digest];
  for (const [tag, { digest }] of Object.entries(repository.tags)) {
    yield [join(home, '_manifests/tags', tag, 'index/sha256', hexOf(digest), 'link'), digest];
    yield [join(home, '_manifests/tags', tag, 'current/link'), digest];
  }
}

/**
 * Writes repositories as the files of docker-registry's filesystem driver. A running registry sees them at once: blobs
 * come first and the `current` link of a tag last, so it never meets a tag whose content is missing.
 */
export async function seedFilesystem(root: string, repositories: readonly SeedRepository[]): Promise<void> {
  const base = join(root, 'docker/registry/v2');
  await writeFiles(blobFiles(base, repositories));
  for (const repository of repositories) {
    const home = join(base, 'repositories', repository.name);
    // The catalog lists what has `_layers`, also when nothing is in it.
    for (const part of ['_uploads', '_layers', '_manifests/tags']) mkdirSync(join(home, part), { recursive: true });
    await writeFiles(linkFiles(home, repository));
  }
}
