import * as l10n from '@vscode/l10n';
import { homedir } from 'node:os';
import * as vscode from 'vscode';
import { azureOf } from './azure/connected';
import { dockerLogIn, dockerLogOut } from './core/docker/dockerCli';
import { helperNamedFor, readDockerLogin } from './core/docker/dockerConfig';
import { listDockerLogins } from './core/docker/knownLogins';
import type { ReadCredential } from './core/auth';
import { diagnose } from './core/network/diagnose';
import { axiosHttp } from './core/axiosHttp';
import type { Failure } from './core/failure';
import { redactedLog } from './core/log';
import type { Http } from './core/http';
import type { Connection } from './core/model';
import { Redaction } from './core/network/redaction';
import { tlsOf } from './core/network/tls';
import { LocalEngines } from './engine/engines';
import type { ReadSetting, RegistryProvider } from './providers/provider';
import { providerTypes } from './providers/table';
import { unconfirmedLogin, unopened } from './providers/unopened';
import type { App, DockerLogins, Memory } from './ui/app';
import { configuredCloud } from './ui/azure/cloud';
import { browse } from './ui/browse';
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
import { ConnectionStore } from './registries/connectionStore';
import { Documents } from './ui/documents';
import { carefulEngines } from './ui/images/carefulEngines';
import { ImagesTree } from './ui/images/imagesTree';
import { LocalImages } from './ui/images/localImages';
import { causes, report } from './ui/report';
import { Say } from './ui/say';
import { ownSetting, setOwnSetting } from './ui/settings';
import { proxySettings, surroundings } from './ui/surroundings';
import { RegistryTree } from './ui/tree/registryTree';
import type { DetailsSetting } from './ui/tree/registryTree';

/** Builds every object once, top to bottom. */
export function activate(context: vscode.ExtensionContext): void {
  if (vscode.l10n.bundle !== undefined) l10n.config({ contents: vscode.l10n.bundle });

  const channel = vscode.window.createOutputChannel('Registry Explorer', { log: true });
  const showLog = () => {
    channel.show(true);
  };
  const redaction = new Redaction();
  const log = redactedLog(channel, redaction);
  const say = new Say((text) => redaction.of(text));
  const { ask, clean, message } = say;
  const credentialStore = new CredentialStore(context, { log, showLog, message });
  const connections = new ConnectionStore(
    context.globalState,
    credentialStore.secrets,
    providerTypes.map(({ id }) => id),
  );
  const setting: ReadSetting = (name) => ownSetting(name, '').trim().replace(/\/+$/, '');
  const machine = { env: process.env, home: homedir(), platform: process.platform };
  const docker: DockerLogins = {
    read: async (image, signal, note) => {
      const noteProblem = (problem: Failure) => {
        log.warn(`Of docker's logins\n  ${causes(problem)}`);
        note?.(problem);
      };
      const login = await readDockerLogin(image, machine, noteProblem, signal);
      if (login !== undefined) redaction.addCredential(login);
      return login;
    },
    helperFor: (image) => helperNamedFor(image, machine),
    list: (signal) => listDockerLogins(machine, signal),
    logIn: (host, credential, signal) => dockerLogIn(host, credential, machine.env, signal),
    logOut: (host, signal) => dockerLogOut(host, machine.env, signal),
  };
  const trusting = (connection: Connection, servers: () => RegistryProvider['endpoints']) => {
    const tls = tlsOf(connection, machine, servers);
    // It keeps secrets out of its own lines: once is enough for each request.
    return { tls, http: axiosHttp(channel, tls, redaction) };
  };
  const opened = (connection: Connection, read: ReadCredential, watched?: Http): RegistryProvider => {
    if (connection.unconfirmed !== undefined) throw unconfirmedLogin(connection.url);
    const stored: ReadCredential = async (signal) => {
      const credential = await read(signal);
      redaction.addCredential(credential);
      return credential;
    };
    const type = providerTypes.find(({ id }) => id === connection.provider);
    if (type === undefined) throw new Error(`There is no provider "${connection.provider}".`);
    const account = accountOf(connection);
    const azure = azureOf(connection, stored, { cloud: configuredCloud, tokensOfAccount, redaction, log });
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
  const detailsSetting = () => ownSetting<DetailsSetting>('tags.details', 'always');
  const iconOf = ({ provider }: Connection) => providerTypes.find(({ id }) => id === provider)?.icon ?? 'server';
  const tree = new RegistryTree({ store: connections, open, commandsOf, detailsSetting, iconOf, clean, log });
  const documents = new Documents();
  const memory: Memory = {
    read: (key) => context.globalState.get<string>(`memory.${key}`),
    write: async (key, value) => {
      await context.globalState.update(`memory.${key}`, value);
    },
  };
  const found = new LocalEngines(machine, () => ownSetting('engine.endpoint', ''));
  const engines = carefulEngines(found, { ask, memory });
  const images = new LocalImages(engines, log, () => {
    imagesTree.update();
  });
  const imagesTree = new ImagesTree({ images, commandsOf, clean });

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
        if (session !== undefined && authentication.startsWith('microsoft')) offerResourcesExtension(memory, message);
        return session;
      },
      signInToTenant,
    },
    setting,
    cloud: configuredCloud,
    ask,
    working: say.working,
    message,
    clean,
    memory,
    diagnose: (connection, progress, signal) => {
      let provider: RegistryProvider | undefined;
      const sending = trusting(connection, () => provider?.endpoints);
      const openAnew = (http: Http) => {
        provider = open(connection, http);
        return provider;
      };
      return diagnose({ open: openAnew, ...sending, proxies: proxySettings(), redaction }, progress, signal);
    },
    surroundings: () => surroundings(context),
    showDocument: (document) => documents.show(document),
    copy: async (text) => {
      await vscode.env.clipboard.writeText(text);
    },
    browse,
    done: say.status,
    tell: (text, kind) => {
      void message(kind, text);
    },
    offer: (text, { id, title }, node) => {
      void message('information', text, title).then(async (chosen) => {
        if (chosen === title) await vscode.commands.executeCommand(`registryExplorer.${id}`, node);
      });
    },
    useEngine: async (endpoint) => {
      await setOwnSetting('engine.endpoint', endpoint === '' ? undefined : endpoint);
    },
    extension: context,
    fail: (error, doing) => {
      const told = report(error, doing);
      if (told === undefined) return;
      log.error(`${told.message}\n  ${causes(error)}`);
      void message('error', told.message);
    },
    log,
    showLog,
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
    ...[channel, connections, tree, documents, images, imagesTree, onSetting],
    credentialStore.follow(() => connections.secretOwners()),
    ...registerCommands(app, commands),
  );
}
