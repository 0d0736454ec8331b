import { t } from '@vscode/l10n';
import { Failure, withDetail } from '../../core/failure';
import { printReference } from '../../core/reference';
import type { DeletionPreview } from '../../providers/provider';
import { count, platforms } from '../words';
import { nodeCommand } from './command';

export const deleteImage = nodeCommand({
  id: 'deleteImage',
  title: () => t('Delete Image…'),
  needs: ({ entry, provider: { deletion }, parent }) =>
    entry?.kind === 'tag' && deletion !== undefined ? { tag: entry, deletion, parent } : undefined,
  doing: ({ tag }) => t('delete {0}', printReference(tag.image)),
  run: async (app, { tag, deletion, parent }) => {
    const name = printReference(tag.image);
    // Whatever goes wrong, the tree shows what the registry has now.
    const truly = async <T>(task: () => Promise<T>): Promise<T> => {
      try {
        return await task();
      } catch (error) {
        app.tree.refresh(parent);
        throw explained(error);
      }
    };
    const preview = await truly(() =>
      app.working(t('Looking at what goes with {0}', name), (progress, signal) => {
        const looked = (done: number, of: number) => {
          progress(t('{0} of {1} tags', count(done), count(of)));
        };
        return deletion.preview(tag, looked, signal);
      }),
    );
    if (!(await app.ask.confirm(t('Delete {0}?', name), whatGoes(preview), button(preview)))) return;
    await truly(() =>
      app.working(t('Deleting {0}', name), (_progress, signal) => deletion.image(tag.image, preview.digest, signal)),
    );
    app.tree.refresh(parent);
    app.done(t('Deleted {0}', name));
  },
});

function whatGoes({ digest, tags, platforms: list, stay }: DeletionPreview): readonly string[] {
  if (stay !== undefined) {
    return [
      stay.length > 0
        ? t('Only this tag goes. The image stays under {0}.', listed(stay))
        : t('This tag goes, and the image with it unless another tag points to it.'),
      ...(digest === '' ? [] : [t('The image is {0}.', digest)]),
      t('This cannot be undone.'),
    ];
  }
  return [
    tags.length > 1
      ? t('These {0} tags are the same image and go together: {1}.', count(tags.length), listed(tags))
      : t('No other tag points to this image.'),
    ...(list.length > 0 ? [t('With it go its platforms: {0}.', platforms(list))] : []),
    t('The image is {0}.', digest),
    t('Other images stay, and layers they share. This cannot be undone.'),
  ];
}

const mostListed = 20;

function listed(tags: readonly string[]): string {
  const more = tags.length - mostListed;
  return tags.slice(0, mostListed).join(', ') + (more > 0 ? ` ${t('and {0} more', count(more))}` : '');
}

function button({ tags, stay }: DeletionPreview): string {
  if (stay !== undefined) return t('Delete Tag');
  return tags.length > 1 ? t('Delete {0} Tags', count(tags.length)) : t('Delete Image');
}

/** Registries forbid deletion with a bare "unsupported": https://distribution.github.io/distribution/about/configuration/#delete */
function explained(error: unknown): unknown {
  if (!(error instanceof Failure) || error.kind !== 'unsupported') return error;
  const explanation = t('deletion is switched off in this registry; whoever runs it can allow it');
  return withDetail(error, { explanation });
}
