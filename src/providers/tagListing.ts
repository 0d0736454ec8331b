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

/** A page of tags. `next` is opaque: only its maker reads it. */
interface TagsPage {
  readonly tags: readonly ListedTag[];
  /** Names, behind the repository's own, of those right below it. */
  readonly below?: readonly string[];
  readonly next?: string;
  /** Why no more could be listed than these. */
  readonly failure?: unknown;
}

/** Lists the tags of a repository, in the registry's own order. `cursor`: the `next` of the page before. Rejects with a Failure. */
export type ListTags = (repository: string, cursor: string | undefined, signal: AbortSignal) => Promise<TagsPage>;

/** What an answer to V2's list of tags tells beyond V2. */
export interface ToldBeside {
  /** By tag. */
  readonly details: ReadonlyMap<string, ImageDetails>;
  /** Names, behind the repository's own, of those right below it. */
  readonly below: readonly string[];
}

/** What registries of one kind list in a way of their own; what is absent, they list as V2 does. */
export interface OwnListing {
  /**
   * Lists tags by an API of their own, at the registry's address `url`; `http` takes no credential along, `v2` lists what that API
   * does not tell.
   */
  readonly tags?: (http: Http, url: string, v2: ListTags) => ListTags;
  /** Reads what their answers to V2's list of tags tell beyond it; nothing of answers that tell no more. */
  readonly beside?: (answer: TagsAnswer) => ToldBeside;
  /** The repositories that lead to one, from the top down, where it lies inside one of those that were `added` by name. */
  readonly trail?: (path: string, added: readonly Repository[]) => readonly Repository[] | undefined;
}

/** Pages of tag names read before the first rows are drawn, because only all of them can be put in order. */
const pagesAtOnce = 100;

/** V2 lists tags in lexical order and by name alone, so all are read before the first is shown. `beside`: as in OwnListing. */
export function v2Tags(client: RegistryClient, beside?: OwnListing['beside']): ListTags {
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
      // Between steps that take some milliseconds each for 100,000 tags.
      await pause();
      const known = names.size;
      for (const name of page.items) names.add(name);
      await pause();
      const told = beside?.(page.answer);
      for (const name of told?.below ?? []) below.add(name);
      for (const [tag, image] of told?.details ?? []) details.set(tag, image);
      // A page that brings nothing new, or leads back, would go on for ever.
      next = names.size === known || seen.has(page.next ?? '') ? undefined : page.next;
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
