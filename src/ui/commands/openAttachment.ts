import { t } from '@vscode/l10n';
import { printReference } from '../../core/reference';
import { showJson } from '../showJson';
import { nodeCommand } from './command';

export const openAttachment = nodeCommand({
  id: 'openAttachment',
  title: () => t('Open'),
  downTo: 'attachment',
  below: ({ provider }) => provider.content !== undefined,
  needs: ({ entry, provider: { content } }) =>
    content !== undefined && entry?.kind === 'attachment' ? { attachment: entry, content } : undefined,
  doing: ({ attachment }) => t('read “{0}” of {1}', attachment.label, printReference(attachment.image)),
  run: async (app, { attachment, content }) => {
    const title = t('Reading {0}', attachment.label);
    const bytes = await app.working(title, (_progress, signal) => content.attachment(attachment, signal));
    const { image, label, blob } = attachment;
    const repository = image.path.split('/').at(-1) ?? image.path;
    const id = `${image.host}/${image.path}@${blob?.digest ?? image.digest ?? ''}`;
    await showJson(app, { name: `${repository} ${label.replaceAll('/', '-')}.json`, id }, bytes);
  },
});
