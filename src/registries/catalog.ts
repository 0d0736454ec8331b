import pLimit from 'p-limit';
import { isEndOfList, PageTrail } from '../core/bounds';
import { keyOf } from '../core/entryKey';
import { isDenied } from '../core/failure';
import type { Entry, Repository } from '../core/model';
import { pause } from '../core/pause';
import { isUsable } from '../core/usable';
import type { Find } from '../providers/provider';
import type { OpenRegistry } from './registries';
import { withResolvers } from '../core/withResolvers';

/** The most repositories of one connection that are known for a search. */
const mostNames = 20_000;
/** Lists of one connection that are read at once: an account of a cloud may have hundreds of registries. */
const width = 4;

/** What leads to a repository, from the top of its connection down, and the repository itself. */
export interface CatalogEntry {
  readonly trail: readonly Entry[];
  readonly repository: Repository;
}

/** A list that the service itself searches. `trail`: what leads to it; empty for the first of the connection. */
export interface Searchable {
  readonly trail: readonly Entry[];
  readonly find: Find;
}

/** A list that is not read to its end yet. */
interface Unread {
  readonly trail: readonly Entry[];
  pages: PageTrail;
  cursor: string | undefined;
}

/** A list that could not be read to its end. */
interface Failed {
  readonly list: Unread;
  readonly failure: unknown;
}

/**
 * The repositories of one connection, read page by page and kept. Lists that the service can search are not read. What was not read
 * when the signal was aborted is read the next time.
 */
export class Catalog {
  readonly repositories: CatalogEntry[] = [];
  readonly searchable: Searchable[] = [];
  private readonly failed: Failed[] = [];
  /** There is more than is known here. */
  isCut = false;
  private readonly known = new Set<string>();
  /** Keys of the groups that were read because the service has found them. */
  private readonly opened = new Set<string>();
  private readonly unread = new Set<Unread>();
  private readers = 0;
  private growth = withResolvers<undefined>();

  constructor(private readonly registry: OpenRegistry) {
    this.expect([]);
  }

  /** Lists that could not be read, and why. */
  get failures(): readonly { readonly trail: readonly Entry[]; readonly failure: unknown }[] {
    return this.failed.map(({ list: { trail }, failure }) => ({ trail, failure }));
  }

  get isReading(): boolean {
    return this.readers > 0;
  }

  /** Settles when there is something new, or when the reading ends. */
  get news(): Promise<void> {
    return this.growth.promise;
  }

  /** Reads what is not read yet, and again what failed. Never rejects. */
  async read(signal: AbortSignal): Promise<void> {
    for (const { list } of this.failed.splice(0)) this.again(list);
    this.readers++;
    const limit = pLimit(width);
    const read = async (list: Unread): Promise<void> => {
      const below: Promise<void>[] = [];
      while (this.unread.has(list) && !signal.aborted)
        for (const found of await limit(() => this.readPage(list, signal))) below.push(read(found));
      await Promise.all(below);
    };
    await Promise.all([...this.unread].map(read));
    this.readers--;
    this.tell();
  }

  /**
   * Reads the first repositories of a group that the service has found, once. What the account may not see there is left out. Rejects with
   * why it could not be read, or with the signal's reason.
   */
  async open(trail: readonly Entry[], signal: AbortSignal): Promise<void> {
    const key = trail.map(keyOf).join('/');
    if (this.opened.has(key)) return;
    try {
      const { items } = await this.registry.provider.list(trail.at(-1), undefined, signal);
      this.opened.add(key);
      for (const entry of items) if (entry.kind === 'repository') this.take(entry, trail);
    } catch (error) {
      signal.throwIfAborted();
      if (!isDenied(error)) throw error;
      this.opened.add(key);
    }
  }

  private expect(trail: readonly Entry[]): Unread {
    return this.again({ trail, cursor: undefined, pages: this.firstPage() });
  }

  private again(list: Unread): Unread {
    list.pages = this.firstPage();
    this.unread.add(list);
    return list;
  }

  private firstPage(): PageTrail {
    return new PageTrail(this.registry.connection.label);
  }

  /** The lists that the page leads to. */
  private async readPage(list: Unread, signal: AbortSignal): Promise<readonly Unread[]> {
    const { trail } = list;
    const { provider } = this.registry;
    const parent = trail.at(-1);
    const find = provider.find?.(parent);
    try {
      signal.throwIfAborted();
      if (find !== undefined) {
        this.unread.delete(list);
        this.searchable.push({ trail, find });
        return [];
      }
      const page = await provider.list(parent, list.cursor, signal);
      signal.throwIfAborted();
      const before = this.known.size;
      const below = page.items.flatMap((entry) => this.take(entry, trail));
      list.cursor = list.pages.after(page, this.known.size - before);
      const failure = page.failure ?? list.pages.failure;
      if (isEndOfList(failure)) this.isCut = true;
      else if (failure !== undefined) this.failed.push({ list, failure });
      if (list.cursor === undefined || failure !== undefined) this.unread.delete(list);
      await pause();
      return below;
    } catch (failure) {
      // What was aborted is read the next time.
      if (signal.aborted) return [];
      this.unread.delete(list);
      this.failed.push({ list, failure });
      return [];
    } finally {
      this.tell();
    }
  }

  private take(entry: Entry, trail: readonly Entry[]): readonly Unread[] {
    if (!isUsable(entry)) return [];
    const key = [...trail, entry].map(keyOf).join('/');
    if (this.known.has(key)) return [];
    if (this.known.size >= mostNames) {
      this.isCut = true;
      this.unread.clear();
      return [];
    }
    this.known.add(key);
    if (entry.kind === 'repository') this.repositories.push({ trail: [...trail, entry], repository: entry });
    return entry.kind === 'group' || entry.kind === 'registry' ? [this.expect([...trail, entry])] : [];
  }

  private tell(): void {
    const { resolve } = this.growth;
    this.growth = withResolvers();
    resolve(undefined);
  }
}
