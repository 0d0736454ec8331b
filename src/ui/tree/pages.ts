import { isCut, mostRows, PageTrail, rowsLeftOut } from '../../core/bounds';
import { keyOf } from '../../core/entryKey';
import type { Entry, Page } from '../../core/model';
import { isUsable } from '../../core/usable';

/** The most invalid names that are shown. */
const mostInvalid = 100;

/** Requests one page of a list. `cursor`: the `next` of the page before. */
export type Fetch = (cursor: string | undefined, signal: AbortSignal) => Promise<Page<Entry>>;

/** One list, read page by page. Each entry comes once; names that no image can have are kept apart. */
export class Pages {
  private readonly controller = new AbortController();
  private readonly keys = new Set<string>();
  private readonly trail: PageTrail;
  private next: string | undefined;
  private started = false;
  readonly entries: Entry[] = [];
  /** Listed names that cannot be used. */
  readonly invalid: string[] = [];
  /** Why the last page could not be read, or why the list ends here. */
  failure: unknown;

  /** `subject`: the registry that lists them, for messages. */
  constructor(
    private readonly fetch: Fetch,
    private readonly subject: string,
  ) {
    this.trail = new PageTrail(subject);
  }

  get isAborted(): boolean {
    return this.controller.signal.aborted;
  }

  /** Whether there is a page to request. */
  get canRead(): boolean {
    return !this.isAborted && this.failure === undefined && !(this.started && this.next === undefined);
  }

  get isStarted(): boolean {
    return this.started;
  }

  get isComplete(): boolean {
    return this.started && this.next === undefined && this.failure === undefined;
  }

  has(entry: Entry): boolean {
    return this.keys.has(keyOf(entry));
  }

  /** Adds an entry before the page that has it. */
  include(entry: Entry): void {
    this.keys.add(keyOf(entry));
    this.entries.push(entry);
  }

  /** Reads the next page. Resolves to its entries that were not known. Never rejects: a failure is kept. */
  async read(): Promise<readonly Entry[]> {
    try {
      return this.take(await this.fetch(this.next, this.controller.signal));
    } catch (error) {
      if (!this.isAborted) this.failure = error;
      return [];
    }
  }

  /** Lets the next read continue after a failure; what was read stays. */
  retry(): void {
    this.failure = undefined;
    this.trail.goOn();
  }

  abort(): void {
    this.controller.abort();
  }

  private take(page: Page<Entry>): readonly Entry[] {
    const before = this.entries.length;
    let isFull = false;
    for (const entry of page.items) {
      if (!isUsable(entry)) {
        if (this.invalid.length < mostInvalid) this.invalid.push(entry.label);
        continue;
      }
      const key = keyOf(entry);
      if (this.keys.has(key)) continue;
      isFull = this.entries.length >= mostRows;
      if (isFull) break;
      this.keys.add(key);
      this.entries.push(entry);
    }
    const added = this.entries.slice(before);
    const next = this.trail.after(page, added.length);
    this.failure = page.failure ?? (isFull ? rowsLeftOut(this.subject, this.entries.length) : this.trail.failure);
    // After a failure, a retry continues with the next page. A list that was cut ends here.
    this.next = isCut(this.failure) || this.failure === undefined ? next : page.next;
    // An incomplete page is requested again by a retry.
    this.started = page.failure === undefined;
    return added;
  }
}
