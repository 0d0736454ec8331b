import type { Entry } from './model';
import { isName } from './reference';

/** Names and addresses with an optional port. Wider than what engines accept, because browsing needs no engine. */
const host = /^[\w.:[\]-]{1,255}$/;

/**
 * Whether commands may use a listed entry. A name outside the grammar may contain anything, such as line ends or shell commands.
 * No engine accepts it, so it is only shown as text.
 */
export function isUsable(entry: Entry): boolean {
  switch (entry.kind) {
    case 'group':
      return true;
    case 'registry':
      return host.test(entry.host);
    case 'repository':
    case 'tag':
    case 'platform':
    case 'attachment':
      return host.test(entry.image.host) && isName(entry.image);
  }
}

/** Whether a listed place can be pushed to, by the same rules. */
export function isUsablePlace(place: { readonly host: string; readonly namespace?: string }): boolean {
  return host.test(place.host) && (place.namespace === undefined || isName({ path: place.namespace }));
}
