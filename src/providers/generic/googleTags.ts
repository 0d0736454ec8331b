import { z } from 'zod/mini';
import { dateOf, isIndexType } from '../../core/manifest';
import type { ImageDetails, Repository } from '../../core/model';
import { check, digestAnswer } from '../../core/schemas';
import type { TagsAnswer } from '../../core/schemas';
import { detailsFrom, repositoryAt } from '../rows';
import type { OwnListing, TagsExtras } from '../tagListing';

/** Numbers are sent as text. https://github.com/google/go-containerregistry/blob/v0.20.6/pkg/v1/google/list.go `rawManifestInfo` */
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

/** Additional facts in lists of tags, from Google's registries and others with the same code; empty for all other registries. */
export function readGoogleTags({ manifest, child }: TagsAnswer): TagsExtras {
  const read = check(images, manifest);
  const below = check(children, child);
  const details = Object.entries(read.success ? read.data : {}).flatMap(([digest, image]) => {
    const details = detailsOf(digest, image);
    return (image.tag ?? []).map((tag) => [tag, details] as const);
  });
  return { details: new Map(details), below: below.success ? below.data : [] };
}

function detailsOf(digest: string, image: z.infer<typeof images>[string]): ImageDetails {
  const { imageSizeBytes, mediaType, timeCreatedMs, timeUploadedMs } = image;
  const isIndex = isIndexType(mediaType);
  return detailsFrom({
    digest,
    mediaType,
    type: isIndex ? 'index' : 'image',
    // Reproducible builds have a creation date in 1970 or 1980; the date of the upload is real.
    created: dateOf(positive(timeUploadedMs)) ?? dateOf(positive(timeCreatedMs)),
    size: isIndex ? undefined : positive(imageSizeBytes),
  });
}

/** Google's lists of tags have dates, and name the repositories inside a repository. */
export const googleListing: OwnListing = { readExtras: readGoogleTags, repositoriesTo };

function repositoriesTo(path: string, added: readonly Repository[]): readonly Repository[] | undefined {
  const above = added.find(({ label }) => path.startsWith(`${label}/`));
  if (above === undefined) return undefined;
  const names = path.slice(above.label.length + 1).split('/');
  const below = names.map((name, index) =>
    repositoryAt(above.image.host, [above.label, ...names.slice(0, index + 1)].join('/'), name),
  );
  return [above, ...below];
}

/** A positive number that is also valid as a Date; otherwise undefined. */
function positive(text: string | null | undefined): number | undefined {
  const number = Number(text ?? '');
  return number > 0 && number <= 8.64e15 ? number : undefined;
}
