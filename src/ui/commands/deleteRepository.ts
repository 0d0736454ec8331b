import { t } from '@vscode/l10n';
import { printReference } from '../../core/reference';
import { plural } from '../../core/locale';
import { changeNotice, checkGone, describeObstacles, readAndAsk, unlockedFor, willUnlock } from './agreement';
import { nodeCommand } from './command';
import { isThere } from './untagImage';

export const deleteRepository = nodeCommand({
  id: 'deleteRepository',
  title: () => t('Delete Repository…'),
  downTo: 'repository',
  below: ({ provider }) => provider.deletion?.repository !== undefined,
  needs: ({ entry, provider, parent }) => {
    const deletion = provider.deletion?.repository;
    return entry?.kind === 'repository' && deletion !== undefined
      ? { repository: entry, deletion, locks: provider.locks, parent }
      : undefined;
  },
  doing: ({ repository }) => t('delete {0}', printReference(repository.image)),
  run: async (app, { repository, deletion, locks, parent }) => {
    const name = printReference(repository.image);
    const isDeferred = deletion.isDeferred === true;
    const readCounts = () =>
      app.working(t('Checking what is deleted with {0}', name), (_progress, signal) =>
        deletion.counts(repository, signal),
      );
    const agreed = await readAndAsk(readCounts, ({ tags, images, ...obstacles }, hasChanged) => {
      const tagsInWords = plural(tags, t('{0} tag | {0} tags'));
      const goes =
        images === undefined
          ? t('Also deletes {0}. This cannot be undone.', tagsInWords)
          : t(
              'Also deletes {0} and {1}. This cannot be undone.',
              tagsInWords,
              plural(images, t('{0} manifest | {0} manifests')),
            );
      const when = isDeferred ? [t('The registry deletes it in the background, which may take a while.')] : [];
      const detail = [...changeNotice(hasChanged), ...describeObstacles(locks, obstacles), goes, ...when];
      const button = willUnlock(locks, obstacles) ? t('Unlock and Delete Repository') : t('Delete Repository');
      return app.ask.confirm(t('Delete {0}?', name), detail, button);
    });
    if (agreed === undefined) return;
    try {
      await unlockedFor(app, locks, repository.image, agreed.locks ?? [], () =>
        app.working(t('Deleting {0}', name), (_progress, signal) => deletion.delete(repository, signal)),
      );
      const left = async (signal: AbortSignal) =>
        (await isThere(() => deletion.counts(repository, signal))) ? [repository.label] : [];
      if (isDeferred) app.done(t('{0} is being deleted', name));
      else if (await checkGone(app, repository.image, left)) app.done(t('Deleted {0}', name));
    } finally {
      app.tree.refresh(parent);
    }
  },
});
