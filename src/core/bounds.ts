import { Failure } from './failure';

/** How much of what others send is read: more than any honest registry has, and little enough to be done with soon. */

/** Rows of one list, in one page or in many. */
export const mostRows = 100_000;
/** Pages of one list. */
export const mostPages = 1000;
/** Pages in a row that bring no row that is new. Some have nothing but signatures, which are no rows. */
export const mostBarrenPages = 20;
/** A page of names: 100,000 tags of 128 characters fit. */
export const mostListBytes = 16 * 1024 * 1024;
/** Values, keys and brackets of one JSON answer: 8 MB may have millions, which take seconds to parse; as many as these 0.1 at most. */
export const mostJsonParts = 200_000;

/** Codes of the failures that tell why a list ends before the registry's own does. */
export const tooManyRows = 'TOO_MANY_ROWS';
export const noNewRows = 'NO_NEW_ROWS';

/**
 * Follows one list from page to page. It ends with its last page, where it leads back to a page that was read, and at a bound:
 * then `failure` says which.
 */
export class PageTrail {
  private readonly read = new Set<string>();
  private pages = 0;
  private barren = 0;
  private rows = 0;
  failure: Failure | undefined;

  /** `subject`: the registry's host. */
  constructor(private readonly subject: string) {}

  /** The cursor of the page to read behind this one, which brought that many rows not known before; nothing at the end. */
  after({ next }: { readonly next?: string }, newRows: number): string | undefined {
    this.pages++;
    this.rows += newRows;
    this.barren = newRows === 0 ? this.barren + 1 : 0;
    if (next === undefined || this.read.has(next)) return undefined;
    this.read.add(next);
    if (this.rows >= mostRows || this.pages >= mostPages) this.failure = rowsLeftOut(this.subject, this.rows);
    else if (this.barren >= mostBarrenPages) this.failure = nothingNew(this.subject);
    return this.failure === undefined ? next : undefined;
  }

  /** Where pages in a row brought nothing new, as many may be read again. */
  goOn(): void {
    if (this.failure?.detail.code !== noNewRows) return;
    this.barren = 0;
    this.failure = undefined;
  }
}

/** Says that the registry lists more than the rows that are shown. */
export function rowsLeftOut(subject: string, shown: number): Failure {
  return new Failure('unsupported', shown.toLocaleString('en'), { subject, code: tooManyRows });
}

function nothingNew(subject: string): Failure {
  return new Failure('malformed', String(mostBarrenPages), { subject, code: noNewRows });
}

/** Whether a list is cut short by a bound of ours; nothing went wrong then. */
export function isCut(failure: unknown): failure is Failure {
  return failure instanceof Failure && failure.detail.code === tooManyRows;
}

/** Whether a bound of ours, and no fault, ends a list. */
export function isEndOfList(failure: unknown): failure is Failure {
  return isCut(failure) || (failure instanceof Failure && failure.detail.code === noNewRows);
}

const [quote, backslash] = [0x22, 0x5c];
const [comma, colon, openArray, openObject] = [0x2c, 0x3a, 0x5b, 0x7b];

/** Whether a JSON text has more than `mostJsonParts` parts, which are counted by what separates them. Takes no time beside its parsing. */
export function hasTooManyParts(json: Uint8Array): boolean {
  let parts = 0;
  for (let at = 0; at < json.length && parts <= mostJsonParts; at++) {
    const byte = json[at] ?? 0;
    if (byte === quote) at = endOfString(json, at);
    else if (byte === comma || byte === colon || byte === openArray || byte === openObject) parts++;
  }
  return parts > mostJsonParts;
}

function endOfString(json: Uint8Array, start: number): number {
  let at = start + 1;
  while (at < json.length && json[at] !== quote) at += json[at] === backslash ? 2 : 1;
  return at;
}
