import { withEscapes } from '../../core/plainText';
import type { Block, Page, Table } from './pageModel';

/** Characters of one text, at most: a page is read, not stored. */
const longest = 10_000;
/** What is not shown: an address, what is copied, and names between the page and the extension. */
const unshown = new Set(['id', 'action', 'link', 'value', 'selected', 'copy', 'icon', 'kind', 'tone', 'mark']);

/** The page as it is sent: without secrets, and without characters that hide others, which are written as escapes. */
export function cleanPage(page: Page, redact: (text: string) => string): unknown {
  return JSON.parse(JSON.stringify(page), (key: string, value: unknown) =>
    typeof value !== 'string' || unshown.has(key) ? value : withEscapes(redact(cut(value))),
  );
}

/** Rows of a table, in the same way. */
export function cleanRows(rows: Table['rows'], redact: (text: string) => string): Table['rows'] {
  return rows.map((cells) => cells.map((text) => withEscapes(redact(cut(text)))));
}

/** The page without the rows of its tables, and these rows by the table's id. */
export function withoutRows(page: Page): { readonly page: Page; readonly rows: ReadonlyMap<string, Table['rows']> } {
  const rows = new Map<string, Table['rows']>();
  const sections = page.sections.map((section) => ({
    ...section,
    blocks: section.blocks.map((block, at): Block => {
      if (block.kind !== 'table') return block;
      const id = `${section.id} ${at}`;
      rows.set(id, block.rows);
      return { ...block, id, rows: [] };
    }),
  }));
  return { page: { ...page, sections }, rows };
}

function cut(text: string): string {
  return text.length > longest ? `${text.slice(0, longest)}…` : text;
}
