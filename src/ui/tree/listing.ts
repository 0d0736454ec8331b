import { keyOf } from '../../core/entryKey';
import type { Entry } from '../../core/model';
import { nameFilter, wordToFind } from '../../core/nameFilter';
import { factOf, factsOf, inOrder } from '../../images/tagOrder';
import type { RowOrder } from '../../images/tagOrder';
import type { Find } from '../../providers/provider';
import { Pages } from './pages';
import type { Fetch } from './pages';
import type { TreeNode } from './treeNode';

/** The most rows that one "Load more…" adds; each adds twice as many as the one before. */
const mostRowsAtOnce = 1000;

/** Rows that are read in order to sort them, before the first is drawn. */
const mostSorted = 1000;

/** Pages that one load reads in search of rows that match a filter. */
const mostPagesSearched = 20;

/** Where the rows come from. */
export interface Source {
  readonly list: Fetch;
  /** Asks the service for those with a text in their name. */
  readonly find?: Find | undefined;
  /** The registry, for messages. */
  readonly subject?: string;
}

/** Which of the known rows are shown, and in what order. */
export interface Look {
  /** See nameFilter. Empty: all are shown. */
  readonly filter: string;
  /** Absent: tags in their usual order, other rows as they are listed. */
  readonly order?: RowOrder | undefined;
  /** The user has chosen the order here: more rows are read for it than are drawn. */
  readonly isChosen?: boolean;
}

/**
 * The known children of one row. They are put in order before they are drawn; a drawn row keeps its place, so rows that a registry lists
 * on a later page come behind, in order among themselves. A refresh creates a new listing; results that arrive for the old one are dropped.
 */
export class Listing {
  private readonly pages: Pages;
  /** What the service found for the filter. */
  private found: Pages | undefined;
  private matches: (name: string) => boolean = () => true;
  /** Those that match the filter. */
  private shown: Entry[] = [];
  /** How many of them were drawn, and keep their place. */
  private drawn = 0;
  private isOrdered = true;
  /** Changes with the look. */
  private version = 0;
  private searched = 0;
  private loading: Promise<void> | undefined;
  private isAborted = false;
  /** Nothing is requested until more is wanted than was included. */
  private deferred = false;
  /** More was wanted, and is not loaded yet. */
  private isMoreDue = false;
  /** The user is still typing the filter: nothing is requested for it. */
  isWaiting = false;
  /** Nodes of the rows drawn so far. */
  nodes: readonly TreeNode[] = [];

  /** `step`: as many rows are drawn at first; `wanted`: the number of rows to draw; `facts`: what is known of a row, for the order. */
  constructor(
    private step: number,
    public wanted: number,
    private readonly source: Source,
    private look: Look = { filter: '' },
    private readonly facts: typeof factsOf = factsOf,
  ) {
    this.pages = new Pages(source.list, source.subject ?? '');
    this.applyFilter();
  }

  get isLoading(): boolean {
    return this.loading !== undefined;
  }

  get isComplete(): boolean {
    return this.pages.isComplete;
  }

  get isDeferred(): boolean {
    return this.deferred;
  }

  /** Shows what is included, and reads nothing until more rows are wanted. For a list that was not read yet. */
  defer(): void {
    this.deferred = true;
  }

  /** Reads the list after all. */
  begin(): void {
    this.deferred = false;
  }

  /** How many rows were read, whether they are shown or not. */
  get known(): number {
    return this.pages.entries.length;
  }

  /** How many match the filter. */
  get matching(): number {
    return this.shown.length;
  }

  get failure(): unknown {
    return this.active.failure;
  }

  get invalid(): readonly string[] {
    return this.look.filter === '' ? this.pages.invalid : [];
  }

  /** All that were read and are of use, whether they are shown or not. */
  get entries(): readonly Entry[] {
    return this.pages.entries;
  }

  /** Those that match the filter, in order once they are loaded. */
  get rows(): readonly Entry[] {
    return this.shown;
  }

  /** Of how many rows it is known what a chosen order goes by; nothing if it is known of all, or if the order goes by names. */
  get sorted(): { readonly known: number; readonly of: number } | undefined {
    const fact = this.look.isChosen === true ? factOf(this.look.order) : undefined;
    if (fact === undefined) return undefined;
    const known = this.shown.filter((entry) => this.facts(entry)[fact] !== undefined).length;
    return known === this.shown.length ? undefined : { known, of: this.shown.length };
  }

  /** Whether the entry is known, whether it is shown or not. */
  has(entry: Entry): boolean {
    return this.pages.has(entry) || this.found?.has(entry) === true;
  }

  /** Adds a row before the list was read that far. */
  include(entry: Entry): void {
    this.pages.include(entry);
    if (this.matches(entry.label)) this.shown.push(entry);
    this.wanted = Math.max(this.wanted, this.indexOf(keyOf(entry)) + 1);
  }

  /** The position of the entry with that key among the rows that match; -1 if it is not known. */
  indexOf(key: string): number {
    return this.shown.findIndex((entry) => keyOf(entry) === key);
  }

  get wantedEntries(): readonly Entry[] {
    return this.shown.slice(0, this.wanted);
  }

  /** Changes which rows are shown. Nothing that was read is read again. */
  setLook(look: Look): void {
    const isOtherFilter = look.filter !== this.look.filter;
    this.look = look;
    this.version++;
    this.wanted = this.step;
    this.nodes = [];
    this.drawn = 0;
    this.isOrdered = false;
    this.searched = 0;
    if (isOtherFilter) this.applyFilter();
    if (isOtherFilter || look.isChosen === true) this.begin();
    const others = this.found?.entries.filter((entry) => !this.pages.has(entry)) ?? [];
    this.shown = [...this.pages.entries, ...others].filter(({ label }) => this.matches(label));
  }

  /** Draws so many rows at first. Nothing that was read is read again. */
  startAgain(step: number): void {
    this.step = step;
    this.setLook(this.look);
  }

  /**
   * Wants more rows, at least `wanted`: each time twice as many more, so that the end of a long list is a few steps away. Until they are
   * loaded, more are not wanted again: "Load more…" stays there meanwhile, and may be pressed twice.
   */
  wantMore(wanted = 0): void {
    if (this.isMoreDue) return;
    this.isMoreDue = true;
    if (this.deferred) {
      this.begin();
      return;
    }
    this.step = Math.max(this.step, Math.min(2 * this.step, mostRowsAtOnce));
    this.wanted = Math.max(this.wanted + this.step, wanted);
    this.searched = 0;
  }

  /** Whether more rows can be drawn: known ones, or ones that can be requested. */
  get canDrawMore(): boolean {
    return this.shown.length > this.wanted || ((this.active.isStarted || this.deferred) && this.active.canRead);
  }

  /** Loads until the wanted rows are there. Never rejects: a failure is kept and shown as a row. */
  load(): Promise<void> {
    this.loading ??= this.loadRows().finally(() => {
      this.loading = undefined;
    });
    return this.loading;
  }

  /** Lets the next load continue after a failure; loaded rows stay. */
  retry(): void {
    this.active.retry();
  }

  /** Puts the rows in order again, with what is known of them by now. */
  reorder(): void {
    this.setLook(this.look);
  }

  abort(): void {
    this.isAborted = true;
    this.pages.abort();
    this.found?.abort();
  }

  private get active(): Pages {
    return this.found ?? this.pages;
  }

  private applyFilter(): void {
    this.found?.abort();
    this.found = this.search();
    this.matches = nameFilter(this.look.filter);
  }

  /** The service's own search for the filter; nothing if all is known already, or if the service cannot. */
  private search(): Pages | undefined {
    const { find, subject = '' } = this.source;
    const word = wordToFind(this.look.filter);
    if (find === undefined || word === '' || this.pages.isComplete) return undefined;
    return new Pages((cursor, signal) => find(word, cursor, signal), subject);
  }

  private async loadRows(): Promise<void> {
    for (let version = -1; version !== this.version;) {
      ({ version } = this);
      while (this.lacksRows()) await this.readPage();
      await this.order();
    }
    this.drawn = Math.min(this.wanted, this.shown.length);
    this.isMoreDue = false;
  }

  private async readPage(): Promise<void> {
    const { active } = this;
    this.searched++;
    const added = await active.read();
    // What an earlier search found is of no more use.
    if (active !== this.pages && active !== this.found) return;
    const other = active === this.pages ? this.found : this.pages;
    const matching = added.filter((entry) => this.matches(entry.label) && other?.has(entry) !== true);
    if (matching.length > 0) this.isOrdered = false;
    this.shown.push(...matching);
  }

  private async order(): Promise<void> {
    if (this.isOrdered) return;
    const { version } = this;
    const kept = this.shown.slice(0, this.drawn);
    const rest = this.shown.slice(this.drawn);
    const sorted = await inOrder(rest, this.look.order ?? 'version', this.facts);
    if (version !== this.version) return;
    this.shown = [...kept, ...sorted];
    this.isOrdered = true;
  }

  private lacksRows(): boolean {
    const { active, look } = this;
    if (this.isAborted || !active.canRead || this.isWaiting || this.deferred) return false;
    if (look.filter !== '' && this.searched >= mostPagesSearched) return false;
    return this.shown.length < Math.max(this.wanted, look.isChosen === true ? mostSorted : 0);
  }
}
