import { t } from '@vscode/l10n';
import { printReference } from '../../core/reference';
import { copyDigest } from '../images/copyDigest';
import { nodeCommand } from './command';

export const copyImageDigest = nodeCommand({
  id: 'copyImageDigest',
  title: () => t('Copy Image Digest'),
  isUse: true,
  downTo: 'tag',
  below: ({ provider }) => provider.content !== undefined,
  needs: ({ entry, provider: { content } }) =>
    content !== undefined && (entry?.kind === 'tag' || entry?.kind === 'platform')
      ? { image: entry.image, content }
      : undefined,
  doing: ({ image }) => t('read the digest of {0}', printReference(image)),
  run: (app, { image, content }) => copyDigest(app, image, content),
});
