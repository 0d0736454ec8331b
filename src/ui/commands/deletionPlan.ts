import { t } from '@vscode/l10n';
import { plural } from '../../core/locale';
import { printPlatform } from '../../core/platform';
import type { ImageReference } from '../../core/reference';
import type { DeletionPreview, Kept, Loss } from '../../images/deletionGraph';
import type { Obstacles } from '../../providers/provider';
import { count, platforms } from '../words';
import { listNames } from './agreement';
import { mergeObstacles } from './selectedTags';
import type { Naming } from './selectedTags';

/** Tags of which the images are deleted. */
export interface TagsOfRepository {
  readonly repository: ImageReference;
  readonly tags: readonly string[];
}

/** What goes in one repository. */
export type Preview = DeletionPreview & Obstacles;

/** What goes in all repositories, with the names that the question gives to tags. */
export interface Plan extends DeletionPreview, Obstacles {
  readonly selected: readonly string[];
  /** Tags that go with the same images. */
  readonly others: readonly string[];
  /** Selected tags that are not there any more. */
  readonly missing: readonly string[];
}

/** `found`: what goes in each repository; nothing where none of its tags is there. */
export function mergePlans(
  groups: readonly TagsOfRepository[],
  found: readonly (Preview | undefined)[],
  naming: Naming,
): Plan {
  const parts = groups.map(({ repository, tags }, at) => {
    const preview = found[at];
    const name = (tag: string) => naming.nameOf(repository, tag);
    const named = new Set(tags);
    const going = new Set(preview?.images.flatMap((image) => image.tags));
    const selected = tags.filter((tag) => going.has(tag)).map(name);
    const others = [...going].filter((tag) => !named.has(tag)).map(name);
    const missing = tags.filter((tag) => !going.has(tag)).map(name);
    return { repository, name, preview, selected, others, missing };
  });
  const there = parts.flatMap(({ preview, ...part }) => (preview === undefined ? [] : [{ ...part, found: preview }]));
  const isReferrersKnown = there.every((part) => part.found.referrers !== undefined);
  return {
    ...mergeObstacles(there, naming),
    selected: parts.flatMap(({ selected }) => selected),
    others: parts.flatMap(({ others }) => others),
    missing: parts.flatMap(({ missing }) => missing),
    images: there.flatMap((part) => part.found.images),
    platforms: there.flatMap((part) => part.found.platforms),
    loses: there.flatMap(({ name, found: { loses } }) => loses.map((loss) => ({ ...loss, tags: loss.tags.map(name) }))),
    stays: there.flatMap(({ name, found: { stays } }) => stays.map((kept) => ({ ...kept, tags: kept.tags.map(name) }))),
    unknown: there.flatMap(({ name, found: { unknown } }) => unknown.map(name)),
    ...(isReferrersKnown ? { referrers: there.reduce((sum, part) => sum + (part.found.referrers ?? 0), 0) } : {}),
  };
}

const mostLines = 5;

/** What a question says of it, in paragraphs. */
export function describeDeletion(plan: Plan): readonly string[] {
  const [image, ...others] = plan.images;
  return [
    ...(others.length > 0 ? describeSeveral(plan) : describeOne(plan)),
    ...paragraph(plan.loses.map(describeLoss)),
    ...paragraph(plan.stays.map(describeKept)),
    ...describeReferrers(plan),
    ...(plan.unknown.length > 0
      ? [
          t(
            'The registry does not say what is behind {0}. It is not known what is lost there.',
            listNames(plan.unknown),
          ),
        ]
      : []),
    ...(image !== undefined && others.length === 0 ? [t('The image is {0}.', image.digest)] : []),
    t('Other images stay, and so do the layers that they share. This cannot be undone.'),
  ];
}

function describeOne({ images, platforms: list, unknown }: Plan): readonly string[] {
  const tags = images.flatMap((image) => image.tags);
  const only =
    unknown.length > 0 ? t('No other tag is known to point to this image.') : t('No other tag points to this image.');
  return [
    tags.length > 1
      ? plural(
          tags.length,
          t('Deletes {0} tag that points to this image: {1}. | Deletes {0} tags that point to this image: {1}.'),
          listNames(tags),
        )
      : only,
    ...(list.length > 0
      ? [plural(list.length, t('Also deletes its platform: {1}. | Also deletes its platforms: {1}.'), platforms(list))]
      : []),
  ];
}

function describeSeveral({ selected, others, platforms: list, unknown }: Plan): readonly string[] {
  const only =
    unknown.length > 0
      ? t('No other tag is known to point to these images.')
      : t('No other tag points to these images.');
  return [
    plural(selected.length, t('Deletes {0} tag: {1}. | Deletes {0} tags: {1}.'), listNames(selected)),
    others.length > 0
      ? plural(
          others.length,
          t(
            'Also deletes {0} tag that points to one of these images: {1}. | Also deletes {0} tags that point to these images: {1}.',
          ),
          listNames(others),
        )
      : only,
    ...(list.length > 0
      ? [
          plural(
            list.length,
            t('Also deletes {0} platform of these images: {1}. | Also deletes {0} platforms of these images: {1}.'),
            platforms(list),
          ),
        ]
      : []),
  ];
}

function describeLoss({ tags, platforms: lost }: Loss): string {
  const names = listNames(tags, mostLines);
  const what = lost.map(printPlatform).join(', ');
  if (tags.length > 1)
    return what === ''
      ? t('The tags {0} lose a part of their image, which can no longer be pulled there.', names)
      : t('The tags {0} lose {1}, which can no longer be pulled there.', names, what);
  if (what === '') return t('Tag {0} loses a part of its image, which can no longer be pulled there.', names);
  return lost.length > 1
    ? t('Tag {0} loses its platforms {1}, which can no longer be pulled there.', names, what)
    : t('Tag {0} loses its platform {1}, which can no longer be pulled there.', names, what);
}

function describeKept({ platform, tags }: Kept): string {
  return t('{0} stays under {1}.', printPlatform(platform), listNames(tags, mostLines));
}

function describeReferrers({ referrers, images }: Plan): readonly string[] {
  if (referrers === undefined) return [t('It is not known whether signatures or SBOMs are deleted too.')];
  if (referrers === 0) return [];
  const one = t(
    '{0} attachment (signature, SBOM or other) describes this image and is of no use without it. | {0} attachments (signatures, SBOMs and others) describe this image and are of no use without it.',
  );
  const several = t(
    '{0} attachment (signature, SBOM or other) describes one of these images and is of no use without it. | {0} attachments (signatures, SBOMs and others) describe these images and are of no use without them.',
  );
  return [plural(referrers, images.length > 1 ? several : one)];
}

/** One paragraph of at most `mostLines` sentences; none for an empty list. */
function paragraph(all: readonly string[]): readonly string[] {
  const more = all.length - mostLines;
  if (all.length === 0) return [];
  return [[...all.slice(0, mostLines), ...(more > 0 ? [t('and {0} more', count(more))] : [])].join(' ')];
}
