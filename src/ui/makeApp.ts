import * as vscode from 'vscode';
import { causes } from '../core/causes';
import type { DockerLogins } from '../core/docker/dockerLogins';
import type { Http } from '../core/http';
import type { Log } from '../core/log';
import type { Redaction } from '../core/network/redaction';
import type { Engines } from '../engine/engine';
import type { RegistryProvider } from '../providers/provider';
import type { Opener } from '../registries/opening';
import type { Bookmarks } from '../registries/bookmarks';
import type { Registries } from '../registries/registries';
import { Search } from '../registries/search';
import type { App, Connections, Images, Memory, Tree } from './app';
import { configuredCloud } from './azure/cloud';
import { offerResourcesExtension } from './azure/microsoftAccount';
import { browse } from './browse';
import { signIn, signInToTenant } from './connections/accounts';
import type { AnyRow } from './commands/command';
import type { Documents } from './documents';
import { Pages } from './page/pages';
import { report } from './report';
import { Reports } from './reports';
import type { Say } from './say';
import { ownSetting, setOwnSetting } from './settings';
import { proxySettings, surroundings } from './surroundings';

/** A view. */
interface Rows {
  selected(): readonly AnyRow[];
}

/** The objects that commands work on. */
interface Parts extends Pick<App, 'log' | 'showLog' | 'memory' | 'setting' | 'verifying'> {
  readonly context: vscode.ExtensionContext;
  readonly say: Say;
  readonly redaction: Redaction;
  readonly tree: Tree & Rows;
  readonly images: Images & Rows;
  readonly engines: Engines;
  readonly docker: DockerLogins;
  readonly connections: Connections;
  readonly registries: Registries;
  readonly favourites: Bookmarks;
  readonly recent: Bookmarks;
  readonly documents: Documents;
  readonly opener: Opener;
}

/** Puts together all that a command may use. */
export function makeApp(parts: Parts): App {
  const { context, say, log, memory, redaction, documents } = parts;
  const { tree, images, engines, docker, connections, registries, favourites, recent, opener, setting, showLog } =
    parts;
  const { ask, clean, message, working } = say;
  const reports = new Reports(documents);
  const search = new Search(registries);
  const copy = async (text: string) => {
    await vscode.env.clipboard.writeText(text);
  };
  const pages = new Pages(context.extensionUri, (text) => redaction.redact(text), { copy, browse });
  context.subscriptions.push(reports, search, pages);
  return {
    ...{ tree, images, engines, docker, connections, registries, favourites, recent, setting, memory, log, showLog },
    get providerTypes() {
      return opener.types;
    },
    ...{ ask, clean, message, working, search },
    verifying: parts.verifying,
    now: () => performance.now(),
    accounts: {
      signIn: signInWith(working, memory, message),
      signInToTenant: (connection, tenantId) => signInToTenant(working, connection, tenantId),
    },
    offersDeploying: () => ownSetting('azure.deployCommands', true),
    cloud: configuredCloud,
    diagnose: diagnosing(parts),
    surroundings: () => surroundings(context),
    selected: (view) => (view === 'images' ? images : tree).selected(),
    ...showing(documents, reports, clean),
    copy,
    browse,
    done: say.status,
    tell: (text, kind) => {
      void message(kind, text);
    },
    ...running(message),
    openPage: (page, tab) => {
      if (tab === undefined) pages.open(page);
      else pages.adopt(tab, page);
    },
    openSettings: async (setting) => {
      await vscode.commands.executeCommand('workbench.action.openSettings', setting);
    },
    viewRepositoriesAs: (view) => setOwnSetting('repositories.view', view),
    useEngine: async (endpoint) => {
      await setOwnSetting('engine.endpoint', endpoint === '' ? undefined : endpoint);
    },
    extension: context,
    fail: failWith(log, message),
  };
}

function diagnosing({ opener, registries, redaction }: Parts): App['diagnose'] {
  return async (connection, progress, signal) => {
    const { diagnose } = await import('../core/network/diagnose');
    let provider: RegistryProvider | undefined;
    const { tls, http } = opener.sending(connection, () => provider?.endpoints);
    const open = (watched: Http) => {
      provider = registries.openAnew(connection, watched);
      return provider;
    };
    return diagnose({ open, tls, http, proxies: proxySettings(), redaction }, progress, signal);
  };
}

function running(message: App['message']): Pick<App, 'offer' | 'runOn'> {
  return {
    offer: (text, { id, title }, node) => {
      void message('information', text, title).then(async (chosen) => {
        if (chosen === title) await vscode.commands.executeCommand(`registryExplorer.${id}`, node);
      });
    },
    runOn: (id, row) => {
      void vscode.commands.executeCommand(`registryExplorer.${id}`, row);
    },
  };
}

function showing(
  documents: Documents,
  reports: Reports,
  clean: App['clean'],
): Pick<App, 'showDocument' | 'showDiff' | 'showReport' | 'shownReport'> {
  return {
    showDocument: (document) => documents.show(document),
    showDiff: (before, after, title) => documents.showDiff(before, after, clean(title)),
    showReport: (document) => reports.show(document),
    shownReport: () => reports.shown(),
  };
}

function signInWith(working: App['working'], memory: Memory, message: App['message']): App['accounts']['signIn'] {
  return async (authentication, url, scopes) => {
    const session = await signIn(working, authentication, url, scopes);
    if (session !== undefined && authentication.startsWith('microsoft')) offerResourcesExtension(memory, message);
    return session;
  };
}

function failWith(log: Log, message: App['message']): App['fail'] {
  return (error, doing) => {
    const reported = report(error, doing);
    if (reported === undefined) return;
    log.error(`${reported.message}\n  ${causes(error)}`);
    void message('error', reported.message);
  };
}
