import { t } from '@vscode/l10n';
import type { App } from '../app';
import { kindsThatReach, pickNode, titleOf } from '../pickNode';
import { noteUse } from '../recent';
import { causes } from '../../core/causes';
import { language } from '../../core/locale';
import { needsNoRow, report } from '../report';
import type { Remedy } from '../report';
import { Failure } from '../../core/failure';
import { rowOf } from '../tree/node';
import type { Node } from '../tree/node';
import { count } from '../words';
import type { AnyNode, AnyRow, Command, KeyCommand, NodeCommand } from './command';
import { connectRegistry } from './connectRegistry';
import { showLog } from './showLog';
import { useEngine } from './useEngine';

interface Shell {
  readonly app: App;
  readonly commands: readonly Command[];
}

/** A menu or a key passes its row, or undefined if the row is just being replaced. The palette passes nothing. */
export type Called = readonly [(AnyRow | undefined)?, (readonly AnyRow[] | undefined)?];

/** Runs a command. An error is shown as a message with buttons that help. */
export async function runCommand(app: App, commands: readonly Command[], id: string, called: Called): Promise<void> {
  const command = commands.find((each) => each.id === id);
  if (command === undefined) throw new Error(`There is no command "${id}".`);
  const takesRow = command.kind === 'node' || command.kind === 'row' || command.kind === 'key';
  if (called.length > 0 && called[0] === undefined && takesRow) {
    app.log.info(`Command ${id} was called for a row that was just being replaced`);
    app.done(t('The view is being refreshed. Try again.'));
  } else await run({ app, commands }, command, called[0], called[1]);
}

async function run(
  shell: Shell,
  command: Command,
  row: AnyRow | undefined,
  selected: readonly AnyRow[] | undefined,
): Promise<void> {
  const { app } = shell;
  app.log.info(`Command ${command.id}`);
  switch (command.kind) {
    case 'app':
      await attempt(shell, command.doing(), undefined, () => command.run(app));
      return;
    case 'box': {
      const task = await attempt(shell, command.doing(), undefined, () => command.choose(app));
      if (task !== undefined) await attempt(shell, task.doing, task.node, task.run);
      return;
    }
    case 'row':
      if (row?.kind === 'more' || row?.kind === 'problem') command.run(app, row);
      return;
    case 'key':
      await runByKey(shell, command, row, selected);
      return;
    case 'node':
      for (const nodes of await targets(shell, command, row, selected))
        await attempt(shell, command.doing(nodes), nodes[0], async () => {
          await command.run(app, nodes);
          if (command.isUse) await noteUse(app, nodes);
        });
  }
}

async function runByKey(
  shell: Shell,
  { commands, orAbove = false, otherwise }: KeyCommand,
  row: AnyRow | undefined,
  selected: readonly AnyRow[] | undefined,
): Promise<void> {
  const wanted = commands.flatMap((id) => rowCommand(shell, id) ?? []);
  const takes = (command: NodeCommand) => {
    if (row === undefined || !(orAbove || isNode(row))) return undefined;
    return nearest(command, row, orAbove);
  };
  const command = wanted.find((each) => takes(each) !== undefined);
  if (command === undefined) await otherwise(shell.app, row);
  else await run(shell, command, takes(command), selected);
}

/** The nodes to run a command on: it runs once for each list. */
async function targets(
  shell: Shell,
  command: NodeCommand,
  row: AnyRow | undefined,
  selected: readonly AnyRow[] | undefined,
): Promise<readonly (readonly AnyNode[])[]> {
  const clicked =
    row === undefined
      ? await attempt(shell, t('run “{0}”', titleOf(command)), undefined, () => pick(shell, command))
      : nearest(command, row);
  if (clicked === undefined) return [];
  // If the clicked row is outside the selection, the selection does not count.
  const isSelected = row !== undefined && selected?.includes(row) === true;
  if (!isSelected || command.several === 'one') return [[clicked]];
  const nodes = selected.filter(isNode).filter(command.applies);
  tellLeftOut(shell.app, command, nodes, selected);
  const ordered = inOrder(shell.app, nodes);
  return command.several === 'together' ? [ordered] : ordered.map((node) => [node]);
}

/** The rows as they stand in their view: that they are all of one is what makes them selected together. */
function inOrder({ tree }: App, nodes: readonly AnyNode[]): readonly AnyNode[] {
  const remote = nodes.flatMap((node) => (node.kind === 'node' ? node : []));
  return remote.length === nodes.length ? tree.inOrder(remote) : nodes;
}

/** What is below a row that is taken belongs to it: whoever selects a range of rows selects that too. */
function tellLeftOut(app: App, command: NodeCommand, taken: readonly AnyNode[], selected: readonly AnyRow[]): void {
  const all = new Set<AnyRow>(taken);
  const isBelow = (row: AnyRow): boolean => {
    const parent = 'parent' in row ? row.parent : 'of' in row ? row.of : undefined;
    return parent !== undefined && (all.has(parent) || isBelow(parent));
  };
  const leftOut = selected.filter((row) => !all.has(row) && !isBelow(row)).length;
  if (leftOut === 0) return;
  const text = t(
    '“{0}” takes {1} of the {2} selected rows. It cannot be used with the others.',
    titleOf(command),
    count(taken.length),
    count(taken.length + leftOut),
  );
  app.tell(text, 'information');
}

function isNode(row: AnyRow): row is AnyNode {
  return row.kind === 'node' || row.kind === 'local';
}

async function pick(shell: Shell, command: NodeCommand): Promise<AnyNode | undefined> {
  const { app } = shell;
  const all = app.registries.all();
  if (command.views.images || all.some((registry) => command.reaches(rowOf(registry)))) return pickNode(app, command);
  const connect = t('Connect Registry…');
  const why = all.length === 0 ? t('No registry is connected yet.') : nowhere(app, command);
  if ((await app.message('information', why, connect)) === connect)
    await run(shell, connectRegistry, undefined, undefined);
  return undefined;
}

/** Why a command can be used with no row of any connected registry. */
function nowhere(app: App, command: NodeCommand): string {
  if (command.nowhere !== undefined) return command.nowhere();
  const title = titleOf(command);
  const kinds = kindsThatReach(app, command).map(({ label }) => label);
  const list = new Intl.ListFormat(language()).format(kinds);
  return kinds.length === 0
    ? t('“{0}” cannot be used with the registries that are connected.', title)
    : t('“{0}” cannot be used with the registries that are connected. It can be used with: {1}.', title, list);
}

/** The row's own node; for a problem row, the nearest node above it that the command applies to. */
function nearest(command: NodeCommand, row: AnyRow, orAbove = false): AnyNode | undefined {
  if (isNode(row) && command.applies(row)) return row;
  if (row.kind === 'local' || (row.kind === 'node' && !orAbove)) return undefined;
  let node: Node | undefined = row.kind === 'node' ? row : 'of' in row ? row.of : undefined;
  while (node !== undefined && !command.applies(node)) node = node.parent;
  return node;
}

async function attempt<T>(
  shell: Shell,
  doing: string,
  node: AnyNode | undefined,
  task: () => Promise<T>,
): Promise<T | undefined> {
  const { app } = shell;
  try {
    return await task();
  } catch (error) {
    const reported = report(error, doing);
    if (reported === undefined) return undefined;
    app.log.error(`${reported.message}\n  ${causes(error)}`);
    const connection = connectionOf(app, error, node);
    const { page, nextStep } = error instanceof Failure ? error.detail : {};
    const remedies = reported.remedies.filter((remedy) => page !== undefined || isPossible(shell, remedy, connection));
    const buttons = new Map(remedies.map((remedy) => [title(shell, remedy, connection), remedy]));
    // Not awaited: the command has ended, even if the notification stays open.
    void app.message('error', reported.message, ...buttons.keys()).then(async (chosen) => {
      const remedy = chosen === undefined ? undefined : buttons.get(chosen);
      if (remedy === 'retry') await attempt(shell, doing, node, task);
      else if (remedy === nextStep && page !== undefined) await app.browse(page);
      else if (remedy !== undefined) await remedyBy(shell, remedy, connection);
    });
    return undefined;
  }
}

/** The connection whose credential was refused: the one of the row, or the one that the failure names. */
function connectionOf(app: App, error: unknown, node: AnyNode | undefined): Node | undefined {
  const id = error instanceof Failure ? error.detail.connection : undefined;
  if (node?.kind === 'node') return node;
  const named = app.registries.find(id);
  return named && rowOf(named);
}

/** The remedies that are commands for the row or for a row above it. */
function rowCommand({ commands }: Shell, remedy: Remedy): NodeCommand | undefined {
  const command = commands.find(({ id }) => id === remedy);
  return command?.kind === 'node' ? command : undefined;
}

/** Without a row, connecting a registry is the only other remedy. */
function isPossible(shell: Shell, remedy: Remedy, node: Node | undefined): boolean {
  if (needsNoRow(remedy)) return true;
  if (node === undefined) return remedy === 'updateCredential';
  const command = rowCommand(shell, remedy);
  return command !== undefined && nearest(command, problemOf(node)) !== undefined;
}

function problemOf(node: Node) {
  return { kind: 'problem', of: node, failure: undefined } as const;
}

async function remedyBy(shell: Shell, remedy: Remedy, node: Node | undefined): Promise<void> {
  const command = rowCommand(shell, remedy);
  if (remedy === 'showLog') await showLog.run(shell.app);
  else if (remedy === 'useEngine') await run(shell, useEngine, undefined, undefined);
  else if (node === undefined) await run(shell, connectRegistry, undefined, undefined);
  else if (command !== undefined) await run(shell, command, problemOf(node), undefined);
}

function title(shell: Shell, remedy: Remedy, connection: Node | undefined): string {
  switch (remedy) {
    case 'retry':
      return t('Retry');
    case 'showLog':
      return t('Show Log');
    case 'useEngine':
      return t('Use Engine…');
    case 'diagnoseConnection':
      return t('Diagnose');
    default:
      return connection === undefined && remedy === 'updateCredential'
        ? t('Connect Registry…')
        : (rowCommand(shell, remedy)?.title() ?? remedy);
  }
}
