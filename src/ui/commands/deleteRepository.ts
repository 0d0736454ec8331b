import { t } from '@vscode/l10n';
import { printReference } from '../../core/reference';
import { count } from '../words';
import { nodeCommand } from './command';

export const deleteRepository = nodeCommand({
  id: 'deleteRepository',
  title: () => t('Delete Repository…'),
  needs: ({ entry, provider, parent }) => {
    const deletion = provider.deletion?.repository;
    return entry?.kind === 'repository' && deletion !== undefined ? { repository: entry, deletion, parent } : undefined;
  },
  doing: ({ repository }) => t('delete {0}', printReference(repository.image)),
  run: async (app, { repository, deletion, parent }) => {
    const name = printReference(repository.image);
    const { tags, images } = await app.working(t('Looking at what goes with {0}', name), (_progress, signal) =>
      deletion.counts(repository, signal),
    );
    const goes =
      images === undefined
        ? t('Its {0} tags go with it. This cannot be undone.', count(tags))
        : t('Its {0} tags and {1} manifests go with it. This cannot be undone.', count(tags), count(images));
    const isDeferred = deletion.isDeferred === true;
    const when = isDeferred ? [t('The registry deletes it in the background, which may take a while.')] : [];
    if (!(await app.ask.confirm(t('Delete {0}?', name), [goes, ...when], t('Delete Repository')))) return;
    try {
      await app.working(t('Deleting {0}', name), (_progress, signal) => deletion.delete(repository, signal));
      app.done(isDeferred ? t('{0} is being deleted', name) : t('Deleted {0}', name));
    } finally {
      app.tree.refresh(parent);
    }
  },
});
