import { t } from '@vscode/l10n';
import type { DeletedImage } from '../../images/deletionGraph';
import { plural } from '../../core/locale';
import { printReference } from '../../core/reference';
import type { ImageDeletion, Lock, Locks } from '../../providers/provider';
import { count } from '../words';
import type { Progress } from '../working';
import { describeObstacles } from './agreement';
import type { Question } from './agreement';
import { nodesCommand } from './command';
import { deleteAgreed, lookAtEach, unlockingOf } from './deletion';
import type { Course, Removal } from './deletion';
import { describeDeletion, mergePlans } from './deletionPlan';
import type { Plan, Preview, TagsOfRepository } from './deletionPlan';
import { describeMissing, namingOf, placeOf, repositoryKey } from './selectedTags';
import type { Naming, SelectedTag } from './selectedTags';

/** Repositories that are looked at at the same time; each takes several requests. */
const width = 2;

interface Target extends SelectedTag {
  readonly deletion: ImageDeletion;
}

/** The tags of one repository. */
interface Group extends TagsOfRepository {
  readonly connection: string;
  readonly deletion: ImageDeletion;
  readonly locks: Locks | undefined;
}

/** What goes in each group; nothing where none of its tags is there. */
type Found = readonly (Preview | undefined)[];

export const deleteImage = nodesCommand<Target>({
  id: 'deleteImage',
  title: () => t('Delete Image…'),
  downTo: 'tag',
  below: ({ provider }) => provider.deletion?.image !== undefined,
  needs: (node) => {
    const { entry, provider } = node;
    const deletion = provider.deletion?.image;
    return entry?.kind === 'tag' && deletion !== undefined ? { tag: entry, deletion, ...placeOf(node) } : undefined;
  },
  doing: (targets) => plural(targets.length, t('delete {1} | delete the images of {0} tags'), firstName(targets)),
  run: (app, targets) => deleteAgreed(app, courseOf(targets)),
});

function courseOf(targets: readonly Target[]): Course<Found> {
  const groups = groupByRepository(targets);
  const naming = namingOf(targets);
  const removals = (found: Found) => groups.flatMap((group, at) => removalsOf(group, found[at], naming));
  return {
    parents: targets.map(({ parent }) => parent),
    checking: plural(
      targets.length,
      t('Checking what is deleted with {1} | Checking what is deleted with {0} tags'),
      firstName(targets),
    ),
    deleting: (all) => plural(all.length, t('Deleting {1} | Deleting {0} images'), all[0]?.name ?? ''),
    deleted: (all) => plural(all.length, t('Deleted {1} | Deleted {0} images'), all[0]?.name ?? ''),
    read: (progress, signal) => readEach(groups, progress, signal),
    questionOn: (found) => questionOn(groups, found, removals(found), naming),
    removals,
  };
}

function firstName([first]: readonly SelectedTag[]): string {
  return first === undefined ? '' : printReference(first.tag.image);
}

function groupByRepository(targets: readonly Target[]): readonly Group[] {
  const groups = new Map<string, Group>();
  for (const target of targets) {
    const { tag, connection, deletion, locks } = target;
    const key = repositoryKey(target);
    const tags = [...(groups.get(key)?.tags ?? []), tag.label];
    groups.set(key, { repository: tag.image, connection, deletion, locks, tags });
  }
  return [...groups.values()];
}

function readEach(groups: readonly Group[], progress: Progress, signal: AbortSignal): Promise<Found> {
  const looked = new Map<Group, readonly [number, number]>();
  const read = (group: Group, its: AbortSignal) => {
    const seen = (done: number, of: number) => {
      looked.set(group, [done, of]);
      const [all, total] = [...looked.values()].reduce(([a, b], [c, d]) => [a + c, b + d], [0, 0]);
      progress(plural(total, t('{1} of {0} tag | {1} of {0} tags'), count(all)));
    };
    return group.deletion.preview(group.repository, group.tags, seen, its);
  };
  return lookAtEach(groups, width, read, signal);
}

/** One for each image: it goes with all its tags. */
function removalsOf(group: Group, preview: Preview | undefined, { nameOf }: Naming): readonly Removal[] {
  const { repository, connection, deletion, locks } = group;
  return (preview?.images ?? []).map(({ digest, tags }) => {
    const image = { ...repository, tag: group.tags.find((tag) => tags.includes(tag)) ?? '' };
    return {
      ...{ name: printReference(image), image, connection, locks },
      held: (preview?.locks ?? []).filter((lock) => isOn(lock, { digest, tags })),
      delete: (signal) => deletion.delete(image, digest, signal),
      left: async (signal) =>
        (await deletion.tagsLeft(image, digest, tags, signal)).map((tag) => nameOf(repository, tag)),
    };
  });
}

function isOn(lock: Lock, { digest, tags }: DeletedImage): boolean {
  switch (lock.kind) {
    case 'repository':
      return true;
    case 'image':
      return lock.digest === digest;
    case 'tag':
      return tags.includes(lock.name);
  }
}

function questionOn(groups: readonly Group[], found: Found, removals: readonly Removal[], naming: Naming): Question {
  const plan = mergePlans(groups, found, naming);
  const unlocking = unlockingOf(removals);
  const [first] = removals;
  const detail = [...describeObstacles(plan, unlocking), ...describeDeletion(plan), ...describeMissing(plan.missing)];
  const n = removals.length;
  if (first !== undefined && n === 1)
    return { message: t('Delete {0}?', first.name), detail, button: button(plan, unlocking !== 'no') };
  const unlocked = removals.filter(({ held }) => held.length === 0).length;
  const deleteButton = (of: number) => plural(of, t('Delete {0} Image | Delete {0} Images'));
  return {
    message:
      naming.repository === undefined
        ? plural(n, t('Delete {0} image? | Delete {0} images?'))
        : plural(n, t('Delete {0} image of {1}? | Delete {0} images of {1}?'), naming.repository),
    detail,
    button:
      unlocking === 'no' ? deleteButton(n) : plural(n, t('Unlock and Delete {0} Image | Unlock and Delete {0} Images')),
    unlockedOnly: unlocking === 'choice' ? deleteButton(unlocked) : undefined,
  };
}

function button({ images }: Plan, isUnlocked: boolean): string {
  const tags = images.flatMap((image) => image.tags).length;
  if (isUnlocked)
    return tags > 1
      ? plural(tags, t('Unlock and Delete {0} Tag | Unlock and Delete {0} Tags'))
      : t('Unlock and Delete');
  return tags > 1 ? plural(tags, t('Delete {0} Tag | Delete {0} Tags')) : t('Delete Image');
}
