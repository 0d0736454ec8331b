import * as vscode from 'vscode';
import { isUnreached } from '../../core/failure';
import type { Log } from '../../core/log';
import type { Entry } from '../../core/model';
import type { RowOrder } from '../../images/tagOrder';
import type { Bookmarks } from '../../registries/bookmarks';
import { idOf } from '../../registries/bookmarks';
import type { OpenRegistry, Registries, RegistryChange } from '../../registries/registries';
import { causes } from '../../core/causes';
import { isSettledWithin } from '../../core/pause';
import type { Commands } from '../commands/commands';
import { ownSetting } from '../settings';
import { signedInAs } from '../words';
import { TagDetails } from './details';
import { all, DrawnAgain } from './drawnAgain';
import {
  favouritesRow,
  idAmongFavourites,
  isBelowFavourites,
  isIdAmongFavourites,
  isWithin,
  ownId,
} from './favouriteRows';
import { Folders } from './folders';
import type { Listing } from './listing';
import { bookmarkOf, listingPhrase, rowAt, trailOf } from './node';
import type { Landing, More, Node, Problem, Row } from './node';
import { revealRow } from './revealRow';
import type { RevealOptions } from './revealRow';
import { Rows } from './rows';
import type { RowState } from './rowState';
import { inShownOrder } from './shownOrder';
import { attachmentTooltip, treeItem } from './treeItem';
import type { DetailsSetting } from './treeItem';
import type { Verifying } from '../verifying';
import { TreeNode } from './treeNode';

/** Rows of a repository whose details are read without being asked for. Those of others are read on hover. */
const mostDetailed = 500;
/** Details that arrive within this time are drawn together. */
const drawEveryMs = 150;

/** An open row that takes longer shows what it has, so that it holds up no other. */
const waitsMs = 400;
/** The service is asked for a filter when nothing was typed for so long. */
const typingMs = 300;
/** The most rows of which details are read for an order. */
const mostRead = 500;

const tagOrderSetting = () => ownSetting<RowOrder>('tags.sort', 'version');
const showsFolders = () => ownSetting<'list' | 'tree'>('repositories.view', 'list') === 'tree';
const detailsSetting = () => ownSetting<DetailsSetting>('tags.details', 'always');

interface Collaborators {
  readonly registries: Pick<Registries, 'ready' | 'all' | 'iconOf' | 'calledOf' | 'onDidChange'>;
  readonly commands: Pick<Commands, 'ready' | 'appliesTo'>;
  readonly favourites: Pick<Bookmarks, 'ready' | 'all' | 'onDidChange'>;
  /** What was opened last. */
  readonly recent: Pick<Bookmarks, 'ready' | 'putFirst'>;
  readonly state: RowState;
  /** Makes a text safe to show. */
  readonly clean: (text: string) => string;
  /** What verifies signatures. */
  readonly verifying: (signal: AbortSignal) => Promise<Verifying>;
  /** Whether the user types in a box, whose focus no row may take. */
  readonly isAsking: () => boolean;
  readonly log: Log;
}

/**
 * The Registries view. Keeps loaded rows until a refresh and shows a failure as a row. Collapse, refresh and disconnect abort the
 * requests that they make obsolete. Rows keep their identity by id. A favourite has the id of its row elsewhere, below
 * `favourites/`.
 */
export class RegistryTree implements vscode.TreeDataProvider<Row>, vscode.Disposable {
  private readonly drawnAgain = new DrawnAgain<Row>((id) => this.openRow(id));
  readonly onDidChangeTreeData = this.drawnAgain.event;
  private readonly rows: Rows;
  private readonly folders = new Folders();
  /** Rows below which "Loading…" is drawn. */
  private readonly unfinished = new Set<string>();
  private favouriteIds: ReadonlySet<string> = new Set();
  /** Whether VS Code does not know yet that there are other rows below Favourites. */
  private isFavouritesStale = false;
  /** The rows right below Favourites. */
  private readonly topmostFavourites = new WeakSet<TreeNode>();
  /** Read when it changes only: VS Code puts all settings together for each reading, and rows are drawn by the thousand. */
  private detailsSetting = detailsSetting();
  private readonly details = new TagDetails((node) => {
    this.drawSoon(node);
  });
  private readonly toDraw = new Set<TreeNode>();
  private drawTimer: NodeJS.Timeout | undefined;
  private typingTimer: NodeJS.Timeout | undefined;
  /** The row that was selected before the window was reloaded, until it is drawn. */
  private toSelect: string | undefined;
  private readonly view: vscode.TreeView<Row>;
  private readonly subscriptions: readonly { dispose(): unknown }[];

  constructor(private readonly collaborators: Collaborators) {
    const { state } = collaborators;
    this.toSelect = state.selected;
    this.rows = new Rows({
      ...{ state, tagOrder: tagOrderSetting, showsFolders },
      isFavourite: (id) => this.isFavourite(id),
      relisted: (id) => {
        this.details.abandon(id);
      },
      dropped: (id) => {
        this.details.abandon(id);
        this.unfinished.delete(id);
      },
    });
    this.view = vscode.window.createTreeView('registryExplorer.registries', {
      treeDataProvider: this,
      showCollapseAll: true,
      canSelectMany: true,
    });
    this.subscriptions = [this.view, this.drawnAgain, ...this.followView(), ...this.followData()];
  }

  private followView(): readonly vscode.Disposable[] {
    const { state } = this.collaborators;
    return [
      this.view.onDidCollapseElement(({ element }) => {
        if (element.kind === 'node') this.collapsed(element);
        else if ('id' in element) state.setExpanded(element.id, false);
      }),
      this.view.onDidExpandElement(({ element }) => {
        if (element.kind === 'node') {
          this.expandedAgain(element);
          void this.noteOpened(element);
        } else if ('id' in element) state.setExpanded(element.id, true);
        if (element.kind === 'favourites' && this.isFavouritesStale) this.drawnAgain.tell(this.favouritesAgain());
      }),
      this.view.onDidChangeSelection(({ selection: [row] }) => {
        if (row === undefined) return;
        this.toSelect = undefined;
        state.setSelected('id' in row ? row.id : undefined);
      }),
      this.view.onDidChangeVisibility(({ visible }) => {
        if (visible) for (const id of state.expanded) this.wantDetails(id);
        else this.details.abandonAll();
      }),
      vscode.window.onDidChangeWindowState(({ focused }) => {
        if (focused && this.view.visible) this.retryUnreached();
      }),
    ];
  }

  private followData(): readonly { dispose(): unknown }[] {
    const { registries, favourites } = this.collaborators;
    return [
      registries.onDidChange((change) => {
        this.registriesChanged(change);
      }),
      favourites.onDidChange(() => {
        this.favouritesChanged();
      }),
      vscode.workspace.onDidChangeConfiguration((event) => {
        const changes = (name: string) => event.affectsConfiguration(`registryExplorer.${name}`);
        if (changes('tags.sort')) this.rows.lookAgainEverywhere();
        if (changes('repositories.view')) this.rows.drawFromTheStart();
        if (changes('tags.details')) this.detailsSetting = detailsSetting();
        if (changes('tags.details') || changes('tags.sort') || changes('repositories.view')) this.drawnAgain.tell();
      }),
    ];
  }

  getTreeItem(row: Row): vscode.TreeItem {
    const { commands, registries, clean, state } = this.collaborators;
    const isNode = row.kind === 'node';
    const concerned = isNode ? [row] : row.kind === 'problem' ? lineage(row.of) : [];
    return treeItem(row, {
      commands: concerned.map((node) => commands.appliesTo(node)).join(' '),
      details: this.detailsSetting,
      icon: isNode ? registries.iconOf(row.connection) : '',
      called: isNode ? registries.calledOf(row.connection) : '',
      folder: isNode ? this.folders.holding(row)?.path : undefined,
      isAmongFavourites: isNode && this.isAmongFavourites(row),
      isExpanded: 'id' in row && state.expanded.has(row.id),
      clean,
    });
  }

  /** Fetches the details for the hover if they have not been fetched yet. */
  async resolveTreeItem(item: vscode.TreeItem, row: Row, token: vscode.CancellationToken): Promise<vscode.TreeItem> {
    const node = row.kind === 'node' ? this.rows.get(row.id) : undefined;
    const kind = node?.entry?.kind;
    if (node === undefined || (kind !== 'tag' && kind !== 'attachment') || this.detailsSetting === 'never') return item;
    const controller = new AbortController();
    const subscription = token.onCancellationRequested(() => {
      controller.abort();
    });
    try {
      // The row is not redrawn, because that would close the hover.
      if (kind === 'tag') await this.details.fetch(node, controller);
      else item.tooltip = await this.proofTooltip(node, controller.signal);
    } finally {
      subscription.dispose();
    }
    const { tooltip } = this.getTreeItem(node);
    if (tooltip !== undefined) item.tooltip = tooltip;
    return item;
  }

  /** An attachment is read when somebody wants to know of it, and not for its row. */
  private async proofTooltip(node: TreeNode, signal: AbortSignal): Promise<vscode.MarkdownString | undefined> {
    if (node.entry?.kind !== 'attachment') return undefined;
    const { clean, verifying } = this.collaborators;
    const { readAttachmentLines } = await import('./proofTooltip');
    return attachmentTooltip(node.entry, clean, await readAttachmentLines(node, verifying, signal));
  }

  getParent(row: Row): Row | undefined {
    switch (row.kind) {
      case 'favourites':
        return undefined;
      case 'folder':
        return row.parent;
      case 'node':
        if (this.isAmongFavourites(row)) return favouritesRow;
        return this.folders.holding(row) ?? row.parent;
      default:
        return row.of;
    }
  }

  async getChildren(row?: Row): Promise<Row[]> {
    if (row === undefined || 'id' in row) this.drawnAgain.asked(row?.id ?? all);
    return this.below(row);
  }

  private async below(row: Row | undefined): Promise<Row[]> {
    switch (row?.kind) {
      case undefined:
        await this.ready();
        this.selectAgain();
        return [...(this.favouriteIds.size > 0 ? [favouritesRow] : []), ...this.roots()];
      case 'favourites':
        return this.favourites();
      case 'folder':
        return [...(this.folders.find(row.id)?.rows ?? [])];
      case 'node': {
        const node = this.rows.get(row.id);
        return node === undefined ? [] : this.childrenOf(node);
      }
      default:
        return [];
    }
  }

  /** What VS Code was told of a row that is not open, or in a view that is hidden, it need not ask about. */
  private openRow(id: string): Row | typeof all | undefined {
    if (!this.view.visible) return undefined;
    if (id === all) return all;
    const row = id === favouritesRow.id ? favouritesRow : this.rows.get(id);
    return row !== undefined && this.isOpen(row) ? row : undefined;
  }

  /** Whether the row and all above it are open. */
  private isOpen(row: Row): boolean {
    if (!('id' in row) || !this.collaborators.state.expanded.has(row.id)) return false;
    const above = this.getParent(row);
    return above === undefined || this.isOpen(above);
  }

  private async childrenOf(node: TreeNode): Promise<Row[]> {
    const { state } = this.collaborators;
    const wasExpanded = state.expanded.has(node.id);
    const listing = this.rows.ensureListing(node);
    state.setExpanded(node.id, true);
    const loading = listing.load();
    // VS Code draws nothing at all until every open row has answered.
    if (wasExpanded && !(await isSettledWithin(loading, waitsMs))) {
      this.unfinished.add(node.id);
      void loading.then(() => {
        this.finish(node, listing);
      });
      return [...this.rowsOf(node, listing), { kind: 'loading', of: node }];
    }
    await loading;
    this.unfinished.delete(node.id);
    const current = this.rows.listingOf(node.id);
    // If a refresh replaced this listing, the new one has the answer. If it was aborted, the next expand requests it again.
    if (current !== listing) return current === undefined ? [] : this.childrenOf(node);
    this.adoptEntries(node, listing);
    this.wantDetails(node.id);
    this.selectAgain();
    return [...this.rowsOf(node, listing), ...invalidRows(node, listing), ...lastRows(node, listing)];
  }

  /** Lets VS Code ask for the rows in place of "Loading…". */
  private finish(node: TreeNode, listing: Listing): void {
    if (this.rows.listingOf(node.id) !== listing || !this.unfinished.has(node.id)) return;
    this.drawnAgain.tell(this.rows.current([node]));
  }

  /** Selects what was selected before the window was reloaded, as soon as it is drawn: VS Code scrolls to it. */
  private selectAgain(): void {
    const row = this.toSelect === undefined ? undefined : this.rows.get(this.toSelect);
    if (row === undefined || !this.view.visible) return;
    this.toSelect = undefined;
    setImmediate(() => void this.view.reveal(row, { select: true, focus: false, expand: false }));
  }

  /** The rows below a node, in folders if the user wants that. */
  private rowsOf(node: TreeNode, { nodes }: Listing): readonly Row[] {
    const isOfRepositories = nodes[0]?.entry?.kind === 'repository';
    this.folders.forget((id) => id === node.id);
    return isOfRepositories && showsFolders() ? this.folders.arrange(node, nodes) : nodes;
  }

  /** The rows of what the user wants on top. Those of connections that are not there now are left out. */
  private favourites(): Row[] {
    const { registries, favourites, state } = this.collaborators;
    state.setExpanded(favouritesRow.id, true);
    const connected = new Map(registries.all().map((registry) => [registry.connection.id, registry]));
    const rows = favourites.all().flatMap((bookmark) => {
      const registry = connected.get(bookmark.connection);
      if (registry === undefined) return [];
      const id = idAmongFavourites(bookmark);
      const { entry, parent } = rowAt(registry, bookmark.trail);
      const known = this.rows.get(id);
      if (known !== undefined) {
        known.connection = registry.connection;
        return [known];
      }
      const made = this.rows.keep(new TreeNode(id, registry.connection, registry.provider, entry, parent));
      this.topmostFavourites.add(made);
      return [made];
    });
    if (this.detailsSetting === 'always' && this.view.visible) this.details.want(favouritesRow.id, rows);
    return rows;
  }

  /**
   * Only the rows of the connection are drawn again, unless connections have come or gone: until VS Code has drawn all rows again, it
   * knows none of them, and a command that is chosen for one is lost.
   */
  private registriesChanged({ id, reason }: RegistryChange): void {
    const row = this.rows.get(id);
    const registry = row === undefined ? undefined : this.openOf(id);
    if (reason === 'reopened') this.forget(id);
    if (reason === 'shown') this.rows.relist(id);
    this.forgetGone();
    const isOneRow = reason === 'reopened' || reason === 'shown' || reason === 'renamed';
    if (!isOneRow || row === undefined || registry === undefined) {
      this.drawnAgain.tell();
      return;
    }
    if (reason === 'reopened') this.rows.keep(row.startAnew(registry.provider));
    row.connection = registry.connection;
    const hasFavourites = this.collaborators.favourites.all().some(({ connection }) => connection === id);
    this.drawnAgain.tell([...this.drawnWith(row), ...(hasFavourites ? this.favouritesAgain() : [])]);
  }

  private favouritesChanged(): void {
    const before = this.favouriteIds;
    this.readFavourites();
    const now = this.favouriteIds;
    for (const node of this.rows.all()) this.markAgain(node);
    // The row of them all comes or goes.
    if (before.size === 0 || now.size === 0) {
      this.drawnAgain.tell();
      return;
    }
    const changed = [...before, ...now].filter((id) => before.has(id) !== now.has(id));
    const rows = this.inView(changed.flatMap((id) => this.rows.twins({ id })));
    this.drawnAgain.tell([...rows, ...this.favouritesAgain()]);
  }

  /**
   * What to draw for other rows below Favourites. While it is closed it is drawn again as soon as it is opened: VS Code closes a row that the
   * user opens while it is drawn as a closed one.
   */
  private favouritesAgain(): readonly Row[] {
    this.isFavouritesStale = !this.collaborators.state.expanded.has(favouritesRow.id);
    return this.isFavouritesStale ? [] : [favouritesRow];
  }

  private readFavourites(): void {
    this.favouriteIds = new Set(this.collaborators.favourites.all().map(idOf));
  }

  /** A row below Favourites goes with its mark. */
  private markAgain(node: TreeNode): void {
    const wasAmong = this.topmostFavourites.has(node);
    node.isFavourite = this.isFavourite(node.id);
    if (!wasAmong || node.isFavourite) return;
    this.topmostFavourites.delete(node);
    this.rows.drop(node);
  }

  private isAmongFavourites(row: Node): boolean {
    return isIdAmongFavourites(row) && this.isFavourite(row.id);
  }

  /** Whether the row, or that elsewhere of a row below Favourites, is a favourite. */
  private isFavourite(id: string): boolean {
    return this.favouriteIds.has(ownId(id));
  }

  /** What rows are drawn with is loaded when the first is. */
  private async ready(): Promise<void> {
    const { registries, commands, favourites } = this.collaborators;
    await Promise.all([registries.ready(), commands.ready(), favourites.ready()]);
    this.readFavourites();
  }

  /** The rows of the connections. */
  private roots(): readonly TreeNode[] {
    return this.collaborators.registries.all().map(({ connection, provider }) => {
      const known = this.rows.get(connection.id);
      if (known === undefined) {
        return this.rows.keep(new TreeNode(connection.id, connection, provider, undefined, undefined));
      }
      known.connection = connection;
      return known;
    });
  }

  /** Lists again what is below a row, or below all rows. Expanded rows stay expanded, with as many rows as before. */
  refresh(node?: Node): void {
    for (const root of node === undefined ? this.drawn() : [node]) this.rows.relist(ownId(root.id));
    this.drawnAgain.tell(node === undefined ? undefined : this.drawnWith(node));
    // The details of a tag come with the rows of its repository, which are not listed again.
    if (node?.entry?.kind === 'tag' && node.parent !== undefined)
      this.wantDetails(node.parent.id, this.rows.get(node.id));
  }

  /** Lists again what is below the connections of one provider. */
  relistKind(provider: string): void {
    for (const root of this.drawn()) if (root.connection.provider === provider) this.refresh(root);
  }

  loadMore({ of }: More): void {
    const listing = this.rows.listingOf(of.id);
    if (listing === undefined) return;
    listing.wantMore();
    this.drawnAgain.tell(this.rows.current([of]));
  }

  retry({ of }: Problem): void {
    this.rows.listingOf(of.id)?.retry();
    this.drawnAgain.tell(this.rows.current([of]));
  }

  /** Shows only those rows below one whose names match a text, see nameFilter; all of them if it is empty. `isTyping`: more is to come. */
  setFilter({ id }: Pick<Node, 'id'>, text: string, isTyping = false): void {
    clearTimeout(this.typingTimer);
    this.collaborators.state.setFilter(id, text);
    const node = this.rows.get(id);
    // A row that is just being replaced reads it when it is made again.
    if (node === undefined) return;
    node.filter = text === '' ? undefined : text;
    const listing = this.rows.listingOf(id);
    if (listing !== undefined) listing.isWaiting = isTyping;
    this.rows.lookAgain(id);
    this.drawnAgain.tell([node]);
    if (!isTyping || listing === undefined) return;
    this.typingTimer = setTimeout(() => {
      listing.isWaiting = false;
      this.drawnAgain.tell(this.rows.current([node]));
    }, typingMs);
  }

  filterOf({ id }: Node): string {
    return this.collaborators.state.filterOf(id);
  }

  /** Shows all rows again. */
  clearFilters(): void {
    for (const id of this.collaborators.state.filtered) {
      this.setFilter({ id }, '');
    }
  }

  /** The order of the rows below one. Undefined: as everywhere. */
  setOrder({ id }: Pick<Node, 'id'>, order: RowOrder | undefined): void {
    this.collaborators.state.setOrder(id, order);
    const node = this.rows.get(id);
    if (node === undefined) return;
    node.order = order;
    this.rows.lookAgain(id);
    this.drawnAgain.tell([node]);
  }

  orderOf({ id }: Node): RowOrder | undefined {
    return this.collaborators.state.orderOf(id);
  }

  defaultOrder(node: Node): RowOrder | undefined {
    return this.rows.defaultOrder(node);
  }

  /** The rows below one that are known, after the first were loaded. */
  async entriesBelow({ id }: Node): Promise<readonly Entry[]> {
    const node = this.rows.get(id);
    if (node === undefined) return [];
    const listing = this.rows.listingOf(id);
    if (listing?.isDeferred === true) {
      listing.begin();
      this.drawnAgain.tell([node]);
    }
    return (await this.rows.loaded(node)).entries;
  }

  /**
   * Reads the details of the rows below one of which they are not known, as many as an order is worth, and puts the rows in order.
   * Rejects when aborted; a failure ends it early.
   */
  async readDetails({ id }: Node, progress: (done: number, of: number) => void, signal: AbortSignal): Promise<void> {
    const node = this.rows.get(id);
    if (node === undefined) return;
    const listing = await this.rows.loaded(node);
    const tags = listing.rows.slice(0, mostRead).map((entry) => this.rows.adopt(node, entry));
    try {
      await this.details.read(tags, progress, signal);
    } finally {
      listing.reorder();
      this.drawnAgain.tell(this.rows.current([node]));
    }
  }

  /** The selected rows. */
  selected(): readonly Row[] {
    return this.view.selection;
  }

  /** The rows as they stand in the view; one that is also a favourite counts once. */
  inOrder(rows: readonly Node[]): readonly Node[] {
    const favourites = this.collaborators.favourites.all().map((bookmark) => ({ id: idAmongFavourites(bookmark) }));
    const ordered = inShownOrder(rows, {
      parentOf: (row) => (this.isAmongFavourites(row) ? undefined : row.parent),
      below: (parent) =>
        parent === undefined ? [...favourites, ...this.roots()] : (this.rows.listingOf(parent.id)?.nodes ?? []),
    });
    return [...new Map(ordered.map((row) => [ownId(row.id), row])).values()];
  }

  /** When the user returns to the window, the network may be available again. */
  private retryUnreached(): void {
    for (const id of this.collaborators.state.expanded) {
      const listing = this.rows.listingOf(id);
      const node = this.rows.get(id);
      if (node !== undefined && isUnreached(listing?.failure))
        this.retry({ kind: 'problem', of: node, failure: listing.failure });
    }
  }

  /** Opens the row of a connection. */
  async reveal(id: string): Promise<void> {
    const row = this.rootOf(id);
    if (row !== undefined) await this.revealRow(row, { expand: true, focus: this.mayTakeFocus() });
  }

  /** Reveals a row and opens it. */
  async open(node: Node): Promise<void> {
    const row = this.rows.get(node.id);
    if (row !== undefined) await this.revealRow(row, { expand: true, select: true, focus: false });
    else await this.show(node, trailOf(node));
  }

  /** Reloads the rows that lead to an entry of a registry and reveals it; if it is missing, reveals the last row before it. */
  async show(registry: OpenRegistry, trail: readonly Entry[]): Promise<void> {
    await this.ready();
    const root = this.rootOf(registry.connection.id);
    if (root === undefined) return;
    this.refresh(root);
    await this.reach(root, trail, false);
  }

  /**
   * The same with the rows that are loaded already; only a list that lacks the entry is read again. Lists above a repository that were
   * not read yet are not read for it, if its tags can be listed. The row gets the focus.
   */
  async goTo(registry: OpenRegistry, trail: readonly Entry[]): Promise<Landing> {
    await this.ready();
    const root = this.rootOf(registry.connection.id);
    return root === undefined ? { kind: 'gone' } : this.reach(root, trail, true);
  }

  /** What was loaded, and what it is below. */
  known(): Iterable<{ readonly below: Node; readonly entry: Entry }> {
    return this.rows.known();
  }

  /** `isJump`: by the shortest way, and with the focus. */
  private async reach(root: TreeNode, trail: readonly Entry[], isJump: boolean): Promise<Landing> {
    const { WayToRow } = await import('./wayToRow');
    const way = new WayToRow(this.rows, {
      children: (row) => this.below(row),
      again: (below) => {
        if (this.collaborators.state.expanded.has(below.id)) this.drawnAgain.tell([below]);
      },
    });
    const { landing, row } = await way.find(root, trail, isJump);
    // The rows above must be drawn before one below them can be revealed.
    const focus = isJump && this.mayTakeFocus();
    await this.revealRow(row, { select: true, focus, expand: row.entry?.kind !== 'tag' });
    return landing;
  }

  private revealRow(row: TreeNode, options: RevealOptions): Promise<void> {
    return revealRow(this.view, row, options, () => this.collaborators.state.expanded.has(row.id));
  }

  /** A registry may answer when the user does something else already. */
  private mayTakeFocus(): boolean {
    return !this.collaborators.isAsking();
  }

  /** The rows of connections that were drawn. */
  private drawn(): readonly TreeNode[] {
    return this.rows.all().filter(({ parent }) => parent === undefined);
  }

  private openOf(id: string): OpenRegistry | undefined {
    return this.collaborators.registries.all().find(({ connection }) => connection.id === id);
  }

  private rootOf(id: string): TreeNode | undefined {
    return this.roots().find((root) => root.id === id);
  }

  dispose(): void {
    clearTimeout(this.drawTimer);
    clearTimeout(this.typingTimer);
    this.details.abandonAll();
    for (const listing of this.rows.allListings()) listing.abort();
    for (const subscription of this.subscriptions) subscription.dispose();
  }

  private adoptEntries(node: TreeNode, listing: Listing): void {
    this.rows.adoptEntries(node, listing);
    const isEmpty = listing.isComplete && listing.known === 0;
    const before = node.state;
    if (listing.failure !== undefined && node.failure !== listing.failure) {
      this.collaborators.log.error(`Could not ${listingPhrase(node)}\n  ${causes(listing.failure)}`);
    }
    node.isEmpty = isEmpty;
    node.failure = listing.failure;
    const isLookNew = setLookOf(node, listing);
    // Only if something changed: redrawing a row also redraws all rows below it, which closes an open context menu.
    if (node.state !== before || isLookNew || this.hasNewName(node)) this.drawSoon(node);
  }

  /** Whether the row of a connection has to name an account that was not known before it was listed. */
  private hasNewName(node: TreeNode): boolean {
    if (node.parent !== undefined) return false;
    const now = this.openOf(node.id)?.connection;
    if (now === undefined || signedInAs(now) === signedInAs(node.connection)) return false;
    node.connection = now;
    return true;
  }

  /** Reads the details of the first rows below a repository, and those of `other`. */
  private wantDetails(id: string, other?: TreeNode): void {
    const node = this.rows.get(id);
    if (node?.entry?.kind !== 'repository' || !this.view.visible || this.detailsSetting !== 'always') return;
    const first = this.rows.listingOf(id)?.nodes.slice(0, mostDetailed) ?? [];
    this.details.want(id, other === undefined || first.includes(other) ? first : [...first, other]);
  }

  private collapsed(node: Node): void {
    this.collaborators.state.setExpanded(node.id, false);
    for (const id of this.expandedBelow(node.id)) this.details.abandon(id);
    this.details.abandon(node.id);
    this.unfinished.delete(node.id);
    if (this.rows.listingOf(node.id)?.isLoading === true) this.rows.endListing(node.id);
  }

  private expandedAgain(node: Node): void {
    this.collaborators.state.setExpanded(node.id, true);
    for (const id of this.expandedBelow(node.id)) this.wantDetails(id);
    if (this.rows.listingOf(node.id) !== undefined) this.wantDetails(node.id);
    // Its last load may have been aborted, and VS Code may have taken the empty answer as the result. Redrawn after a delay,
    // because this event comes before or after VS Code requests the children, and a redraw in between would close an open context
    // menu.
    else this.drawnAgain.expect(node.id);
  }

  private async noteOpened(node: Node): Promise<void> {
    const bookmark = node.entry?.kind === 'repository' ? bookmarkOf(node) : undefined;
    if (bookmark === undefined) return;
    const { recent } = this.collaborators;
    await recent.ready();
    await recent.putFirst([bookmark]);
  }

  private expandedBelow(id: string): string[] {
    return [...this.collaborators.state.expanded].filter((candidate) => candidate.startsWith(`${id}/`));
  }

  private forgetGone(): void {
    const drawn = this.drawn();
    if (drawn.length === 0) return;
    const connected = new Set(this.collaborators.registries.all().map(({ connection }) => connection.id));
    for (const { id } of drawn) {
      if (connected.has(id)) continue;
      this.forget(id);
      this.collaborators.state.forget((key) => isWithin(key, id));
    }
  }

  /** Drops the rows of a connection that was removed, or that is opened with another credential or trust. */
  private forget(id: string): void {
    this.rows.forget(id);
    this.folders.forget((key) => isWithin(key, id));
  }

  private drawSoon(node: TreeNode): void {
    this.toDraw.add(node);
    this.drawTimer ??= setTimeout(() => {
      this.drawTimer = undefined;
      const nodes = this.rows.current([...this.toDraw]);
      this.toDraw.clear();
      if (nodes.length > 0) this.drawnAgain.tell(nodes);
    }, drawEveryMs);
  }

  /** The row, and those below Favourites that are listed again with it. */
  private drawnWith(node: Node): readonly Row[] {
    const own = ownId(node.id);
    const twins = this.rows.twins(node);
    const others = this.rows
      .all()
      .filter((row) => this.topmostFavourites.has(row) && isWithin(row.id, own) && !twins.includes(row));
    return this.inView([...twins, ...others]);
  }

  /** Of these, the rows outside Favourites while it is closed: VS Code would ask at once for what is below the others. */
  private inView(rows: readonly TreeNode[]): readonly TreeNode[] {
    if (this.collaborators.state.expanded.has(favouritesRow.id)) return rows;
    const elsewhere = rows.filter(({ id }) => !isBelowFavourites(id));
    if (elsewhere.length < rows.length) this.isFavouritesStale = true;
    return elsewhere;
  }
}

/** A row and all rows above it. */
function lineage(node: Node): readonly Node[] {
  return node.parent === undefined ? [node] : [node, ...lineage(node.parent)];
}

/** Takes over what the row says of how those below it are shown. True if it says something else than before. */
function setLookOf(node: TreeNode, { matching, sorted }: Listing): boolean {
  const before = [node.findsNothing, node.sorted?.known, node.sorted?.of];
  node.findsNothing = node.filter !== undefined && matching === 0;
  node.sorted = sorted;
  const now = [node.findsNothing, sorted?.known, sorted?.of];
  return now.some((value, at) => value !== before[at]);
}

/** Invalid names come last, because they have no place in the order. */
function invalidRows(of: Node, listing: Listing): Row[] {
  return listing.invalid.map((name, at) => ({ kind: 'invalid', of, name, at }));
}

function lastRows(node: Node, listing: Listing): Row[] {
  const left = listing.matching - listing.wanted;
  const more: More = {
    kind: 'more',
    of: node,
    ...(left > 0 ? { left: { rows: left, of: listing.matching } } : {}),
    ...(node.filter === undefined ? {} : { searched: listing.known }),
  };
  return [
    ...(listing.canDrawMore ? [more] : []),
    ...(listing.failure === undefined ? [] : [{ kind: 'problem' as const, of: node, failure: listing.failure }]),
  ];
}
