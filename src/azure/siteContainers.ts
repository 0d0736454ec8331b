import type { SiteContainer } from '@azure/arm-appservice';
import { all, asked } from './arm';
import type { DeployedImage, WebApp } from './azure';
import type { WebClient } from './webSites';

/**
 * Containers of an app of the sidecar model, which each have an image, a credential and a port of their own; what the settings of the
 * app say of those does not count: https://learn.microsoft.com/en-us/azure/app-service/configure-sidecar
 */

/** What an app of that model is set to run. */
export const sidecarModel = /^sitecontainers$/i;

/** How the main container is called where there is none yet. */
const mainName = 'main';

/** The main one first. */
export async function containersOf(
  client: WebClient,
  { resourceGroup, name, slot }: WebApp,
  signal: AbortSignal,
): Promise<readonly SiteContainer[]> {
  const options = { abortSignal: signal };
  const found = await asked(signal, () =>
    all(
      slot === undefined
        ? client.webApps.listSiteContainers(resourceGroup, name, options)
        : client.webApps.listSiteContainersSlot(resourceGroup, name, slot, options),
    ),
  );
  return found.sort((one, other) => Number(other.isMain ?? false) - Number(one.isMain ?? false));
}

/** The one that is meant, the main one where none is named; nothing where it is to be made. */
export function meant(app: WebApp, containers: readonly SiteContainer[]): SiteContainer | undefined {
  const wanted = app.container?.name;
  return wanted === undefined
    ? containers.find(({ isMain }) => isMain === true)
    : containers.find((container) => nameOf(container) === wanted);
}

export function nameOf({ name = '' }: SiteContainer): string {
  return name.split('/').at(-1) ?? '';
}

/** What runs in one container is replaced, with how it is pulled; `clientId`: of the identity that pulls, absent: the app's own. */
export async function setContainerImage(
  client: WebClient,
  app: WebApp,
  now: SiteContainer | undefined,
  { reference, access }: DeployedImage,
  clientId: string | undefined,
  signal: AbortSignal,
): Promise<void> {
  const { resourceGroup: group, name: site, slot, container } = app;
  const options = { abortSignal: signal };
  // The service takes a whole container or nothing. Of the old credential nothing stays.
  const kept = { ...now };
  delete kept.userName;
  delete kept.passwordSecret;
  delete kept.userManagedIdentityClientId;
  const port = now === undefined && container?.port !== undefined ? { targetPort: String(container.port) } : {};
  const wish: SiteContainer = {
    ...kept,
    ...port,
    isMain: kept.isMain ?? now === undefined,
    image: reference,
    ...credentialOf(access, clientId),
  };
  const name = now === undefined ? (container?.name ?? mainName) : nameOf(now);
  await asked(signal, () =>
    slot === undefined
      ? client.webApps.createOrUpdateSiteContainer(group, site, name, wish, options)
      : client.webApps.createOrUpdateSiteContainerSlot(group, site, slot, name, wish, options),
  );
}

function credentialOf(access: DeployedImage['access'], clientId: string | undefined): Partial<SiteContainer> {
  switch (access.kind) {
    case 'none':
      return { authType: 'Anonymous' };
    case 'password':
      return { authType: 'UserCredentials', userName: access.username, passwordSecret: access.secret };
    case 'identity':
      return clientId === undefined
        ? { authType: 'SystemIdentity' }
        : { authType: 'UserAssigned', userManagedIdentityClientId: clientId };
  }
}
