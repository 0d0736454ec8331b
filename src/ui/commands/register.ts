import { t } from '@vscode/l10n';
import * as vscode from 'vscode';
import type { App } from '../app';
import { pickNode } from '../pickNode';
import { causes } from '../../core/causes';
import { needsNoRow, report } from '../report';
import type { Remedy } from '../report';
import { Failure } from '../../core/failure';
import { rowOf } from '../tree/node';
import type { Node } from '../tree/node';
import type { AnyNode, AnyRow, Command, NodeCommand } from './command';
import { openInPortal, signInToTenant } from './azureResources';
import { editTrust, updateCredential } from './connection';
import { confirmSignIn } from './confirmSignIn';
import { connectRegistry } from './connectRegistry';
import { diagnoseConnection } from './diagnoseConnection';
import { unlockTag } from './locks';
import { addRepository } from './pins';
import { showLog } from './showLog';
import { useEngine } from './useEngine';

/** Registers every command; catches what they throw and says it, with the ways out as buttons. */
export function registerCommands(app: App, commands: readonly Command[]): vscode.Disposable[] {
  return commands.map((command) =>
    vscode.commands.registerCommand(
      `registryExplorer.${command.id}`,
      async (...called: readonly [AnyRow?, (readonly AnyRow[])?]) => {
        // A menu hands over its row, or undefined where the row is being replaced just then; the palette hands over nothing.
        if (called.length > 0 && called[0] === undefined && command.kind !== 'app')
          app.done(t('The view is being refreshed: choose again.'));
        else await run(app, command, called[0], called[1]);
      },
    ),
  );
}

async function run(
  app: App,
  command: Command,
  row: AnyRow | undefined,
  selected: readonly AnyRow[] | undefined,
): Promise<void> {
  switch (command.kind) {
    case 'app':
      await attempt(app, command.doing(), undefined, () => command.run(app));
      return;
    case 'row':
      if (row?.kind === 'more' || row?.kind === 'problem') command.run(app, row);
      return;
    case 'node':
      for (const nodes of await targets(app, command, row, selected))
        await attempt(app, command.doing(nodes), nodes[0], () => command.run(app, nodes));
  }
}

/** What to run a command on: once for each list. */
async function targets(
  app: App,
  command: NodeCommand,
  row: AnyRow | undefined,
  selected: readonly AnyRow[] | undefined,
): Promise<readonly (readonly AnyNode[])[]> {
  const clicked =
    row === undefined
      ? await attempt(app, t('list what there is to choose from'), undefined, () => pick(app, command))
      : nearest(command, row);
  if (clicked === undefined) return [];
  // The click may have been on a row outside of the selection, which then does not count.
  const isSelected = row !== undefined && selected?.includes(row) === true;
  if (!isSelected || command.several === 'one') return [[clicked]];
  const nodes = selected.filter(isNode).filter(command.applies);
  return command.several === 'together' ? [nodes] : nodes.map((node) => [node]);
}

function isNode(row: AnyRow): row is AnyNode {
  return row.kind === 'node' || row.kind === 'local';
}

async function pick(app: App, command: NodeCommand): Promise<AnyNode | undefined> {
  if (command.views.images || app.registries.all().length > 0) return pickNode(app, command);
  const connect = t('Connect Registry…');
  const chosen = await app.message('information', t('No registry is connected yet.'), connect);
  if (chosen === connect) await vscode.commands.executeCommand('registryExplorer.connectRegistry');
  return undefined;
}

/** The row's own node, or for a problem row the nearest above to which the command applies. */
function nearest(command: NodeCommand, row: AnyRow): AnyNode | undefined {
  if (isNode(row)) return command.applies(row) ? row : undefined;
  let node: Node | undefined = row.kind === 'engineProblem' ? undefined : row.of;
  while (node !== undefined && !command.applies(node)) node = node.parent;
  return node;
}

async function attempt<T>(
  app: App,
  doing: string,
  node: AnyNode | undefined,
  task: () => Promise<T>,
): Promise<T | undefined> {
  try {
    return await task();
  } catch (error) {
    const told = report(error, doing);
    if (told === undefined) return undefined;
    app.log.error(`${told.message}\n  ${causes(error)}`);
    const connection = connectionOf(app, error, node);
    const page = error instanceof Failure ? error.detail.page : undefined;
    const remedies = told.remedies.filter((remedy) => page !== undefined || isPossible(remedy, connection));
    const buttons = new Map(remedies.map((remedy) => [title(remedy, connection), remedy]));
    // Not awaited: the command has ended, whatever becomes of the notification.
    void app.message('error', told.message, ...buttons.keys()).then(async (chosen) => {
      const remedy = chosen === undefined ? undefined : buttons.get(chosen);
      if (remedy === 'retry') await attempt(app, doing, node, task);
      else if (remedy === 'openInPortal' && page !== undefined) await app.browse(page);
      else if (remedy !== undefined) await remedyBy(app, remedy, connection);
    });
    return undefined;
  }
}

/** Whose credential was refused: the row's own connection, or the one that the failure names. */
function connectionOf(app: App, error: unknown, node: AnyNode | undefined): Node | undefined {
  const id = error instanceof Failure ? error.detail.connection : undefined;
  if (node?.kind === 'node') return node;
  const named = app.registries.find(id);
  return named && rowOf(named);
}

/** What helps by a command for the row, or for one above it. */
const rowCommands = {
  addRepository,
  confirmSignIn,
  diagnoseConnection,
  editTrust,
  openInPortal,
  signInToTenant,
  unlockTag,
  updateCredential,
} as const satisfies Partial<Record<Remedy, NodeCommand>>;

/** Without a row, whoever has no credential can still connect. */
function isPossible(remedy: Remedy, node: Node | undefined): boolean {
  if (needsNoRow(remedy)) return true;
  return node === undefined
    ? remedy === 'updateCredential'
    : nearest(rowCommands[remedy], problemOf(node)) !== undefined;
}

function problemOf(node: Node) {
  return { kind: 'problem', of: node, failure: undefined } as const;
}

async function remedyBy(app: App, remedy: Exclude<Remedy, 'retry'>, node: Node | undefined): Promise<void> {
  if (remedy === 'showLog') await showLog.run(app);
  else if (remedy === 'useEngine') await run(app, useEngine, undefined, undefined);
  else if (node === undefined) await run(app, connectRegistry, undefined, undefined);
  else await run(app, rowCommands[remedy], problemOf(node), undefined);
}

function title(remedy: Remedy, connection: Node | undefined): string {
  switch (remedy) {
    case 'retry':
      return t('Retry');
    case 'showLog':
      return t('Show Log');
    case 'useEngine':
      return t('Use Engine…');
    case 'addRepository':
      return t('Add Repository…');
    case 'confirmSignIn':
      return confirmSignIn.title();
    case 'editTrust':
      return t('Certificates…');
    case 'openInPortal':
      return openInPortal.title();
    case 'signInToTenant':
      return signInToTenant.title();
    case 'unlockTag':
      return unlockTag.title();
    case 'diagnoseConnection':
      return t('Diagnose');
    case 'updateCredential':
      return connection === undefined ? t('Connect Registry…') : t('Update Credential…');
  }
}
