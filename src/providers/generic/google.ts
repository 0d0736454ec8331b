import { z } from 'zod/mini';
import { dateOf, isIndexType } from '../../core/manifest';
import type { ImageDetails, Repository } from '../../core/model';
import { check, digestAnswer } from '../../core/schemas';
import type { TagsAnswer } from '../../core/schemas';
import { detailsIn, repositoryAt } from '../rows';
import type { OwnListing, ToldBeside } from '../tagListing';

/** Numbers come as text. https://github.com/google/go-containerregistry/blob/v0.20.6/pkg/v1/google/list.go `rawManifestInfo` */
const images = z.record(
  digestAnswer,
  z.object({
    imageSizeBytes: z.nullish(z.string()),
    mediaType: z.nullish(z.string()),
    timeCreatedMs: z.nullish(z.string()),
    timeUploadedMs: z.nullish(z.string()),
    tag: z.nullish(z.array(z.string())),
  }),
);
const children = z.array(z.string());

/** What Google's registries, and those that carry on their code, tell of tags beyond V2; nothing of any other's. */
export function readGoogleTags({ manifest, child }: TagsAnswer): ToldBeside {
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
  return detailsIn({
    digest,
    mediaType,
    type: isIndex ? 'index' : 'image',
    // Builds that are to be the same each time say that they were made in 1970 or 1980; the upload has a true date.
    created: dateOf(positive(timeUploadedMs)) ?? dateOf(positive(timeCreatedMs)),
    size: isIndex ? undefined : positive(imageSizeBytes),
  });
}

/** A repository's tags have dates there, and a repository may hold others, which its own list of tags names. */
export const googleListing: OwnListing = { beside: readGoogleTags, trail };

function trail(path: string, added: readonly Repository[]): readonly Repository[] | undefined {
  const above = added.find(({ label }) => path.startsWith(`${label}/`));
  if (above === undefined) return undefined;
  const names = path.slice(above.label.length + 1).split('/');
  const below = names.map((name, index) =>
    repositoryAt(above.image.host, [above.label, ...names.slice(0, index + 1)].join('/'), name),
  );
  return [above, ...below];
}

/** Within what a Date can hold. */
function positive(text: string | null | undefined): number | undefined {
  const number = Number(text ?? '');
  return number > 0 && number <= 8.64e15 ? number : undefined;
}
