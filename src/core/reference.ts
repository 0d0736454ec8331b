/**
 * Names of images. A reference is parsed once, at the edge, and travels as this value; nobody else puts image strings
 * together. This file alone knows that Docker Hub is the registry of a name without one, and `library/` its namespace.
 *
 * Grammar: https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md#pulling-manifests
 * and https://github.com/distribution/reference/blob/v0.6.0/reference.go
 */
export interface ImageReference {
  /** `host[:port]`; Docker Hub is `docker.io`. */
  readonly host: string;
  /** Repository path as the registry's API knows it: `library/nginx`. */
  readonly path: string;
  readonly tag?: string;
  readonly digest?: string;
}

export type ReferenceProblem =
  | 'empty'
  | 'upperCase'
  | 'path'
  | 'pathTooLong'
  | 'host'
  | 'tag'
  | 'digest'
  /** 64 hexadecimal digits alone are an image id for every engine. */
  | 'imageId';

const dockerHub = 'docker.io';
const pathComponent = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*$/;
const tagPattern = /^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$/;
/** https://github.com/opencontainers/image-spec/blob/v1.1.1/descriptor.md#digests */
export const digestPattern = /^[a-z0-9]+(?:[.+_-][a-z0-9]+)*:[0-9a-zA-Z=_-]{32,}$/;
const hostPattern =
  /^(?:\[[0-9a-fA-F:]+\]|[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?(?:\.[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?)*)(?::[0-9]+)?$/;

/** Parses what a user or an engine calls an image: `nginx`, `me/app:1`, `localhost:5000/a/b@sha256:…`. */
export function parseReference(text: string): ImageReference | { readonly problem: ReferenceProblem } {
  if (text === '') return { problem: 'empty' };
  if (/^[a-f0-9]{64}$/.test(text)) return { problem: 'imageId' };
  const [named = '', digest, ...more] = text.split('@');
  if (more.length > 0 || (digest !== undefined && !isDigest(digest))) return { problem: 'digest' };
  const { host, rest } = splitHost(named);
  if (!hostPattern.test(host)) return { problem: 'host' };
  const colon = rest.indexOf(':');
  const path = colon === -1 ? rest : rest.slice(0, colon);
  const tag = colon === -1 ? undefined : rest.slice(colon + 1);
  const problem = pathProblem(path);
  if (problem !== undefined) return { problem };
  if (tag !== undefined && !tagPattern.test(tag)) return { problem: 'tag' };
  return {
    host,
    path: host === dockerHub && !path.includes('/') ? `library/${path}` : path,
    ...(tag === undefined ? {} : { tag }),
    ...(digest === undefined ? {} : { digest }),
  };
}

/** Whether what stands behind the host is the name of an image, as parseReference makes one: what others list need not be. */
export function isName({ path, tag, digest }: Omit<ImageReference, 'host'>): boolean {
  return (
    pathProblem(path) === undefined &&
    (tag === undefined || tagPattern.test(tag)) &&
    (digest === undefined || isDigest(digest))
  );
}

/** What a registry is asked for: the digest, else the tag, and as engines do `latest` where there is neither. */
export function referenceOf({ digest, tag }: ImageReference): string {
  return digest ?? tag ?? 'latest';
}

/** Prints a reference the short way that people write and engines read: `nginx:1.27`, `ghcr.io/acme/web@sha256:…`. */
export function printReference(image: ImageReference): string {
  const { host, path } = image;
  const name = host === dockerHub ? path.replace(/^library\/(?=[^/]+$)/, '') : `${host}/${path}`;
  return `${name}${printVersion(image)}`;
}

/** Prints a reference with nothing left out: `docker.io/library/nginx:1.27`. Podman takes a short name for another. */
export function printFullReference(image: ImageReference): string {
  return `${image.host}/${image.path}${printVersion(image)}`;
}

function printVersion({ tag, digest }: ImageReference): string {
  return `${tag === undefined ? '' : `:${tag}`}${digest === undefined ? '' : `@${digest}`}`;
}

export function pathProblem(path: string): 'empty' | 'upperCase' | 'path' | 'pathTooLong' | undefined {
  if (path === '') return 'empty';
  if (path.length > 255) return 'pathTooLong';
  if (path.split('/').every((component) => pathComponent.test(component))) return undefined;
  return path
    .toLowerCase()
    .split('/')
    .every((component) => pathComponent.test(component))
    ? 'upperCase'
    : 'path';
}

/** The longest that the grammar allows. */
export const longestTag = 128;

export function isDigest(text: string): boolean {
  return text.startsWith('sha256:') ? /^sha256:[a-f0-9]{64}$/.test(text) : digestPattern.test(text);
}

export function withTag(image: ImageReference, tag: string): ImageReference {
  return { host: image.host, path: image.path, tag };
}

export function withDigest(image: ImageReference, digest: string): ImageReference {
  return { host: image.host, path: image.path, digest };
}

/**
 * A name that points to no registry: `webapp6:latest` as `docker build -t` makes it, which engines file under Docker Hub's
 * official images, or under `localhost/` as Podman does.
 */
export function isLocalName({ host, path }: ImageReference): boolean {
  return (host === dockerHub && path.startsWith('library/')) || host === 'localhost';
}

/** What somebody calls an image when its registry does not matter: `webapp6` of `registry.example.com/team/webapp6`. */
export function baseName({ path }: ImageReference): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

/** The first component is a host when it could not be a repository's: https://github.com/distribution/reference/blob/v0.6.0/normalize.go#L143 */
function splitHost(named: string): { host: string; rest: string } {
  const slash = named.indexOf('/');
  const first = slash === -1 ? '' : named.slice(0, slash);
  const isHost = /[.:]/.test(first) || first === 'localhost' || first !== first.toLowerCase();
  if (!isHost) return { host: dockerHub, rest: named };
  return { host: first === 'index.docker.io' ? dockerHub : first, rest: named.slice(slash + 1) };
}

/** What stands in front of the last part of the names, each once: `team` of `team/api`. */
export function namespacesOf(paths: readonly string[]): readonly string[] {
  return [...new Set(paths.flatMap((path) => (path.includes('/') ? [path.slice(0, path.lastIndexOf('/'))] : [])))];
}
