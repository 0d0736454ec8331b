import { isIndexType } from '../../core/manifest';
import type { ImageDetails, Platform, Tag } from '../../core/model';
import { withTag } from '../../core/reference';
import type { ImageReference } from '../../core/reference';
import { isLocked } from './acrApi';
import type { ManifestAnswer, TagAnswer } from './answers';

/** A tag with what the manifest listing tells of its digest; without a size and platforms where it tells nothing. */
export function tagOf(
  repository: ImageReference,
  answer: TagAnswer,
  manifests: ReadonlyMap<string, ManifestAnswer>,
): Tag {
  return {
    kind: 'tag',
    label: answer.name,
    image: withTag(repository, answer.name),
    details: detailsOf(answer, manifests),
  };
}

function detailsOf(
  { digest, lastUpdateTime, createdTime, changeableAttributes }: TagAnswer,
  manifests: ReadonlyMap<string, ManifestAnswer>,
): ImageDetails {
  const manifest = manifests.get(digest);
  const { mediaType, configMediaType, imageSize } = manifest ?? {};
  const isIndex = isIndexType(mediaType);
  // Of an index the listing tells no platforms, and the sum of all of them.
  const size = isIndex ? 0 : (imageSize ?? 0);
  const created = dateOf(lastUpdateTime) ?? dateOf(createdTime);
  const isForeign = isKnown(configMediaType) && !configMediaType.includes('image');
  return {
    digest,
    mediaType: mediaType ?? '',
    type: isIndex ? 'index' : isForeign ? 'artifact' : 'image',
    ...(isForeign ? { artifactType: configMediaType } : {}),
    ...(created === undefined ? {} : { created }),
    ...(size > 0 ? { size } : {}),
    platforms: manifest === undefined ? [] : platformOf(manifest),
    labels: {},
    isLocked: isLocked(changeableAttributes) || isLocked(manifest?.changeableAttributes),
  };
}

/** BuildKit's attestations claim the platform unknown/unknown. */
function platformOf({ os, architecture }: Pick<ManifestAnswer, 'os' | 'architecture'>): readonly Platform[] {
  return isKnown(os) && isKnown(architecture) ? [{ os, architecture }] : [];
}

function isKnown(text: string | null | undefined): text is string {
  return typeof text === 'string' && text !== '' && text !== 'unknown';
}

function dateOf(text: string | null | undefined): Date | undefined {
  const date = new Date(text ?? '');
  return Number.isNaN(date.getTime()) ? undefined : date;
}
