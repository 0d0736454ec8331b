import type { Tag } from '../core/model';
import type { ImageContent, ImageDeletion, RegistryProvider } from './provider';

/** For kinds whose images are in several registries: each call goes to the registry of the image's host, which `at` returns. */

export function detailsByHost(
  at: (host: string) => Required<Pick<RegistryProvider, 'details'>>,
): NonNullable<RegistryProvider['details']> {
  return (tag: Tag, signal) => at(tag.image.host).details(tag, signal);
}

export function contentByHost(at: (host: string) => { readonly content: ImageContent }): ImageContent {
  return {
    manifest: (image, signal) => at(image.host).content.manifest(image, signal),
    images: (image, signal) => at(image.host).content.images(image, signal),
    config: (image, signal) => at(image.host).content.config(image, signal),
    attachment: (attachment, signal) => at(attachment.image.host).content.attachment(attachment, signal),
    source: (image) => at(image.host).content.source(image),
  };
}

export function imageDeletionByHost(at: (host: string) => ImageDeletion): ImageDeletion {
  return {
    preview: (repository, tags, progress, signal) => at(repository.host).preview(repository, tags, progress, signal),
    delete: (image, digest, signal) => at(image.host).delete(image, digest, signal),
    tagsLeft: (image, digest, tags, signal) => at(image.host).tagsLeft(image, digest, tags, signal),
  };
}
