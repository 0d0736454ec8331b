import type { Entry, Page } from '../../core/model';
import type { TreeNode } from './treeNode';

/** Pages in a row that bring no row to show, as those full of signatures do, before it is up to the user to go on. */
const mostBarrenPages = 20;

/** What is known of one row's children. A refresh makes a new one; what still arrives for the old one is dropped. */
export class Listing {
  private readonly controller = new AbortController();
  private readonly entries: Entry[] = [];
  private next: string | undefined;
  /** Cursors asked with; one that comes again would be followed for ever. */
  private readonly asked = new Set<string>();
  /** How many rows were wanted when too many pages brought none. */
  private gaveUpAt: number | undefined;
  private started = false;
  private loading: Promise<void> | undefined;
  /** Nodes of the entries drawn so far. */
  nodes: readonly TreeNode[] = [];
  failure: unknown;

  /** `wanted`: how many rows are to be drawn; it grows by `step`. */
  constructor(
    readonly step: number,
    public wanted: number,
    private readonly fetch: (cursor: string | undefined, signal: AbortSignal) => Promise<Page<Entry>>,
  ) {}

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

  /** Where the entry of that key stands among those known; -1 when it is not. */
  indexOf(key: string): number {
    return this.entries.findIndex((entry) => keyOf(entry) === key);
  }

  get wantedEntries(): readonly Entry[] {
    return this.entries.slice(0, this.wanted);
  }

  get hasMore(): boolean {
    return this.entries.length > this.wanted || (this.started && this.next !== undefined);
  }

  /** Loads until the wanted rows are there; settles without throwing, a failure is kept for its row. */
  load(): Promise<void> {
    this.loading ??= this.loadPages().finally(() => {
      this.loading = undefined;
    });
    return this.loading;
  }

  /** Tries again where it failed; what is loaded stays. */
  retry(): void {
    this.failure = undefined;
  }

  abort(): void {
    this.controller.abort();
  }

  private async loadPages(): Promise<void> {
    let barren = 0;
    while (this.lacksRows()) {
      try {
        if (this.next !== undefined) this.asked.add(this.next);
        const page = await this.fetch(this.next, this.signal);
        const known = new Set(this.entries.map(keyOf));
        const fresh = page.items.filter((entry) => !known.has(keyOf(entry)));
        this.entries.push(...fresh);
        this.next = page.next === undefined || this.asked.has(page.next) ? undefined : page.next;
        barren = fresh.length === 0 ? barren + 1 : 0;
        if (barren >= mostBarrenPages) this.gaveUpAt = this.wanted;
        this.failure = page.failure;
        // A page that tells why it is not whole is asked for anew by a retry.
        this.started = page.failure === undefined;
      } catch (error) {
        if (!this.signal.aborted) this.failure = error;
      }
    }
  }

  private lacksRows(): boolean {
    const isOver = this.signal.aborted || this.failure !== undefined || (this.started && this.next === undefined);
    return !isOver && this.entries.length < this.wanted && this.gaveUpAt !== this.wanted;
  }
}

/** Tells an entry from its siblings, also after a refresh. */
export function keyOf(entry: Entry): string {
  switch (entry.kind) {
    case 'group':
    case 'registry':
      return `${entry.kind}:${entry.key}`;
    case 'repository':
    case 'tag':
      return `${entry.kind}:${entry.label}`;
    case 'platform':
      return `platform:${entry.label}:${entry.image.digest ?? ''}`;
    case 'attachment':
      return `attachment:${entry.label}:${entry.image.digest ?? ''}:${entry.blob?.digest ?? ''}`;
  }
}
