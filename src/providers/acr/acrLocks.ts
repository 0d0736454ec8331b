import pLimit from 'p-limit';
import { Failure } from '../../core/failure';
import type { Platform } from '../../core/model';
import type { ImageReference } from '../../core/reference';
import type { ImageSource } from '../../images/imageSource';
import type { Lock, RestoreLocks } from '../provider';
import type { AcrApi } from './acrApi';
import type { AttributesAnswer, ManifestAnswer, TagAnswer } from './acrAnswers';

/** How many locks are set or removed at the same time. */
const requestsAtOnce = 6;

/** The attributes without a lock. */
const unlocked = { deleteEnabled: true, writeEnabled: true };

/** Whether a lock prevents the deletion; each of the two kinds does: https://learn.microsoft.com/en-us/azure/container-registry/container-registry-image-lock */
export function isLocked(attributes: AttributesAnswer | null | undefined): boolean {
  return attributes?.deleteEnabled === false || attributes?.writeEnabled === false;
}

/** The tags and images that a lock may be on. */
interface Concerned {
  readonly tags: readonly TagAnswer[];
  readonly manifests: readonly ManifestAnswer[];
}

/** The locks in a registry: on repositories, on images and on tags. */
export class AcrLocks {
  constructor(private readonly api: AcrApi) {}

  /**
   * The locks that prevent a deletion: of an image with its tags if there is a digest, otherwise of a tag if the reference has one,
   * otherwise of the repository.
   */
  async locksAgainstDeletion(
    { path, tag }: ImageReference,
    digest: string | undefined,
    signal: AbortSignal,
  ): Promise<readonly Lock[]> {
    const [repository, concerned] = await Promise.all([
      this.api.attributes(path, '', signal),
      this.readAffected(path, tag, digest, signal),
    ]);
    return [...repositoryLock(repository), ...locksIn(concerned)];
  }

  /** The locks that prevent a deletion of images with their tags. */
  async locksOnImages(
    { path }: ImageReference,
    digests: readonly string[],
    signal: AbortSignal,
  ): Promise<readonly Lock[]> {
    const limit = pLimit(requestsAtOnce);
    const image = async (digest: string) => locksIn(await this.readAffected(path, undefined, digest, signal));
    const [repository, images] = await Promise.all([
      this.api.attributes(path, '', signal),
      Promise.all(digests.map((digest) => limit(image, digest))),
    ]);
    return [...repositoryLock(repository), ...images.flat()];
  }

  /** The platforms of indexes that have locks of their own. They stay when the indexes are deleted. */
  async lockedPlatforms(
    source: ImageSource,
    digests: readonly string[],
    signal: AbortSignal,
  ): Promise<readonly Platform[]> {
    const limit = pLimit(requestsAtOnce);
    const [images, manifests] = await Promise.all([
      Promise.all(digests.map((digest) => limit(() => source.manifest(digest, signal)))),
      this.api.everyManifest(source.repository.path, signal),
    ]);
    const locked = new Set(
      manifests.filter(({ changeableAttributes }) => isLocked(changeableAttributes)).map((one) => one.digest),
    );
    const children = images.flatMap((image) => (image.kind === 'index' ? image.manifests : []));
    return children.flatMap((child) => (locked.has(child.digest) ? (child.platform ?? []) : []));
  }

  /** See Locks.lift. */
  async lift({ path }: ImageReference, locks: readonly Lock[], signal: AbortSignal): Promise<RestoreLocks> {
    const lifted: { readonly lock: Lock; readonly attributes: AttributesAnswer }[] = [];
    const restore: RestoreLocks = async (isDeleted, its) => {
      const left = isDeleted ? lifted.filter(({ lock }) => lock.kind === 'repository') : lifted;
      await runAll(left, ({ lock, attributes }) =>
        ignoreNotFound(this.api.setAttributes(path, attributesPathOf(lock), attributes, its)),
      );
    };
    try {
      await runAll(locks, async (lock) => {
        const attributes = await this.api.attributes(path, attributesPathOf(lock), signal);
        await this.api.setAttributes(path, attributesPathOf(lock), unlocked, signal);
        lifted.push({ lock, attributes });
      });
    } catch (error) {
      // The user cancelled, or a request was refused. Nothing will be deleted, so the removed locks are set again.
      await restore(false, new AbortController().signal);
      throw error;
    }
    return restore;
  }

  private async readAffected(
    path: string,
    tag: string | undefined,
    digest: string | undefined,
    signal: AbortSignal,
  ): Promise<Concerned> {
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

function repositoryLock(attributes: AttributesAnswer): readonly Lock[] {
  return isLocked(attributes) ? [{ kind: 'repository' }] : [];
}

function locksIn({ tags, manifests }: Concerned): readonly Lock[] {
  return [
    ...tags
      .filter(({ changeableAttributes }) => isLocked(changeableAttributes))
      .map(({ name }) => ({ kind: 'tag' as const, name })),
    ...manifests
      .filter(({ changeableAttributes }) => isLocked(changeableAttributes))
      .map(({ digest }) => ({ kind: 'image' as const, digest })),
  ];
}

/** The path of a lock's attributes below its repository, as AcrApi.attributes takes it. */
function attributesPathOf(lock: Lock): string {
  switch (lock.kind) {
    case 'tag':
      return `_tags/${encodeURIComponent(lock.name)}`;
    case 'image':
      return `_manifests/${lock.digest}`;
    case 'repository':
      return '';
  }
}

/** Runs `act` for all, a few at the same time. Rejects only after all have settled, so that the caller knows which succeeded. */
async function runAll<T>(all: readonly T[], act: (one: T) => Promise<void>): Promise<void> {
  const limit = pLimit(requestsAtOnce);
  const results = await Promise.allSettled(all.map((one) => limit(act, one)));
  for (const result of results) if (result.status === 'rejected') throw result.reason;
}

async function ignoreNotFound(request: Promise<void>): Promise<void> {
  try {
    await request;
  } catch (error) {
    if (!(error instanceof Failure) || error.kind !== 'notFound') throw error;
  }
}
