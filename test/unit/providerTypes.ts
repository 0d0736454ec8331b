import type { AzureDoor, Cloud } from '../../src/azure/azure';
import { listProviderTypes } from '../../src/providers/table';
import { publicCloud } from './providerContext';

/** A door behind which nobody is signed in. */
export function closedDoor(cloud: () => Cloud = publicCloud): AzureDoor {
  const open = () => {
    throw new Error('No account of Azure is asked for.');
  };
  return { cloud, open };
}

export const providerTypes = listProviderTypes(closedDoor());
