import type { ArmClientArgumentsOf } from './arm';
import type { Subscription } from './azure';

/** The SDK's client for the registries of a subscription. */
export async function registriesClient(argumentsOf: ArmClientArgumentsOf, { id, tenantId }: Subscription) {
  const { ContainerRegistryManagementClient } = await import('@azure/arm-containerregistry');
  const { credential, options } = argumentsOf(tenantId);
  return new ContainerRegistryManagementClient(credential, id, options);
}
