import * as vscode from 'vscode';
import type { Registries } from '../registries/registries';
import { subscriptionFilter } from './azure/subscriptionFilter';
import type { LocalImages } from './images/localImages';
import type { RegistryTree } from './tree/registryTree';

/** Reads anew what a changed setting decides. */
export function followSettings(
  images: Pick<LocalImages, 'refresh'>,
  tree: Pick<RegistryTree, 'relistKind'>,
  registries: Pick<Registries, 'reopen'>,
): vscode.Disposable {
  return vscode.workspace.onDidChangeConfiguration((event) => {
    if (event.affectsConfiguration('registryExplorer.engine.endpoint')) void images.refresh();
    if (event.affectsConfiguration(subscriptionFilter)) tree.relistKind('azure');
    // What is open speaks to the cloud that was set before.
    if (event.affectsConfiguration('microsoft-sovereign-cloud'))
      registries.reopen(({ provider }) => provider === 'azure' || provider === 'acr');
  });
}
