import pLimit from 'p-limit';
import { keyOf } from '../core/entryKey';
import { pause } from '../core/pause';
import { abandonable } from '../core/shared';
import { withTag } from '../core/reference';
import type { Entry } from '../core/model';
import { isUsable } from '../core/usable';
import type { FoundRepository } from '../providers/provider';
import { Catalog } from './catalog';
import type { CatalogEntry, Searchable } from './catalog';
import type { Stoppable } from './listeners';
import { queryOf, rankingOf } from './ranking';
import type { Query } from './ranking';
import type { OpenRegistry, Registries } from './registries';

/** An entry that was found, and what leads to it. */
export interface Hit {
  readonly registry: OpenRegistry;
  /** From the top of the connection down to what was found: a repository, a tag, or a group that the service searches by name. */
  readonly trail: readonly Entry[];
  /** How well the name matches; the lowest is the best. */
  readonly rank: number;
}

/** News of a search. */
export type Found =
  | { readonly kind: 'hits'; readonly hits: readonly Hit[] }
  /** Public repositories, in the order of the service. */
  | { readonly kind: 'public'; readonly registry: OpenRegistry; readonly found: readonly FoundRepository[] }
  /** What is below `of`, or in the whole registry, could not be searched. */
  | {
      readonly kind: 'failed';
      readonly registry: OpenRegistry;
      readonly of: Entry | undefined;
      readonly failure: unknown;
    }
  /** There are more names than were searched. */
  | { readonly kind: 'cut'; readonly registry: OpenRegistry; readonly of: Entry | undefined };

type Take = (found: Found) => void;

/** A search for texts that replace each other. */
interface OpenSearch {
  /**
   * Tells what is found for a typed text, as it is found; resolves when everything was asked. The failure of one registry is told and
   * hides nothing of the others. Rejects only when aborted.
   */
  readonly find: (typed: string, take: Take, signal: AbortSignal) => Promise<void>;
}

/** Shorter texts are not searched for: nearly everything has one letter. */
const shortest = 2;
/** Pages of what a service finds in one of its lists. */
const mostPages = 3;
/** Lists of one connection that the service is asked to search at once. */
const width = 4;
/** Groups that one text has found whose repositories are searched as well: each is a request. */
const mostOpened = 5;
/** Names that are compared in one go; then other work may run. */
const atOnce = 2000;

/**
 * Finds repositories by their names in all connected registries: where the service can search a list, it is asked; other lists are
 * read in the background and kept until the connection changes or is forgotten.
 */
export class Search implements Stoppable {
  private readonly catalogs = new Map<string, { readonly registry: OpenRegistry; readonly catalog: Catalog }>();
  private readonly following: Stoppable;

  constructor(private readonly registries: Pick<Registries, 'all' | 'onDidChange'>) {
    this.following = registries.onDidChange(({ id }) => {
      this.forget(id);
    });
  }

  /** Forgets what was read of a connection, or of all. */
  forget(id?: string): void {
    if (id === undefined) this.catalogs.clear();
    else this.catalogs.delete(id);
  }

  /** Begins a search for texts that replace each other. Lists are read on while the text changes, and until the signal is aborted. */
  open(signal: AbortSignal): OpenSearch {
    const reading = new Set<Catalog>();
    const catalogOf = (registry: OpenRegistry): Catalog => {
      const catalog = this.catalogOf(registry);
      if (!reading.has(catalog)) void catalog.read(signal);
      reading.add(catalog);
      return catalog;
    };
    return { find: (typed, take, its) => findIn(this.registries.all(), catalogOf, typed, take, its) };
  }

  dispose(): void {
    this.following.dispose();
  }

  private catalogOf(registry: OpenRegistry): Catalog {
    const { id } = registry.connection;
    const known = this.catalogs.get(id);
    if (known?.registry.provider === registry.provider) return known.catalog;
    const catalog = new Catalog(registry);
    this.catalogs.set(id, { registry, catalog });
    return catalog;
  }
}

/** `catalogOf`: the catalog of a registry, which is being read. */
async function findIn(
  all: readonly OpenRegistry[],
  catalogOf: (registry: OpenRegistry) => Catalog,
  typed: string,
  take: Take,
  signal: AbortSignal,
): Promise<void> {
  const query = queryOf(typed);
  if (query.text.length < shortest) return;
  // Connections of one kind find the same public repositories.
  const kinds = new Map(
    [...all].reverse().flatMap((each) => (each.provider.search ? [[each.connection.provider, each] as const] : [])),
  );
  await Promise.all([
    ...all.map((registry) => inCatalog(registry, catalogOf(registry), query, take, signal)),
    ...[...kinds.values()].map((registry) => inPublic(registry, query, take, signal)),
  ]);
  signal.throwIfAborted();
}

/** Tells what is known of the connection, what becomes known while its lists are read, and what its service finds. */
async function inCatalog(
  registry: OpenRegistry,
  catalog: Catalog,
  query: Query,
  take: Take,
  signal: AbortSignal,
): Promise<void> {
  const limit = pLimit(width);
  const asked: Promise<void>[] = [];
  let compared = 0;
  const compare = async () => {
    while (compared < catalog.repositories.length) {
      const some = catalog.repositories.slice(compared, compared + atOnce);
      compared += some.length;
      takeHits(hitsAmong(registry, some, query), take);
      await pause();
      signal.throwIfAborted();
    }
  };
  for (;;) {
    await compare();
    for (const list of catalog.searchable.slice(asked.length))
      asked.push(limit(() => inService(registry, catalog, list, query, take, signal)));
    if (!catalog.isReading) break;
    await abandonable(catalog.news, signal);
  }
  for (const { trail, failure } of catalog.failures) take({ kind: 'failed', registry, of: trail.at(-1), failure });
  if (catalog.isCut) take({ kind: 'cut', registry, of: undefined });
  await Promise.all(asked);
  await compare();
}

function hitsAmong(registry: OpenRegistry, known: readonly CatalogEntry[], query: Query): readonly Hit[] {
  const rankOf = rankingOf(query);
  return known.flatMap(({ trail, repository }) => {
    const rank = rankOf(repository);
    return rank === undefined ? [] : [{ registry, trail: withTyped(trail, rank, query), rank }];
  });
}

/** A repository of exactly that name leads to the tag that was typed behind it. */
function withTyped(trail: readonly Entry[], rank: number, { tag }: Query): readonly Entry[] {
  const entry = trail.at(-1);
  if (tag === undefined || rank > 0 || entry?.kind !== 'repository') return trail;
  return [...trail, { kind: 'tag', label: tag, image: withTag(entry.image, tag) }];
}

/** Asks the service for a word, since it takes one, and keeps what matches all of them. Groups that it finds are looked into. */
async function inService(
  registry: OpenRegistry,
  catalog: Catalog,
  { trail, find }: Searchable,
  query: Query,
  take: Take,
  signal: AbortSignal,
): Promise<void> {
  const rankOf = rankingOf(query);
  const takeFailure = (of: Entry | undefined, failure: unknown) => {
    if (!signal.aborted) take({ kind: 'failed', registry, of, failure });
  };
  const groups = new Map<string, Entry>();
  try {
    const { last, above } = longestWordOf(query);
    for (const text of above === undefined || trail.length > 0 ? [last] : [last, above]) {
      let cursor: string | undefined;
      for (let pages = 0; pages < mostPages && (pages === 0 || cursor !== undefined); pages++) {
        const page = await find(text, cursor, signal);
        signal.throwIfAborted();
        const found = page.items.filter(isUsable);
        for (const entry of found) if (entry.kind === 'group') groups.set(keyOf(entry), entry);
        const hits = found.flatMap((entry): Hit[] => {
          const rank = rankOf(entry);
          return rank === undefined ? [] : [{ registry, trail: withTyped([...trail, entry], rank, query), rank }];
        });
        takeHits(hits, take);
        if (page.failure !== undefined) takeFailure(trail.at(-1), page.failure);
        cursor = page.next;
      }
      if (cursor !== undefined) take({ kind: 'cut', registry, of: trail.at(-1) });
    }
  } catch (failure) {
    takeFailure(trail.at(-1), failure);
  }
  const open = async (group: Entry) => {
    await catalog.open([...trail, group], signal).catch((failure: unknown) => {
      takeFailure(group, failure);
    });
  };
  await Promise.all([...groups.values()].slice(0, mostOpened).map(open));
}

/** The last part of its path, since a list has only that in its names; and the part above, which groups have in theirs. */
function longestWordOf({ text }: Query): { readonly last: string; readonly above: string | undefined } {
  const words = text.split(/[\s*]+/).map((word) => word.split('/').filter(Boolean));
  const longest = words.reduce((one, other) => ((other.at(-1) ?? '').length > (one.at(-1) ?? '').length ? other : one));
  return { last: longest.at(-1) ?? '', above: longest.at(-2) };
}

async function inPublic(registry: OpenRegistry, { text, host }: Query, take: Take, signal: AbortSignal): Promise<void> {
  const { search, hostOf } = registry.provider;
  if (search === undefined || (host !== undefined && host !== hostOf(undefined))) return;
  try {
    const { items } = await search(host === undefined ? text : text.slice(host.length + 1), undefined, signal);
    signal.throwIfAborted();
    const found = items.filter(({ repository }) => isUsable(repository));
    if (found.length > 0) take({ kind: 'public', registry, found });
  } catch (failure) {
    if (!signal.aborted) take({ kind: 'failed', registry, of: undefined, failure });
  }
}

function takeHits(hits: readonly Hit[], take: Take): void {
  if (hits.length > 0) take({ kind: 'hits', hits });
}
