import { mostRows, rowsLeftOut } from '../core/bounds';
import { defined } from '../core/defined';
import type { Http } from '../core/http';
import type { ImageDetails, Repository } from '../core/model';
import { pause } from '../core/pause';
import type { RegistryClient } from '../core/registryClient';
import type { TagsAnswer } from '../core/schemas';

/** A tag with what the listing says about it. */
export interface ListedTag {
  readonly name: string;
  readonly details?: ImageDetails;
}

/** A page of tags. `next` is opaque: only the function that returned it reads it. */
interface TagsPage {
  readonly tags: readonly ListedTag[];
  /** Names of the repositories directly below this one, relative to it. */
  readonly below?: readonly string[];
  readonly next?: string;
  /** Why no more tags could be listed. */
  readonly failure?: unknown;
}

/** Lists the tags of a repository, in the registry's own order. `cursor`: the `next` of the page before. Rejects with a Failure. */
export type ListTags = (repository: string, cursor: string | undefined, signal: AbortSignal) => Promise<TagsPage>;

/** Additional facts in an answer to V2's list of tags. */
export interface TagsExtras {
  /** By name of the tag. */
  readonly details: ReadonlyMap<string, ImageDetails>;
  /** Names of the repositories directly below this one, relative to it. */
  readonly below: readonly string[];
}

/** How the lists of one kind of registry differ from V2. Absent: as in V2. */
export interface OwnListing {
  /**
   * Lists tags with the registry's own API at `url`. `http` sends no credential; `v2` lists tags that this API does not list.
   */
  readonly tags?: (http: Http, url: string, v2: ListTags) => ListTags;
  /** Lists the tags with a text in their names, with that API. */
  readonly find?: (http: Http, url: string, v2: ListTags, text: string) => ListTags;
  /** Reads additional facts from an answer to V2's list of tags; empty if there are none. */
  readonly readExtras?: (answer: TagsAnswer) => TagsExtras;
  /** The repositories that lead to one, from the top down, if it is inside one that was `added` by name; otherwise undefined. */
  readonly repositoriesTo?: (path: string, added: readonly Repository[]) => readonly Repository[] | undefined;
}

/** The most pages of tag names that are read before the first rows are drawn. Only a complete list can be ordered. */
const pagesAtOnce = 100;

/** V2 lists tags by name only, in lexical order, so all are read before the first is shown. `readExtras`: as in OwnListing. */
export function v2Tags(client: RegistryClient, readExtras?: OwnListing['readExtras']): ListTags {
  return async (repository, cursor, signal) => {
    const names = new Set<string>();
    const below = new Set<string>();
    const details = new Map<string, ImageDetails>();
    const seen = new Set<string>();
    let next = cursor;
    let failure: unknown;
    do {
      if (next !== undefined) seen.add(next);
      const page = await client.tags(repository, next, signal);
      // Each step takes some milliseconds for 100,000 tags, so it pauses between them.
      await pause();
      const sizeBefore = names.size;
      for (const name of page.items) names.add(name);
      await pause();
      const extras = readExtras?.(page.answer);
      for (const name of extras?.below ?? []) below.add(name);
      for (const [tag, image] of extras?.details ?? []) details.set(tag, image);
      // The list would not end if a page has nothing new, or its link leads to a page that was read.
      next = names.size === sizeBefore || seen.has(page.next ?? '') ? undefined : page.next;
      failure = page.failure;
      if (next !== undefined && names.size >= mostRows) {
        next = undefined;
        failure = rowsLeftOut(client.host, names.size);
      }
    } while (next !== undefined && seen.size < pagesAtOnce);
    const tags = [...names].map((name): ListedTag => {
      const image = details.get(name);
      return image === undefined ? { name } : { name, details: image };
    });
    return { tags, below: [...below].sort(), ...defined({ next, failure }) };
  };
}
