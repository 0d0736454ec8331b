import { t } from '@vscode/l10n';
import * as vscode from 'vscode';
import type { App } from '../app';
import { pickNode } from '../pickNode';
import { causes, report } from '../report';
import type { Remedy } from '../report';
import type { Node, Row } from '../tree/node';
import type { Command, NodeCommand } from './command';
import { updateCredential } from './connection';
import { showLog } from './showLog';

/** Registers every command; catches what they throw and says it, with the ways out as buttons. */
export function registerCommands(app: App, commands: readonly Command[]): vscode.Disposable[] {
  return commands.map((command) =>
    vscode.commands.registerCommand(`registryExplorer.${command.id}`, async (...called: readonly [Row?]) => {
      // A menu hands over its row, or undefined where the row is being replaced just then; the palette hands over nothing.
      if (called.length > 0 && called[0] === undefined && command.kind !== 'app')
        app.done(t('The view is being refreshed: choose again.'));
      else await run(app, command, called[0]);
    }),
  );
}

async function run(app: App, command: Command, row: Row | undefined): Promise<void> {
  switch (command.kind) {
    case 'app':
      await attempt(app, command.doing(), undefined, () => command.run(app));
      return;
    case 'row':
      if (row !== undefined && row.kind !== 'node') command.run(app, row);
      return;
    case 'node': {
      const node =
        row === undefined
          ? await attempt(app, t('list what there is to choose from'), undefined, () => pick(app, command))
          : nearest(command, row);
      if (node !== undefined) await attempt(app, command.doing(node), node, () => command.run(app, node));
    }
  }
}

async function pick(app: App, command: NodeCommand): Promise<Node | undefined> {
  if (app.tree.roots().length > 0) return pickNode(app, command.title().replace(/…$/, ''), command.applies);
  const connect = t('Connect Registry…');
  const chosen = await vscode.window.showInformationMessage(t('No registry is connected yet.'), connect);
  if (chosen === connect) await vscode.commands.executeCommand('registryExplorer.connectRegistry');
  return undefined;
}

/** The row's own node, or for a problem row the nearest above to which the command applies. */
function nearest(command: NodeCommand, row: Row): Node | undefined {
  let node: Node | undefined = row.kind === 'node' ? row : row.of;
  while (node !== undefined && !command.applies(node)) node = row.kind === 'node' ? undefined : node.parent;
  return node;
}

async function attempt<T>(
  app: App,
  doing: string,
  node: Node | undefined,
  task: () => Promise<T>,
): Promise<T | undefined> {
  try {
    return await task();
  } catch (error) {
    const told = report(error, doing);
    if (told === undefined) return undefined;
    app.log.error(`${told.message}\n  ${causes(error)}`);
    const remedies = told.remedies.filter((remedy) => remedy !== 'updateCredential' || node !== undefined);
    // Not awaited: the command has ended, whatever becomes of the notification.
    void vscode.window.showErrorMessage(told.message, ...remedies.map(title)).then(async (chosen) => {
      const remedy = remedies.find((candidate) => title(candidate) === chosen);
      if (remedy !== undefined) await remedyBy(app, remedy, doing, node, task);
    });
    return undefined;
  }
}

async function remedyBy<T>(
  app: App,
  remedy: Remedy,
  doing: string,
  node: Node | undefined,
  task: () => Promise<T>,
): Promise<void> {
  switch (remedy) {
    case 'retry':
      await attempt(app, doing, node, task);
      return;
    case 'showLog':
      await showLog.run(app);
      return;
    case 'updateCredential':
      if (node !== undefined) await run(app, updateCredential, { kind: 'problem', of: node, failure: undefined });
  }
}

function title(remedy: Remedy): string {
  switch (remedy) {
    case 'retry':
      return t('Retry');
    case 'showLog':
      return t('Show Log');
    case 'updateCredential':
      return t('Update Credential…');
  }
}
