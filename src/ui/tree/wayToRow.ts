import { isEndOfList } from '../../core/bounds';
import { keyOf } from '../../core/entryKey';
import type { Entry } from '../../core/model';
import type { Listing } from './listing';
import { idBelow } from './node';
import type { Landing } from './node';
import type { Rows } from './rows';
import { TreeNode } from './treeNode';

/** How often more rows are loaded in search of one to reveal. */
const mostLoads = 3;
/** The most rows that are drawn to reveal one: VS Code is slow with more. */
const mostDrawn = 5000;

interface Drawing {
  /** The rows below one, as VS Code is given them. */
  readonly children: (row: TreeNode) => Promise<unknown>;
  /** Draws what is below a row again. */
  readonly again: (row: TreeNode) => void;
}

/** Where a way ends: at the row that was looked for, or at the last one before it. */
interface End {
  readonly landing: Landing;
  readonly row: TreeNode;
}

/** Finds the row of an entry by those above it, and reads for it what is not listed yet, within bounds. */
export class WayToRow {
  constructor(
    private readonly rows: Rows,
    private readonly drawing: Drawing,
  ) {}

  /**
   * `trail`: the entries below `root`, down to the one looked for. `isJump`: by the shortest way. Lists above a repository that were not
   * read are then not read for it, if its tags can be listed.
   */
  async find(root: TreeNode, trail: readonly Entry[], isJump: boolean): Promise<End> {
    let end: End = { landing: { kind: 'shown', row: root }, row: root };
    for (const [at, entry] of trail.entries()) {
      const next = await this.childOf(end.row, entry, trail.slice(at + 1), isJump);
      if (!(next instanceof TreeNode)) return { ...end, landing: next };
      end = { landing: { kind: 'shown', row: next }, row: next };
    }
    return end;
  }

  /** The row of an entry, or why there is none. `below`: what is looked for below it. `mayDefer`: see `listingWith`. */
  private async childOf(
    parent: TreeNode,
    entry: Entry,
    below: readonly Entry[],
    mayDefer: boolean,
  ): Promise<TreeNode | Landing> {
    const wasLoaded = this.rows.listingOf(parent.id) !== undefined;
    let found = await this.drawnChild(parent, entry, below, mayDefer);
    if (found === undefined && wasLoaded && this.rows.listingOf(parent.id)?.has(entry) !== true) {
      // It may be new, or may be shown by now.
      this.rows.relist(parent.id);
      found = await this.drawnChild(parent, entry, below, false);
    }
    if (found !== undefined) return found;
    const listing = this.rows.listingOf(parent.id);
    if (listing?.has(entry)) return { kind: 'filtered', row: parent, entry };
    const failure = listing?.failure;
    if (failure === undefined || isEndOfList(failure)) return { kind: 'missing', row: parent, entry };
    return { kind: 'failed', row: parent, entry, failure };
  }

  /** Loads more rows until the child is found, within bounds. */
  private async drawnChild(
    parent: TreeNode,
    entry: Entry,
    below: readonly Entry[],
    mayDefer: boolean,
  ): Promise<TreeNode | undefined> {
    const key = keyOf(entry);
    for (let attempts = 0; attempts < mostLoads; attempts++) {
      const listing = await this.listingWith(parent, entry, below, mayDefer);
      await this.drawing.children(parent);
      const found = listing.nodes.find(({ id }) => id === idBelow(parent, key));
      if (found !== undefined || !listing.canDrawMore) return found;
      const at = listing.indexOf(key);
      if (at >= mostDrawn || listing.wanted >= mostDrawn) return undefined;
      listing.wantMore(at + 1);
    }
    return undefined;
  }

  /**
   * The rows below a node, loaded, with the entry if it is there although the list was not read that far. `mayDefer`: a list that has not
   * been read is then not read at all.
   */
  private async listingWith(
    parent: TreeNode,
    entry: Entry,
    below: readonly Entry[],
    mayDefer: boolean,
  ): Promise<Listing> {
    const isUnread = this.rows.listingOf(parent.id) === undefined;
    if (isUnread && mayDefer && (await this.isThere(parent, entry, below))) {
      if (this.rows.listingOf(parent.id) === undefined) this.rows.ensureListing(parent).defer();
      this.include(parent, entry);
    }
    const listing = await this.rows.loaded(parent);
    if (!listing.has(entry) && listing.canDrawMore && (await this.isThere(parent, entry, below)))
      this.include(parent, entry);
    return listing;
  }

  private include(parent: TreeNode, entry: Entry): void {
    const listing = this.rows.listingOf(parent.id);
    if (listing === undefined || listing.has(entry)) return;
    listing.include(entry);
    this.drawing.again(parent);
  }

  /** Whether an entry leads to a repository whose tags can be listed, and so is there although the list above was not read that far. */
  private async isThere(parent: TreeNode, entry: Entry, below: readonly Entry[]): Promise<boolean> {
    const way = [entry, ...below];
    const last = way.findLastIndex(({ kind }) => kind === 'repository');
    if (last < 0) return false;
    const repository = way
      .slice(0, last + 1)
      .reduce((row, each) => this.rows.get(idBelow(row, keyOf(each))) ?? this.rows.adopt(row, each), parent);
    return (await this.rows.loaded(repository)).failure === undefined;
  }
}
