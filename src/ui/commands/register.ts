import * as vscode from 'vscode';
import { z } from 'zod/mini';
import type { App } from '../app';
import type { Commands } from './commands';
import type { Called } from './runCommand';

const prefix = 'registryExplorer.';

/** The part of package.json that is read here. */
const manifest = z.object({ contributes: z.object({ commands: z.array(z.object({ command: z.string() })) }) });

/** Registers every command that package.json contributes. Their code is loaded when the first is called. */
export function registerCommands(app: App, commands: Commands): vscode.Disposable[] {
  const { contributes } = manifest.parse(app.extension.extension.packageJSON);
  return contributes.commands.map(({ command }) =>
    vscode.commands.registerCommand(command, async (...called: Called) => {
      const [{ runCommand }, all] = await Promise.all([
        import('./runCommand'),
        commands.ready(),
        app.registries.ready(),
      ]);
      await runCommand(app, all, command.slice(prefix.length), called);
    }),
  );
}
