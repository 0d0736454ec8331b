import { defined } from '../../core/defined';
import { dateOf, isIndexType, isKnown, isManifestType } from '../../core/manifest';
import type { ImageDetails } from '../../core/model';
import { detailsIn } from '../rows';
import { isLocked } from './acrLocks';
import type { ManifestAnswer, TagAnswer } from './acrAnswers';

/** What the tag listing says about a tag. */
export function detailsOf({ digest, createdTime, lastUpdateTime, changeableAttributes }: TagAnswer): ImageDetails {
  const [created, updated] = [dateOf(createdTime), dateOf(lastUpdateTime)];
  return {
    ...detailsIn({ digest, type: 'image', created, updated }),
    isLocked: isLocked(changeableAttributes),
    isPartial: true,
  };
}

/** The same, with what the manifest listing says about its digest. */
export function withManifest(told: ImageDetails, manifest: ManifestAnswer): ImageDetails {
  const { mediaType, configMediaType, imageSize, os, architecture, changeableAttributes } = manifest;
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
    ...defined({ artifactType }),
    ...(size > 0 ? { size } : {}),
    // BuildKit's attestations claim the platform unknown/unknown.
    platforms: isKnown(os) && isKnown(architecture) ? [{ os, architecture }] : [],
    isPartial: false,
    isLocked: told.isLocked === true || isLocked(changeableAttributes),
  };
}
