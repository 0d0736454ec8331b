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
import { isCancellation, report } from '../report';
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
    if (!(await app.ask.confirm(t('Remove {0}?', describeImages(images)), describeRemoval(images), button(images))))
      return;
    const failed = await removeEach(app, images);
    const [only] = failed;
    if (failed.length === 1 && images.length === 1) throw only?.error;
    if (failed.length > 0) throw summary(failed, images.length);
    app.done(plural(images.length, t('Removed {1} | Removed {0} images'), describeImages(images)));
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
  const failed: { readonly name: string; readonly error: unknown }[] = [];
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

/** Says which images are removed, and which lose only a name. */
function describeRemoval(images: readonly NamedImage[]): readonly string[] {
  const chosen = new Set(images.map(keyOf));
  const distinct = [...new Map(images.map(({ image }) => [image.id, image])).values()];
  const stayUnder = ({ names }: LocalImage) => names.filter((name) => !chosen.has(printFullReference(name)));
  const isUntagged = ({ id }: LocalImage) => chosen.has(id);
  const gone = distinct.filter((image) => isUntagged(image) || stayUnder(image).length === 0);
  const kept = distinct.filter((image) => !gone.includes(image));
  const bytes = gone.reduce((total, image) => total + image.size, 0);
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
    ...(kept.length === 0 ? [] : [describeKeptNames(kept.flatMap(stayUnder))]),
    t('Nothing in any registry changes. An image that a container uses is not removed.'),
  ];
}

function describeKeptNames(names: readonly ImageReference[]): string {
  const listed = names.slice(0, mostListed).map(printReference);
  const more = names.length - listed.length;
  const all = [...listed, ...(more > 0 ? [t('and {0} more', count(more))] : [])].join(', ');
  return plural(
    names.length,
    t('An image stays under its other name: {1}. | Images stay under their other names: {1}.'),
    all,
  );
}

function describeImages(images: readonly NamedImage[]): string {
  const [first] = images;
  return images.length === 1 && first !== undefined
    ? nameOf(first)
    : plural(images.length, t('{0} image | {0} images'));
}

function button(images: readonly NamedImage[]): string {
  return plural(images.length, t('Remove Image | Remove {0} Images'));
}

function summary(failed: readonly { readonly name: string; readonly error: unknown }[], of: number): Failure {
  const listed = failed
    .slice(0, mostListed)
    .map(({ name, error }) => `${name} (${(report(error, '')?.reason ?? '').replace(/\.$/, '')})`);
  const explanation = t('{0} of {1} stayed: {2}', count(failed.length), count(of), listed.join(', '));
  return new Failure('rejected', '', { subject: 'engine', speaker: 'engine', explanation });
}
