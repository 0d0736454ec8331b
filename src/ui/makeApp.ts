import * as vscode from 'vscode';
import { causes } from '../core/causes';
import type { DockerLogins } from '../core/docker/dockerLogins';
import type { Http } from '../core/http';
import type { Log } from '../core/log';
import type { Redaction } from '../core/network/redaction';
import type { Engines } from '../engine/engine';
import type { RegistryProvider } from '../providers/provider';
import type { Opener } from '../registries/opening';
import type { Registries } from '../registries/registries';
import type { App, Connections, Images, Memory, Tree } from './app';
import { configuredCloud } from './azure/cloud';
import { offerResourcesExtension } from './azure/microsoftAccount';
import { browse } from './browse';
import { signIn, signInToTenant } from './connections/accounts';
import type { Documents } from './documents';
import { report } from './report';
import type { Say } from './say';
import { setOwnSetting } from './settings';
import { proxySettings, surroundings } from './surroundings';

/** The objects that commands work on. */
interface Parts extends Pick<App, 'log' | 'showLog' | 'memory' | 'setting'> {
  readonly context: vscode.ExtensionContext;
  readonly say: Say;
  readonly redaction: Redaction;
  readonly tree: Tree;
  readonly images: Images;
  readonly engines: Engines;
  readonly docker: DockerLogins;
  readonly connections: Connections;
  readonly registries: Registries;
  readonly documents: Documents;
  readonly opener: Opener;
}

/** Puts together all that a command may use. */
export function makeApp(parts: Parts): App {
  const { context, say, log, memory, redaction, documents } = parts;
  const { tree, images, engines, docker, connections, registries, opener, setting, showLog } = parts;
  const { ask, clean, message, working } = say;
  return {
    ...{ tree, images, engines, docker, connections, registries, setting, memory, log, showLog },
    get providerTypes() {
      return opener.types;
    },
    ...{ ask, clean, message, working },
    accounts: { signIn: signInWith(memory, message), signInToTenant },
    cloud: configuredCloud,
    diagnose: async (connection, progress, signal) => {
      const { diagnose } = await import('../core/network/diagnose');
      let provider: RegistryProvider | undefined;
      const { tls, http } = opener.sending(connection, () => provider?.endpoints);
      const open = (watched: Http) => {
        provider = registries.openAnew(connection, watched);
        return provider;
      };
      return diagnose({ open, tls, http, proxies: proxySettings(), redaction }, progress, signal);
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
    fail: failWith(log, message),
  };
}

function signInWith(memory: Memory, message: App['message']): App['accounts']['signIn'] {
  return async (authentication, url, scopes) => {
    const session = await signIn(authentication, url, scopes);
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
