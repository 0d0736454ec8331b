import type { Azure } from '../../azure/azure';
import type { ReadEntraToken } from './entra';
import { tenantOf } from './jwt';

/** What a token for registries is asked for with, unless the cloud has another. */
const usualScope = 'https://containerregistry.azure.net/.default';

/** Tokens for the registries of a cloud, and those of the Resource Manager, which most registries take too. */
export function registryToken({ cloud, token }: Azure, tenantOfRegistry: () => string | undefined): ReadEntraToken {
  return async (audience, signal) => {
    const tenantId = tenantOfRegistry();
    const scope = audience === 'registry' ? (cloud.registryScope ?? usualScope) : cloud.armScope;
    const got = await token([scope], tenantId, signal);
    return { token: got.token, tenantId: tenantId ?? tenantOf(got.token) ?? '' };
  };
}
