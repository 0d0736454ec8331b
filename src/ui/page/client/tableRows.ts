import type { Table } from '../pageModel';

/** The rows of a table, which come in parts. */
export class TableRows {
  private readonly rows: (readonly string[])[] = [];
  /** Each row as it is searched. */
  private readonly lowered: string[] = [];
  private onChange: (() => void) | undefined;

  /** `at`: how many came before. */
  add(at: number, rows: Table['rows']): void {
    this.rows.length = this.lowered.length = at;
    this.rows.push(...rows);
    this.lowered.push(...rows.map((cells) => cells.join(' ').toLowerCase()));
    this.onChange?.();
  }

  /** Only the last table that is drawn of these rows is told of more. */
  follow(onChange: () => void): void {
    this.onChange = onChange;
  }

  /** The rows that have all these words, in small letters. */
  having(words: readonly string[]): Table['rows'] {
    if (words.length === 0) return this.rows;
    return this.rows.filter((_row, at) => words.every((word) => this.lowered[at]?.includes(word)));
  }
}
