import { t } from '@vscode/l10n';
import { printReference } from '../../core/reference';
import { showJson } from '../showJson';
import { nodeCommand } from './command';

export const inspectImageManifest = nodeCommand({
  id: 'inspectImageManifest',
  title: () => t('Inspect Image Manifest'),
  isUse: true,
  downTo: 'tag',
  below: ({ provider }) => provider.content !== undefined,
  needs: ({ entry, provider: { content } }) =>
    content !== undefined && (entry?.kind === 'tag' || entry?.kind === 'platform' || entry?.kind === 'attachment')
      ? { image: entry.image, label: entry.label, content }
      : undefined,
  doing: ({ image }) => t('read the manifest of {0}', printReference(image)),
  run: async (app, { image, label, content }) => {
    const title = t('Reading the manifest of {0}', printReference(image));
    const { digest, bytes } = await app.working(title, (_progress, signal) => content.manifest(image, signal));
    const repository = image.path.split('/').at(-1) ?? image.path;
    const name = `${repository}@${label.replaceAll('/', '-')} manifest.json`;
    await showJson(app, { name, id: `${image.host}/${image.path}@${digest}` }, bytes);
  },
});
