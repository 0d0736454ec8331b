/**
 * Names of images. A reference is parsed once, where it comes in, and is then passed as this value. Only this file builds image
 * strings. Only this file knows that a name without a registry belongs to Docker Hub, in the namespace `library/`.
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
  /** Every engine takes 64 hexadecimal digits as an image id. */
  | 'imageId';

const dockerHub = 'docker.io';
const pathComponent = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*$/;
const tagPattern = /^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$/;
/** https://github.com/opencontainers/image-spec/blob/v1.1.1/descriptor.md#digests */
export const digestPattern = /^[a-z0-9]+(?:[.+_-][a-z0-9]+)*:[0-9a-zA-Z=_-]{32,}$/;
const hostPattern =
  /^(?:\[[0-9a-fA-F:]+\]|[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?(?:\.[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?)*)(?::[0-9]+)?$/;

/** Parses an image name from a user or an engine: `nginx`, `me/app:1`, `localhost:5000/a/b@sha256:…`. */
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

/** Whether path, tag and digest follow the grammar. Names that a registry lists may not. */
export function isName({ path, tag, digest }: Omit<ImageReference, 'host'>): boolean {
  return (
    pathProblem(path) === undefined &&
    (tag === undefined || tagPattern.test(tag)) &&
    (digest === undefined || isDigest(digest))
  );
}

/** The reference to request: the digest, else the tag, else `latest`, as engines do. */
export function referenceOf({ digest, tag }: ImageReference): string {
  return digest ?? tag ?? 'latest';
}

/** Prints a reference the short way that people write and engines read: `nginx:1.27`, `ghcr.io/acme/web@sha256:…`. */
export function printReference(image: ImageReference): string {
  const { host, path } = image;
  const name = host === dockerHub ? path.replace(/^library\/(?=[^/]+$)/, '') : `${host}/${path}`;
  return `${name}${printVersion(image)}`;
}

/** Prints the complete reference: `docker.io/library/nginx:1.27`. Podman may resolve a short name to another registry. */
export function printFullReference(image: ImageReference): string {
  return `${image.host}/${image.path}${printVersion(image)}`;
}

function printVersion({ tag, digest }: ImageReference): string {
  return `${tag === undefined ? '' : `:${tag}`}${digest === undefined ? '' : `@${digest}`}`;
}

/** Why the text is not a repository path; undefined when it is one. */
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

/** Characters of a tag, at most, by the grammar. */
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
 * Whether a name names no registry, such as `webapp6:latest` from `docker build -t`. Docker puts such names into Docker Hub's
 * official images, and Podman into `localhost/`.
 */
export function isLocalName({ host, path }: ImageReference): boolean {
  return (host === dockerHub && path.startsWith('library/')) || host === 'localhost';
}

/** The last part of the path: `webapp6` of `registry.example.com/team/webapp6`. */
export function baseName({ path }: ImageReference): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

/** The first component is a host when it cannot be part of a path: https://github.com/distribution/reference/blob/v0.6.0/normalize.go#L143 */
function splitHost(named: string): { host: string; rest: string } {
  const slash = named.indexOf('/');
  const first = slash === -1 ? '' : named.slice(0, slash);
  const isHost = /[.:]/.test(first) || first === 'localhost' || first !== first.toLowerCase();
  if (!isHost) return { host: dockerHub, rest: named };
  return { host: first === 'index.docker.io' ? dockerHub : first, rest: named.slice(slash + 1) };
}

/** Whether an image name begins with the host of its registry. If not, engines take Docker Hub's. */
export function namesHost(named: string): boolean {
  return splitHost(named).rest !== named;
}

/** The namespaces of the paths, each once: `team` of `team/api`. */
export function namespacesOf(paths: readonly string[]): readonly string[] {
  return [...new Set(paths.flatMap((path) => (path.includes('/') ? [path.slice(0, path.lastIndexOf('/'))] : [])))];
}
