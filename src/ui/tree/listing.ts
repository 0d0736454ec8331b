import { isCut, mostRows, PageTrail, rowsLeftOut } from '../../core/bounds';
import type { Entry, Page } from '../../core/model';
import { isUsable } from '../../core/usable';
import { inTagOrder } from '../../images/tagOrder';
import { keyOf } from './node';
import type { TreeNode } from './treeNode';

/** The most invalid names that are shown. */
const mostInvalid = 100;

/** The most rows that one "Load more…" adds; each adds twice as many as the one before. */
const mostRowsAtOnce = 1000;

/**
 * The known children of one row. Tags are put in order before they are drawn; a drawn row keeps its place, so tags that a registry
 * lists on a later page come behind, in order among themselves. A refresh creates a new listing; results that arrive for the old one are dropped. */
export class Listing {
  private readonly controller = new AbortController();
  private entries: Entry[] = [];
  /** How many of them were drawn, and keep their place. */
  private drawn = 0;
  private isOrdered = true;
  private readonly keys = new Set<string>();
  private readonly trail: PageTrail;
  private next: string | undefined;
  private started = false;
  private loading: Promise<void> | undefined;
  /** Nodes of the entries drawn so far. */
  nodes: readonly TreeNode[] = [];
  /** Listed names that cannot be used. */
  readonly invalid: string[] = [];
  failure: unknown;

  /** `wanted`: the number of rows to draw. `step`: as many are drawn at first. `subject`: the registry that lists them, for messages. */
  constructor(
    private step: number,
    public wanted: number,
    private readonly fetch: (cursor: string | undefined, signal: AbortSignal) => Promise<Page<Entry>>,
    private readonly subject = '',
  ) {
    this.trail = new PageTrail(subject);
  }

  get signal(): AbortSignal {
    return this.controller.signal;
  }

  get isLoading(): boolean {
    return this.loading !== undefined;
  }

  get isComplete(): boolean {
    return this.started && this.next === undefined && this.failure === undefined;
  }

  get known(): number {
    return this.entries.length;
  }

  /** The position of the entry with that key; -1 if it is not known. */
  indexOf(key: string): number {
    return this.entries.findIndex((entry) => keyOf(entry) === key);
  }

  get wantedEntries(): readonly Entry[] {
    return this.entries.slice(0, this.wanted);
  }

  /** Wants more rows, at least `wanted`: each time twice as many more, so that the end of a long list is a few steps away. */
  wantMore(wanted = 0): void {
    this.step = Math.max(this.step, Math.min(2 * this.step, mostRowsAtOnce));
    this.wanted = Math.max(this.wanted + this.step, wanted);
  }

  /** Whether more rows can be drawn: known ones, or ones that can be requested. */
  get canDrawMore(): boolean {
    const canAsk = this.started && this.next !== undefined && this.failure === undefined;
    return this.entries.length > this.wanted || canAsk;
  }

  /** Loads until the wanted rows are there. Never rejects: a failure is kept and shown as a row. */
  load(): Promise<void> {
    this.loading ??= this.loadPages().finally(() => {
      this.loading = undefined;
    });
    return this.loading;
  }

  /** Lets the next load continue after a failure; loaded rows stay. */
  retry(): void {
    this.failure = undefined;
    this.trail.goOn();
  }

  abort(): void {
    this.controller.abort();
  }

  private async loadPages(): Promise<void> {
    while (this.lacksRows()) {
      try {
        this.take(await this.fetch(this.next, this.signal));
      } catch (error) {
        if (!this.signal.aborted) this.failure = error;
      }
    }
    await this.order();
    this.drawn = Math.min(this.wanted, this.known);
  }

  private async order(): Promise<void> {
    if (this.isOrdered) return;
    const rest = await inTagOrder(this.entries.slice(this.drawn));
    this.entries = [...this.entries.slice(0, this.drawn), ...rest];
    this.isOrdered = true;
  }

  private take(page: Page<Entry>): void {
    const before = this.known;
    let isFull = false;
    for (const entry of page.items) {
      if (!isUsable(entry)) {
        if (this.invalid.length < mostInvalid) this.invalid.push(entry.label);
        continue;
      }
      const key = keyOf(entry);
      if (this.keys.has(key)) continue;
      isFull = this.known >= mostRows;
      if (isFull) break;
      this.keys.add(key);
      this.entries.push(entry);
      this.isOrdered = false;
    }
    const next = this.trail.after(page, this.known - before);
    this.failure = page.failure ?? (isFull ? rowsLeftOut(this.subject, this.known) : this.trail.failure);
    // After a failure, a retry continues with the next page. A list that was cut ends here.
    this.next = isCut(this.failure) || this.failure === undefined ? next : page.next;
    // An incomplete page is requested again by a retry.
    this.started = page.failure === undefined;
  }

  private lacksRows(): boolean {
    const isOver = this.signal.aborted || this.failure !== undefined || (this.started && this.next === undefined);
    return !isOver && this.entries.length < this.wanted;
  }
}
