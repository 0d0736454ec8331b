import * as vscode from 'vscode';
import type { ListedConnections } from '../registries/connectionStore';

/** The one place that reads settings. A workspace is written by strangers, so who may say what is decided here. */

const own = () => vscode.workspace.getConfiguration('registryExplorer');

/** A setting of this extension, `tags.details`. Which of them a workspace may set is declared by their scope in package.json. */
export function ownSetting<T>(name: string, byDefault: T): T {
  return own().get(name, byDefault);
}

/** The setting `registryExplorer.connections`, as whoever wrote it left it. */
export const listedConnections: ListedConnections = {
  inForce: () => ownSetting<unknown>('connections', []),
  ofUser: () => userSetting('registryExplorer.connections'),
  onDidChange: (listener) =>
    vscode.workspace.onDidChangeConfiguration((event) => {
      if (event.affectsConfiguration('registryExplorer.connections')) listener();
    }),
};

/** Sets one of them for the user; undefined takes the setting away. */
export async function setOwnSetting(name: string, value: unknown): Promise<void> {
  await own().update(name, value, vscode.ConfigurationTarget.Global);
}

/**
 * A setting of another extension that decides where a secret or a user is sent: what the user has set, whatever the workspace or a
 * folder of it says. Unknown, since anybody can write anything into it.
 */
export function userSetting(name: string): unknown {
  return vscode.workspace.getConfiguration().inspect(name)?.globalValue;
}

/** A setting by which VS Code itself reaches servers, as it stands for VS Code. Nothing may be sent because of what it says. */
export function networkSetting(name: `http.${string}`): unknown {
  return vscode.workspace.getConfiguration().get(name);
}
