import { z } from 'zod/mini';
import { dateOf, isIndexType } from '../../core/manifest';
import type { ImageDetails } from '../../core/model';
import { check, digestPattern } from '../../core/schemas';
import type { TagsAnswer } from '../../core/schemas';

/** Numbers come as text. https://github.com/google/go-containerregistry/blob/v0.20.6/pkg/v1/google/list.go `rawManifestInfo` */
const images = z.record(
  z.string().check(z.regex(digestPattern)),
  z.object({
    imageSizeBytes: z.nullish(z.string()),
    mediaType: z.nullish(z.string()),
    timeCreatedMs: z.nullish(z.string()),
    timeUploadedMs: z.nullish(z.string()),
    tag: z.nullish(z.array(z.string())),
  }),
);
const children = z.array(z.string());

export interface ToldByGoogle {
  /** By tag. */
  readonly details: ReadonlyMap<string, ImageDetails>;
  /** Names of repositories right below the one that was asked for. */
  readonly below: readonly string[];
}

/** What Google's registries, and those that carry on their code, tell of tags beyond V2; nothing of any other's. */
export function toldByGoogle({ manifest, child }: TagsAnswer): ToldByGoogle {
  const read = check(images, manifest);
  const below = check(children, child);
  const details = Object.entries(read.success ? read.data : {}).flatMap(([digest, image]) => {
    const told = detailsOf(digest, image);
    return (image.tag ?? []).map((tag) => [tag, told] as const);
  });
  return { details: new Map(details), below: below.success ? below.data : [] };
}

function detailsOf(digest: string, image: z.infer<typeof images>[string]): ImageDetails {
  const { imageSizeBytes, mediaType, timeCreatedMs, timeUploadedMs } = image;
  const isIndex = isIndexType(mediaType);
  // Builds that are to be the same each time say that they were made in 1970 or 1980; the upload has a true date.
  const created = dateOf(positive(timeUploadedMs)) ?? dateOf(positive(timeCreatedMs));
  const size = isIndex ? undefined : positive(imageSizeBytes);
  return {
    digest,
    mediaType: mediaType ?? '',
    type: isIndex ? 'index' : 'image',
    ...(created === undefined ? {} : { created }),
    ...(size === undefined ? {} : { size }),
    platforms: [],
    labels: {},
  };
}

/** Within what a Date can hold. */
function positive(text: string | null | undefined): number | undefined {
  const number = Number(text ?? '');
  return number > 0 && number <= 8.64e15 ? number : undefined;
}
