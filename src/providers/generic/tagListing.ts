import { mostRows, rowsLeftOut } from '../../core/bounds';
import type { ImageDetails } from '../../core/model';
import { pause } from '../../core/pause';
import type { RegistryClient } from '../../core/registryClient';
import { newestFirst } from '../../images/tagOrder';
import { toldByGoogle } from './google';

/** A tag with what the listing tells of it. */
export interface ListedTag {
  readonly name: string;
  readonly details?: ImageDetails;
}

export interface TagsPage {
  readonly tags: readonly ListedTag[];
  /** Names, behind the repository's own, of those right below it. */
  readonly below?: readonly string[];
  readonly next?: string;
  /** Why no more could be listed than these. */
  readonly failure?: unknown;
}

/** Lists the tags of a repository, the newest first. */
export type ListTags = (repository: string, cursor: string | undefined, signal: AbortSignal) => Promise<TagsPage>;

/** Pages of tag names read before the first rows are drawn, since only all of them can be put in order. */
const pagesAtOnce = 100;

/** V2 lists tags in its own order and by name alone, so their order is made here, over all of them. */
export function v2Tags(client: RegistryClient): ListTags {
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
      const told = toldByGoogle(page.answer);
      for (const name of told.below) below.add(name);
      for (const [tag, image] of told.details) details.set(tag, image);
      // A page that brings nothing new, or leads back, would go on for ever.
      next = names.size === known || seen.has(page.next ?? '') ? undefined : page.next;
      failure = page.failure;
      if (next !== undefined && names.size >= mostRows) {
        next = undefined;
        failure = rowsLeftOut(client.host, names.size);
      }
    } while (next !== undefined && seen.size < pagesAtOnce);
    const tags = (await newestFirst([...names])).map((name): ListedTag => {
      const image = details.get(name);
      return image === undefined ? { name } : { name, details: image };
    });
    return {
      tags: byAge(tags),
      below: [...below].sort(),
      ...(next === undefined ? {} : { next }),
      ...(failure === undefined ? {} : { failure }),
    };
  };
}

/** In the order they are in where not all have a date. */
function byAge(tags: readonly ListedTag[]): readonly ListedTag[] {
  if (tags.some(({ details }) => details?.created === undefined)) return tags;
  const time = ({ details }: ListedTag): number => details?.created?.getTime() ?? 0;
  return [...tags].sort((a, b) => time(b) - time(a));
}
