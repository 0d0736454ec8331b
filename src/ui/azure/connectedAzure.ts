import { azureOf } from '../../azure/azure';
import type { AzureRegistry, AzureResources } from '../../azure/azure';
import type { OpenRegistry } from '../../registries/registries';
import type { App } from '../app';

/** A connection of an account of Azure, with the resources that it leads to. */
export interface ConnectedAzure {
  readonly of: OpenRegistry;
  readonly resources: AzureResources;
}

/** The accounts of Azure that are connected. */
export function everyAzure(app: App): readonly ConnectedAzure[] {
  return app.registries.all().flatMap((of) => connectedAzure(of) ?? []);
}

/** Nothing where a connection is not of such an account. */
export function connectedAzure(of: OpenRegistry): ConnectedAzure | undefined {
  const resources = azureOf(of.provider);
  return resources && { of, resources };
}

/** Reveals a registry in the tree, which lists its subscription again. */
export async function showRegistry(app: App, { of, resources }: ConnectedAzure, created: AzureRegistry): Promise<void> {
  await app.tree.show(of, resources.entriesTo(created));
}
