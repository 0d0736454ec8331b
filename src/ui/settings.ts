import * as vscode from 'vscode';
import type { TrustSettings } from '../images/proofs/trust';
import type { ListedConnections } from '../registries/connectionStore';

/** The only place that reads settings. A workspace may come from strangers, so this file decides which source counts. */

const own = () => vscode.workspace.getConfiguration('registryExplorer');

/** A setting of this extension, such as `tags.details`. Its scope in package.json decides whether a workspace may set it. */
export function ownSetting<T>(name: string, byDefault: T): T {
  return own().get(name, byDefault);
}

/** The setting `registryExplorer.connections`, unchecked. */
export const listedConnections: ListedConnections = {
  inForce: () => ownSetting<unknown>('connections', []),
  ofUser: () => userSetting('registryExplorer.connections'),
  onDidChange: (listener) =>
    vscode.workspace.onDidChangeConfiguration((event) => {
      if (event.affectsConfiguration('registryExplorer.connections')) listener();
    }),
};

/** Sets a setting of this extension for the user; undefined removes it. */
export async function setOwnSetting(name: string, value: unknown): Promise<void> {
  await own().update(name, value, vscode.ConfigurationTarget.Global);
}

/**
 * A setting of another extension that decides where a secret or a user is sent. Only the user's value counts, never that of a
 * workspace or folder. The type is unknown, because a setting can have any value.
 */
export function userSetting(name: string): unknown {
  return vscode.workspace.getConfiguration().inspect(name)?.globalValue;
}

/** Whom the user trusts to sign. */
export const trustSettings = (): TrustSettings => ({
  trustRoot: userSetting('registryExplorer.verification.trustRoot'),
  keys: userSetting('registryExplorer.verification.keys'),
  identities: userSetting('registryExplorer.verification.identities'),
});

/** A network setting of VS Code, with the value that VS Code uses. It must not decide where a secret is sent. */
export function networkSetting(name: `http.${string}`): unknown {
  return vscode.workspace.getConfiguration().get(name);
}
