import * as l10n from '@vscode/l10n';
import { homedir } from 'node:os';
import * as vscode from 'vscode';
import { dockerLogins } from './core/docker/dockerLogins';
import { redactedLog } from './core/log';
import { once } from './core/once';
import { Redaction } from './core/network/redaction';
import { enginesOf } from './engine/engine';
import type { ReadSetting } from './providers/provider';
import { Bookmarks } from './registries/bookmarks';
import { ConnectionStore } from './registries/connectionStore';
import { openerOf } from './registries/opening';
import { OrderedState } from './registries/orderedState';
import { Registries } from './registries/registries';
import { registerCommands } from './ui/commands/register';
import { Commands } from './ui/commands/commands';
import { CredentialStore } from './ui/connections/credentialStore';
import { Documents } from './ui/documents';
import { confirmingEngines } from './ui/images/confirmingEngines';
import { ImagesTree } from './ui/images/imagesTree';
import { LocalImages } from './ui/images/localImages';
import { memoryIn } from './ui/memory';
import { followSettings } from './ui/followSettings';
import { followOtherWindows } from './ui/otherWindows';
import { followPages } from './ui/page/followPages';
import { Say } from './ui/say';
import { listedConnections, ownSetting, trustSettings } from './ui/settings';
import { RowState } from './ui/tree/rowState';
import { RegistryTree } from './ui/tree/registryTree';
import { Verification } from './ui/verifying';

/** Builds every object once, top to bottom. */
export function activate(context: vscode.ExtensionContext): void {
  if (vscode.l10n.bundle !== undefined) l10n.config({ contents: vscode.l10n.bundle });

  const channel = vscode.window.createOutputChannel('Registry Explorer', { log: true });
  const showLog = () => {
    channel.show(true);
  };
  const redaction = new Redaction();
  const log = redactedLog(channel, redaction);
  const say = new Say((text) => redaction.redact(text));
  const { ask, clean, message, isAsking } = say;
  const kept = new OrderedState(context.globalState);
  const memory = memoryIn(kept);
  const machine = { env: process.env, home: homedir(), platform: process.platform };
  const docker = dockerLogins(machine, { log, redaction });
  const setting: ReadSetting = (name) => ownSetting(name, '').trim().replace(/\/+$/, '');
  const credentialStore = new CredentialStore(context.secrets, kept, { log, showLog, message });
  const connections = new ConnectionStore(kept, credentialStore.secrets, listedConnections);
  const favourites = new Bookmarks(kept, 'favourites', 500);
  const recent = new Bookmarks(kept, 'recent', 30);
  const opener = openerOf(async () => {
    const { openingOf } = await import('./connecting');
    return openingOf({ machine, channel, docker, setting, redaction, log });
  });
  const registries = new Registries(connections, opener, log);
  const commands = new Commands(async () => (await import('./ui/commands/table')).commands);
  const state = new RowState(context.workspaceState);
  const { verifying } = new Verification(trustSettings);
  const tree = new RegistryTree({ registries, commands, favourites, recent, state, clean, verifying, isAsking, log });

  const found = enginesOf(async () => {
    const { LocalEngines } = await import('./engine/engines');
    return new LocalEngines(machine, () => ownSetting('engine.endpoint', ''));
  });
  const engines = confirmingEngines(found, { ask, memory });
  const images = new LocalImages(engines, log, () => {
    imagesTree.update();
  });
  const imagesTree = new ImagesTree({ images, commands, clean, isAsking });

  const documents = new Documents();
  const forCommands = once(async () => {
    const [{ makeApp }, all] = await Promise.all([
      ...([import('./ui/makeApp'), commands.ready()] as const),
      ...[registries.ready(), favourites.ready(), recent.ready()],
    ]);
    const app = makeApp({
      ...{ context, say, redaction, log, showLog, memory, setting, opener, verifying },
      ...{ tree, images: imagesTree, engines, docker, connections, registries, documents, favourites, recent },
    });
    return { app, commands: all };
  });

  context.subscriptions.push(
    ...[channel, connections, favourites, recent, registries, tree, documents, images, imagesTree],
    followSettings(images, tree, registries),
    followOtherWindows(connections),
    followPages(async () => (await forCommands()).app),
    credentialStore.follow(() => connections.secretOwners()),
    ...registerCommands(context.extension, forCommands),
  );
}
