import type { Reply } from '../faults';
import { mediaTypes } from '../images';
import { jsonReply, type ServedRequest } from '../serve';
import {
  isVisible,
  levelOf,
  pathOf,
  showsImages,
  type GitLabState,
  type GitLabToken,
  type StoredProject,
  type StoredRepository,
} from './state';

interface Asked {
  readonly state: GitLabState;
  readonly request: ServedRequest;
  readonly token: GitLabToken;
}

const message = (status: number, text: string): Reply => jsonReply(status, { message: text });
const notFound = (what = ''): Reply => message(404, what === '' ? '404 Not Found' : `404 ${what} Not Found`);
const forbidden = (): Reply => message(403, '403 Forbidden');

/** https://docs.gitlab.com/api/rest/ `path`: what follows /api/v4. */
export function answerApi(state: GitLabState, request: ServedRequest, path: string): Reply | Promise<Reply> {
  const token = tokenOf(state, request);
  if ('reply' in token) return token.reply;
  const parts = path.split('/').slice(1).map(decodeURIComponent);
  const asked = { state, request, token };
  const needed = request.method !== 'GET' ? ['api'] : parts[0] === 'user' ? ['api', 'read_user', 'read_api'] : reading;
  if (!token.scopes.some((scope) => needed.includes(scope))) return lacking(needed);
  return route(asked, parts) ?? jsonReply(404, { error: '404 Not Found' });
}

const reading = ['api', 'read_api'];

function tokenOf({ tokens }: GitLabState, { headers }: ServedRequest): GitLabToken | { readonly reply: Reply } {
  const own = headers['private-token'];
  const given = typeof own === 'string' ? own : /^Bearer (\S+)$/.exec(headers.authorization ?? '')?.[1];
  const token = given === undefined ? undefined : tokens[given];
  if (token === undefined) return { reply: message(401, '401 Unauthorized') };
  if (token.state === undefined) return token;
  const error_description =
    token.state === 'expired'
      ? 'Token is expired. You can either do re-authorization or token refresh.'
      : 'Token was revoked. You have to re-authorize from the user.';
  return { reply: jsonReply(401, { error: 'invalid_token', error_description }) };
}

function lacking(scopes: readonly string[]): Reply {
  return jsonReply(403, {
    error: 'insufficient_scope',
    error_description: 'The request requires higher privileges than provided by the access token.',
    scope: scopes.join(' '),
  });
}

function route(asked: Asked, parts: readonly string[]): Reply | Promise<Reply> | undefined {
  const { state, request, token } = asked;
  const isGet = request.method === 'GET';
  const [first, id = '', third, fourth, repositoryId, tags, tag] = parts;
  if (first === 'user' && parts.length === 1 && isGet) return jsonReply(200, describeUser(state, token.user));
  if (first === 'registry' && id === 'repositories' && parts.length === 3 && isGet) return oneRepository(asked, third);
  if (first !== 'projects') return undefined;
  if (parts.length === 1) return isGet ? projects(asked) : undefined;
  const project = projectAt(state, id, token.user);
  if (project === undefined) return notFound('Project');
  if (parts.length === 2) return isGet ? jsonReply(200, describeProject(state, project, token.user)) : undefined;
  if (third !== 'registry' || fourth !== 'repositories') return undefined;
  if (!showsImages(project, token.user)) return forbidden();
  if (parts.length === 4 && isGet) return repositories(asked, project);
  const repository = project.repositories.find((one) => String(one.id) === repositoryId);
  if (isGet && parts.length === 7 && tags === 'tags')
    return repository === undefined ? notFound() : oneTag(asked, project, repository, tag ?? '');
  if (request.method !== 'DELETE') return undefined;
  if (repository === undefined) return notFound();
  if (parts.length === 5) return removeRepository(asked, project, repository);
  return parts.length === 7 && tags === 'tags' ? removeTag(asked, project, repository, tag ?? '') : undefined;
}

/** By id, or by a path with its slashes encoded, whose case does not matter. */
function projectAt({ projects: all }: GitLabState, id: string, user: string): StoredProject | undefined {
  const found = all.find((project) => String(project.id) === id || project.path.toLowerCase() === id.toLowerCase());
  return found !== undefined && isVisible(found, user) ? found : undefined;
}

/** https://docs.gitlab.com/api/projects/#list-all-projects */
function projects({ state, request, token }: Asked): Reply {
  const query = request.url.searchParams;
  const wrong = wrongQuery(request, {
    membership: /^(true|false)$/,
    order_by: /^(id|name|path|created_at|updated_at|last_activity_at)$/,
    sort: /^(asc|desc)$/,
    search: /./,
    search_namespaces: /^(true|false)$/,
  });
  if (wrong !== undefined) return wrong;
  const all = state.projects.filter(
    (project) =>
      (query.get('membership') === 'true' ? levelOf(project, token.user) > 0 : isVisible(project, token.user)) &&
      isFound(project, query),
  );
  const byActivity = query.get('order_by') === 'last_activity_at';
  const key = (project: StoredProject) => (byActivity ? project.lastActivity.getTime() : project.id);
  const direction = query.get('sort') === 'asc' ? 1 : -1;
  const ordered = [...all].sort((one, other) => direction * (key(one) - key(other)));
  return paged(
    ordered.map((project) => describeProject(state, project, token.user)),
    request,
  );
}

/**
 * Each word of `search` is a part of the path, the name or the description, in any case; a word of less than three characters is the
 * whole of it. With `search_namespaces`, the path includes those of the groups above.
 */
function isFound({ path, description = '' }: StoredProject, query: URLSearchParams): boolean {
  const own = query.get('search_namespaces') === 'true' ? path : path.slice(path.lastIndexOf('/') + 1);
  const texts = [own, description].map((text) => text.toLowerCase());
  const words = (query.get('search') ?? '').toLowerCase().split(/\s+/).filter(Boolean);
  return words.every((word) => texts.some((text) => (word.length < 3 ? text === word : text.includes(word))));
}

function repositories({ state, request }: Asked, project: StoredProject): Reply {
  const wrong = wrongQuery(request, { tags: /^(true|false)$/, tags_count: /^(true|false)$/ });
  if (wrong !== undefined) return wrong;
  return paged(
    project.repositories.map((repository) => describeRepository(state, project, repository)),
    request,
  );
}

/** https://docs.gitlab.com/api/container_registry/#get-details-of-a-single-repository */
async function oneRepository({ state, request, token }: Asked, id: string | undefined): Promise<Reply> {
  for (const project of state.projects) {
    const repository = project.repositories.find((one) => String(one.id) === id);
    if (repository === undefined || !isVisible(project, token.user)) continue;
    if (!showsImages(project, token.user)) return forbidden();
    const counted = request.url.searchParams.get('tags_count') === 'true';
    return jsonReply(200, {
      ...describeRepository(state, project, repository),
      ...(counted ? { tags_count: (await tagsOf(state, project, repository)).length } : {}),
    });
  }
  return notFound();
}

/** As the registry has them now. */
async function tagsOf(state: GitLabState, project: StoredProject, { name }: StoredRepository): Promise<string[]> {
  const path = pathOf(project.path, name);
  const token = state.sign('gitlab', [{ type: 'repository', name: path, actions: ['*'] }]);
  const answer = await fetch(`${state.registry.url}/v2/${path}/tags/list`, {
    headers: { Authorization: `Bearer ${token}` },
  });
  const { tags } = (await answer.json()) as { readonly tags?: string[] | null };
  return tags ?? [];
}

/** https://docs.gitlab.com/api/container_registry/#delete-registry-repository: it is done later, and tags go then. */
function removeRepository({ token }: Asked, project: StoredProject, repository: StoredRepository): Reply {
  if (levelOf(project, token.user) < 40) return forbidden();
  repository.status = 'delete_scheduled';
  return jsonReply(202, null);
}

/** https://docs.gitlab.com/api/container_registry/#get-details-of-a-registry-repository-tag */
async function oneTag(
  { state }: Asked,
  project: StoredProject,
  { name }: StoredRepository,
  tag: string,
): Promise<Reply> {
  const path = pathOf(project.path, name);
  const token = state.sign('gitlab', [{ type: 'repository', name: path, actions: ['pull'] }]);
  const answer = await fetch(`${state.registry.url}/v2/${path}/manifests/${tag}`, {
    method: 'HEAD',
    headers: { Authorization: `Bearer ${token}`, Accept: Object.values(mediaTypes).join(', ') },
  });
  if (answer.status !== 200) return notFound('Tag');
  const location = `${new URL(state.registry.url).host}/${path}:${tag}`;
  return jsonReply(200, {
    name: tag,
    path: `${path}:${tag}`,
    location,
    digest: answer.headers.get('docker-content-digest'),
  });
}

async function removeTag(
  { state, token }: Asked,
  project: StoredProject,
  repository: StoredRepository,
  tag: string,
): Promise<Reply> {
  if (levelOf(project, token.user) < 30 || project.protectedTags?.includes(tag) === true) return forbidden();
  if (!(await tagsOf(state, project, repository)).includes(tag)) return notFound('Tag');
  state.registry.forget(pathOf(project.path, repository.name), tag);
  return jsonReply(200, null);
}

const pageNumber = /^[1-9]\d*$/;

/** Stricter than GitLab, which ignores what it does not know and gives 100 of more that are asked for. */
function wrongQuery({ url }: ServedRequest, known: Readonly<Record<string, RegExp>>): Reply | undefined {
  const all: Readonly<Record<string, RegExp>> = { ...known, page: pageNumber, per_page: /^([1-9]\d?|100)$/ };
  for (const [name, value] of url.searchParams)
    if (all[name]?.test(value) !== true) return jsonReply(400, { error: `${name} does not have a valid value` });
  return undefined;
}

/** https://docs.gitlab.com/api/rest/#offset-based-pagination */
function paged(all: readonly unknown[], { url }: ServedRequest): Reply {
  const page = Number(url.searchParams.get('page') ?? '1');
  const size = Number(url.searchParams.get('per_page') ?? '20');
  const last = Math.max(1, Math.ceil(all.length / size));
  const link = (to: number, rel: string): string => {
    const target = new URL(url);
    target.searchParams.set('page', String(to));
    return `<${target.href}>; rel="${rel}"`;
  };
  const links = [
    ...(page > 1 ? [link(page - 1, 'prev')] : []),
    ...(page < last ? [link(page + 1, 'next')] : []),
    link(1, 'first'),
    link(last, 'last'),
  ];
  return jsonReply(200, all.slice((page - 1) * size, page * size), {
    Link: links.join(', '),
    'X-Next-Page': page < last ? String(page + 1) : '',
    'X-Page': String(page),
    'X-Per-Page': String(size),
    'X-Prev-Page': page > 1 ? String(page - 1) : '',
    'X-Total': String(all.length),
    'X-Total-Pages': String(last),
  });
}

function describeUser({ url }: GitLabState, username: string) {
  return { id: 1, username, name: username, state: 'active', avatar_url: null, web_url: `${url}/${username}` };
}

function describeProject({ url, host }: GitLabState, project: StoredProject, user: string) {
  const { id, path, lastActivity, isPublic = false, isArchived = false, registry = 'enabled' } = project;
  const level = levelOf(project, user);
  return {
    id,
    description: project.description ?? null,
    name: path.slice(path.lastIndexOf('/') + 1),
    path: path.slice(path.lastIndexOf('/') + 1),
    path_with_namespace: path,
    default_branch: 'main',
    web_url: `${url}/${path}`,
    last_activity_at: lastActivity.toISOString(),
    container_registry_image_prefix: `${host}/${path.toLowerCase()}`,
    archived: isArchived,
    visibility: isPublic ? 'public' : 'private',
    container_registry_enabled: showsImages(project, user),
    container_registry_access_level: registry,
    permissions: { project_access: level === 0 ? null : { access_level: level }, group_access: null },
  };
}

function describeRepository({ host }: GitLabState, project: StoredProject, { id, name, status }: StoredRepository) {
  const path = pathOf(project.path, name);
  return {
    id,
    name,
    path,
    project_id: project.id,
    location: `${host}/${path}`,
    created_at: project.lastActivity.toISOString(),
    cleanup_policy_started_at: null,
    status,
  };
}
