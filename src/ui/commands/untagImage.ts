import { t } from '@vscode/l10n';
import { Failure } from '../../core/failure';
import { printReference } from '../../core/reference';
import type { TagPreview } from '../../providers/provider';
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

export const untagImage = nodeCommand({
  id: 'untagImage',
  title: () => t('Untag…'),
  downTo: 'tag',
  below: ({ provider }) => provider.deletion?.untag !== undefined,
  needs: ({ entry, provider: { deletion, locks }, parent }) =>
    entry?.kind === 'tag' && deletion?.untag !== undefined
      ? { tag: entry, untag: deletion.untag, locks, parent }
      : undefined,
  doing: ({ tag }) => t('untag {0}', printReference(tag.image)),
  run: async (app, { tag, untag, locks, parent }) => {
    const { image, label } = tag;
    const name = printReference(image);
    const readPreview = () =>
      app.working(t('Checking what {0} points to', name), (_progress, signal) => untag.preview(tag, signal));
    let isAgreed = true;
    try {
      const agreed = await readAndAsk(readPreview, (found, hasChanged) => {
        const detail = [
          ...changeNotice(hasChanged),
          ...describeObstacles(locks, found),
          ...describeUntag(found, untag.keepsImage === true),
        ];
        const button = willUnlock(locks, found) ? t('Unlock and Untag') : t('Untag');
        return app.ask.confirm(t('Untag {0}?', name), detail, button);
      });
      isAgreed = agreed !== undefined;
      if (agreed === undefined) return;
      await unlockedFor(app, locks, image, agreed.locks ?? [], () =>
        app.working(t('Untagging {0}', name), (_progress, signal) => untag.delete(tag, signal)),
      );
      const left = async (signal: AbortSignal) => ((await isThere(() => untag.preview(tag, signal))) ? [label] : []);
      if (await checkGone(app, image, left)) app.done(t('Untagged {0}', name));
    } finally {
      if (isAgreed) app.tree.refresh(parent);
    }
  },
});

/** Whether `look` finds it. Rejects if that cannot be found out. */
export async function isThere(readPreview: () => Promise<unknown>): Promise<boolean> {
  try {
    await readPreview();
    return true;
  } catch (error) {
    if (error instanceof Failure && error.kind === 'notFound') return false;
    throw error;
  }
}

function describeUntag({ digest, others }: TagPreview, keepsImage: boolean): readonly string[] {
  const hasOthers = others !== undefined && others.length > 0;
  return [
    hasOthers
      ? t('Deletes only this tag. The image stays under {0}.', listNames(others))
      : keepsImage
        ? t('Deletes only this tag. The image stays under its digest.')
        : t('Deletes this tag. The registry may delete the image too if no other tag points to it.'),
    digest === undefined ? t('The image that the tag points to is not known.') : t('The tag points to {0}.', digest),
    t('This cannot be undone.'),
  ];
}
