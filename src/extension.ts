import * as l10n from '@vscode/l10n';
import { homedir } from 'node:os';
import * as vscode from 'vscode';
import { azureOf } from './azure/connected';
import { dockerLogIn, dockerLogOut } from './core/dockerCli';
import { helperNamedFor, readDockerLogin } from './core/dockerConfig';
import { listDockerLogins } from './core/knownLogins';
import type { ReadCredential } from './core/auth';
import { diagnose } from './core/diagnose';
import { axiosHttp } from './core/http';
import type { Http } from './core/http';
import type { Connection } from './core/model';
import { tlsOf } from './core/tls';
import { LocalEngines } from './engine/engines';
import type { ReadSetting, RegistryProvider } from './providers/provider';
import { providerTypes } from './providers/table';
import { unopened } from './providers/unopened';
import type { App, DockerLogins, Memory } from './ui/app';
import { configuredCloud } from './ui/azure/cloud';
import {
  filteredSubscriptions,
  subscriptionFilter,
  offerResourcesExtension,
  tokensOfAccount,
} from './ui/azure/microsoftAccount';
import { registerCommands } from './ui/commands/register';
import { commands, commandsOf } from './ui/commands/table';
import { accountOf, signIn, signInToTenant } from './ui/connections/accounts';
import { orDockerLogin } from './ui/connections/dockerLogin';
import { CredentialStore } from './ui/connections/credentialStore';
import { ConnectionStore } from './ui/connections/store';
import { Documents } from './ui/documents';
import { ImagesTree } from './ui/images/imagesTree';
import { LocalImages } from './ui/images/localImages';
import { ask } from './ui/quickInput';
import { causes, report } from './ui/report';
import { proxySettings, surroundings } from './ui/surroundings';
import { RegistryTree } from './ui/tree/registryTree';
import type { DetailsSetting } from './ui/tree/registryTree';
import { working } from './ui/working';

/** Builds every object once, top to bottom. */
export function activate(context: vscode.ExtensionContext): void {
  if (vscode.l10n.bundle !== undefined) l10n.config({ contents: vscode.l10n.bundle });

  const log = vscode.window.createOutputChannel('Registry Explorer', { log: true });
  const credentialStore = new CredentialStore(context, log);
  const connections = new ConnectionStore(
    context.globalState,
    credentialStore.secrets,
    providerTypes.map(({ id }) => id),
  );
  const settings = () => vscode.workspace.getConfiguration('registryExplorer');
  const setting: ReadSetting = (name) => settings().get(name, '').trim().replace(/\/+$/, '');
  const machine = { env: process.env, home: homedir(), platform: process.platform };
  const docker: DockerLogins = {
    read: (image, signal) => readDockerLogin(image, machine, signal),
    helperFor: (image) => helperNamedFor(image, machine),
    list: (signal) => listDockerLogins(machine, signal),
    logIn: dockerLogIn,
    logOut: dockerLogOut,
  };
  const trusting = (connection: Connection, servers: () => RegistryProvider['endpoints']) => {
    const tls = tlsOf(connection, machine, servers);
    return { tls, http: axiosHttp(log, tls) };
  };
  const opened = (connection: Connection, stored: ReadCredential, watched?: Http): RegistryProvider => {
    const type = providerTypes.find(({ id }) => id === connection.provider);
    if (type === undefined) throw new Error(`There is no provider "${connection.provider}".`);
    const account = accountOf(connection);
    const azure = azureOf(connection, stored, { cloud: configuredCloud, tokensOfAccount, log });
    const now = () => connections.all().find(({ id }) => id === connection.id) ?? connection;
    const provider: RegistryProvider = type.open(connection, {
      credential:
        connection.login !== 'docker'
          ? stored
          : orDockerLogin(stored, docker, () => ({ host: provider.hostOf(undefined), url: connection.url })),
      namespaces: () => now().namespaces ?? [],
      pinned: () => now().pinned ?? [],
      shown: () => now().shown ?? (connection.authentication === undefined ? undefined : filteredSubscriptions()),
      setting,
      ...(account === undefined ? {} : { account }),
      ...(azure === undefined ? {} : { azure }),
      http: watched ?? trusting(connection, () => provider.endpoints).http,
      log,
    });
    return provider;
  };
  /** What cannot be opened takes no other with it. */
  const openWith = (connection: Connection, stored: ReadCredential, watched?: Http): RegistryProvider => {
    try {
      return opened(connection, stored, watched);
    } catch (error) {
      return unopened(error);
    }
  };
  const open = (connection: Connection, http?: Http) =>
    openWith(connection, () => connections.credential(connection.id), http);
  const detailsSetting = () =>
    vscode.workspace.getConfiguration('registryExplorer').get<DetailsSetting>('tags.details', 'always');
  const iconOf = ({ provider }: Connection) => providerTypes.find(({ id }) => id === provider)?.icon ?? 'server';
  const tree = new RegistryTree({ store: connections, open, commandsOf, detailsSetting, iconOf, log });
  const documents = new Documents();
  const engines = new LocalEngines({ setting: () => settings().get('engine.endpoint', ''), ...machine });
  const images = new LocalImages(engines, log, () => {
    imagesTree.update();
  });
  const imagesTree = new ImagesTree({ images, commandsOf });

  const memory: Memory = {
    read: (key) => context.globalState.get<string>(`memory.${key}`),
    write: async (key, value) => {
      await context.globalState.update(`memory.${key}`, value);
    },
  };

  const app: App = {
    tree,
    images,
    engines,
    docker,
    connections,
    providerTypes,
    open: (connection, credential) => openWith(connection, () => Promise.resolve(credential)),
    accounts: {
      signIn: async (authentication, url, scopes) => {
        const session = await signIn(authentication, url, scopes);
        if (session !== undefined && authentication.startsWith('microsoft')) offerResourcesExtension(memory);
        return session;
      },
      signInToTenant,
    },
    setting,
    cloud: configuredCloud,
    ask,
    working,
    memory,
    diagnose: (connection, progress, signal) => {
      let provider: RegistryProvider | undefined;
      const sending = trusting(connection, () => provider?.endpoints);
      const openAnew = (http: Http) => {
        provider = open(connection, http);
        return provider;
      };
      return diagnose({ open: openAnew, ...sending, proxies: proxySettings() }, progress, signal);
    },
    surroundings: () => surroundings(context),
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
    tell: (message, kind) => {
      const show = kind === 'warning' ? vscode.window.showWarningMessage : vscode.window.showInformationMessage;
      void show(message);
    },
    offer: (message, { id, title }, node) => {
      void vscode.window.showInformationMessage(message, title).then(async (chosen) => {
        if (chosen === title) await vscode.commands.executeCommand(`registryExplorer.${id}`, node);
      });
    },
    useEngine: async (endpoint) => {
      const value = endpoint === '' ? undefined : endpoint;
      await settings().update('engine.endpoint', value, vscode.ConfigurationTarget.Global);
    },
    extension: context,
    fail: (error, doing) => {
      const told = report(error, doing);
      if (told === undefined) return;
      log.error(`${told.message}\n  ${causes(error)}`);
      void vscode.window.showErrorMessage(told.message);
    },
    log,
    showLog: () => {
      log.show(true);
    },
  };

  const onSetting = vscode.workspace.onDidChangeConfiguration((event) => {
    if (event.affectsConfiguration('registryExplorer.engine.endpoint')) void images.refresh();
    if (event.affectsConfiguration(subscriptionFilter))
      for (const root of tree.roots()) if (root.connection.provider === 'azure') tree.refresh(root);
    // What is open speaks to the cloud that was set before.
    if (event.affectsConfiguration('microsoft-sovereign-cloud'))
      tree.reopen(({ provider }) => provider === 'azure' || provider === 'acr');
  });
  context.subscriptions.push(
    ...[log, connections, tree, documents, images, imagesTree, onSetting],
    credentialStore.follow(() => connections.secretOwners()),
    ...registerCommands(app, commands),
  );
}
