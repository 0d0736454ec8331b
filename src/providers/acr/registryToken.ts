import type { Azure } from '../../azure/azure';
import type { ReadEntraToken } from './entraSession';
import { tenantOf } from './jwt';

/** The scope of tokens for registries, if the cloud has no other. */
const defaultScope = 'https://containerregistry.azure.net/.default';

/** Returns what reads tokens for the registries of a cloud, or for its Resource Manager, which most registries also accept. */
export function registryTokenReader(
  { cloud, token }: Azure,
  tenantOfRegistry: () => string | undefined,
): ReadEntraToken {
  return async (audience, signal) => {
    const tenantId = tenantOfRegistry();
    const scope = audience === 'registry' ? (cloud.registryScope ?? defaultScope) : cloud.armScope;
    const answer = await token([scope], tenantId, signal);
    return { token: answer.token, tenantId: tenantId ?? tenantOf(answer.token) ?? '' };
  };
}
