import * as vscode from 'vscode';
import type { App } from '../app';
import type { Command } from './command';
import type { Called } from './runCommand';

const prefix = 'registryExplorer.';

/** The part of our own package.json that is read here. */
interface OwnExtension {
  readonly packageJSON: { readonly contributes: { readonly commands: readonly { readonly command: string }[] } };
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
    vscode.commands.registerCommand(command, async (...called: Called) => {
      const [{ runCommand }, { app, commands }] = await Promise.all([import('./runCommand'), load()]);
      await runCommand(app, commands, command.slice(prefix.length), called);
    }),
  );
}
