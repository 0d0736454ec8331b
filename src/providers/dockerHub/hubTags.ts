import { platformImage } from '../../images/imageReader';
import { dateOf, isKnown, platformOf } from '../../core/manifest';
import type { ImageDetails, PlatformImage, Tag } from '../../core/model';
import type { ImageReference } from '../../core/reference';
import { detailsFrom, tagAt } from '../rows';
import type { TagAnswer } from './hubAnswers';

/** A tag with everything that its row and tooltip show, so that no manifest is read: that would count as a pull. */
export function tagOf(repository: ImageReference, answer: TagAnswer): Tag {
  return tagAt(repository, answer.name, detailsOf(answer));
}

/** The platforms of a tag. Old ones without a digest are left out, because they cannot be read. */
export function platformsOf(repository: ImageReference, answer: TagAnswer): readonly PlatformImage[] {
  return imagesOf(answer).flatMap(({ platform, digest, size }) =>
    digest === undefined
      ? []
      : [platformImage(repository, digest, platform, size > 0 ? size : undefined, { attachments: [] })],
  );
}

/** The digest of a tag; undefined for an old index whose digest the Hub does not know: that of its image is another. */
export function digestOf(answer: TagAnswer): string | undefined {
  if (isKnown(answer.digest)) return answer.digest;
  return isIndex(answer) ? undefined : imagesOf(answer)[0]?.digest;
}

function isIndex(answer: TagAnswer): boolean {
  return /index|list/.test(answer.media_type ?? '') || imagesOf(answer).length > 1;
}

/**
 * The artifact type; undefined for an image. `media_type` is that of an index, or of the config, which distinguishes a chart from an
 * image even if the Hub has no name for the content.
 */
function artifactTypeOf({ content_type: content, media_type: mediaType }: TagAnswer): string | undefined {
  const isNamedType = isKnown(content) && content !== 'image' && content !== 'unrecognized';
  const isForeign =
    isKnown(mediaType) && !/image|distribution\.manifest|^application\/(octet-stream|json)$/.test(mediaType);
  if (isForeign) return mediaType;
  return isNamedType ? content : undefined;
}

function detailsOf(answer: TagAnswer): ImageDetails | undefined {
  const digest = digestOf(answer);
  const images = imagesOf(answer);
  const created = dateOf(answer.tag_last_pushed) ?? dateOf(answer.last_updated);
  if (digest === undefined && created === undefined && images.length === 0) return undefined;
  const { full_size: fullSize, media_type: mediaType } = answer;
  const size = typeof fullSize === 'number' && fullSize > 0 ? fullSize : Math.max(0, ...images.map((one) => one.size));
  const artifactType = artifactTypeOf(answer);
  return detailsFrom({
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
 * The images of a tag without attestations, which BuildKit gives the platform unknown/unknown. Old images have an architecture but no
 * system in the Hub's answer: at that time there was only linux.
 */
function imagesOf({ images }: TagAnswer) {
  return (images ?? []).flatMap(({ os, architecture, variant, os_version: osVersion, digest, size }) => {
    if (os === 'unknown' && architecture === 'unknown') return [];
    const system = isKnown(architecture) && !isKnown(os) ? 'linux' : os;
    const platform = platformOf({ os: system, architecture, variant, 'os.version': osVersion });
    return [{ platform, digest: isKnown(digest) ? digest : undefined, size: size ?? 0 }];
  });
}
