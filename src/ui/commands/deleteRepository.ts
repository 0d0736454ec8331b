import { t } from '@vscode/l10n';
import { plural } from '../../core/locale';
import type { Repository } from '../../core/model';
import { printReference } from '../../core/reference';
import type { Deletion } from '../../providers/provider';
import { describeObstacles } from './agreement';
import type { Question, Unlocking } from './agreement';
import { nodeCommand } from './command';
import { deleteAgreed, isThere, unlockingOf } from './deletion';
import type { Course, Removal } from './deletion';
import { placeOf } from './selectedTags';

type RepositoryDeletion = NonNullable<Deletion['repository']>;

/** How much goes with the repository, and what keeps it. */
type Found = Awaited<ReturnType<RepositoryDeletion['counts']>>;

interface Target extends ReturnType<typeof placeOf> {
  readonly repository: Repository;
  readonly deletion: RepositoryDeletion;
}

export const deleteRepository = nodeCommand<Target>({
  id: 'deleteRepository',
  title: () => t('Delete Repository…'),
  downTo: 'repository',
  below: ({ provider }) => provider.deletion?.repository !== undefined,
  needs: (node) => {
    const { entry, provider } = node;
    const deletion = provider.deletion?.repository;
    return entry?.kind === 'repository' && deletion !== undefined
      ? { repository: entry, deletion, ...placeOf(node) }
      : undefined;
  },
  doing: ({ repository }) => t('delete {0}', printReference(repository.image)),
  run: (app, target) => deleteAgreed(app, courseOf(target)),
});

function courseOf(target: Target): Course<Found> {
  const { repository, deletion, parent } = target;
  const name = printReference(repository.image);
  const removals = (found: Found) => [removalOf(target, found)];
  return {
    parents: [parent],
    checking: t('Checking what is deleted with {0}', name),
    deleting: () => t('Deleting {0}', name),
    deleted: () => (deletion.isDeferred === true ? t('{0} is being deleted', name) : t('Deleted {0}', name)),
    read: (_progress, signal) => deletion.counts(repository, signal),
    questionOn: (found) => questionOn(target, found, unlockingOf(removals(found))),
    removals,
  };
}

function removalOf({ repository, deletion, connection, locks }: Target, { locks: held = [] }: Found): Removal {
  const { image, label } = repository;
  return {
    ...{ name: printReference(image), image, connection, locks, held },
    delete: (signal) => deletion.delete(repository, signal),
    ...(deletion.isDeferred === true
      ? {}
      : {
          left: async (signal) => ((await isThere(() => deletion.counts(repository, signal))) ? [label] : []),
        }),
  };
}

function questionOn({ repository, deletion }: Target, found: Found, unlocking: Unlocking): Question {
  const { tags, images } = found;
  const tagsInWords = plural(tags, t('{0} tag | {0} tags'));
  const goes =
    images === undefined
      ? t('Also deletes {0}. This cannot be undone.', tagsInWords)
      : t(
          'Also deletes {0} and {1}. This cannot be undone.',
          tagsInWords,
          plural(images, t('{0} manifest | {0} manifests')),
        );
  const when =
    deletion.isDeferred === true ? [t('The registry deletes it in the background, which may take a while.')] : [];
  return {
    message: t('Delete {0}?', printReference(repository.image)),
    detail: [...describeObstacles(found, unlocking), goes, ...when],
    button: unlocking === 'no' ? t('Delete Repository') : t('Unlock and Delete Repository'),
  };
}
