import { Failure, isUnreached } from '../../core/failure';
import type { Connection, Entry, ImageDetails } from '../../core/model';
import type { RegistryProvider } from '../../providers/provider';
import type { Node } from './node';

/** A row that stays the same object over refreshes, as VS Code requires, while its contents change. */
export class TreeNode implements Node {
  readonly kind = 'node';
  /** The list is complete and empty. */
  isEmpty = false;
  /** Why its children could not be listed. */
  failure: unknown;
  /** The details belong to the current listing, not to one before a refresh. */
  detailsAreFresh: boolean;
  detailsFailure: unknown;

  constructor(
    readonly id: string,
    public connection: Connection,
    public provider: RegistryProvider,
    public entry: Entry | undefined,
    readonly parent: TreeNode | undefined,
  ) {
    this.detailsAreFresh = hasDetails(entry);
  }

  /** The state that the row shows in place of its children; nothing if they can be listed. */
  get state(): 'empty' | 'signedOut' | 'offline' | undefined {
    const { failure } = this;
    if (!(failure instanceof Failure)) return this.isEmpty ? 'empty' : undefined;
    if (failure.kind === 'unauthorized') return 'signedOut';
    return isUnreached(failure) ? 'offline' : undefined;
  }

  /** Updates the row from a new listing. The details stay until new ones arrive, so that nothing flickers. */
  update(connection: Connection, provider: RegistryProvider, entry: Entry | undefined): void {
    const details = this.entry?.kind === 'tag' ? this.entry.details : undefined;
    this.connection = connection;
    this.provider = provider;
    this.entry = entry?.kind === 'tag' && isStillTold(details, entry.details) ? { ...entry, details } : entry;
    this.detailsAreFresh = hasDetails(entry);
    this.detailsFailure = undefined;
  }

  /** Lets the details be fetched again; the old ones stay until then. */
  expire(): void {
    this.detailsAreFresh = false;
    this.detailsFailure = undefined;
  }

  setDetails(details: ImageDetails): void {
    if (this.entry?.kind !== 'tag') return;
    this.entry = { ...this.entry, details };
    this.detailsAreFresh = true;
  }
}

/** Whether details of before tell more about the same image than what the listing tells now. */
function isStillTold(before: ImageDetails | undefined, now: ImageDetails | undefined): before is ImageDetails {
  if (before === undefined) return false;
  return now === undefined || (now.isPartial === true && now.digest === before.digest);
}

function hasDetails(entry: Entry | undefined): boolean {
  return entry?.kind === 'tag' && entry.details !== undefined && entry.details.isPartial !== true;
}
