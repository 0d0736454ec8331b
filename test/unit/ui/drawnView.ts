import { TreeItemCollapsibleState } from 'vscode';
import type { Row } from '../../../src/ui/tree/node';
import type { RegistryTree } from '../../../src/ui/tree/registryTree';

const top = '';
const idOf = (row: Row | undefined): string => (row === undefined ? top : 'id' in row ? row.id : '');

/** Draws a tree as VS Code does: it asks for the rows below what is open, once it is opened or told to have changed, and keeps the others. */
export class DrawnView {
  private readonly rows = new Map<string, readonly Row[]>();
  private readonly open = new Set<string>([top]);
  /** Changes with each question for the rows below a row: only the last answer counts. */
  private readonly asked = new Map<string, number>();
  private pending = 0;
  /** What a question has thrown. */
  failure: unknown;

  constructor(private readonly tree: RegistryTree) {
    tree.onDidChangeTreeData((changed) => {
      for (const row of changed ?? [undefined]) this.refresh(row);
    });
    this.refresh(undefined);
  }

  drawn(row: Row | undefined): readonly Row[] | undefined {
    return this.rows.get(idOf(row));
  }

  setOpen(row: Row, isOpen: boolean): void {
    const id = idOf(row);
    if (!isOpen) this.open.delete(id);
    else {
      this.open.add(id);
      this.askForMissing(row);
    }
  }

  /** What has changed while it was not seen is asked for when it is. */
  private askForMissing(row: Row): void {
    const rows = this.rows.get(idOf(row));
    if (rows === undefined) void this.ask(row);
    else for (const each of rows) if (idOf(each) !== top && this.open.has(idOf(each))) this.askForMissing(each);
  }

  /** Whether an answer is missing, or something still says that it is loading. */
  get isLoading(): boolean {
    return this.pending > 0 || [...this.rows.values()].some((rows) => rows.some(({ kind }) => kind === 'loading'));
  }

  private refresh(row: Row | undefined): void {
    if (row !== undefined && !this.rows.has(idOf(row))) return;
    if (this.isSeen(row)) void this.ask(row);
    else this.forget(row);
  }

  private isSeen(row: Row | undefined): boolean {
    if (row === undefined) return true;
    return this.open.has(idOf(row)) && this.isSeen(this.tree.getParent(row));
  }

  /** The rows below a row are gone, and are asked for when it is opened. */
  private forget(row: Row | undefined): void {
    const rows = this.rows.get(idOf(row)) ?? [];
    this.rows.delete(idOf(row));
    this.asked.set(idOf(row), (this.asked.get(idOf(row)) ?? 0) + 1);
    for (const each of rows) if (idOf(each) !== top) this.close(idOf(each));
  }

  private async ask(row: Row | undefined): Promise<void> {
    const id = idOf(row);
    const number = (this.asked.get(id) ?? 0) + 1;
    this.asked.set(id, number);
    this.pending++;
    try {
      const rows = await this.tree.getChildren(row);
      if (this.asked.get(id) !== number) return;
      this.replace(id, rows);
      const below = rows.filter((each) => idOf(each) !== top);
      for (const each of below.filter((each) => !this.open.has(idOf(each)))) this.forget(each);
      await Promise.all(below.filter((each) => this.open.has(idOf(each))).map((each) => this.ask(each)));
    } catch (error) {
      this.failure ??= error;
    } finally {
      this.pending--;
    }
  }

  private replace(id: string, rows: readonly Row[]): void {
    const before = new Set((this.rows.get(id) ?? []).map(idOf));
    this.rows.set(id, rows);
    for (const row of rows) {
      const isNew = !before.delete(idOf(row));
      if (isNew && this.tree.getTreeItem(row).collapsibleState === TreeItemCollapsibleState.Expanded)
        this.open.add(idOf(row));
    }
    for (const gone of before) if (gone !== top) this.close(gone);
  }

  /** A row that comes again is as it is said to be, and so is what is below it. */
  private close(id: string): void {
    const isGone = (each: string) => each === id || each.startsWith(`${id}/`);
    for (const all of [this.open, this.rows]) for (const each of [...all.keys()]) if (isGone(each)) all.delete(each);
  }
}
