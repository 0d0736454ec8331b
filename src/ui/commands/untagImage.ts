import { t } from '@vscode/l10n';
import { plural } from '../../core/locale';
import { printReference } from '../../core/reference';
import type { TagDeletion, TagPreview } from '../../providers/provider';
import { describeObstacles, listNames } from './agreement';
import type { Question } from './agreement';
import { nodesCommand } from './command';
import { deleteAgreed, isThere, lookAtEach, unlockingOf } from './deletion';
import type { Course, Removal } from './deletion';
import { describeMissing, mergeObstacles, namingOf, placeOf, repositoryKey } from './selectedTags';
import type { Naming, SelectedTag } from './selectedTags';

/** The most tags that are looked at at the same time. */
const width = 6;

interface Target extends SelectedTag {
  readonly untag: TagDeletion;
}

/** What each tag points to; nothing for one that is not there. */
type Found = readonly (TagPreview | undefined)[];

export const untagImage = nodesCommand<Target>({
  id: 'untagImage',
  title: () => t('Untag…'),
  downTo: 'tag',
  below: ({ provider }) => provider.deletion?.untag !== undefined,
  needs: (node) => {
    const { entry, provider } = node;
    const untag = provider.deletion?.untag;
    return entry?.kind === 'tag' && untag !== undefined ? { tag: entry, untag, ...placeOf(node) } : undefined;
  },
  doing: (targets) => plural(targets.length, t('untag {1} | untag {0} tags'), firstName(targets)),
  run: (app, targets) => deleteAgreed(app, courseOf(targets)),
});

function courseOf(targets: readonly Target[]): Course<Found> {
  const naming = namingOf(targets);
  const removals = (found: Found): readonly Removal[] =>
    targets.flatMap((target, at) => {
      const preview = found[at];
      return preview === undefined ? [] : [removalOf(target, preview, naming)];
    });
  return {
    parents: targets.map(({ parent }) => parent),
    checking: plural(
      targets.length,
      t('Checking what {1} points to | Checking what {0} tags point to'),
      firstName(targets),
    ),
    deleting: (all) => plural(all.length, t('Untagging {1} | Untagging {0} tags'), all[0]?.name ?? ''),
    deleted: (all) => plural(all.length, t('Untagged {1} | Untagged {0} tags'), all[0]?.name ?? ''),
    read: (_progress, signal) => lookAtEach(targets, width, ({ tag, untag }, its) => untag.preview(tag, its), signal),
    questionOn: (found) => questionOn(targets, found, removals(found), naming),
    removals,
  };
}

function firstName([first]: readonly SelectedTag[]): string {
  return first === undefined ? '' : printReference(first.tag.image);
}

function removalOf(
  { tag, untag, connection, locks }: Target,
  { locks: held = [] }: TagPreview,
  naming: Naming,
): Removal {
  const { image, label } = tag;
  return {
    ...{ name: printReference(image), image, connection, locks, held },
    delete: (signal) => untag.delete(tag, signal),
    left: async (signal) => ((await isThere(() => untag.preview(tag, signal))) ? [naming.nameOf(image, label)] : []),
  };
}

function questionOn(targets: readonly Target[], found: Found, removals: readonly Removal[], naming: Naming): Question {
  const unlocking = unlockingOf(removals);
  const there = targets.flatMap((target, at) => {
    const preview = found[at];
    return preview === undefined ? [] : [{ ...target, found: preview, repository: target.tag.image }];
  });
  const missing = targets.filter((_target, at) => found[at] === undefined);
  const nameOf = ({ tag }: SelectedTag) => naming.nameOf(tag.image, tag.label);
  const [first] = there;
  const detail = [
    ...describeObstacles(mergeObstacles(there, naming), unlocking),
    ...(first !== undefined && targets.length === 1 ? describeUntag(first) : describeEach(there, nameOf)),
    ...describeMissing(missing.map(nameOf)),
    t('This cannot be undone.'),
  ];
  const n = there.length;
  if (first !== undefined && targets.length === 1) {
    const button = unlocking === 'no' ? t('Untag') : t('Unlock and Untag');
    return { message: t('Untag {0}?', printReference(first.tag.image)), detail, button };
  }
  const { repository } = naming;
  const unlocked = removals.filter(({ held }) => held.length === 0).length;
  const untagButton = (of: number) => plural(of, t('Untag {0} Tag | Untag {0} Tags'));
  return {
    message:
      repository === undefined
        ? plural(n, t('Untag {0} tag? | Untag {0} tags?'))
        : plural(n, t('Untag {0} tag of {1}? | Untag {0} tags of {1}?'), repository),
    detail,
    button: unlocking === 'no' ? untagButton(n) : plural(n, t('Unlock and Untag {0} Tag | Unlock and Untag {0} Tags')),
    unlockedOnly: unlocking === 'choice' ? untagButton(unlocked) : undefined,
  };
}

interface There extends Target {
  readonly found: TagPreview;
}

function describeUntag({ found: { digest, others = [] }, untag }: There): readonly string[] {
  return [
    others.length > 0
      ? t('Deletes only this tag. The image stays under {0}.', listNames(others))
      : untag.keepsImage === true
        ? t('Deletes only this tag. The image stays under its digest.')
        : t('Deletes this tag. The registry may delete the image too if no other tag points to it.'),
    digest === undefined ? t('The image that the tag points to is not known.') : t('The tag points to {0}.', digest),
  ];
}

function describeEach(there: readonly There[], nameOf: (tag: SelectedTag) => string): readonly string[] {
  const going = new Set(there.map((each) => `${repositoryKey(each)}:${each.tag.label}`));
  const isKept = (each: There) =>
    each.untag.keepsImage === true ||
    (each.found.others ?? []).some((other) => !going.has(`${repositoryKey(each)}:${other}`));
  const unsure = there.filter((each) => !isKept(each));
  return [
    plural(there.length, t('Deletes {0} tag: {1}. | Deletes {0} tags: {1}.'), listNames(there.map(nameOf))),
    unsure.length === 0
      ? t('Their images stay, under other tags or under their digests.')
      : unsure.length === there.length
        ? t('The registry may delete their images too if no other tag points to them.')
        : t(
            'The registry may delete these images too if no other tag points to them: {0}.',
            listNames(unsure.map(nameOf)),
          ),
  ];
}
