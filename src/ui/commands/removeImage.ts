import { t } from '@vscode/l10n';
import { Failure } from '../../core/failure';
import { printFullReference, printReference } from '../../core/reference';
import type { ImageReference } from '../../core/reference';
import type { LocalImage } from '../../engine/engine';
import type { App } from '../app';
import { localImage, localName, nameOf } from '../images/localImage';
import type { NamedImage } from '../images/localImage';
import type { LocalNode } from '../images/localNode';
import { causes } from '../../core/causes';
import { plural } from '../../core/locale';
import { isCancellation, listFailures } from '../report';
import type { Failed } from '../report';
import { count, size } from '../words';
import { nodesCommand } from './command';

const mostListed = 10;

export const removeImage = nodesCommand({
  id: 'removeImage',
  title: () => t('Remove Image…'),
  needsLocal: imagesToRemove,
  doing: (targets) => t('remove {0}', describeImages(unique(targets.flat()))),
  run: async (app, targets) => {
    const images = unique(targets.flat());
    const removal = removalOf(images);
    if (!(await app.ask.confirm(question(images, removal), describeRemoval(removal), button(removal)))) return;
    const failed = await removeEach(app, images);
    const [only] = failed;
    if (failed.length === 1 && images.length === 1) throw only?.error;
    if (failed.length > 0) throw summary(failed, images.length);
    app.done(t('Removed {0}', describeImages(images)));
  },
});

/** The image of a row, or all untagged images for their group. */
function imagesToRemove(node: LocalNode): readonly NamedImage[] | undefined {
  if (node.entry.kind === 'untagged') return node.entry.images.map((image) => ({ image, name: undefined }));
  const image = localImage(node);
  return image === undefined ? undefined : [image];
}

/** Removes duplicates: untagged images can be selected together with their group. */
function unique(images: readonly NamedImage[]): readonly NamedImage[] {
  return [...new Map(images.map((one) => [keyOf(one), one])).values()];
}

function keyOf({ image, name }: NamedImage): string {
  return name === undefined ? image.id : printFullReference(name);
}

async function removeEach(app: App, images: readonly NamedImage[]) {
  const engine = await app.engines.current();
  const failed: Failed[] = [];
  await app.working(t('Removing {0}', describeImages(images)), async (progress, signal) => {
    for (const [index, one] of images.entries()) {
      if (images.length > 1) progress(t('{0} of {1}', count(index + 1), count(images.length)));
      try {
        await engine.remove(localName(one), signal);
        app.log.info(`Removed ${nameOf(one)}`);
      } catch (error) {
        if (isCancellation(error)) throw error;
        app.log.error(`Could not remove ${nameOf(one)}\n  ${causes(error)}`);
        failed.push({ name: nameOf(one), error });
      }
    }
  });
  return failed;
}

interface Removal {
  /** Images that are removed, with all their names. */
  readonly gone: readonly LocalImage[];
  /** Names that are removed from images that stay. */
  readonly names: readonly ImageReference[];
  /** The other names of these images. */
  readonly stay: readonly ImageReference[];
}

/** What is removed if all these are. */
function removalOf(images: readonly NamedImage[]): Removal {
  const distinct = [...new Map(images.map(({ image }) => [image.id, image])).values()];
  const gone = distinct.filter((image) => namesLeft(image, images).length === 0);
  const kept = distinct.filter((image) => !gone.includes(image));
  return {
    gone,
    names: images.flatMap(({ image, name }) => (name !== undefined && kept.includes(image) ? [name] : [])),
    stay: kept.flatMap((image) => namesLeft(image, images)),
  };
}

/** The names that keep an image. Engines remove names with a digest together with the last tag of the same repository. */
function namesLeft({ id, names, digests }: LocalImage, chosen: readonly NamedImage[]): readonly ImageReference[] {
  const own = chosen.filter(({ image }) => image.id === id);
  if (own.some(({ name }) => name === undefined)) return [];
  const removed = new Set(own.map(keyOf));
  const isLeft = (name: ImageReference) => !removed.has(printFullReference(name));
  const tagged = names.filter(isLeft);
  if (tagged.length > 0) return tagged;
  const lost = new Set(names.map(repositoryOf));
  return digests.filter((name) => isLeft(name) && !lost.has(repositoryOf(name)));
}

function repositoryOf({ host, path }: ImageReference): string {
  return `${host}/${path}`;
}

function question(images: readonly NamedImage[], removal: Removal): string {
  const [first] = images;
  return images.length === 1 && first?.name !== undefined && removal.names.length === 1
    ? t('Remove the name {0}?', printReference(first.name))
    : t('Remove {0}?', describeImages(images));
}

/** Says which images are removed, and which lose only a name. */
function describeRemoval({ gone, names, stay }: Removal): readonly string[] {
  const bytes = gone.reduce((total, image) => total + image.size, 0);
  const lost = gone.flatMap((image) => image.names);
  return [
    ...(gone.length === 0
      ? []
      : [
          plural(
            gone.length,
            t(
              'Removes {0} image from this machine and frees up to {1}. Layers that other images use stay. | Removes {0} images from this machine and frees up to {1}. Layers that other images use stay.',
            ),
            size(bytes),
          ),
        ]),
    ...(lost.length > 1
      ? [plural(gone.length, t('All its names go with it: {1}. | All their names go with them: {1}.'), list(lost))]
      : []),
    ...(names.length === 0
      ? []
      : [
          plural(
            names.length,
            t(
              'Removes the name {1}; the image stays under {2}. | Removes the names {1}; what they name stays under {2}.',
            ),
            list(names),
            list(stay),
          ),
        ]),
    gone.length === 0
      ? t('Nothing in any registry changes.')
      : t('Nothing in any registry changes. An image that a container uses is not removed.'),
  ];
}

function list(names: readonly ImageReference[]): string {
  const listed = names.slice(0, mostListed).map(printReference);
  const more = names.length - listed.length;
  return [...listed, ...(more > 0 ? [t('and {0} more', count(more))] : [])].join(', ');
}

/** `webapp6:latest`, or `2 images and 1 name`. */
function describeImages(images: readonly NamedImage[]): string {
  const [first] = images;
  const { gone, names } = removalOf(images);
  if (first !== undefined && gone.length + names.length === 1) return nameOf(first);
  const parts = [
    ...(gone.length === 0 ? [] : [plural(gone.length, t('{0} image | {0} images'))]),
    ...(names.length === 0 ? [] : [plural(names.length, t('{0} name | {0} names'))]),
  ];
  return parts.length === 2 ? t('{0} and {1}', ...parts) : parts.join('');
}

function button({ gone, names }: Removal): string {
  if (names.length === 0) return plural(gone.length, t('Remove Image | Remove {0} Images'));
  return gone.length === 0 ? plural(names.length, t('Remove Name | Remove {0} Names')) : t('Remove Images and Names');
}

function summary(failed: readonly Failed[], of: number): Failure {
  const explanation = t('{0} of {1} stayed: {2}', count(failed.length), count(of), listFailures(failed));
  return new Failure('rejected', '', { subject: 'engine', speaker: 'engine', explanation });
}
