import type { Credential } from '../model';
import type { ImageReference } from '../reference';
import { credentialOf, isText } from './loginFile';
import type { LoginFile } from './loginFile';

/** Chooses the login and helper of a file for an image's registry. */

const hubKey = 'https://index.docker.io/v1/';

/** The helper for an image's registry (empty if there is none), and its name for the registry: podman and docker name Docker Hub differently. */
export function helperFor(
  file: LoginFile,
  image: ImageReference,
): { readonly helper: string; readonly server: string } {
  const [own] = helpersFor(file, image);
  if (own === undefined) return { helper: file.config.credsStore, server: serverOf(image) };
  const [key, helper] = own;
  return { helper, server: image.host === 'docker.io' ? key : image.host };
}

/** Docker's key for an image's registry. */
function serverOf({ host }: ImageReference): string {
  return host === 'docker.io' ? hubKey : host;
}

/** The login in the file itself for the image's registry; undefined when there is none or it is broken. */
export function loginOf(file: LoginFile, image: ImageReference): Credential | undefined {
  for (const [key, login] of authsFor(file, image)) {
    const credential = credentialOf(login);
    if (credential !== undefined) return credential === 'broken' ? undefined : credential;
    // At an empty entry docker stops; podman continues.
    if (file.keeper !== 'podman' && key === serverOf(image)) return undefined;
  }
  return undefined;
}

/** In DOCKER_AUTH_CONFIG, docker uses only keys that are exactly the registry's name. */
function authsFor({ keeper, config }: LoginFile, image: ImageReference) {
  const auths = entriesFor(config.auths, image, { isExactFirst: keeper !== 'podman', isAnyPath: keeper === 'docker' });
  if (keeper !== 'environment') return auths;
  return auths.filter(([key]) => key === serverOf(image) || key === image.host);
}

/** Whether the file has a token that the registry itself accepts. */
export function hasRegistryToken(file: LoginFile, image: ImageReference): boolean {
  return isText(authsFor(file, image)[0]?.[1].registrytoken);
}

/** The helper for this registry alone; undefined without one, even if `credsStore` names a helper for all. */
export function namedHelper(file: LoginFile, image: ImageReference): string | undefined {
  return helpersFor(file, image)[0]?.[1];
}

function helpersFor({ keeper, config }: LoginFile, image: ImageReference) {
  return entriesFor(config.credHelpers, image, { isExactFirst: keeper !== 'podman', isAnyPath: false });
}

/**
 * The entries whose keys are for an image, the closest first. `isExactFirst`: before all, the one that is called as docker calls
 * the registry. `isAnyPath`: what follows the host means nothing, and is no namespace. For a registry as a whole, an entry for one
 * of its namespaces is better than none. https://github.com/docker/cli/blob/v28.2.2/cli/config/credentials/file_store.go
 */
function entriesFor<T>(
  entries: ReadonlyMap<string, T>,
  image: ImageReference,
  { isExactFirst, isAnyPath }: { readonly isExactFirst: boolean; readonly isAnyPath: boolean },
): readonly (readonly [string, T])[] {
  const host = image.host.toLowerCase();
  const name = `${host}/${image.path}`;
  const keyed = [...entries].map((each) => ({ each, key: registryOf(each[0]), isExact: each[0] === serverOf(image) }));
  const over = keyed.filter(({ key }) => name === key || name.startsWith(`${key}/`));
  const below = keyed.filter((one) => one.key.startsWith(`${host}/`) && !over.includes(one));
  const byExact = (one: Keyed, other: Keyed) => Number(other.isExact) - Number(one.isExact);
  const byLength = (one: Keyed, other: Keyed) => other.key.length - one.key.length;
  return [
    ...over.toSorted(
      (one, other) => (isExactFirst && byExact(one, other)) || byLength(one, other) || byExact(one, other),
    ),
    ...(image.path === '' || isAnyPath ? below.toSorted((one, other) => byLength(other, one)) : []),
  ].map(({ each }) => each);
}

interface Keyed {
  readonly key: string;
  readonly isExact: boolean;
}

/**
 * What a key of a file or a helper is for: `host[:port]`, or a namespace below. Docker writes `https://index.docker.io/v1/` for
 * the Hub, and old versions `https://host/v1/` for others.
 */
export function registryOf(key: string): string {
  const bare = key.replace(/^https?:\/\//, '');
  // After a scheme, the path is not a namespace.
  const name = bare !== key || bare.endsWith('/') ? bare.replace(/\/.*$/s, '') : bare;
  const [host = '', ...path] = name.split('/');
  const named = host.toLowerCase().replace(/^(?:index|registry-1)\.docker\.io$/, 'docker.io');
  return [named, ...path].join('/');
}
