import { defined } from '../../core/defined';
import { dateOf, isIndexType, isKnown, isManifestType } from '../../core/manifest';
import type { ImageDetails } from '../../core/model';
import { detailsFrom } from '../rows';
import { isLocked } from './acrLocks';
import type { ManifestAnswer, TagAnswer } from './acrAnswers';

/** The details of a tag from the tag listing. */
export function detailsOf({ digest, createdTime, lastUpdateTime, changeableAttributes }: TagAnswer): ImageDetails {
  const [created, updated] = [dateOf(createdTime), dateOf(lastUpdateTime)];
  return {
    ...detailsFrom({ digest, type: 'image', created, updated }),
    isLocked: isLocked(changeableAttributes),
    isPartial: true,
  };
}

/** Details of a tag, completed with those of its digest from the manifest listing. */
export function withManifest(details: ImageDetails, manifest: ManifestAnswer): ImageDetails {
  const { mediaType, configMediaType, imageSize, os, architecture, changeableAttributes } = manifest;
  const isIndex = isIndexType(mediaType);
  // For an index, the listing has no platforms, and a size that is not that of one image.
  const size = isIndex ? 0 : (imageSize ?? 0);
  const isForeign = isKnown(configMediaType) && !configMediaType.includes('image');
  const isOther = isKnown(mediaType) && !isIndex && !isManifestType(mediaType);
  const artifactType = isForeign ? configMediaType : isOther ? mediaType : undefined;
  return {
    ...details,
    mediaType: mediaType ?? '',
    type: isIndex ? 'index' : artifactType === undefined ? 'image' : 'artifact',
    ...defined({ artifactType }),
    ...(size > 0 ? { size } : {}),
    // BuildKit's attestations have the platform unknown/unknown.
    platforms: isKnown(os) && isKnown(architecture) ? [{ os, architecture }] : [],
    isPartial: false,
    isLocked: details.isLocked === true || isLocked(changeableAttributes),
  };
}
