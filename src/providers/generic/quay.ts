import { z } from 'zod/mini';
import { Failure } from '../../core/failure';
import { failureOf } from '../../core/refusal';
import type { Http } from '../../core/http';
import { dateOf } from '../../core/manifest';
import { isAboutTheList } from '../../core/registryClient';
import { decodeJson, digestAnswer } from '../../core/schemas';
import { detailsIn } from '../rows';
import type { ListedTag, ListTags, OwnListing } from '../tagListing';

/** The most that Quay gives at once. */
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
function quayTags(http: Http, url: string, v2: ListTags): ListTags {
  return async (repository, cursor, signal) => {
    if (cursor !== undefined && !/^\d+$/.test(cursor)) return v2(repository, cursor, signal);
    const number = Number(cursor ?? 1);
    const path = repository.split('/').map(encodeURIComponent).join('/');
    const query = new URLSearchParams({
      limit: String(pageSize),
      page: String(number),
      onlyActiveTags: 'true',
    }).toString();
    try {
      const response = await http({ method: 'GET', url: `${url}/api/v1/repository/${path}/tag/?${query}` }, signal);
      if (response.status !== 200) throw failureOf(response);
      const { tags, has_additional: hasMore } = decodeJson(answer, response);
      const isOver = hasMore !== true || tags.length === 0;
      return { tags: tags.map(toListedTag), ...(isOver ? {} : { next: String(number + 1) }) };
    } catch (error) {
      // Whatever its own list says, the registry may still tell.
      const isItsOwn =
        isAboutTheList(error) || (error instanceof Failure && ['malformed', 'rejected'].includes(error.kind));
      if (cursor !== undefined || !isItsOwn) throw error;
      return v2(repository, undefined, signal);
    }
  };
}

/** Tags by an API of its own; it lists no repositories. */
export const quayListing: OwnListing = { tags: quayTags };

function toListedTag({
  name,
  manifest_digest: digest,
  is_manifest_list: isIndex,
  start_ts: seconds,
  size,
}: z.infer<typeof answer>['tags'][number]): ListedTag {
  const details = detailsIn({
    digest,
    type: isIndex === true ? 'index' : 'image',
    created: typeof seconds === 'number' ? dateOf(seconds * 1000) : undefined,
    size: isIndex === true ? undefined : size,
  });
  return { name, details };
}
