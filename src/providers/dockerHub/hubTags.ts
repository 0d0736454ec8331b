import { platformImage } from '../../images/imageReader';
import { dateOf, isKnown, platformOf } from '../../core/manifest';
import type { ImageDetails, PlatformImage, Tag } from '../../core/model';
import type { ImageReference } from '../../core/reference';
import { detailsIn, tagAt } from '../rows';
import type { TagAnswer } from './hubAnswers';

/** A tag with all that its row and tooltip show, so that no manifest is asked for: that would count as a pull. */
export function tagOf(repository: ImageReference, answer: TagAnswer): Tag {
  return tagAt(repository, answer.name, detailsOf(answer));
}

/** The platforms of a tag; those without a digest, of long ago, cannot be asked for. */
export function platformsOf(repository: ImageReference, answer: TagAnswer): readonly PlatformImage[] {
  return imagesOf(answer).flatMap(({ platform, digest, size }) =>
    digest === undefined
      ? []
      : [platformImage(repository, digest, platform, size > 0 ? size : undefined, { attachments: [] })],
  );
}

/** Nothing of an index so old that the Hub knows no digest of it; its only image has another. */
export function digestOf(answer: TagAnswer): string | undefined {
  if (isKnown(answer.digest)) return answer.digest;
  return isIndex(answer) ? undefined : imagesOf(answer)[0]?.digest;
}

function isIndex(answer: TagAnswer): boolean {
  return /index|list/.test(answer.media_type ?? '') || imagesOf(answer).length > 1;
}

/**
 * `media_type` is that of an index, or of an image's config, which tells a chart from an image also where the Hub has no name
 * for what it holds.
 */
function artifactTypeOf({ content_type: content, media_type: mediaType }: TagAnswer): string | undefined {
  const isNamedSo = isKnown(content) && content !== 'image' && content !== 'unrecognized';
  const isForeign =
    isKnown(mediaType) && !/image|distribution\.manifest|^application\/(octet-stream|json)$/.test(mediaType);
  if (isForeign) return mediaType;
  return isNamedSo ? content : undefined;
}

function detailsOf(answer: TagAnswer): ImageDetails | undefined {
  const digest = digestOf(answer);
  const images = imagesOf(answer);
  const created = dateOf(answer.tag_last_pushed) ?? dateOf(answer.last_updated);
  if (digest === undefined && created === undefined && images.length === 0) return undefined;
  const { full_size: fullSize, media_type: mediaType } = answer;
  const size = typeof fullSize === 'number' && fullSize > 0 ? fullSize : Math.max(0, ...images.map((one) => one.size));
  const artifactType = artifactTypeOf(answer);
  return detailsIn({
    digest: digest ?? '',
    mediaType,
    type: artifactType !== undefined ? 'artifact' : isIndex(answer) ? 'index' : 'image',
    artifactType,
    created,
    size,
    platforms: images.flatMap(({ platform }) => platform ?? []),
  });
}

/**
 * BuildKit's attestations claim the platform unknown/unknown. Of what was pushed long ago, the Hub names an architecture and
 * leaves the system empty: there was linux alone.
 */
function imagesOf({ images }: TagAnswer) {
  return (images ?? []).flatMap(({ os, architecture, variant, os_version: osVersion, digest, size }) => {
    if (os === 'unknown' && architecture === 'unknown') return [];
    const system = isKnown(architecture) && !isKnown(os) ? 'linux' : os;
    const platform = platformOf({ os: system, architecture, variant, 'os.version': osVersion });
    return [{ platform, digest: isKnown(digest) ? digest : undefined, size: size ?? 0 }];
  });
}
