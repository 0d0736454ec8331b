import * as vscode from 'vscode';
import { z } from 'zod/mini';
import type { App } from '../app';
import type { AnyRow } from './command';
import type { Commands } from './commands';
import type { Called } from './runCommand';

const prefix = 'registryExplorer.';

/** The part of package.json that is read here. */
const manifest = z.object({ contributes: z.object({ commands: z.array(z.object({ command: z.string() })) }) });

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

/** Registers every command that package.json contributes. Their code is loaded when the first is called. */
export function registerCommands(app: App, commands: Commands): vscode.Disposable[] {
  const { contributes } = manifest.parse(app.extension.extension.packageJSON);
  return contributes.commands.map(({ command }) =>
    vscode.commands.registerCommand(command, async (...args: Called | readonly [ByKey]) => {
      const [{ runCommand }, all] = await Promise.all([
        import('./runCommand'),
        commands.ready(),
        app.registries.ready(),
      ]);
      const called = isByKey(args) ? rowsOf(app, ...args) : args;
      await runCommand(app, all, command.slice(prefix.length), called);
    }),
  );
}
