import { t } from '@vscode/l10n';
import { idIn } from '../../azure/azure';
import type { Azure, Place } from '../../azure/azure';
import type { Work } from './work';

/** Makes the resource group, where it is a new one, and sees that the services are there of which something is to be in it. */
export function groupWork(
  azure: Azure,
  place: Place,
  isNew: boolean,
  location: string,
  namespaces: readonly string[],
): readonly Work[] {
  const { subscription, resourceGroup } = place;
  const services = namespaces.map((namespace) => ({
    doing: t('Making sure that {0} is switched on in {1}', namespace, subscription.name),
    run: (_status: (text: string) => void, signal: AbortSignal) => azure.register(subscription, namespace, signal),
  }));
  if (!isNew) return services;
  return [
    ...services,
    {
      doing: t('Creating the resource group {0}', resourceGroup),
      makes: { label: t('the resource group {0}', resourceGroup), id: idIn(place) },
      run: (_status, signal) => azure.createResourceGroup(place, location, signal),
    },
  ];
}
