import type * as vscode from 'vscode';
import { expect, it, vi } from 'vitest';
import manifest from '../../../package.json';
import type { Command } from '../../../src/ui/commands/command';
import { registerCommands } from '../../../src/ui/commands/register';
import { stub } from '../stub';
import { fakeApp } from './fakeApp';

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
