import { z } from 'zod/mini';
import { Failure } from '../../core/failure';
import { failureOf } from '../../core/refusal';
import type { Http } from '../../core/http';
import { dateOf } from '../../core/manifest';
import { isAboutTheList } from '../../core/registryClient';
import { decodeJson, digestAnswer } from '../../core/schemas';
import { detailsFrom } from '../rows';
import type { ListedTag, ListTags, OwnListing } from '../tagListing';

/** The most tags that Quay lists on a page. */
const pageSize = 100;

/** https://docs.quay.io/api/swagger/ `listRepoTags` */
const answer = z.object({
  tags: z.array(
    z.object({
      name: z.string(),
      manifest_digest: digestAnswer,
      is_manifest_list: z.nullish(z.boolean()),
      /** Seconds. */
      start_ts: z.nullish(z.number()),
      size: z.nullish(z.number()),
    }),
  ),
  has_additional: z.nullish(z.boolean()),
});

/**
 * Lists tags with Quay's own API: newest first, with digests and dates. It accepts only application tokens, not the credential of V2.
 * So it is called without a credential, for public repositories; other repositories are listed by `v2`.
 */
function quayTags(http: Http, url: string, v2: ListTags, text?: string): ListTags {
  return async (repository, cursor, signal) => {
    if (cursor !== undefined && !/^\d+$/.test(cursor)) return v2(repository, cursor, signal);
    const number = Number(cursor ?? 1);
    const path = repository.split('/').map(encodeURIComponent).join('/');
    const query = new URLSearchParams({
      limit: String(pageSize),
      page: String(number),
      onlyActiveTags: 'true',
      ...(text === undefined ? {} : { filter_tag_name: `like:${text}` }),
    }).toString();
    try {
      const response = await http({ method: 'GET', url: `${url}/api/v1/repository/${path}/tag/?${query}` }, signal);
      if (response.status !== 200) throw failureOf(response);
      const { tags, has_additional: hasMore } = decodeJson(answer, response);
      const isOver = hasMore !== true || tags.length === 0;
      return { tags: tags.map(toListedTag), ...(isOver ? {} : { next: String(number + 1) }) };
    } catch (error) {
      // If Quay's own API fails, V2 may still list the tags.
      const isAboutThisApi =
        isAboutTheList(error) || (error instanceof Failure && ['malformed', 'rejected'].includes(error.kind));
      if (cursor !== undefined || !isAboutThisApi) throw error;
      return v2(repository, undefined, signal);
    }
  };
}

/** Quay lists tags with its own API. */
export const quayListing: OwnListing = {
  tags: quayTags,
  // V2 lists all tags, and Quay takes some characters for placeholders.
  find: (http, url, v2, text) => having(text, quayTags(http, url, v2, text)),
};

/** The tags of a listing that have the text in their names. */
function having(text: string, list: ListTags): ListTags {
  return async (...asked) => {
    const { tags, ...rest } = await list(...asked);
    return { ...rest, tags: tags.filter(({ name }) => name.toLowerCase().includes(text.toLowerCase())) };
  };
}

function toListedTag({
  name,
  manifest_digest: digest,
  is_manifest_list: isIndex,
  start_ts: seconds,
  size,
}: z.infer<typeof answer>['tags'][number]): ListedTag {
  const details = detailsFrom({
    digest,
    type: isIndex === true ? 'index' : 'image',
    created: typeof seconds === 'number' ? dateOf(seconds * 1000) : undefined,
    size: isIndex === true ? undefined : size,
  });
  return { name, details };
}
