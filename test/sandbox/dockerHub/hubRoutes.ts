import { createdOf, type BuiltManifest } from '../images';
import type { SeedRepository } from '../seed';
import { jsonReply, type ServedRequest } from '../serve';
import type { Reply } from '../faults';

/** Who asks: nobody, or an account with what its secret allows. */
export interface Caller {
  readonly name: string;
  readonly organizations: readonly string[];
  readonly mayDelete: boolean;
}

/** What the Hub holds and how it is asked for; repositories by `namespace/name`. */
export interface HubState {
  readonly repositories: Map<string, HubRepository>;
  /** Takes a tag from the registry behind. */
  readonly untag: (repository: string, tag: string) => void;
}

export interface HubRepository {
  readonly seed: SeedRepository;
  readonly isPrivate: boolean;
  /** Taken away by deletions. */
  readonly tags: Map<string, BuiltManifest>;
  readonly updated: Date;
  /** What its settings say of tags that can be neither changed nor deleted. */
  immutable?: { readonly enabled: boolean; readonly rules: readonly string[] };
}

const orderings = ['name', '-name', 'last_updated', '-last_updated', 'pull_count', '-pull_count'];
const maxPageSize = 100;
const defaultPageSize = 10;

const refused = (status: number, message: string, errinfo: Record<string, string> = {}): Reply =>
  jsonReply(status, { message: `httperror ${status}: ${message}`, errinfo });

/** The answer to a path below `/v2/`, of those that are published: https://docs.docker.com/reference/api/hub/latest/ */
export function route(state: HubState, request: ServedRequest, caller: Caller | undefined): Reply | undefined {
  const { pathname } = request.url;
  const parts = pathname
    .replace(/^\/v2\//, '')
    .replace(/\/$/, '')
    .split('/')
    .map(decodeURIComponent);
  const [first, namespace = '', third, name = '', fourth, tag] = parts;
  if (request.method === 'DELETE') return deleteTag(state, parts, caller);
  if (request.method !== 'GET') return undefined;
  if (pathname === '/v2/user/orgs/') return organizations(request, caller);
  if (pathname === '/v2/repositories/namespaces/')
    return caller === undefined
      ? unauthorized()
      : jsonReply(200, { namespaces: [caller.name, ...caller.organizations] });
  if (pathname === '/v2/search/repositories/') return search(state, request);
  if (first !== 'namespaces' || third !== 'repositories') return undefined;
  if (name === '') return repositories(state, namespace, request, caller);
  const repository = visible(state, `${namespace}/${name}`, caller);
  if (repository === undefined) return refused(404, 'object not found', { namespace, repository: name });
  if (fourth === undefined) {
    const immutable = repository.immutable ?? { enabled: false, rules: [] };
    return jsonReply(200, { ...describe(namespace, name, repository), immutable_tags_settings: immutable });
  }
  if (fourth !== 'tags') return undefined;
  if (tag === undefined) return tags(repository, request);
  const image = repository.tags.get(tag);
  return image === undefined
    ? refused(404, `tag '${tag}' not found`, { namespace, repository: name, tag })
    : jsonReply(200, describeTag(tag, image));
}

export function unauthorized(): Reply {
  return jsonReply(401, { detail: 'Authentication credentials were not provided.' });
}

function visible(state: HubState, path: string, caller: Caller | undefined): HubRepository | undefined {
  const found = state.repositories.get(path);
  const [namespace = ''] = path.split('/');
  const isMember = caller !== undefined && [caller.name, ...caller.organizations].includes(namespace);
  return found !== undefined && (!found.isPrivate || isMember) ? found : undefined;
}

function repositories(state: HubState, namespace: string, request: ServedRequest, caller: Caller | undefined): Reply {
  const query = request.url.searchParams;
  const ordering = query.get('ordering') ?? '-last_updated';
  if (!orderings.includes(ordering)) {
    const why = `Invalid ordering value. Must be one of: ${orderings.join(', ')}`;
    return jsonReply(400, { fields: { ordering: [why] }, text: 'Invalid ordering value' });
  }
  const wanted = query.get('name') ?? '';
  const all = [...state.repositories]
    .filter(([path]) => path.startsWith(`${namespace}/`) && visible(state, path, caller) !== undefined)
    .map(([path, repository]) => describe(namespace, path.slice(namespace.length + 1), repository));
  const found = all.filter(({ name }) => name.includes(wanted));
  if (all.length === 0 && !(caller !== undefined && [caller.name, ...caller.organizations].includes(namespace)))
    return refused(404, 'object not found', { namespace });
  const sign = ordering.startsWith('-') ? -1 : 1;
  const key = ordering.endsWith('name') ? 'name' : 'last_updated';
  found.sort((one, other) => sign * one[key].localeCompare(other[key]));
  return page(found, request);
}

function tags(repository: HubRepository, request: ServedRequest): Reply {
  const wanted = request.url.searchParams.get('name') ?? '';
  const all = [...repository.tags]
    .filter(([tag]) => tag.includes(wanted))
    .map(([tag, image]) => describeTag(tag, image));
  all.sort((one, other) => other.last_updated.localeCompare(one.last_updated) || one.name.localeCompare(other.name));
  return page(all, request);
}

function page(all: readonly unknown[], request: ServedRequest): Reply {
  const { url } = request;
  const number = Number(url.searchParams.get('page') ?? '1');
  const size = Math.min(maxPageSize, Number(url.searchParams.get('page_size') ?? defaultPageSize));
  if (!Number.isInteger(number) || number < 1 || !Number.isInteger(size) || size < 1)
    return refused(400, 'invalid page or page_size');
  const results = all.slice((number - 1) * size, number * size);
  if (results.length === 0 && number > 1) return refused(404, 'object not found');
  // The address of another machine, as the Hub itself has answered: clients count pages, they do not follow.
  const at = (page: number) => `https://registry-hub-host${url.pathname}?page=${page}&page_size=${size}`;
  return jsonReply(200, {
    count: all.length,
    next: number * size < all.length ? at(number + 1) : null,
    previous: number > 1 ? at(number - 1) : null,
    results,
  });
}

function organizations(request: ServedRequest, caller: Caller | undefined): Reply {
  if (caller === undefined) return unauthorized();
  return page(
    caller.organizations.map((orgname) => ({ orgname })),
    request,
  );
}

function search(state: HubState, request: ServedRequest): Reply {
  const query = request.url.searchParams.get('query') ?? '';
  const found = [...state.repositories]
    .filter(([path, { isPrivate }]) => !isPrivate && path.includes(query))
    .map(([path]) => ({
      repo_name: path.replace(/^library\//, ''),
      short_description: `All about ${path}`,
      star_count: path.length,
      pull_count: path.length * 1000,
      repo_owner: '',
      is_automated: false,
      is_official: path.startsWith('library/'),
    }));
  return page(found, request);
}

function deleteTag(state: HubState, parts: readonly string[], caller: Caller | undefined): Reply | undefined {
  const [first, namespace = '', name = '', fourth, tag = '', ...more] = parts;
  if (first !== 'repositories' || fourth !== 'tags' || tag === '' || more.length > 0) return undefined;
  if (caller === undefined) return unauthorized();
  const repository = visible(state, `${namespace}/${name}`, caller);
  if (repository?.tags.has(tag) !== true) return refused(404, 'object not found', { namespace, repository: name, tag });
  if (![caller.name, ...caller.organizations].includes(namespace) || !caller.mayDelete)
    return jsonReply(403, { detail: 'access to the resource is forbidden with personal access token' });
  const { enabled, rules } = repository.immutable ?? { enabled: false, rules: [] };
  if (enabled && (rules.length === 0 || rules.some((rule) => new RegExp(`^(?:${rule})$`).test(tag))))
    return refused(403, 'tag is immutable', { namespace, repository: name, tag });
  repository.tags.delete(tag);
  state.untag(`${namespace}/${name}`, tag);
  return { status: 204 };
}

function describe(namespace: string, name: string, { isPrivate, updated }: HubRepository) {
  return {
    name,
    namespace,
    repository_type: 'image',
    status: 1,
    status_description: 'active',
    description: `All about ${name}`,
    is_private: isPrivate,
    star_count: 0,
    pull_count: 0,
    last_updated: updated.toISOString(),
    last_modified: updated.toISOString(),
    date_registered: updated.toISOString(),
    affiliation: '',
    media_types: ['application/vnd.oci.image.index.v1+json'],
    content_types: ['image'],
    categories: [],
    storage_size: 1,
  };
}

/** The fields that the Hub was seen to send: live/tag.n8n-multiarch-with-attestations.2026.json */
export function describeTag(name: string, manifest: BuiltManifest) {
  const children = manifest.children.length > 0 ? manifest.children : [manifest];
  // Of a single image, the Hub tells what its config is: live/tags.repositories.never-pulled.2024.json
  const mediaType = manifest.children.length > 0 ? manifest.mediaType : (manifest.blobs[0]?.mediaType ?? '');
  const pushed = createdOf(manifest).toISOString().replace('Z', '123Z');
  const images = children.map((child) => ({
    architecture: child.platform?.architecture ?? 'unknown',
    features: '',
    variant: child.platform?.variant ?? null,
    digest: child.digest,
    os: child.platform?.os ?? 'unknown',
    os_features: '',
    os_version: null,
    size: child.layersSize,
    status: 'active',
    last_pulled: null,
    last_pushed: pushed,
  }));
  return {
    creator: 1,
    id: 1,
    images,
    last_updated: pushed,
    last_updater: 1,
    last_updater_username: 'user1',
    name,
    repository: 1,
    full_size: images[0]?.size ?? 0,
    v2: true,
    tag_status: 'active',
    tag_last_pulled: null,
    tag_last_pushed: pushed,
    media_type: mediaType,
    content_type: mediaType.includes('image') ? 'image' : 'unrecognized',
    digest: manifest.digest,
  };
}
