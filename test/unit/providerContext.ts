import type { Cloud } from '../../src/azure/azure';
import { axiosHttp } from '../../src/core/axiosHttp';
import type { Credential } from '../../src/core/model';
import type { ProviderContext } from '../../src/providers/provider';
import { collectLog } from './collectLog';

/** Microsoft's own, as VS Code names it unless it is set to another. */
export const publicCloud = (): Cloud => ({
  armUrl: 'https://management.azure.com',
  armScope: 'https://management.core.windows.net/.default',
  portalUrl: 'https://portal.azure.com',
  authorityUrl: 'https://login.microsoftonline.com',
  authentication: 'microsoft',
  registrySuffix: '.azurecr.io',
});

/** What a provider is opened with, for this credential; no setting says anything. `parts` replaces any of it. */
export function contextOf(credential: Credential, parts: Partial<ProviderContext> = {}): ProviderContext {
  const log = parts.log ?? collectLog();
  return {
    credential: () => Promise.resolve(credential),
    shown: () => ({}),
    setting: () => '',
    http: axiosHttp(log),
    log,
    ...parts,
  };
}
