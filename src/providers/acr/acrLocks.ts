import pLimit from 'p-limit';
import { Failure } from '../../core/failure';
import type { Platform } from '../../core/model';
import type { ImageReference } from '../../core/reference';
import type { ImageSource } from '../../images/imageSource';
import type { Lock, LockAgain } from '../provider';
import type { AcrApi } from './acrApi';
import type { AttributesAnswer, ManifestAnswer, TagAnswer } from './acrAnswers';

/** Requests of one lifting at a time. */
const width = 6;

/** Attributes of something without a lock. */
const unlocked = { deleteEnabled: true, writeEnabled: true };

/** Either lock keeps it from being deleted: https://learn.microsoft.com/en-us/azure/container-registry/container-registry-image-lock */
export function isLocked(attributes: AttributesAnswer | null | undefined): boolean {
  return attributes?.deleteEnabled === false || attributes?.writeEnabled === false;
}

/** The locks in a registry: on repositories, on images and on tags. */
export class AcrLocks {
  constructor(private readonly api: AcrApi) {}

  /** The locks that keep a tag, an image with its tags (`digest`), or else the whole repository from being deleted. */
  async keeping(
    { path, tag }: ImageReference,
    digest: string | undefined,
    signal: AbortSignal,
  ): Promise<readonly Lock[]> {
    const [repository, { tags, manifests }] = await Promise.all([
      this.api.attributes(path, '', signal),
      this.concerned(path, tag, digest, signal),
    ]);
    return [
      ...(isLocked(repository) ? [{ kind: 'repository' as const }] : []),
      ...tags
        .filter(({ changeableAttributes }) => isLocked(changeableAttributes))
        .map(({ name }) => ({ kind: 'tag' as const, name })),
      ...manifests
        .filter(({ changeableAttributes }) => isLocked(changeableAttributes))
        .map((manifest) => ({ kind: 'image' as const, digest: manifest.digest })),
    ];
  }

  /** The platforms of an index that are locked themselves. Deleting the index deletes none of them. */
  async lockedPlatforms(source: ImageSource, digest: string, signal: AbortSignal): Promise<readonly Platform[]> {
    const [index, manifests] = await Promise.all([
      source.manifest(digest, signal),
      this.api.everyManifest(source.repository.path, signal),
    ]);
    if (index.kind !== 'index') return [];
    const locked = new Set(
      manifests.filter(({ changeableAttributes }) => isLocked(changeableAttributes)).map((one) => one.digest),
    );
    return index.manifests.flatMap((child) => (locked.has(child.digest) ? (child.platform ?? []) : []));
  }

  /** As Locks.lift. */
  async lift({ path }: ImageReference, locks: readonly Lock[], signal: AbortSignal): Promise<LockAgain> {
    const lifted: { readonly lock: Lock; readonly attributes: AttributesAnswer }[] = [];
    const again: LockAgain = async (isDeleted, its) => {
      const left = isDeleted ? lifted.filter(({ lock }) => lock.kind === 'repository') : lifted;
      await inTurn(left, ({ lock, attributes }) => unlessGone(this.api.change(path, placeOf(lock), attributes, its)));
    };
    try {
      await inTurn(locks, async (lock) => {
        const attributes = await this.api.attributes(path, placeOf(lock), signal);
        await this.api.change(path, placeOf(lock), unlocked, signal);
        lifted.push({ lock, attributes });
      });
    } catch (error) {
      // Cancelled or refused: nothing is deleted, so nothing stays unlocked.
      await again(false, new AbortController().signal);
      throw error;
    }
    return again;
  }

  private async concerned(
    path: string,
    tag: string | undefined,
    digest: string | undefined,
    signal: AbortSignal,
  ): Promise<{ readonly tags: readonly TagAnswer[]; readonly manifests: readonly ManifestAnswer[] }> {
    if (digest !== undefined) {
      const [tags, manifest] = await Promise.all([
        this.api.tagsOn(path, digest, signal),
        this.api.manifest(path, digest, signal),
      ]);
      return { tags, manifests: [manifest] };
    }
    if (tag !== undefined) return { tags: [await this.api.tag(path, tag, signal)], manifests: [] };
    const [tags, manifests] = await Promise.all([
      this.api.everyTag(path, signal),
      this.api.everyManifest(path, signal),
    ]);
    return { tags, manifests };
  }
}

/** Where the attributes of what is locked are, below its repository. */
function placeOf(lock: Lock): string {
  switch (lock.kind) {
    case 'tag':
      return `_tags/${encodeURIComponent(lock.name)}`;
    case 'image':
      return `_manifests/${lock.digest}`;
    case 'repository':
      return '';
  }
}

/** A few at a time. Rejects once all have settled, so that what was done is known. */
async function inTurn<T>(all: readonly T[], act: (one: T) => Promise<void>): Promise<void> {
  const limit = pLimit(width);
  const results = await Promise.allSettled(all.map((one) => limit(act, one)));
  for (const result of results) if (result.status === 'rejected') throw result.reason;
}

async function unlessGone(setting: Promise<void>): Promise<void> {
  try {
    await setting;
  } catch (error) {
    if (!(error instanceof Failure) || error.kind !== 'notFound') throw error;
  }
}
