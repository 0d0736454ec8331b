import * as vscode from 'vscode';

/**
 * VS Code asks for the rows below an open one within this time, on a busy machine too, unless it already has them. Telling it sooner would
 * draw the rows once more, which closes menus on them.
 */
const asksWithinMs = 1000;
/** It is told again after twice as long each time, as long as that is shorter. */
const longestSilenceMs = 60_000;
/** In place of an id: all rows. */
export const all = '';

/**
 * Tells VS Code which rows are to be drawn again. What it is told of a row while it still reads what is below it is lost, as it takes that for the
 * answer. So it is told again of an open row until it asks what is below.
 */
export class DrawnAgain<Row extends { readonly kind: string; readonly id?: string }> implements vscode.Disposable {
  private readonly changed = new vscode.EventEmitter<Row[] | undefined>();
  readonly event = this.changed.event;
  private readonly waiting = new Map<string, NodeJS.Timeout>();

  /** `openRow`: the row with that id if VS Code shows what is below it, and `all` for all rows if it shows any. */
  constructor(private readonly openRow: (id: string) => Row | typeof all | undefined) {}

  /** Without rows: all of them. */
  tell(rows?: readonly Row[]): void {
    this.changed.fire(rows === undefined ? undefined : [...rows]);
    for (const id of rows?.flatMap((row) => row.id ?? []) ?? [all]) this.expect(id);
  }

  /** VS Code has to ask what is below the row: it is told if it does not. */
  expect(id: string): void {
    this.wait(id, asksWithinMs);
  }

  /** VS Code asks what is below the row. */
  asked(id: string): void {
    clearTimeout(this.waiting.get(id));
    this.waiting.delete(id);
  }

  private wait(id: string, ms: number): void {
    this.asked(id);
    if (ms >= longestSilenceMs || this.openRow(id) === undefined) return;
    const tellAgain = () => {
      this.waiting.delete(id);
      const row = this.openRow(id);
      if (row === undefined) return;
      this.changed.fire(row === all ? undefined : [row]);
      this.wait(id, 2 * ms);
    };
    this.waiting.set(id, setTimeout(tellAgain, ms));
  }

  dispose(): void {
    for (const id of [...this.waiting.keys()]) this.asked(id);
    this.changed.dispose();
  }
}
