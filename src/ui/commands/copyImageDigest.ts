import { t } from '@vscode/l10n';
import { printReference } from '../../core/reference';
import { nodeCommand } from './command';

export const copyImageDigest = nodeCommand({
  id: 'copyImageDigest',
  title: () => t('Copy Image Digest'),
  downTo: 'tag',
  below: ({ provider }) => provider.content !== undefined,
  needs: ({ entry, provider: { content } }) =>
    content !== undefined && (entry?.kind === 'tag' || entry?.kind === 'platform')
      ? { image: entry.image, content }
      : undefined,
  doing: ({ image }) => t('read the digest of {0}', printReference(image)),
  run: async (app, { image, content }) => {
    // Read again: the tag may have moved since its row was drawn.
    const title = t('Reading the digest of {0}', printReference(image));
    const digest =
      image.digest ??
      (await app.working(title, async (_progress, signal) => (await content.manifest(image, signal)).digest));
    await app.copy(digest);
    app.done(t('Copied {0}', digest));
  },
});
