import * as vscode from 'vscode';
import type { App } from '../app';
import type { AnyRow, Command } from './command';
import type { Called } from './runCommand';

const prefix = 'registryExplorer.';

/** The part of our own package.json that is read here. */
interface OwnExtension {
  readonly packageJSON: { readonly contributes: { readonly commands: readonly { readonly command: string }[] } };
}

/**
 * What a keybinding of package.json passes: VS Code puts the row with the focus in the place of `$focusedTreeItem`, as it does for
 * the buttons of a view's title. The selection may be another row.
 */
type ByKey = readonly [unknown, 'registries' | 'images'];

function isByKey(args: Called | readonly [ByKey]): args is readonly [ByKey] {
  return Array.isArray(args[0]);
}

/** The row that a key was pressed on, and those that are selected. */
function rowsOf(app: App, [focused, view]: ByKey): Called {
  const selected = app.selected(view);
  const row = isRow(focused) ? focused : selected[0];
  return row === undefined ? [] : [row, selected];
}

function isRow(focused: unknown): focused is AnyRow {
  return typeof focused === 'object' && focused !== null && 'kind' in focused;
}

/** What a command runs with: loaded when the first is called. */
interface Ready {
  readonly app: App;
  readonly commands: readonly Command[];
}

/** Registers every command that package.json contributes. */
export function registerCommands(
  { packageJSON: { contributes } }: OwnExtension,
  load: () => Promise<Ready>,
): vscode.Disposable[] {
  return contributes.commands.map(({ command }) =>
    vscode.commands.registerCommand(command, async (...args: Called | readonly [ByKey]) => {
      const [{ runCommand }, { app, commands }] = await Promise.all([import('./runCommand'), load()]);
      const called = isByKey(args) ? rowsOf(app, ...args) : args;
      await runCommand(app, commands, command.slice(prefix.length), called);
    }),
  );
}
