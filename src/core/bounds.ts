import { Failure } from './failure';
import { language } from './locale';

/** Limits for answers of others: more than real registries have, and small enough to be processed quickly. */

/** Rows of one list, in one page or in many. */
export const mostRows = 100_000;
/** Pages of one list. */
export const mostPages = 1000;
/** Pages in a row without a new row. Some pages contain only signatures, which are not shown as rows. */
export const mostBarrenPages = 20;
/** A page of names: 100,000 tags of 128 characters fit. */
export const mostListBytes = 16 * 1024 * 1024;
/** Values, keys and brackets of one JSON answer. Millions of them fit in 8 MB and take seconds to parse; so many take 0.1 seconds. */
export const mostJsonParts = 200_000;

/** Codes of the failures that say why a list was not read to its end. */
export const tooManyRows = 'TOO_MANY_ROWS';
export const noNewRows = 'NO_NEW_ROWS';

/**
 * Follows one list from page to page. It ends at the last page, at a page that was read before, or at a limit: then `failure` says
 * which.
 */
export class PageTrail {
  private readonly read = new Set<string>();
  private pages = 0;
  private barren = 0;
  private rows = 0;
  failure: Failure | undefined;

  /** `subject`: the registry's host. */
  constructor(private readonly subject: string) {}

  /** The cursor of the page to read next; undefined at the end. `newRows`: rows of this page that were not known before. */
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

  /** Allows more pages after a stop because of pages without new rows. */
  goOn(): void {
    if (this.failure?.detail.code !== noNewRows) return;
    this.barren = 0;
    this.failure = undefined;
  }
}

/** The failure that says that the registry lists more rows than are shown. */
export function rowsLeftOut(subject: string, shown: number): Failure {
  return new Failure('unsupported', shown.toLocaleString(language()), { subject, code: tooManyRows });
}

function nothingNew(subject: string): Failure {
  return new Failure('malformed', String(mostBarrenPages), { subject, code: noNewRows });
}

/** Whether a list was cut because it is too long; that is not an error. */
export function isCut(failure: unknown): failure is Failure {
  return failure instanceof Failure && failure.detail.code === tooManyRows;
}

/** Whether a list ends because of a limit and not because of an error. */
export function isEndOfList(failure: unknown): failure is Failure {
  return isCut(failure) || (failure instanceof Failure && failure.detail.code === noNewRows);
}

const [quote, backslash] = [0x22, 0x5c];
const [comma, colon, openArray, openObject] = [0x2c, 0x3a, 0x5b, 0x7b];

/** Whether a JSON text has more than that many parts, counted by their separators. Much faster than parsing. */
export function hasTooManyParts(json: Uint8Array, most = mostJsonParts): boolean {
  let parts = 0;
  for (let at = 0; at < json.length && parts <= most; at++) {
    const byte = json[at] ?? 0;
    if (byte === quote) at = endOfString(json, at);
    else if (byte === comma || byte === colon || byte === openArray || byte === openObject) parts++;
  }
  return parts > most;
}

function endOfString(json: Uint8Array, start: number): number {
  let at = start + 1;
  while (at < json.length && json[at] !== quote) at += json[at] === backslash ? 2 : 1;
  return at;
}
