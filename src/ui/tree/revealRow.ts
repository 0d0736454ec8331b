import { setTimeout as delay } from 'node:timers/promises';
import type { TreeView } from 'vscode';

export interface RevealOptions {
  readonly select?: boolean;
  readonly focus: boolean;
  readonly expand: boolean;
}

type View<Row> = Pick<TreeView<Row>, 'reveal'>;

/** VS Code is told to open a row again after these times. */
const againAfterMs = [100, 400];

/**
 * Shows a row, and opens it with `expand`. VS Code says that it has opened it, but has not, where it was drawing all rows anew: it is told
 * again then, twice at most. `isOpen`: whether VS Code shows what is below the row.
 */
export async function revealRow<Row>(
  view: View<Row>,
  row: Row,
  options: RevealOptions,
  isOpen: () => boolean = () => true,
): Promise<void> {
  await revealOnce(view, row, options);
  for (const ms of againAfterMs) {
    if (!options.expand || isOpen()) return;
    await delay(ms);
    // It has the focus already, which a box may have by now.
    if (!isOpen()) await revealOnce(view, row, { ...options, focus: false });
  }
}

/**
 * While the selected row is one that VS Code has taken out of the view, as one below a closed row that was listed again, VS Code throws
 * where another row is to get the focus. That other row is selected first, then.
 */
async function revealOnce<Row>(view: View<Row>, row: Row, options: RevealOptions): Promise<void> {
  try {
    await view.reveal(row, options);
  } catch (error) {
    if (!options.focus) throw error;
    await view.reveal(row, { ...options, select: true, focus: false });
    await view.reveal(row, options);
  }
}
