import { t } from '@vscode/l10n';
import { resourceIdOf } from '../../azure/azure';
import type { Azure, Place } from '../../azure/azure';
import { reason } from '../report';
import type { Work } from './work';

/**
 * Makes the resource group, where it is a new one, and switches the services on of which something is to be in it. Whether one that
 * is not on yet takes it all the same, it answers then.
 */
export function groupWork(
  azure: Azure,
  place: Place,
  isNew: boolean,
  location: string,
  namespaces: readonly string[],
): readonly Work[] {
  const { subscription, resourceGroup } = place;
  const services = namespaces.map((namespace): Work => ({
    doing: t('Checking that {0} is registered in {1}', namespace, subscription.name),
    run: async (_status, signal, say) => {
      const why = await azure.registerService(subscription, namespace, signal);
      if (why !== undefined) say(t('{0} The work continues anyway.', reason(why)));
    },
  }));
  if (!isNew) return services;
  return [
    ...services,
    {
      doing: t('Creating the resource group {0}', resourceGroup),
      makes: { label: t('the resource group {0}', resourceGroup), id: resourceIdOf(place) },
      run: (_status, signal) => azure.createResourceGroup(place, location, signal),
    },
  ];
}
