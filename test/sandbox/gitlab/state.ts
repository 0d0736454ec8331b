import type { Access } from '../v2Options';
import type { V2Server } from '../v2Server';
import type { GitLabProject } from './gitlab';

export interface GitLabToken {
  readonly user: string;
  /** https://docs.gitlab.com/user/profile/personal_access_tokens/#personal-access-token-scopes */
  readonly scopes: readonly ('api' | 'read_api' | 'read_user' | 'read_registry' | 'write_registry')[];
  readonly state?: 'expired' | 'revoked';
}

export interface StoredRepository {
  readonly id: number;
  /** Below its project, '' for the project's own. */
  readonly name: string;
  status: 'delete_scheduled' | null;
}

export interface StoredProject extends Omit<GitLabProject, 'repositories'> {
  readonly id: number;
  readonly path: string;
  repositories: StoredRepository[];
}

export interface GitLabState {
  readonly projects: readonly StoredProject[];
  readonly tokens: Readonly<Record<string, GitLabToken>>;
  readonly registry: V2Server;
  host: string;
  url: string;
  /** A token of the registry. */
  readonly sign: (user: string, access: readonly Access[]) => string;
}

export function storedProjects(projects: Readonly<Record<string, GitLabProject>>): StoredProject[] {
  return Object.entries(projects).map(([path, project], index) => ({
    ...project,
    id: 1000 + index,
    path,
    repositories: Object.keys(project.repositories).map((name, at) => ({
      id: (index + 1) * 100 + at,
      name,
      status: null,
    })),
  }));
}

export function levelOf({ members }: StoredProject, user: string): number {
  return members[user] ?? 0;
}

/** Whether a user may see the project at all. */
export function isVisible(project: StoredProject, user: string): boolean {
  return project.isPublic === true || levelOf(project, user) > 0;
}

/** Whether a user may see its images: https://docs.gitlab.com/user/packages/container_registry/#container-registry-visibility-permissions */
export function showsImages(project: StoredProject, user: string): boolean {
  const { registry = 'enabled', isPublic = false } = project;
  if (registry === 'disabled') return false;
  return levelOf(project, user) >= 20 || (registry === 'enabled' && isPublic);
}

/** Names of images are in lower case, whatever their project's is. */
export function pathOf(project: string, name: string): string {
  return `${project}${name === '' ? '' : `/${name}`}`.toLowerCase();
}
