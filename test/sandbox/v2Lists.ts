import type { Reply } from './faults';
import { errorReply, jsonReply, type ServedRequest } from './serve';
import type { V2Behaviour } from './v2Options';
import type { StoredRepository, V2Store } from './v2Store';

interface Paged {
  readonly page: readonly string[];
  readonly headers: Record<string, string>;
}

/** Code units, which is ASCII order for the characters that names and tags may have. */
const lexical = (names: Iterable<string>): string[] => [...names].sort((a, b) => (a < b ? -1 : 1));

interface PageSizes {
  /** When the client names no number. */
  readonly usual: number;
  readonly most: number;
  /** Whether a page that is not full has a link where links are eager. */
  readonly always: boolean;
}

/** https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md#listing-tags */
function paginate(
  names: readonly string[],
  { url }: ServedRequest,
  { usual, most, always }: PageSizes,
  { maxPageSize, tooLargePage, links }: V2Behaviour,
): Paged | Reply {
  const asked = url.searchParams.get('n');
  const last = url.searchParams.get('last');
  if (asked !== null && (!/^\d+$/.test(asked) || Number(asked) > maxPageSize)) {
    return tooLargePage ?? errorReply(400, 'PAGINATION_NUMBER_INVALID', 'invalid number of results requested');
  }
  const size = Math.min(asked === null ? usual : Number(asked), most);
  const sorted = lexical(names);
  const known = last === null ? -1 : names.indexOf(last);
  // `last` need not exist any more: the page then starts at the first name after it.
  const after = last === null || known >= 0 ? known + 1 : sorted.findIndex((name) => name > last);
  const rest = after < 0 ? [] : names.slice(after);
  const page = rest.slice(0, size);
  const end = page.at(-1);
  const isFollowed = links === 'eager' ? always || page.length === size : rest.length > page.length;
  if (end === undefined || !isFollowed) return { page, headers: {} };
  const query = new URLSearchParams({ last: end, ...(size === Infinity ? {} : { n: String(size) }) }).toString();
  const origin = links === 'absolute' ? url.origin : '';
  const path = links === 'misplaced' ? url.pathname.replace(/^.*(?=\/v2\/)/, '') : url.pathname;
  return { page, headers: { Link: `<${origin}${path}?${query}>; rel="next"` } };
}

export function catalog(store: V2Store, request: ServedRequest, behaviour: V2Behaviour): Reply {
  const instead = behaviour.catalog?.(request);
  if (instead) return instead;
  const all = lexical(store.repositories.keys());
  const { visitors } = behaviour;
  const names = visitors && request.headers.authorization === undefined ? all.filter(visitors.see) : all;
  const most = Math.min(behaviour.pageCap, behaviour.catalogCap);
  const paged = paginate(names, request, { usual: behaviour.catalogPageSize, most, always: false }, behaviour);
  return 'status' in paged ? paged : jsonReply(200, { repositories: paged.page }, paged.headers);
}

export function tagsList(
  name: string,
  repository: StoredRepository,
  { repositories }: V2Store,
  request: ServedRequest,
  behaviour: V2Behaviour,
): Reply {
  const { tags } = repository;
  const names = behaviour.tagOrder === 'lexical' ? lexical(tags.keys()) : [...tags.keys()];
  const sizes = { usual: behaviour.tagsPageSize, most: behaviour.pageCap, always: true };
  const paged = paginate(names, request, sizes, behaviour);
  if ('status' in paged) return paged;
  const absent = tags.size === 0 && behaviour.emptyTags === 'null';
  const more = behaviour.tagsTell?.(repository, name, repositories) ?? {};
  return jsonReply(200, { name, tags: absent ? null : paged.page, ...more }, paged.headers);
}
