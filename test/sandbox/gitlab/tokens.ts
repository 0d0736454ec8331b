import type { Reply } from '../faults';
import { basicCredentials, errorReply, jsonReply, type ServedRequest } from '../serve';
import type { Access } from '../v2Options';
import { levelOf, pathOf, showsImages, type GitLabState, type GitLabToken, type StoredProject } from './state';

/** The realm of GitLab's registry, at its web server: https://docs.gitlab.com/administration/packages/container_registry/ */
export function tokenReply(state: GitLabState, { method, url, headers }: ServedRequest): Reply {
  if (method !== 'GET') return jsonReply(404, { error: '404 Not Found' });
  if (url.searchParams.get('service') !== 'container_registry') return { status: 404 };
  const given = basicCredentials(headers.authorization);
  const token = given === undefined ? undefined : state.tokens[given.secret];
  // Stricter than GitLab, which takes any name beside a personal access token.
  const isRight = token !== undefined && token.state === undefined && given?.user === token.user;
  if (!isRight) return errorReply(403, 'DENIED', 'access forbidden');
  const access = url.searchParams
    .getAll('scope')
    .flatMap((scope) => scope.split(' '))
    .flatMap((scope) => granted(state, token, scope));
  return jsonReply(200, { token: state.sign(token.user, access) });
}

/** Too much asked is no error: what may not be is left out. */
function granted(state: GitLabState, token: GitLabToken, scope: string): Access[] {
  const [, name = '', asked = ''] = /^repository:(.+):([a-z*,]+)$/.exec(scope) ?? [];
  const project = projectOf(state, name);
  if (project === undefined) return [];
  const actions = asked.split(',').filter((action) => may(project, token, action));
  if (actions.includes('push')) create(project, name);
  return actions.length === 0 ? [] : [{ type: 'repository', name, actions }];
}

function may(project: StoredProject, { user, scopes }: GitLabToken, action: string): boolean {
  const has = (...any: readonly string[]) => scopes.some((scope) => any.includes(scope));
  switch (action) {
    case 'pull':
      return has('api', 'read_api', 'read_registry') && showsImages(project, user);
    case 'push':
      return has('api', 'write_registry') && levelOf(project, user) >= 30 && project.isArchived !== true;
    case 'delete':
      return has('api') && levelOf(project, user) >= 40;
    default:
      return false;
  }
}

function projectOf({ projects }: GitLabState, name: string): StoredProject | undefined {
  return projects.find(({ path }) => name === path.toLowerCase() || name.startsWith(`${path.toLowerCase()}/`));
}

/** A repository is there as soon as somebody may push to it. */
function create(project: StoredProject, name: string): void {
  if (project.repositories.some((one) => pathOf(project.path, one.name) === name)) return;
  const id = project.id * 100 + project.repositories.length;
  project.repositories.push({ id, name: name.slice(project.path.length + 1), status: null });
}
