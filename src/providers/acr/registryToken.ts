import type { Azure } from '../../azure/azure';
import { Failure } from '../../core/failure';
import type { ReadEntraToken } from './entra';
import { tenantOf } from './jwt';

/** What a token for registries is asked for with; the same in every cloud. */
const registryScopes = ['https://containerregistry.azure.net/.default'] as const;

/** Tokens for registries; where Entra has none for this account, those of the Resource Manager, which most registries take too. */
export function registryToken({ cloud, token }: Azure, tenantOfRegistry: () => string | undefined): ReadEntraToken {
  const whole = async (scopes: readonly string[], signal: AbortSignal) => {
    const tenantId = tenantOfRegistry();
    const got = await token(scopes, tenantId, signal);
    return { token: got.token, tenantId: tenantId ?? tenantOf(got.token) ?? '' };
  };
  return async (signal) => {
    try {
      return await whole(registryScopes, signal);
    } catch (error) {
      if (!(error instanceof Failure) || error.kind !== 'unauthorized') throw error;
      return whole([cloud.armScope], signal);
    }
  };
}
