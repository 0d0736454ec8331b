import type { TreeView } from 'vscode';

interface Options {
  readonly select?: boolean;
  readonly focus: boolean;
  readonly expand: boolean;
}

/**
 * Shows a row. While the selected row is one that VS Code has taken out of the view, as one below a closed row that was listed again, VS
 * Code throws where another row is to get the focus. That other row is selected first, then.
 */
export async function revealRow<Row>(view: Pick<TreeView<Row>, 'reveal'>, row: Row, options: Options): Promise<void> {
  try {
    await view.reveal(row, options);
  } catch (error) {
    if (!options.focus) throw error;
    await view.reveal(row, { ...options, select: true, focus: false });
    await view.reveal(row, options);
  }
}
