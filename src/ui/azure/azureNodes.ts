import { azureOf } from '../../azure/azure';
import type { AzureRegistry, AzureResources } from '../../azure/azure';
import type { App } from '../app';
import type { Node } from '../tree/node';

/** The row of an account of Azure, or one below it, with the resources that it leads to. */
export interface AzureNode {
  readonly node: Node;
  readonly resources: AzureResources;
}

/** The accounts of Azure that are connected. */
export function azureNodes(app: App): readonly AzureNode[] {
  return app.tree.roots().flatMap((node) => azureNode(node) ?? []);
}

/** Nothing where a row is not of such an account. */
export function azureNode(node: Node): AzureNode | undefined {
  const resources = azureOf(node.provider);
  return resources && { node, resources };
}

/** Reveals a registry in the tree, which lists its subscription again. */
export async function showRegistry(app: App, { node, resources }: AzureNode, registry: AzureRegistry): Promise<void> {
  let root = node;
  while (root.parent !== undefined) root = root.parent;
  await app.tree.show(root, resources.trailOf(registry));
}
