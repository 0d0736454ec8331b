import { t } from '@vscode/l10n';
import { printReference } from '../../core/reference';
import type { ImageReference } from '../../core/reference';
import type { App } from '../app';
import { chooseName, typeName } from '../images/chooseName';
import { localImage, nameOf, rename } from '../images/localImage';
import type { NamedImage } from '../images/localImage';
import { showLocally } from '../images/transferEnd';
import { nodeCommand } from './command';

export const tagImage = nodeCommand({
  id: 'tagImage',
  title: () => t('Tag…'),
  needsLocal: localImage,
  doing: (image) => t('tag {0}', nameOf(image)),
  run: async (app, image) => {
    const name = await newName(app, image);
    if (name === undefined) return;
    if ((await rename(app, await app.engines.current(), image, name)) === undefined) return;
    app.done(t('Tagged {0}', printReference(name)));
    await showLocally(app, name);
  },
});

async function newName(app: App, image: NamedImage): Promise<ImageReference | undefined> {
  const title = t('Tag {0}', nameOf(image));
  // Without a connected registry there is nothing to propose, so the name is typed at once.
  const answer =
    app.registries.all().length === 0
      ? await typeName(app, { title }, image.name, false)
      : await chooseName(app, { title, from: image.name });
  return typeof answer === 'object' ? answer : undefined;
}
