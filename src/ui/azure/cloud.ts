import { getConfiguredAuthProviderId, getConfiguredAzureEnv } from '@microsoft/vscode-azext-azureauth';
import { t } from '@vscode/l10n';
import type { Cloud } from '../../azure/azure';
import { Failure } from '../../core/failure';

/**
 * The cloud that VS Code's own setting names, `microsoft-sovereign-cloud.environment`: the public one unless it is set. Throws a
 * Failure where that is a cloud of one's own which is not described.
 */
export function configuredCloud(): Cloud {
  try {
    const environment = getConfiguredAzureEnv();
    return {
      armUrl: plain(environment.resourceManagerEndpointUrl),
      armScope: `${plain(environment.managementEndpointUrl)}/.default`,
      portalUrl: plain(environment.portalUrl),
      authorityUrl: plain(environment.activeDirectoryEndpointUrl),
      authentication: getConfiguredAuthProviderId(),
    };
  } catch (cause) {
    const explanation = t(
      'the setting microsoft-sovereign-cloud.environment is “custom”, and microsoft-sovereign-cloud.customEnvironment does not describe that cloud; correct it in the settings',
    );
    const words = cause instanceof Error ? cause.message : '';
    throw new Failure('rejected', words, { subject: 'VS Code', speaker: 'program', explanation }, { cause });
  }
}

/** Without a slash at its end. Throws where it is no address. */
function plain(url: string): string {
  return new URL(url).href.replace(/\/+$/, '');
}
