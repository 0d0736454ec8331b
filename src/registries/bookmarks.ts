import { keyOf } from '../core/entryKey';
import type { Bookmark, Entry } from '../core/model';
import type { State } from './connectionStore';
import { Listeners } from './listeners';
import type { Stoppable } from './listeners';
import type * as storedBookmarks from './storedBookmarks';

/** Identifies what a bookmark leads to. */
export function idOf({ connection, trail }: Bookmark): string {
  return [connection, ...trail.map(keyOf)].join('/');
}

/** Repositories and tags that the user wants to find again, stored on this machine, in the order in which they are shown. */
export class Bookmarks implements Stoppable {
  private readonly listeners = new Listeners<undefined>();
  readonly onDidChange = this.listeners.add;
  /** What parses the state. */
  private parser: typeof storedBookmarks | undefined;

  /** `most`: as many are kept. The first to go is the one that was put longest ago. */
  constructor(
    private readonly state: State,
    private readonly key: 'favourites' | 'recent',
    private readonly most: number,
  ) {}

  /** Settles when bookmarks can be read: everything else needs it to have settled. */
  async ready(): Promise<void> {
    this.parser ??= await import('./storedBookmarks');
  }

  all(): readonly Bookmark[] {
    return this.stored().flatMap((each) => this.read(each) ?? []);
  }

  has(bookmark: Bookmark): boolean {
    const id = idOf(bookmark);
    return this.all().some((each) => idOf(each) === id);
  }

  /** Puts bookmarks in front of all others. One that was there moves. */
  async putFirst(bookmarks: readonly Bookmark[]): Promise<void> {
    await this.store([...bookmarks.map(bare), ...this.without(bookmarks)].slice(0, this.most));
  }

  /** Puts bookmarks behind all others. One that was there stays where it is. */
  async putLast(bookmarks: readonly Bookmark[]): Promise<void> {
    const known = new Set(this.all().map(idOf));
    const added = bookmarks.filter((each) => !known.has(idOf(each)));
    await this.store([...this.stored(), ...added.map(bare)].slice(-this.most));
  }

  async remove(bookmarks: readonly Bookmark[]): Promise<void> {
    await this.store(this.without(bookmarks));
  }

  dispose(): void {
    this.listeners.clear();
  }

  /** As they are stored. Those that cannot be read stay: a newer version may have stored them. */
  private stored(): readonly unknown[] {
    const stored = this.state.get(this.key);
    return Array.isArray(stored) ? stored : [];
  }

  private read(stored: unknown): Bookmark | undefined {
    if (this.parser === undefined) throw new Error('Bookmarks cannot be read yet.');
    return this.parser.readBookmark(stored);
  }

  private without(bookmarks: readonly Bookmark[]): readonly unknown[] {
    const ids = new Set(bookmarks.map(idOf));
    return this.stored().filter((each) => {
      const read = this.read(each);
      return read === undefined || !ids.has(idOf(read));
    });
  }

  private async store(bookmarks: readonly unknown[]): Promise<void> {
    await this.state.update(this.key, bookmarks);
    this.listeners.tell(undefined);
  }
}

/** Without what may be out of date when the bookmark is used. */
function bare({ connection, trail }: Bookmark): Bookmark {
  return { connection, trail: trail.map(bareEntry) };
}

function bareEntry(entry: Entry): Entry {
  switch (entry.kind) {
    case 'repository':
    case 'tag': {
      const { kind, label, image } = entry;
      return { kind, label, image };
    }
    default:
      return entry;
  }
}
