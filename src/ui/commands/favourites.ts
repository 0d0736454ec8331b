import { t } from '@vscode/l10n';
import { plural } from '../../core/locale';
import { printReference } from '../../core/reference';
import type { Bookmark } from '../../core/model';
import { bookmarkOf } from '../tree/node';
import type { Node } from '../tree/node';
import { nodesCommand } from './command';

export const addToFavourites = nodesCommand({
  id: 'addToFavourites',
  title: () => t('Add to Favourites'),
  downTo: 'tag',
  needs: (node) => (node.isFavourite === true ? undefined : markable(node)),
  doing: () => t('add to the favourites'),
  run: async (app, bookmarks) => {
    await app.favourites.putLast(bookmarks);
    app.done(added(bookmarks));
  },
});

export const removeFromFavourites = nodesCommand({
  id: 'removeFromFavourites',
  title: () => t('Remove from Favourites'),
  downTo: 'connection',
  needs: (node) => (node.isFavourite === true ? markable(node) : undefined),
  doing: () => t('remove from the favourites'),
  run: (app, bookmarks) => app.favourites.remove(bookmarks),
});

function markable(node: Node): Bookmark | undefined {
  const { entry } = node;
  return entry?.kind === 'repository' || entry?.kind === 'tag' ? bookmarkOf(node) : undefined;
}

function added(bookmarks: readonly Bookmark[]): string {
  const entry = bookmarks[0]?.trail.at(-1);
  const name = entry !== undefined && 'image' in entry ? printReference(entry.image) : '';
  return plural(bookmarks.length, t('Added {1} to Favourites | Added {0} rows to Favourites'), name);
}
