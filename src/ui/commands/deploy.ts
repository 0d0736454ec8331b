import { t } from '@vscode/l10n';
import { isLocalName, printFullReference } from '../../core/reference';
import type { Deployable } from '../azure/deployable';
import type { LocalNode } from '../images/localNode';
import type { Node } from '../tree/node';
import { nodeCommand } from './command';

function tagOf(node: Node): Deployable | undefined {
  const { entry } = node;
  return entry?.kind === 'tag' && entry.details?.type !== 'artifact' ? { image: entry.image, from: node } : undefined;
}

/** A service can pull only an image that was pushed. */
function pushedImage({ entry }: LocalNode): Deployable | undefined {
  if (entry.kind !== 'image' || entry.name.tag === undefined || isLocalName(entry.name)) return undefined;
  const { host, path } = entry.name;
  const isPushed = entry.image.digests.some((digest) => digest.host === host && digest.path === path);
  return isPushed ? { image: entry.name } : undefined;
}

export const deployToAppService = nodeCommand<Deployable>({
  id: 'deployToAppService',
  title: () => t('Deploy Image to Azure App Service…'),
  downTo: 'tag',
  needs: tagOf,
  needsLocal: pushedImage,
  doing: ({ image }) => t('deploy {0}', printFullReference(image)),
  run: async (app, deployable) => {
    const flow = await import('../azure/flows');
    await flow.deployToAppService(app, deployable);
  },
});

export const deployToContainerApps = nodeCommand<Deployable>({
  id: 'deployToContainerApps',
  title: () => t('Deploy Image to Azure Container Apps…'),
  downTo: 'tag',
  needs: tagOf,
  needsLocal: pushedImage,
  doing: ({ image }) => t('deploy {0}', printFullReference(image)),
  run: async (app, deployable) => {
    const flow = await import('../azure/flows');
    await flow.deployToContainerApps(app, deployable);
  },
});
