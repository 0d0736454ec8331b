import { t } from '@vscode/l10n';
import { z } from 'zod/mini';
import { microsoftClouds } from '../../azure/azure';
import type { Cloud } from '../../azure/azure';
import { Failure } from '../../core/failure';
import { userSetting } from '../settings';

/** What of an environment counts here; it has more. */
const addresses = z.object({
  resourceManagerEndpointUrl: z.string(),
  managementEndpointUrl: z.string(),
  portalUrl: z.string(),
  activeDirectoryEndpointUrl: z.string(),
});

/**
 * The cloud that the user's setting names, `microsoft-sovereign-cloud.environment`: the public one unless it is set. Throws a
 * Failure where that is a cloud of one's own which is not described.
 * https://github.com/microsoft/vscode/blob/1.105.0/extensions/microsoft-authentication/package.json
 */
export function configuredCloud(): Cloud {
  const name = userSetting('microsoft-sovereign-cloud.environment');
  const known = microsoftClouds[typeof name === 'string' && name !== '' ? name : 'AzureCloud'];
  if (known !== undefined) return known;
  try {
    const environment = addresses.parse(userSetting('microsoft-sovereign-cloud.customEnvironment'));
    return {
      armUrl: plain(environment.resourceManagerEndpointUrl),
      armScope: `${plain(environment.managementEndpointUrl)}/.default`,
      portalUrl: plain(environment.portalUrl),
      authorityUrl: plain(environment.activeDirectoryEndpointUrl),
      authentication: 'microsoft-sovereign-cloud',
      isCustom: true,
    };
  } catch (cause) {
    const explanation = t(
      'the setting microsoft-sovereign-cloud.environment is “custom”, but microsoft-sovereign-cloud.customEnvironment does not describe that cloud; correct it in the settings',
    );
    throw new Failure('rejected', '', { subject: 'VS Code', speaker: 'program', explanation }, { cause });
  }
}

/** Without a slash at its end. Throws where it is no address of the web. */
function plain(address: string): string {
  const url = new URL(address);
  if (url.protocol !== 'https:' && url.protocol !== 'http:') throw new Error(`${url.protocol} is not of the web`);
  return url.href.replace(/\/$/, '');
}
