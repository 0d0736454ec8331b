import type { ArmClientIn } from './arm';
import type { Subscription } from './azure';

/** The SDK's client for the registries of a subscription. */
export async function registriesClient(clientIn: ArmClientIn, { id, tenantId }: Subscription) {
  const { ContainerRegistryManagementClient } = await import('@azure/arm-containerregistry');
  const { credential, options } = clientIn(tenantId);
  return new ContainerRegistryManagementClient(credential, id, options);
}
