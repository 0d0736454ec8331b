import type { SiteContainer } from '@azure/arm-appservice';
import { noContainer } from './arm';
import type { DeployedImage, WebApp } from './azure';
import type { SiteCalls } from './webSites';

/**
 * Containers of an app of the sidecar model, which each have an image, a credential and a port of their own; what the settings of the
 * app say of those does not count: https://learn.microsoft.com/en-us/azure/app-service/configure-sidecar
 */

/** What an app of that model is set to run. */
export const sidecarModel = /^sitecontainers$/i;

/** Name of the main container when it is created. */
const mainName = 'main';

/** The main one first. */
export async function containersOf(site: SiteCalls): Promise<readonly SiteContainer[]> {
  const found = await site.containers();
  return found.sort((one, other) => Number(other.isMain ?? false) - Number(one.isMain ?? false));
}

/**
 * The container whose image is replaced: the named one, otherwise the main one. Nothing if the app has no container yet. Throws a
 * Failure if the named one no longer exists, because sending it would create another container.
 */
export function chosenContainer(app: WebApp, containers: readonly SiteContainer[]): SiteContainer | undefined {
  const wanted = app.container?.name;
  const found =
    wanted === undefined
      ? containers.find(({ isMain }) => isMain === true)
      : containers.find((container) => nameOf(container) === wanted);
  if (found === undefined && wanted !== undefined && containers.length > 0) throw noContainer(app.name, wanted);
  return found;
}

export function nameOf({ name = '' }: SiteContainer): string {
  return name.split('/').at(-1) ?? '';
}

/**
 * Replaces what runs in one container, and how it is pulled; `now`: that container, absent where it is made. `clientId`: of the
 * identity that pulls, absent: the app's own.
 */
export async function setContainerImage(
  site: SiteCalls,
  container: WebApp['container'],
  now: SiteContainer | undefined,
  { reference, access }: DeployedImage,
  clientId: string | undefined,
): Promise<void> {
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
  await site.putContainer(now === undefined ? (container?.name ?? mainName) : nameOf(now), wish);
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
