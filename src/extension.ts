import * as l10n from '@vscode/l10n';
import { homedir } from 'node:os';
import * as vscode from 'vscode';
import { dockerLogins } from './core/docker/dockerLogins';
import { redactedLog } from './core/log';
import { once } from './core/once';
import { Redaction } from './core/network/redaction';
import { enginesOf } from './engine/engine';
import type { ReadSetting } from './providers/provider';
import { ConnectionStore } from './registries/connectionStore';
import { openerOf } from './registries/opening';
import { Registries } from './registries/registries';
import { subscriptionFilter } from './ui/azure/subscriptionFilter';
import { registerCommands } from './ui/commands/register';
import { Commands } from './ui/commands/commands';
import { CredentialStore } from './ui/connections/credentialStore';
import { Documents } from './ui/documents';
import { confirmingEngines } from './ui/images/confirmingEngines';
import { ImagesTree } from './ui/images/imagesTree';
import { LocalImages } from './ui/images/localImages';
import { memoryIn } from './ui/memory';
import { followOtherWindows } from './ui/otherWindows';
import { Say } from './ui/say';
import { listedConnections, ownSetting } from './ui/settings';
import { RegistryTree } from './ui/tree/registryTree';

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
  const memory = memoryIn(context);
  const machine = { env: process.env, home: homedir(), platform: process.platform };
  const docker = dockerLogins(machine, { log, redaction });
  const setting: ReadSetting = (name) => ownSetting(name, '').trim().replace(/\/+$/, '');
  const credentialStore = new CredentialStore(context, { log, showLog, message });
  const connections = new ConnectionStore(context.globalState, credentialStore.secrets, listedConnections);
  const opener = openerOf(async () => {
    const { openingOf } = await import('./connecting');
    return openingOf({ machine, channel, docker, setting, redaction, log });
  });
  const registries = new Registries(connections, opener, log);
  const commands = new Commands(async () => (await import('./ui/commands/table')).commands);
  const tree = new RegistryTree({ registries, commands, clean, log });

  const found = enginesOf(async () => {
    const { LocalEngines } = await import('./engine/engines');
    return new LocalEngines(machine, () => ownSetting('engine.endpoint', ''));
  });
  const engines = confirmingEngines(found, { ask, memory });
  const images = new LocalImages(engines, log, () => {
    imagesTree.update();
  });
  const imagesTree = new ImagesTree({ images, commands, clean });

  const documents = new Documents();
  const forCommands = once(async () => {
    const [{ makeApp }, all] = await Promise.all([import('./ui/makeApp'), commands.ready(), registries.ready()]);
    const app = makeApp({
      ...{ context, say, redaction, log, showLog, memory, setting, opener },
      ...{ tree, images: imagesTree, engines, docker, connections, registries, documents },
    });
    return { app, commands: all };
  });

  const onSetting = vscode.workspace.onDidChangeConfiguration((event) => {
    if (event.affectsConfiguration('registryExplorer.engine.endpoint')) void images.refresh();
    if (event.affectsConfiguration(subscriptionFilter)) tree.relistKind('azure');
    // What is open speaks to the cloud that was set before.
    if (event.affectsConfiguration('microsoft-sovereign-cloud'))
      registries.reopen(({ provider }) => provider === 'azure' || provider === 'acr');
  });
  context.subscriptions.push(
    ...[channel, connections, registries, tree, documents, images, imagesTree, onSetting],
    followOtherWindows(connections),
    credentialStore.follow(() => connections.secretOwners()),
    ...registerCommands(context.extension, forCommands),
  );
}
