import type { SiteContainer } from '@azure/arm-appservice';
import { noContainer } from './arm';
import type { DeployedImage, WebApp } from './azure';
import type { SiteCalls } from './siteCalls';

/**
 * Containers of an app of the sidecar model. Each has its own image, credential and port; App Service ignores the app's settings for
 * these: https://learn.microsoft.com/en-us/azure/app-service/configure-sidecar
 */

/** Matches the `linuxFxVersion` of an app of that model. */
export const sidecarModel = /^sitecontainers$/i;

/** The name that the main container gets when it is created. */
const mainName = 'main';

/** The containers of an app, the main one first. */
export async function containersOf(site: SiteCalls): Promise<readonly SiteContainer[]> {
  const found = await site.listContainers();
  return found.sort((one, other) => Number(other.isMain ?? false) - Number(one.isMain ?? false));
}

/**
 * The container whose image is replaced: the named one, otherwise the main one. Undefined if the app has no container yet. Throws a
 * Failure if the named one no longer exists, because sending it would create another container.
 */
export function targetContainerOf(app: WebApp, containers: readonly SiteContainer[]): SiteContainer | undefined {
  const wanted = app.container?.name;
  const found =
    wanted === undefined
      ? containers.find(({ isMain }) => isMain === true)
      : containers.find((container) => containerNameOf(container) === wanted);
  if (found === undefined && wanted !== undefined && containers.length > 0) throw noContainer(app.name, wanted);
  return found;
}

export function containerNameOf({ name = '' }: SiteContainer): string {
  return name.split('/').at(-1) ?? '';
}

/**
 * Replaces the image of one container and the credential for it. `now`: that container; undefined: it is created. `clientId`: of the
 * identity that pulls; undefined: the app's own.
 */
export async function setContainerImage(
  site: SiteCalls,
  container: WebApp['container'],
  now: SiteContainer | undefined,
  { reference, access }: DeployedImage,
  clientId: string | undefined,
): Promise<void> {
  // The service accepts only a whole container. The old credential is left out.
  const settings = { ...now };
  delete settings.userName;
  delete settings.passwordSecret;
  delete settings.userManagedIdentityClientId;
  const port = now === undefined && container?.port !== undefined ? { targetPort: String(container.port) } : {};
  const desired: SiteContainer = {
    ...settings,
    ...port,
    isMain: settings.isMain ?? now === undefined,
    image: reference,
    ...credentialOf(access, clientId),
  };
  await site.putContainer(now === undefined ? (container?.name ?? mainName) : containerNameOf(now), desired);
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
