import type * as vscode from 'vscode';
import { expect, it, vi } from 'vitest';
import manifest from '../../../package.json';
import type { App } from '../../../src/ui/app';
import type { AnyRow, Command } from '../../../src/ui/commands/command';
import { registerCommands } from '../../../src/ui/commands/register';
import { stub } from '../stub';
import { connectionNode, fakeApp } from './fakeApp';

const registered = vi.hoisted(() => new Map<string, (...called: unknown[]) => Promise<void>>());
vi.mock('vscode', () => ({
  commands: {
    registerCommand: (id: string, run: (...called: unknown[]) => Promise<void>) => {
      registered.set(id, run);
      return { dispose: () => registered.delete(id) };
    },
  },
}));

it('every command that the manifest contributes is there before what it runs with is loaded', async () => {
  const ran: string[] = [];
  let loads = 0;
  const load = () => {
    loads++;
    const ids = manifest.contributes.commands.map(({ command }) => command.replace('registryExplorer.', ''));
    const commands = ids.map((id): Command => {
      return { kind: 'app', id, doing: () => id, run: () => Promise.resolve(void ran.push(id)) };
    });
    return Promise.resolve({ app: fakeApp().app, commands });
  };
  const extension = stub<vscode.Extension<unknown>>('extension', { packageJSON: manifest });
  const disposables = registerCommands(extension, load);
  expect([registered.size, loads]).toEqual([manifest.contributes.commands.length, 0]);
  await registered.get('registryExplorer.connectRegistry')?.();
  await registered.get('registryExplorer.showLog')?.();
  expect([ran, loads]).toEqual([['connectRegistry', 'showLog'], 2]);
  for (const each of disposables) each.dispose();
  expect(registered.size).toBe(0);
});

it('a key acts on the row with the focus, or else on the one that is selected', async () => {
  const acted: unknown[] = [];
  const rowNamed = (name: string) => ({ kind: 'invalid', of: connectionNode({}, {}), name, at: 0 }) as const;
  const otherwise = (_app: unknown, row: AnyRow | undefined) =>
    Promise.resolve(void acted.push(row?.kind === 'invalid' ? row.name : row));
  const command = { kind: 'key', id: 'deleteRow', commands: [], otherwise } as const;
  const extension = stub<vscode.Extension<unknown>>('extension', { packageJSON: manifest });
  const selected: App['selected'] = (view) => (view === 'registries' ? [rowNamed('c')] : []);
  const load = () => Promise.resolve({ app: fakeApp({ selected }).app, commands: [command] });
  const disposables = registerCommands(extension, load);
  const press = (...args: unknown[]) => registered.get('registryExplorer.deleteRow')?.(args);
  await press(rowNamed('a'), 'registries');
  await press(rowNamed('b'), 'images');
  // VS Code that does not know the placeholder leaves it as it is.
  await press({ $treeViewId: 'registryExplorer.registries', $focusedTreeItem: true }, 'registries');
  await press(undefined, 'images');
  expect(acted).toEqual(['a', 'b', 'c', undefined]);
  for (const each of disposables) each.dispose();
});
