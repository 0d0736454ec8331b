import { t } from '@vscode/l10n';
import { printReference } from '../../core/reference';
import type { ImageReference } from '../../core/reference';
import type { ImageContent } from '../../providers/provider';
import type { App } from '../app';

/** Copies the digest that the registry has for the image now: the tag may have moved since its row was drawn. */
export async function copyDigest(app: App, image: ImageReference, content: ImageContent): Promise<void> {
  const title = t('Reading the digest of {0}', printReference(image));
  const digest =
    image.digest ??
    (await app.working(title, async (_progress, signal) => (await content.manifest(image, signal)).digest));
  await app.copy(digest);
  app.done(t('Copied {0}', digest));
}
