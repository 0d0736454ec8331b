import { groupBy } from '../core/groupBy';
import type { Platform } from '../core/model';
import { platformKey } from '../core/platform';

/** One image of an index, or a single image. */
export interface ImageOfPlatform {
  /** Absent when nothing names it. */
  readonly platform?: Platform;
  readonly digest: string;
}

/** Each image of both sides once, in the order of its index. */
export interface PlatformChanges {
  readonly same: readonly ImageOfPlatform[];
  readonly changed: readonly { readonly before: ImageOfPlatform; readonly after: ImageOfPlatform }[];
  readonly removed: readonly ImageOfPlatform[];
  readonly added: readonly ImageOfPlatform[];
}

/**
 * The images of two indexes by platform, which are equal as `platformKey` says; those without one belong together. An index may have
 * several of one platform: those that are on both sides come first, then the others in their order. Attestations are no images:
 * whoever calls leaves them out.
 */
export function comparePlatforms(
  before: readonly ImageOfPlatform[],
  after: readonly ImageOfPlatform[],
): PlatformChanges {
  const [old, now] = [splitBy(before, after), splitBy(after, before)];
  const waiting = groupBy(now.left, keyOf);
  const pairs = old.left.map((image) => ({ before: image, after: waiting.get(keyOf(image))?.shift() }));
  const added = new Set([...waiting.values()].flat());
  return {
    same: old.shared,
    changed: pairs.flatMap(({ before: image, after: next }) =>
      next === undefined ? [] : [{ before: image, after: next }],
    ),
    removed: pairs.flatMap(({ before: image, after: next }) => (next === undefined ? [image] : [])),
    added: now.left.filter((image) => added.has(image)),
  };
}

function keyOf({ platform }: ImageOfPlatform): string {
  return platform === undefined ? '' : platformKey(platform);
}

/** The images that the other side has too, as often as it has them, and those left. */
function splitBy(images: readonly ImageOfPlatform[], others: readonly ImageOfPlatform[]) {
  const idOf = (image: ImageOfPlatform) => `${keyOf(image)}\n${image.digest}`;
  const free = groupBy(others, idOf);
  const split: { readonly shared: ImageOfPlatform[]; readonly left: ImageOfPlatform[] } = { shared: [], left: [] };
  for (const image of images) (free.get(idOf(image))?.pop() === undefined ? split.left : split.shared).push(image);
  return split;
}
