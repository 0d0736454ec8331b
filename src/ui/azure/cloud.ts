import { getConfiguredAuthProviderId, getConfiguredAzureEnv } from '@microsoft/vscode-azext-azureauth';
import type { Cloud } from '../../azure/azure';

/** The cloud that VS Code's own setting names, `microsoft-sovereign-cloud.environment`: the public one unless it is set. */
export function configuredCloud(): Cloud {
  const environment = getConfiguredAzureEnv();
  return {
    armUrl: plain(environment.resourceManagerEndpointUrl),
    armScope: `${plain(environment.managementEndpointUrl)}/.default`,
    portalUrl: plain(environment.portalUrl),
    authorityUrl: plain(environment.activeDirectoryEndpointUrl),
    authentication: getConfiguredAuthProviderId(),
  };
}

function plain(url: string): string {
  return url.replace(/\/+$/, '');
}
