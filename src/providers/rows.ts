import { defined } from '../core/defined';
import type { Entry, ImageDetails, Platform, Repository, Tag } from '../core/model';
import { withTag } from '../core/reference';
import type { ImageReference } from '../core/reference';

/** The row of a repository. `label`: its name below its parent. `updated`: if the list has it. */
export function repositoryAt(host: string, path: string, label = path, updated?: Date): Repository {
  return { kind: 'repository', label, image: { host, path }, ...defined({ updated }) };
}

/** The row of a tag, without details if only its name is known. */
export function tagAt(repository: ImageReference, name: string, details?: ImageDetails): Tag {
  const image = withTag(repository, name);
  // Made by the ten thousand: `defined` would take as long as all the rest.
  return details === undefined ? { kind: 'tag', label: name, image } : { kind: 'tag', label: name, image, details };
}

/** The entries that lead to an image: those above its tag, and the tag if the image names one. */
export function entriesTo(image: ImageReference, above: readonly Entry[]): readonly Entry[] {
  return image.tag === undefined ? above : [...above, tagAt(image, image.tag)];
}

/** The facts about an image in a listing other than that of V2. */
export interface ListedImage {
  readonly digest: string;
  readonly type: ImageDetails['type'];
  readonly mediaType?: string | null | undefined;
  readonly artifactType?: string | undefined;
  readonly created?: Date | undefined;
  readonly updated?: Date | undefined;
  /** Compressed bytes; absent if the listing does not say. */
  readonly size?: number | null | undefined;
  readonly platforms?: readonly Platform[];
}

/** Details of a tag from a listing. No listing has labels. */
export function detailsFrom(listed: ListedImage): ImageDetails {
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
