import { defined } from '../core/defined';
import type { Entry, ImageDetails, Platform, Repository, Tag } from '../core/model';
import { withTag } from '../core/reference';
import type { ImageReference } from '../core/reference';

/** A repository's row; `label`: what it is called below its parent. */
export function repositoryAt(host: string, path: string, label = path): Repository {
  return { kind: 'repository', label, image: { host, path } };
}

/** The row of a tag; without details where only its name is known. */
export function tagAt(repository: ImageReference, name: string, details?: ImageDetails): Tag {
  return {
    kind: 'tag',
    label: name,
    image: withTag(repository, name),
    ...defined({ details }),
  };
}

/** The entries that lead to an image: those that lead to its repository, and its tag where it has one. */
export function trailTo(image: ImageReference, above: readonly Entry[]): readonly Entry[] {
  return image.tag === undefined ? above : [...above, tagAt(image, image.tag)];
}

/** What a listing other than V2 says about an image. */
export interface ListedImage {
  readonly digest: string;
  readonly type: ImageDetails['type'];
  readonly mediaType?: string | null | undefined;
  readonly artifactType?: string | undefined;
  readonly created?: Date | undefined;
  readonly updated?: Date | undefined;
  /** Compressed bytes; none where the listing has no number for them. */
  readonly size?: number | null | undefined;
  readonly platforms?: readonly Platform[];
}

/** The details of a tag without what its listing does not tell. No listing tells labels. */
export function detailsIn(listed: ListedImage): ImageDetails {
  const { digest, type, mediaType, artifactType, created, updated, size, platforms = [] } = listed;
  return {
    digest,
    mediaType: mediaType ?? '',
    type,
    ...defined({ artifactType, created, updated }),
    ...(typeof size === 'number' && size > 0 ? { size } : {}),
    platforms,
    labels: {},
  };
}
