import { keyOf } from '../../core/entryKey';
import type { Entry } from '../../core/model';
import { factsOf } from '../../images/tagOrder';
import type { RowOrder } from '../../images/tagOrder';
import { idsOfRow, isBelowFavourites, isWithin } from './favouriteRows';
import { Listing } from './listing';
import type { Look } from './listing';
import { idBelow } from './node';
import type { Node } from './node';
import type { RowState } from './rowState';
import { TreeNode } from './treeNode';

/** How many rows are drawn before the first "Load more…": VS Code asks for all of them before it draws the first. */
const tagRows = 100;
const otherRows = 200;
/** Of repositories in folders, of which it asks for few. */
const rowsInFolders = 1000;

interface Surroundings {
  readonly state: Pick<RowState, 'expanded' | 'filterOf' | 'orderOf'>;
  readonly isFavourite: (id: string) => boolean;
  readonly tagOrder: () => RowOrder;
  readonly showsFolders: () => boolean;
  /** Told of each row whose list is not the one of before. */
  readonly relisted: (id: string) => void;
  /** Told of each row that is no more. */
  readonly dropped: (id: string) => void;
}

/**
 * The rows of the Registries view that were made, and what was listed below each. A row keeps its identity by its id until the registry
 * does not list it any more. Nothing is drawn from here.
 */
export class Rows {
  private readonly nodes = new Map<string, TreeNode>();
  private readonly listings = new Map<string, Listing>();
  /** Listings whose rows were compared with those of the one before. */
  private readonly compared = new WeakSet<Listing>();

  constructor(private readonly surroundings: Surroundings) {}

  get(id: string): TreeNode | undefined {
    return this.nodes.get(id);
  }

  all(): readonly TreeNode[] {
    return [...this.nodes.values()];
  }

  listingOf(id: string): Listing | undefined {
    return this.listings.get(id);
  }

  allListings(): Iterable<Listing> {
    return this.listings.values();
  }

  /** What was loaded, and what it is below. What is below Favourites is left out. */
  *known(): Iterable<{ readonly below: Node; readonly entry: Entry }> {
    for (const [id, listing] of this.listings) {
      const below = this.nodes.get(id);
      if (below === undefined || isBelowFavourites(id)) continue;
      for (const entry of listing.entries)
        if (entry.kind === 'repository' || entry.kind === 'tag') yield { below, entry };
    }
  }

  /** The given rows that still exist: only these can be drawn. */
  current(rows: readonly Pick<Node, 'id'>[]): TreeNode[] {
    return rows.flatMap(({ id }) => this.nodes.get(id) ?? []);
  }

  /** The row, and the same among the favourites. */
  twins({ id }: Pick<Node, 'id'>): TreeNode[] {
    return this.current(idsOfRow(id).map((each) => ({ id: each })));
  }

  /** Takes in a row with what the user has set for it. */
  keep(row: TreeNode): TreeNode {
    const { state, isFavourite } = this.surroundings;
    row.filter = state.filterOf(row.id) || undefined;
    row.order = state.orderOf(row.id);
    row.isFavourite = isFavourite(row.id);
    this.nodes.set(row.id, row);
    return row;
  }

  /** The row of an entry, as it is listed now. */
  adopt(parent: TreeNode, entry: Entry): TreeNode {
    const id = idBelow(parent, keyOf(entry));
    const known = this.nodes.get(id);
    if (known !== undefined) {
      known.update(parent.connection, parent.provider, entry);
      return known;
    }
    const made = this.keep(new TreeNode(id, parent.connection, parent.provider, entry, parent));
    parent.below.add(made);
    return made;
  }

  /** Makes the rows that are to be drawn and are not yet made, and drops those that are not in the list any more. */
  adoptEntries(row: TreeNode, listing: Listing): void {
    const entries = listing.wantedEntries;
    if (listing.nodes.length < entries.length) {
      const others = entries.slice(listing.nodes.length).map((entry) => this.adopt(row, entry));
      listing.nodes = [...listing.nodes, ...others];
    }
    this.dropGone(row, listing);
  }

  /** What is listed below a row, from now on if nothing was. Nothing is requested before it is loaded. */
  ensureListing(row: TreeNode): Listing {
    return this.listings.get(row.id) ?? this.startListing(row, 0);
  }

  /** The same, loaded. */
  async loaded(row: TreeNode): Promise<Listing> {
    const listing = this.ensureListing(row);
    await listing.load();
    return this.listings.get(row.id) ?? listing;
  }

  /** Drops and aborts the listings below a row. The rows stay until new ones arrive; open ones want as many as before. */
  relist(id: string): void {
    for (const [key, listing] of [...this.listings]) {
      if (!isWithin(key, id)) continue;
      this.surroundings.relisted(key);
      listing.abort();
      this.listings.delete(key);
      const row = this.nodes.get(key);
      if (row !== undefined && this.surroundings.state.expanded.has(key)) this.startListing(row, listing.wanted);
    }
    for (const row of this.twins({ id })) if (row.entry?.kind === 'tag') row.expire();
  }

  /** Ends a listing: it is read anew when it is asked for. */
  endListing(id: string): void {
    this.listings.get(id)?.abort();
    this.listings.delete(id);
  }

  /** Applies the filter and the order of a row as they are now. */
  lookAgain(id: string): void {
    const row = this.nodes.get(id);
    if (row !== undefined) this.listings.get(id)?.setLook(this.lookOf(row));
  }

  lookAgainEverywhere(): void {
    for (const id of this.listings.keys()) this.lookAgain(id);
  }

  /** Draws as many repositories as at first: in folders they are more. */
  drawFromTheStart(): void {
    for (const [id, listing] of this.listings) {
      const row = this.nodes.get(id);
      if (row !== undefined && row.entry?.kind !== 'repository') listing.startAgain(this.rowsAtFirst(row));
    }
  }

  /** The order of the rows below one where the user has chosen none. */
  defaultOrder({ entry }: Node): RowOrder | undefined {
    return entry?.kind === 'repository' ? this.surroundings.tagOrder() : undefined;
  }

  drop(row: TreeNode): void {
    for (const child of row.below) this.drop(child);
    this.listings.get(row.id)?.abort();
    this.remove(row.id);
  }

  /** Drops a row and all below it, also among the favourites. */
  forget(id: string): void {
    this.relist(id);
    for (const key of new Set([...this.nodes.keys(), ...this.listings.keys()])) if (isWithin(key, id)) this.remove(key);
  }

  private remove(id: string): void {
    this.nodes.delete(id);
    this.listings.delete(id);
    this.surroundings.dropped(id);
  }

  /** Drops the rows that are not in the list as it was read again: in a long session there would be ever more of them. */
  private dropGone(row: TreeNode, listing: Listing): void {
    if (listing.failure !== undefined || this.compared.has(listing)) return;
    this.compared.add(listing);
    for (const child of row.below) {
      if (child.entry === undefined || listing.has(child.entry)) continue;
      row.below.delete(child);
      this.drop(child);
    }
  }

  private startListing(row: TreeNode, wanted: number): Listing {
    const { provider, entry, connection } = row;
    const step = this.rowsAtFirst(row);
    const source = {
      list: (cursor: string | undefined, signal: AbortSignal) => provider.list(entry, cursor, signal),
      find: provider.find?.(entry),
      subject: connection.label,
    };
    const listing = new Listing(step, Math.max(step, wanted), source, this.lookOf(row), (child) =>
      factsOf(this.nodes.get(idBelow(row, keyOf(child)))?.entry ?? child),
    );
    this.listings.set(row.id, listing);
    return listing;
  }

  private rowsAtFirst({ entry }: Node): number {
    if (entry?.kind === 'repository') return tagRows;
    return this.surroundings.showsFolders() ? rowsInFolders : otherRows;
  }

  private lookOf(row: TreeNode): Look {
    const { filter = '', order } = row;
    return { filter, order: order ?? this.defaultOrder(row), isChosen: order !== undefined };
  }
}
