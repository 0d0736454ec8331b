import * as vscode from 'vscode';
import { isUnreached } from '../../core/failure';
import type { Log } from '../../core/log';
import type { Entry } from '../../core/model';
import type { OpenRegistry, Registries } from '../../registries/registries';
import { causes } from '../../core/causes';
import type { Commands } from '../commands/commands';
import { ownSetting } from '../settings';
import { signedInAs } from '../words';
import { TagDetails } from './details';
import { Listing } from './listing';
import { idBelow, keyOf, listingPhrase } from './node';
import type { More, Node, Problem, Row } from './node';
import { treeItem } from './treeItem';
import type { DetailsSetting } from './treeItem';
import { TreeNode } from './treeNode';

/** How many rows are drawn before the first "Load more…". */
const tagRows = 100;
const otherRows = 1000;
/** Rows of a repository whose details are read without being asked for. Those of others are read on hover. */
const mostDetailed = 500;
/** How often more rows are loaded in search of one to reveal. */
const mostLoadsToShow = 3;
/** The most rows that are drawn to reveal one: VS Code is slow with more. */
const mostRowsToShow = 5000;
/** Details that arrive within this time are drawn together. */
const drawEveryMs = 150;
/** VS Code requests the children of an expanded row within this time, unless it already has them. */
const asksWithinMs = 500;

const detailsSetting = () => ownSetting<DetailsSetting>('tags.details', 'always');

interface Collaborators {
  readonly registries: Pick<Registries, 'ready' | 'all' | 'iconOf' | 'calledOf' | 'onDidChange'>;
  readonly commands: Pick<Commands, 'ready' | 'appliesTo'>;
  /** Makes a text safe to show. */
  readonly clean: (text: string) => string;
  readonly log: Log;
}

/**
 * The Registries view. Keeps loaded rows until a refresh and shows a failure as a row. Collapse, refresh and disconnect abort the
 * requests that they make obsolete. Rows keep their identity by id.
 */
export class RegistryTree implements vscode.TreeDataProvider<Row>, vscode.Disposable {
  private readonly changed = new vscode.EventEmitter<Row[] | undefined>();
  readonly onDidChangeTreeData = this.changed.event;
  private readonly nodes = new Map<string, TreeNode>();
  private readonly listings = new Map<string, Listing>();
  private readonly expanded = new Set<string>();
  private readonly details = new TagDetails((node) => {
    this.drawSoon(node);
  });
  private readonly toDraw = new Set<TreeNode>();
  private drawTimer: NodeJS.Timeout | undefined;
  private readonly view: vscode.TreeView<Row>;
  private readonly subscriptions: readonly { dispose(): unknown }[];

  constructor(private readonly collaborators: Collaborators) {
    this.view = vscode.window.createTreeView('registryExplorer.registries', {
      treeDataProvider: this,
      showCollapseAll: true,
    });
    this.subscriptions = [
      this.view,
      this.changed,
      this.view.onDidCollapseElement(({ element }) => {
        if (element.kind === 'node') this.collapsed(element);
      }),
      this.view.onDidExpandElement(({ element }) => {
        if (element.kind === 'node') this.expandedAgain(element);
      }),
      this.view.onDidChangeVisibility(({ visible }) => {
        if (visible) for (const id of this.expanded) this.wantDetails(id);
        else this.details.abandonAll();
      }),
      vscode.window.onDidChangeWindowState(({ focused }) => {
        if (focused && this.view.visible) this.retryUnreached();
      }),
      collaborators.registries.onDidChange(({ id, reason }) => {
        if (reason === 'reopened') this.forget(id);
        if (reason === 'shown') this.relist(id);
        this.forgetGone();
        this.changed.fire(undefined);
      }),
      vscode.workspace.onDidChangeConfiguration((event) => {
        if (event.affectsConfiguration('registryExplorer.tags.details')) this.changed.fire(undefined);
      }),
    ];
  }

  getTreeItem(row: Row): vscode.TreeItem {
    const { commands, registries, clean } = this.collaborators;
    const isNode = row.kind === 'node';
    const concerned = isNode ? [row] : row.kind === 'problem' ? lineage(row.of) : [];
    return treeItem(row, {
      commands: concerned.map((node) => commands.appliesTo(node)).join(' '),
      details: detailsSetting(),
      icon: isNode ? registries.iconOf(row.connection) : '',
      called: isNode ? registries.calledOf(row.connection) : '',
      clean,
    });
  }

  /** Fetches the details for the hover if they have not been fetched yet. */
  async resolveTreeItem(item: vscode.TreeItem, row: Row, token: vscode.CancellationToken): Promise<vscode.TreeItem> {
    const node = row.kind === 'node' ? this.nodes.get(row.id) : undefined;
    if (node?.entry?.kind !== 'tag' || detailsSetting() === 'never') return item;
    const controller = new AbortController();
    const subscription = token.onCancellationRequested(() => {
      controller.abort();
    });
    try {
      // The row is not redrawn, because that would close the hover.
      await this.details.fetch(node, controller);
    } finally {
      subscription.dispose();
    }
    const { tooltip } = this.getTreeItem(node);
    if (tooltip !== undefined) item.tooltip = tooltip;
    return item;
  }

  getParent(row: Row): Row | undefined {
    return row.kind === 'node' ? row.parent : row.of;
  }

  async getChildren(row?: Row): Promise<Row[]> {
    if (row === undefined) {
      await this.ready();
      return [...this.roots()];
    }
    const node = row.kind === 'node' ? this.nodes.get(row.id) : undefined;
    if (node === undefined) return [];
    const listing = this.listings.get(node.id) ?? this.startListing(node, 0);
    this.expanded.add(node.id);
    await listing.load();
    const current = this.listings.get(node.id);
    // If a refresh replaced this listing, the new one has the answer. If it was aborted, the next expand requests it again.
    if (current !== listing) return current === undefined ? [] : this.getChildren(node);
    this.adoptEntries(node, listing);
    this.wantDetails(node.id);
    return [...listing.nodes, ...invalidRows(node, listing), ...lastRows(node, listing)];
  }

  /** What rows are drawn with is loaded when the first is. */
  private async ready(): Promise<void> {
    await Promise.all([this.collaborators.registries.ready(), this.collaborators.commands.ready()]);
  }

  /** The rows of the connections. */
  private roots(): readonly TreeNode[] {
    return this.collaborators.registries.all().map(({ connection, provider }) => {
      const known = this.nodes.get(connection.id);
      if (known === undefined) {
        const node = new TreeNode(connection.id, connection, provider, undefined, undefined);
        this.nodes.set(node.id, node);
        return node;
      }
      known.connection = connection;
      return known;
    });
  }

  /** Lists again what is below a row, or below all rows. Expanded rows stay expanded, with as many rows as before. */
  refresh(node?: Node): void {
    for (const root of node === undefined ? this.drawn() : [node]) this.relist(root.id);
    this.changed.fire(node === undefined ? undefined : this.current([node]));
    // The details of a tag come with the rows of its repository, which are not listed again.
    if (node?.entry?.kind === 'tag' && node.parent !== undefined)
      this.wantDetails(node.parent.id, this.nodes.get(node.id));
  }

  /** Lists again what is below the connections of one provider. */
  relistKind(provider: string): void {
    for (const root of this.drawn()) if (root.connection.provider === provider) this.refresh(root);
  }

  loadMore({ of }: More): void {
    const listing = this.listings.get(of.id);
    if (listing === undefined) return;
    listing.wantMore();
    this.changed.fire(this.current([of]));
  }

  retry({ of }: Problem): void {
    this.listings.get(of.id)?.retry();
    this.changed.fire(this.current([of]));
  }

  /** The selected rows. */
  selected(): readonly Row[] {
    return this.view.selection;
  }

  /** When the user returns to the window, the network may be available again. */
  private retryUnreached(): void {
    for (const id of this.expanded) {
      const listing = this.listings.get(id);
      const node = this.nodes.get(id);
      if (node !== undefined && isUnreached(listing?.failure))
        this.retry({ kind: 'problem', of: node, failure: listing.failure });
    }
  }

  /** Opens the row of a connection. */
  async reveal(id: string): Promise<void> {
    const row = this.rootOf(id);
    if (row !== undefined) await this.view.reveal(row, { expand: true, focus: true });
  }

  /** Reloads the rows that lead to an entry of a registry and reveals it; if it is missing, reveals the last row before it. */
  async show({ connection }: OpenRegistry, trail: readonly Entry[]): Promise<void> {
    const root = this.rootOf(connection.id);
    if (root === undefined) return;
    this.refresh(root);
    let row: Node = root;
    for (const entry of trail) {
      const child = await this.childOf(row, keyOf(entry));
      if (child === undefined) break;
      row = child;
    }
    // The rows above must be drawn before one below them can be revealed.
    await this.view.reveal(row, { select: true, focus: false, expand: row.entry?.kind !== 'tag' });
  }

  /** The rows of connections that were drawn. */
  private drawn(): readonly TreeNode[] {
    return [...this.nodes.values()].filter(({ parent }) => parent === undefined);
  }

  private rootOf(id: string): Node | undefined {
    return this.roots().find((root) => root.id === id);
  }

  /** Loads more rows until the child is found, within bounds. */
  private async childOf(parent: Node, key: string): Promise<Node | undefined> {
    for (let attempts = 0; attempts < mostLoadsToShow; attempts++) {
      await this.getChildren(parent);
      const listing = this.listings.get(parent.id);
      const found = listing?.nodes.find(({ id }) => id === idBelow(parent, key));
      if (found !== undefined || !listing?.canDrawMore) return found;
      const at = listing.indexOf(key);
      if (at >= mostRowsToShow || listing.wanted >= mostRowsToShow) return undefined;
      listing.wantMore(at + 1);
    }
    return undefined;
  }

  dispose(): void {
    clearTimeout(this.drawTimer);
    this.details.abandonAll();
    for (const listing of this.listings.values()) listing.abort();
    for (const subscription of this.subscriptions) subscription.dispose();
  }

  private startListing(node: TreeNode, wanted: number): Listing {
    const step = node.entry?.kind === 'repository' ? tagRows : otherRows;
    const list = (cursor: string | undefined, signal: AbortSignal) => node.provider.list(node.entry, cursor, signal);
    const listing = new Listing(step, Math.max(step, wanted), list, node.connection.label);
    this.listings.set(node.id, listing);
    return listing;
  }

  private adoptEntries(node: TreeNode, listing: Listing): void {
    const entries = listing.wantedEntries;
    if (listing.nodes.length < entries.length) {
      listing.nodes = [
        ...listing.nodes,
        ...entries.slice(listing.nodes.length).map((entry) => this.adopt(node, entry)),
      ];
    }
    const isEmpty = listing.isComplete && listing.known === 0;
    const before = node.state;
    if (listing.failure !== undefined && node.failure !== listing.failure) {
      this.collaborators.log.error(`Could not ${listingPhrase(node)}\n  ${causes(listing.failure)}`);
    }
    node.isEmpty = isEmpty;
    node.failure = listing.failure;
    // Only if something changed: redrawing a row also redraws all rows below it, which closes an open context menu.
    if (node.state !== before || this.hasNewName(node)) this.drawSoon(node);
  }

  /** Whether the row of a connection has to name an account that was not known before it was listed. */
  private hasNewName(node: TreeNode): boolean {
    if (node.parent !== undefined) return false;
    const now = this.collaborators.registries.all().find(({ connection }) => connection.id === node.id)?.connection;
    if (now === undefined || signedInAs(now) === signedInAs(node.connection)) return false;
    node.connection = now;
    return true;
  }

  private adopt(parent: TreeNode, entry: Entry): TreeNode {
    const id = idBelow(parent, keyOf(entry));
    const known = this.nodes.get(id);
    if (known !== undefined) {
      known.update(parent.connection, parent.provider, entry);
      return known;
    }
    const node = new TreeNode(id, parent.connection, parent.provider, entry, parent);
    this.nodes.set(id, node);
    return node;
  }

  /** Reads the details of the first rows below a repository, and those of `other`. */
  private wantDetails(id: string, other?: TreeNode): void {
    const node = this.nodes.get(id);
    if (node?.entry?.kind !== 'repository' || !this.view.visible || detailsSetting() !== 'always') return;
    const first = this.listings.get(id)?.nodes.slice(0, mostDetailed) ?? [];
    this.details.want(id, other === undefined || first.includes(other) ? first : [...first, other]);
  }

  private collapsed(node: Node): void {
    this.expanded.delete(node.id);
    for (const id of this.expandedBelow(node.id)) this.details.abandon(id);
    this.details.abandon(node.id);
    const listing = this.listings.get(node.id);
    if (!listing?.isLoading) return;
    listing.abort();
    this.listings.delete(node.id);
  }

  private expandedAgain(node: Node): void {
    this.expanded.add(node.id);
    for (const id of this.expandedBelow(node.id)) this.wantDetails(id);
    if (this.listings.has(node.id)) this.wantDetails(node.id);
    // Its last load may have been aborted, and VS Code may have taken the empty answer as the result. Redrawn after a delay,
    // because this event comes before or after VS Code requests the children, and a redraw in between would close an open context
    // menu.
    else
      setTimeout(() => {
        if (this.expanded.has(node.id) && !this.listings.has(node.id)) this.changed.fire(this.current([node]));
      }, asksWithinMs);
  }

  private expandedBelow(id: string): string[] {
    return [...this.expanded].filter((candidate) => candidate.startsWith(`${id}/`));
  }

  /** Drops and aborts the listings below a row. The rows stay until new ones arrive. */
  private relist(id: string): void {
    for (const [key, listing] of [...this.listings]) {
      if (key !== id && !key.startsWith(`${id}/`)) continue;
      this.details.abandon(key);
      listing.abort();
      this.listings.delete(key);
      const node = this.nodes.get(key);
      if (node !== undefined && this.expanded.has(key)) this.startListing(node, listing.wanted);
    }
    const node = this.nodes.get(id);
    if (node?.entry?.kind === 'tag') node.expire();
  }

  private forgetGone(): void {
    const drawn = this.drawn();
    if (drawn.length === 0) return;
    const connected = new Set(this.collaborators.registries.all().map(({ connection }) => connection.id));
    for (const { id } of drawn) if (!connected.has(id)) this.forget(id);
  }

  /** Drops everything of a connection that was removed, or that is opened with another credential or trust. */
  private forget(id: string): void {
    this.relist(id);
    for (const collection of [this.nodes, this.listings, this.expanded]) {
      for (const key of [...collection.keys()]) if (key === id || key.startsWith(`${id}/`)) collection.delete(key);
    }
  }

  private drawSoon(node: TreeNode): void {
    this.toDraw.add(node);
    this.drawTimer ??= setTimeout(() => {
      this.drawTimer = undefined;
      const nodes = this.current([...this.toDraw]);
      this.toDraw.clear();
      if (nodes.length > 0) this.changed.fire(nodes);
    }, drawEveryMs);
  }

  /** The given rows that still exist: only these can be drawn. */
  private current(nodes: readonly Node[]): Row[] {
    return nodes.flatMap((node) => this.nodes.get(node.id) ?? []);
  }
}

/** A row and all rows above it. */
function lineage(node: Node): readonly Node[] {
  return node.parent === undefined ? [node] : [node, ...lineage(node.parent)];
}

/** Invalid names come last, because they have no place in the order. */
function invalidRows(of: Node, listing: Listing): Row[] {
  return listing.invalid.map((name, at) => ({ kind: 'invalid', of, name, at }));
}

function lastRows(node: Node, listing: Listing): Row[] {
  const left = listing.known - listing.wanted;
  const more: More = { kind: 'more', of: node, ...(left > 0 ? { left: { rows: left, of: listing.known } } : {}) };
  return [
    ...(listing.canDrawMore ? [more] : []),
    ...(listing.failure === undefined ? [] : [{ kind: 'problem' as const, of: node, failure: listing.failure }]),
  ];
}
