import { t } from '@vscode/l10n';
import type { DeletionPreview, Loss } from '../../images/deletionGraph';
import { printPlatform } from '../../core/platform';
import { printReference } from '../../core/reference';
import { plural } from '../../core/locale';
import { count, platforms } from '../words';
import {
  changeNotice,
  checkGone,
  describeObstacles,
  listNames,
  readAndAsk,
  unlockedFor,
  willUnlock,
} from './agreement';
import { nodeCommand } from './command';

export const deleteImage = nodeCommand({
  id: 'deleteImage',
  title: () => t('Delete Image…'),
  downTo: 'tag',
  below: ({ provider }) => provider.deletion?.image !== undefined,
  needs: ({ entry, provider: { deletion, locks }, parent }) =>
    entry?.kind === 'tag' && deletion?.image !== undefined
      ? { tag: entry, deletion: deletion.image, locks, parent }
      : undefined,
  doing: ({ tag }) => t('delete {0}', printReference(tag.image)),
  run: async (app, { tag, deletion, locks, parent }) => {
    const { image } = tag;
    const name = printReference(image);
    const readPreview = () =>
      app.working(t('Checking what is deleted with {0}', name), (progress, signal) => {
        const looked = (done: number, of: number) => {
          progress(plural(of, t('{1} of {0} tag | {1} of {0} tags'), count(done)));
        };
        return deletion.preview(tag, looked, signal);
      });
    let isAgreed = true;
    try {
      const agreed = await readAndAsk(readPreview, (preview, hasChanged) =>
        app.ask.confirm(
          t('Delete {0}?', name),
          [...changeNotice(hasChanged), ...describeObstacles(locks, preview), ...describeDeletion(preview)],
          button(preview, willUnlock(locks, preview)),
        ),
      );
      isAgreed = agreed !== undefined;
      if (agreed === undefined) return;
      const { digest, tags } = agreed;
      await unlockedFor(app, locks, image, agreed.locks ?? [], () =>
        app.working(t('Deleting {0}', name), (_progress, signal) => deletion.delete(image, digest, signal)),
      );
      if (await checkGone(app, image, (signal) => deletion.left(image, digest, tags, signal)))
        app.done(t('Deleted {0}', name));
    } finally {
      // Even after a failure, the tree must show what the registry has now.
      if (isAgreed) app.tree.refresh(parent);
    }
  },
});

const mostLines = 5;

function describeDeletion({
  digest,
  tags,
  platforms: list,
  loses,
  stays,
  referrers,
  unknown,
}: DeletionPreview): string[] {
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
    ...paragraph(loses.map(describeLoss)),
    ...paragraph(
      stays.map(({ platform, tags: by }) =>
        t('{0} stays under {1}.', printPlatform(platform), listNames(by, mostLines)),
      ),
    ),
    ...(referrers === undefined
      ? [t('It is not known whether signatures or SBOMs are deleted too.')]
      : referrers > 0
        ? [
            plural(
              referrers,
              t(
                '{0} attachment (signature, SBOM or other) describes this image and is of no use without it. | {0} attachments (signatures, SBOMs and others) describe this image and are of no use without it.',
              ),
            ),
          ]
        : []),
    ...(unknown.length > 0
      ? [t('The registry does not say what is behind {0}. It is not known what is lost there.', listNames(unknown))]
      : []),
    t('The image is {0}.', digest),
    t('Other images stay, and so do the layers that they share. This cannot be undone.'),
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

/** One paragraph of at most `mostLines` sentences; none for an empty list. */
function paragraph(all: readonly string[]): readonly string[] {
  const more = all.length - mostLines;
  if (all.length === 0) return [];
  return [[...all.slice(0, mostLines), ...(more > 0 ? [t('and {0} more', count(more))] : [])].join(' ')];
}

function button({ tags }: DeletionPreview, isUnlocked: boolean): string {
  if (isUnlocked)
    return tags.length > 1
      ? plural(tags.length, t('Unlock and Delete {0} Tag | Unlock and Delete {0} Tags'))
      : t('Unlock and Delete');
  return tags.length > 1 ? plural(tags.length, t('Delete {0} Tag | Delete {0} Tags')) : t('Delete Image');
}
