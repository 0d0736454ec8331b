import { Failure, isUnreached } from '../../core/failure';
import type { Connection, Entry, ImageDetails } from '../../core/model';
import type { RowOrder } from '../../images/tagOrder';
import type { RegistryProvider } from '../../providers/provider';
import type { Node } from './node';

/** A row that stays the same object over refreshes, as VS Code requires, while its contents change. */
export class TreeNode implements Node {
  readonly kind = 'node';
  /** The rows that were made below it, until its list does not have them any more. */
  readonly below = new Set<TreeNode>();
  /** The list is complete and empty. */
  isEmpty = false;
  /** Why its children could not be listed. */
  failure: unknown;
  /** The details belong to the current listing, not to one before a refresh. */
  detailsAreFresh: boolean;
  detailsFailure: unknown;
  filter: string | undefined;
  /** In what order the user wants the rows below it; absent: as everywhere. */
  order: RowOrder | undefined;
  /** Its filter leaves no row of those that are known. */
  findsNothing = false;
  /** Of how many rows below it is known what the order goes by, out of how many; absent: of all. */
  sorted: { readonly known: number; readonly of: number } | undefined;
  isFavourite = false;
  /** As the listing told it. */
  private listed: Entry | undefined;

  constructor(
    readonly id: string,
    public connection: Connection,
    public provider: RegistryProvider,
    public entry: Entry | undefined,
    readonly parent: Node | undefined,
  ) {
    this.listed = entry;
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
    if (entry !== undefined && entry === this.listed && provider === this.provider) return;
    this.listed = entry;
    const details = this.entry?.kind === 'tag' ? this.entry.details : undefined;
    this.connection = connection;
    this.provider = provider;
    this.entry = entry?.kind === 'tag' && isStillTold(details, entry.details) ? { ...entry, details } : entry;
    this.detailsAreFresh = hasDetails(entry);
    this.detailsFailure = undefined;
  }

  /** For the row of a connection that is opened with another provider: nothing is known of what is below it. */
  startAnew(provider: RegistryProvider): this {
    this.provider = provider;
    this.below.clear();
    this.isEmpty = false;
    this.failure = undefined;
    this.findsNothing = false;
    this.sorted = undefined;
    return this;
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
