import { dateOf, isIndexType, isManifestType } from '../../core/manifest';
import type { ImageDetails, Platform, Tag } from '../../core/model';
import { withTag } from '../../core/reference';
import type { ImageReference } from '../../core/reference';
import { isLocked } from './acrApi';
import type { ManifestAnswer, TagAnswer } from './acrAnswers';

/** A tag with what its own listing tells, and that of manifests of its digest, if it was read as far. */
export function tagOf(repository: ImageReference, answer: TagAnswer, manifest: ManifestAnswer | undefined): Tag {
  const told = detailsOf(answer);
  return {
    kind: 'tag',
    label: answer.name,
    image: withTag(repository, answer.name),
    details: manifest === undefined ? told : withManifest(told, manifest),
  };
}

export function detailsOf({ digest, createdTime, lastUpdateTime, changeableAttributes }: TagAnswer): ImageDetails {
  const [created, updated] = [dateOf(createdTime), dateOf(lastUpdateTime)];
  return {
    digest,
    mediaType: '',
    type: 'image',
    ...(created === undefined ? {} : { created }),
    ...(updated === undefined ? {} : { updated }),
    platforms: [],
    labels: {},
    isLocked: isLocked(changeableAttributes),
    isPartial: true,
  };
}

export function withManifest(told: ImageDetails, manifest: ManifestAnswer): ImageDetails {
  const { mediaType, configMediaType, imageSize, changeableAttributes } = manifest;
  const isIndex = isIndexType(mediaType);
  // Of an index the listing tells no platforms, and the sum of all of them.
  const size = isIndex ? 0 : (imageSize ?? 0);
  const isForeign = isKnown(configMediaType) && !configMediaType.includes('image');
  const isOther = isKnown(mediaType) && !isIndex && !isManifestType(mediaType);
  const artifactType = isForeign ? configMediaType : isOther ? mediaType : undefined;
  return {
    ...told,
    mediaType: mediaType ?? '',
    type: isIndex ? 'index' : artifactType === undefined ? 'image' : 'artifact',
    ...(artifactType === undefined ? {} : { artifactType }),
    ...(size > 0 ? { size } : {}),
    platforms: platformOf(manifest),
    isPartial: false,
    isLocked: told.isLocked === true || isLocked(changeableAttributes),
  };
}

/** BuildKit's attestations claim the platform unknown/unknown. */
function platformOf({ os, architecture }: Pick<ManifestAnswer, 'os' | 'architecture'>): readonly Platform[] {
  return isKnown(os) && isKnown(architecture) ? [{ os, architecture }] : [];
}

function isKnown(text: string | null | undefined): text is string {
  return typeof text === 'string' && text !== '' && text !== 'unknown';
}
