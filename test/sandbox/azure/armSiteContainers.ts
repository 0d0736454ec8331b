import { jsonReply } from '../serve';
import { listed, notFound, paged, put, resourceIn, webError } from './armState';
import type { ArmRoute, ArmState, Resource } from './armState';
import type { roles } from './armResources';

/** Containers of the sidecar model: https://learn.microsoft.com/en-us/azure/app-service/configure-sidecar */

const apiVersion = '2025-05-01';
const type = 'Microsoft.Web/sites/sitecontainers';
const site =
  '^((/subscriptions/[^/]+/resourceGroups/[^/]+/providers/Microsoft.Web/sites/[^/]+(?:/slots/[^/]+)?)/sitecontainers';

export const siteContainerRoutes: readonly ArmRoute[] = [
  {
    method: 'GET',
    path: new RegExp(`${site})$`, 'i'),
    apiVersion,
    answer: (state, { parts: [, path = '', id = ''], query }) =>
      resourceIn(state, id) === undefined
        ? notFound(id)
        : paged(state, path, apiVersion, containersOf(state, id).map(told), query),
  },
  {
    method: 'GET',
    path: new RegExp(`${site}/([^/]+))$`, 'i'),
    apiVersion,
    answer: (state, { parts: [, path = ''] }) => {
      const found = resourceIn(state, path);
      return found === undefined
        ? webError(404, 'NotFound', `Cannot find SiteContainer with name ${path.split('/').at(-1) ?? ''}.`)
        : jsonReply(200, told(found));
    },
  },
  {
    method: 'PUT',
    path: new RegExp(`${site}/([^/]+))$`, 'i'),
    apiVersion,
    // The whole container is replaced by what is sent.
    answer: (state, { parts: [, path = '', id = '', name = ''], body }) => {
      const found = resourceIn(state, id);
      if (found === undefined) return notFound(id);
      const properties = (body.properties ?? {}) as Record<string, unknown>;
      if (typeof properties.image !== 'string' || typeof properties.isMain !== 'boolean')
        return webError(400, 'BadRequest', 'The parameters image and isMain are required.');
      const isThere = resourceIn(state, path) !== undefined;
      const { passwordSecret, ...shown } = properties;
      if (typeof passwordSecret === 'string') state.secrets.set(path.toLowerCase(), { passwordSecret });
      else state.secrets.delete(path.toLowerCase());
      const container = put(state, { id: path, name, type, location: found.location, properties: shown });
      restarted(state, found);
      return jsonReply(isThere ? 200 : 201, told(container));
    },
  },
];

function containersOf(state: ArmState, id: string): readonly Resource[] {
  return listed(state, `${id}/sitecontainers`, type);
}

/** The password is told to nobody. */
function told(container: Resource): Resource {
  return { ...container, properties: { ...container.properties, passwordSecret: null } };
}

/** What a site runs, and how each of its images is pulled. */
interface Pull {
  readonly image: string;
  readonly username?: string | undefined;
  readonly password?: string | undefined;
  /** Which registry the credential is for; absent: the image's own. */
  readonly server?: string | undefined;
  /** Whose identity is used: by its client id, or the site's own. */
  readonly identity?: string | undefined;
}

const own = 'own';

/** A change of its settings, of what it runs or of one of its containers starts a site anew, which pulls again what it runs. */
export function restarted(state: ArmState, found: Resource): void {
  for (const pull of pullsOf(state, found)) {
    const problem = problemOf(state, found, pull);
    state.restarts.push({ app: found.name, image: pull.image, ...(problem === undefined ? {} : { problem }) });
  }
}

function pullsOf(state: ArmState, { id, properties }: Resource): readonly Pull[] {
  const config = (properties.siteConfig ?? {}) as Record<string, string | boolean | undefined>;
  const fx = String(config.linuxFxVersion ?? config.windowsFxVersion ?? '');
  if (fx === 'sitecontainers')
    return containersOf(state, id).map((container) => {
      const {
        image = '',
        authType,
        userName,
        userManagedIdentityClientId,
      } = container.properties as Record<string, string | undefined>;
      const password = state.secrets.get(container.id.toLowerCase())?.passwordSecret;
      switch (authType) {
        case 'UserCredentials':
          return { image, username: userName, password };
        case 'SystemIdentity':
          return { image, identity: own };
        case 'UserAssigned':
          return { image, identity: userManagedIdentityClientId ?? '' };
        default:
          return { image };
      }
    });
  const image = /^DOCKER\|(.+)$/i.exec(fx)?.[1];
  if (image === undefined) return [];
  if (config.acrUseManagedIdentityCreds === true)
    return [{ image, identity: String(config.acrUserManagedIdentityID ?? '') || own }];
  const settings = state.secrets.get(`${id}/config/appsettings`.toLowerCase()) ?? {};
  return [
    {
      image,
      username: settings.DOCKER_REGISTRY_SERVER_USERNAME,
      password: settings.DOCKER_REGISTRY_SERVER_PASSWORD,
      server: (settings.DOCKER_REGISTRY_SERVER_URL ?? '').replace(/^https:\/\//, ''),
    },
  ];
}

function problemOf(state: ArmState, found: Resource, pull: Pull): string | undefined {
  const host = hostOf(pull.image);
  const registry = [...state.resources.values()].find(({ properties }) => properties.loginServer === host);
  const isOpen =
    registry === undefined ? !state.closedHosts.has(host) : registry.properties.anonymousPullEnabled === true;
  if (isOpen) return undefined;
  if (pull.identity !== undefined) {
    const principalId = principalOf(found, pull.identity);
    if (principalId === undefined) return 'there is no such identity';
    const role: keyof typeof roles =
      registry?.properties.roleAssignmentMode === 'AbacRepositoryPermissions'
        ? 'Container Registry Repository Reader'
        : 'AcrPull';
    const mayPull = state.assignments.some(
      (one) =>
        one.principalId === principalId && one.role === role && one.scope.toLowerCase() === registry?.id.toLowerCase(),
    );
    return mayPull ? undefined : `the identity has not the role ${role}`;
  }
  const { username = '', password = '', server = host } = pull;
  const isFor = (server === 'index.docker.io' ? 'docker.io' : server) === host;
  if (!isFor || username === '' || password === '') return 'there is no credential';
  return username === registry?.name && password !== `admin password of ${registry.name}`
    ? 'the password is wrong'
    : undefined;
}

function principalOf({ identity }: Resource, clientId: string): string | undefined {
  const { principalId, userAssignedIdentities = {} } = (identity ?? {}) as {
    principalId?: string;
    userAssignedIdentities?: Record<string, { clientId?: string; principalId?: string }>;
  };
  if (clientId === own) return principalId;
  return Object.values(userAssignedIdentities).find((user) => user.clientId === clientId)?.principalId;
}

function hostOf(image: string): string {
  const [first = ''] = image.split('/');
  const isHost = image.includes('/') && /[.:]/.test(first);
  return isHost && first !== 'index.docker.io' ? first : 'docker.io';
}
