import type { Bookmark } from '../../core/model';
import { idOf } from '../../registries/bookmarks';
import type { Favourites, Node } from './node';

/** The row on top of all others. A favourite has the id of its row elsewhere, below the id of this one. */
export const favouritesRow: Favourites = { kind: 'favourites', id: 'favourites' };

const below = `${favouritesRow.id}/`;
/** Before the id of a tag that is a favourite: below its repository, which may be one as well, the same tag is another row. */
const tags = `${below}/`;

export function idAmongFavourites(bookmark: Bookmark): string {
  return (bookmark.trail.at(-1)?.kind === 'tag' ? tags : below) + idOf(bookmark);
}

export function isBelowFavourites(id: string): boolean {
  return id.startsWith(below);
}

/** Whether the id is one that `idAmongFavourites` gives, if the row is a favourite. */
export function isIdAmongFavourites({ id, entry }: Node): boolean {
  return id.startsWith(entry?.kind === 'tag' ? tags : below);
}

/** The id of the row that a row below Favourites has elsewhere; of another row, its own. */
export function ownId(id: string): string {
  const above = [tags, below].find((each) => id.startsWith(each)) ?? '';
  return id.slice(above.length);
}

/** The ids that a row can have, there and below Favourites. */
export function idsOfRow(id: string): readonly string[] {
  return ['', below, tags].map((above) => above + ownId(id));
}

/** Whether a row is that one, or below it, there or among the favourites. */
export function isWithin(id: string, top: string): boolean {
  const own = ownId(id);
  return own === top || own.startsWith(`${top}/`);
}
