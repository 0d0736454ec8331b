import type { Entry } from './model';
import { isName } from './reference';

/** Of names and addresses, with a port: more than engines take, since users browse what their engine cannot reach. */
const host = /^[\w.:[\]-]{1,255}$/;

/**
 * Whether what a registry lists can be used. A name that the grammar refuses could hold anything, line ends and commands of a shell
 * among it: no engine accepts it, so it is shown as the text that it is, and is asked for, copied and offered nowhere.
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

/** The same of a place to push to. */
export function isUsablePlace(place: { readonly host: string; readonly namespace?: string }): boolean {
  return host.test(place.host) && (place.namespace === undefined || isName({ path: place.namespace }));
}
