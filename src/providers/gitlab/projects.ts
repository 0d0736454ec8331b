import type { Page } from '../../core/model';
import { parseReference } from '../../core/reference';
import type { ImageReference } from '../../core/reference';
import { projectAnswer, projectsAnswer } from './gitLabAnswers';
import type { ProjectAnswer } from './gitLabAnswers';
import type { GitLabApi } from './gitLabApi';

/** A project, under which its repositories of images are named. */
export interface Project {
  readonly id: number;
  /** Its path in lower case, as names of images have it. */
  readonly key: string;
  /** Its path as its owners spell it. */
  readonly path: string;
  /** The registry's host, as GitLab's answer gives it; it is never guessed. */
  readonly host?: string;
  readonly isArchived: boolean;
}

/** Those that the account is a member of, the latest active first. */
const list = '/projects?membership=true&order_by=last_activity_at&sort=desc';
/** Pages read to find the project of an image. */
const mostPages = 10;

/** The projects in GitLab's answers so far. */
export class Projects {
  private readonly known = new Map<string, Project>();
  private readToEnd = false;

  /** `added`: paths of projects that the user named. */
  constructor(
    private readonly api: GitLabApi,
    private readonly added: () => readonly string[],
  ) {}

  /** Those with a registry, and then those added by hand. */
  async page(cursor: string | undefined, signal: AbortSignal): Promise<Page<Pick<Project, 'key' | 'path'>>> {
    const { items, ...rest } = await this.listed(cursor, signal);
    if (cursor !== undefined) return { items, ...rest };
    const others = this.added().filter((key) => !items.some((project) => project.key === key));
    return { items: [...items, ...others.map((key) => ({ key, path: this.known.get(key)?.path ?? key }))], ...rest };
  }

  listed(cursor: string | undefined, signal: AbortSignal): Promise<Page<Project>> {
    const withRegistry = (answer: readonly ProjectAnswer[]) =>
      answer.filter(hasRegistry).map((project) => this.remember(project));
    return this.api.page(projectsAnswer, list, withRegistry, cursor, signal);
  }

  async named(key: string, signal: AbortSignal): Promise<Project> {
    return this.known.get(key) ?? this.read(key, signal);
  }

  /** As GitLab has it now. */
  async read(key: string, signal: AbortSignal): Promise<Project> {
    return this.remember(await this.api.get(projectAnswer, `/projects/${encodeURIComponent(key)}`, signal));
  }

  /** The one that an image belongs to, among those known. */
  of({ host, path }: ImageReference): Project | undefined {
    for (let key = path; key !== ''; key = key.slice(0, Math.max(key.lastIndexOf('/'), 0))) {
      const project = this.known.get(key);
      if (project !== undefined) return project.host === host ? project : undefined;
    }
    return undefined;
  }

  /** The registries' hosts: one, as far as anybody has seen. */
  hosts(): readonly string[] {
    return [...new Set([...this.known.values()].flatMap(({ host }) => host ?? []))];
  }

  /** Reads on as long as the images of that host may belong to a project not known yet. */
  async learn(host: string, signal: AbortSignal): Promise<void> {
    let cursor: string | undefined;
    for (let pages = 0; pages < mostPages && !this.readToEnd; pages++) {
      const { next, failure } = await this.listed(cursor, signal);
      this.readToEnd = next === undefined;
      if (failure !== undefined || !this.hosts().includes(host)) return;
      cursor = next;
    }
  }

  private remember(answer: ProjectAnswer): Project {
    const prefix = parseReference(answer.container_registry_image_prefix ?? '');
    const key = answer.path_with_namespace.toLowerCase();
    const project: Project = {
      id: answer.id,
      key,
      path: answer.path_with_namespace,
      ...('problem' in prefix ? {} : { host: prefix.host }),
      isArchived: answer.archived === true,
    };
    this.known.set(key, project);
    return project;
  }
}

function hasRegistry({
  container_registry_access_level: level,
  container_registry_enabled: isEnabled,
}: ProjectAnswer): boolean {
  return level !== 'disabled' && isEnabled !== false;
}
