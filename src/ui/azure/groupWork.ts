import { t } from '@vscode/l10n';
import type { Azure, Place } from '../../azure/azure';
import type { Work } from './wizard';

/** Makes the resource group, where it is a new one. */
export function groupWork(azure: Azure, place: Place, isNew: boolean, location: string): readonly Work[] {
  if (!isNew) return [];
  const { resourceGroup } = place;
  return [
    {
      doing: t('Creating the resource group {0}', resourceGroup),
      makes: t('the resource group {0}', resourceGroup),
      run: (_status, signal) => azure.createResourceGroup(place, location, signal),
    },
  ];
}
