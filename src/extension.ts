import * as l10n from '@vscode/l10n';
import * as vscode from 'vscode';
import type { Connection } from './core/model';
import type { RegistryProvider } from './providers/provider';
import { providerTypes } from './providers/table';
import type { App } from './ui/app';
import { registerCommands } from './ui/commands/register';
import { commands, commandsOf } from './ui/commands/table';
import { Secrets } from './ui/connections/secrets';
import { ConnectionStore } from './ui/connections/store';
import { Documents } from './ui/documents';
import { ask } from './ui/quickInput';
import { RegistryTree } from './ui/tree/registryTree';
import type { DetailsSetting } from './ui/tree/registryTree';
import { working } from './ui/working';

/** Builds every object once, top to bottom. */
export function activate(context: vscode.ExtensionContext): void {
  if (vscode.l10n.bundle !== undefined) l10n.config({ contents: vscode.l10n.bundle });

  const log = vscode.window.createOutputChannel('Registry Explorer', { log: true });
  const secrets = new Secrets(context.secrets);
  const connections = new ConnectionStore(
    context.globalState,
    secrets,
    providerTypes.map(({ id }) => id),
  );
  const open = (connection: Connection): RegistryProvider => {
    const type = providerTypes.find(({ id }) => id === connection.provider);
    if (type === undefined) throw new Error(`There is no provider "${connection.provider}".`);
    return type.open(connection, { credential: () => connections.credential(connection.id), log });
  };
  const detailsSetting = () =>
    vscode.workspace.getConfiguration('registryExplorer').get<DetailsSetting>('tags.details', 'always');
  const tree = new RegistryTree({ store: connections, open, commandsOf, detailsSetting, log });
  const documents = new Documents();

  const app: App = {
    tree,
    connections,
    providerTypes,
    ask,
    working,
    showDocument: (document) => documents.show(document),
    copy: async (text) => {
      await vscode.env.clipboard.writeText(text);
    },
    browse: async (url) => {
      await vscode.env.openExternal(vscode.Uri.parse(url.href));
    },
    done: (message) => {
      vscode.window.setStatusBarMessage(message, 5000);
    },
    log,
    showLog: () => {
      log.show(true);
    },
  };

  context.subscriptions.push(log, connections, tree, documents, ...registerCommands(app, commands));
}
