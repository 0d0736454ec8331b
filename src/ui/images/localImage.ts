import { t } from '@vscode/l10n';
import { printFullReference, printReference } from '../../core/reference';
import type { ImageReference } from '../../core/reference';
import type { ContainerEngine, LocalImage, LocalName } from '../../engine/engine';
import type { App } from '../app';
import { shortDigest } from './localNode';
import type { LocalNode } from './localNode';

/** An image of the engine, with the name of its row. */
export interface NamedImage {
  readonly image: LocalImage;
  /** Absent for an untagged one. */
  readonly name: ImageReference | undefined;
}

/** The image of a row, if the row is an image. */
export function localImage({ entry }: LocalNode): NamedImage | undefined {
  if (entry.kind === 'image') return { image: entry.image, name: entry.name };
  return entry.kind === 'untaggedImage' ? { image: entry.image, name: undefined } : undefined;
}

/** The name of the image in a sentence. */
export function nameOf({ image, name }: NamedImage): string {
  return name === undefined ? shortDigest(image.id) : printReference(name);
}

/** The name or id by which the engine knows it. */
export function localName({ image, name }: NamedImage): LocalName {
  return name ?? { id: image.id };
}

/**
 * Gives the image another name. Asks first if another image has that name. `had`: the image already had the name. Nothing if the
 * user declines.
 */
export async function rename(
  app: App,
  engine: ContainerEngine,
  named: NamedImage,
  as: ImageReference,
): Promise<'had' | 'given' | undefined> {
  const full = printFullReference(as);
  const isNamed = ({ names }: LocalImage) => names.some((name) => printFullReference(name) === full);
  const owner = (await app.images.list()).find(isNamed);
  if (owner?.id === named.image.id) return 'had';
  if (owner !== undefined && !(await confirmMove(app, owner, as))) return undefined;
  await app.working(t('Tagging {0}', printReference(as)), (_progress, signal) =>
    engine.tag(localName(named), as, signal),
  );
  app.log.info(`Tagged ${nameOf(named)} as ${printReference(as)}`);
  return 'given';
}

function confirmMove(app: App, owner: LocalImage, name: ImageReference): Promise<boolean> {
  const stays =
    owner.names.length > 1
      ? t('Another image ({0}) has this name. It keeps its other names.', shortDigest(owner.id))
      : t('Another image ({0}) has this name. It becomes untagged.', shortDigest(owner.id));
  return app.ask.confirm(t('Move the name {0} to this image?', printReference(name)), stays, t('Move Name'));
}
