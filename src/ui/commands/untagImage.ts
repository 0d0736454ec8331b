import { t } from '@vscode/l10n';
import { Failure, withDetail } from '../../core/failure';
import { printReference } from '../../core/reference';
import { nodeCommand } from './command';

export const untagImage = nodeCommand({
  id: 'untagImage',
  title: () => t('Untag…'),
  needs: ({ entry, provider: { deletion }, parent }) =>
    entry?.kind === 'tag' && deletion?.untag !== undefined ? { tag: entry, untag: deletion.untag, parent } : undefined,
  doing: ({ tag }) => t('untag {0}', printReference(tag.image)),
  run: async (app, { tag, untag, parent }) => {
    const name = printReference(tag.image);
    const detail = t('Only this tag goes. The image stays under its digest and its other tags.');
    if (!(await app.ask.confirm(t('Untag {0}?', name), detail, t('Untag')))) return;
    try {
      await app.working(t('Untagging {0}', name), (_progress, signal) => untag(tag, signal));
      app.done(t('Untagged {0}', name));
    } catch (error) {
      if (!(error instanceof Failure) || error.kind !== 'unsupported') throw error;
      const explanation = t('this registry deletes no tag alone; Delete Image… removes the image with all its tags');
      throw withDetail(error, { explanation });
    } finally {
      app.tree.refresh(parent);
    }
  },
});
