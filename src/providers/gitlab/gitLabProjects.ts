import type { Page } from '../../core/model';
import { parseReference } from '../../core/reference';
import type { ImageReference } from '../../core/reference';
import { projectAnswer, projectsAnswer } from './gitLabAnswers';
import type { ProjectAnswer } from './gitLabAnswers';
import type { GitLabApi } from './gitLabApi';

/** A project of GitLab. The names of its image repositories begin with its path. */
export interface Project {
  readonly id: number;
  /** Its path in lower case, as in image names. */
  readonly key: string;
  /** Its path as its owners spell it. */
  readonly path: string;
  /** The registry's host from GitLab's answer; absent if there is none. It is never guessed. */
  readonly host?: string;
  readonly isArchived: boolean;
}

/** The list of projects of which the account is a member, the latest active first. */
const list = '/projects?membership=true&order_by=last_activity_at&sort=desc';
/** Pages of what is found that are read to find the project of an image. */
const mostPages = 10;

/** Lists projects, and knows those in all answers so far. */
export class GitLabProjects {
  private readonly known = new Map<string, Project>();
  private isReadToEnd = false;

  /** `url`: the root of GitLab's web pages. `added`: paths of projects that the user named. */
  constructor(
    private readonly api: GitLabApi,
    private readonly url: string,
    private readonly added: () => readonly string[],
  ) {}

  /** A page of projects with a registry; on the first page, those that the user added come last. `text`: their paths contain it. */
  async page(cursor: string | undefined, signal: AbortSignal, text = ''): Promise<Page<Pick<Project, 'key' | 'path'>>> {
    const { items: listed, ...rest } = await this.listWithRegistry(cursor, signal, text);
    // GitLab looks into names and descriptions as well.
    const items = listed.filter(({ key }) => key.includes(text.toLowerCase()));
    if (cursor !== undefined) return { items, ...rest };
    const others = this.added().filter(
      (key) => key.includes(text.toLowerCase()) && !items.some((project) => project.key === key),
    );
    return { items: [...items, ...others.map((key) => ({ key, path: this.known.get(key)?.path ?? key }))], ...rest };
  }

  /**
   * A page of projects with a registry, as GitLab lists them. `text`: what GitLab is to search for; empty: all.
   * https://docs.gitlab.com/api/projects/#list-all-projects
   */
  listWithRegistry(cursor: string | undefined, signal: AbortSignal, text = ''): Promise<Page<Project>> {
    const withRegistry = (answer: readonly ProjectAnswer[]) =>
      answer.filter(hasRegistry).map((project) => this.remember(project));
    const path = text === '' ? list : `${list}&search=${encodeURIComponent(text)}&search_namespaces=true`;
    return this.api.page(projectsAnswer, path, withRegistry, cursor, signal);
  }

  async get(key: string, signal: AbortSignal): Promise<Project> {
    return this.known.get(key) ?? this.read(key, signal);
  }

  /** Reads a project from GitLab, also one that is known. */
  async read(key: string, signal: AbortSignal): Promise<Project> {
    return this.remember(await this.api.get(projectAnswer, `/projects/${encodeURIComponent(key)}`, signal));
  }

  /** The known project that an image belongs to. */
  projectOf({ host, path }: ImageReference): Project | undefined {
    for (let key = path; key !== ''; key = key.slice(0, Math.max(key.lastIndexOf('/'), 0))) {
      const project = this.known.get(key);
      if (project !== undefined) return project.host === host ? project : undefined;
    }
    return undefined;
  }

  /** The registries' hosts in the answers so far: in practice, one. */
  hosts(): readonly string[] {
    return [...new Set([...this.known.values()].flatMap(({ host }) => host ?? []))];
  }

  /** Finds the project that an image belongs to, if it may belong to one of the account. */
  async learn(image: ImageReference, signal: AbortSignal): Promise<void> {
    if (!this.isBelow(image) && this.hosts().length === 0 && !this.isReadToEnd) {
      // The first projects tell which registry is GitLab's. What is in another is not told to GitLab.
      this.isReadToEnd = (await this.listWithRegistry(undefined, signal)).next === undefined;
    }
    if (this.hosts().length === 0 ? !this.isBelow(image) : !this.hosts().includes(image.host)) return;
    // The path of a project has two parts or more.
    const text = image.path.split('/').slice(0, 2).join('/');
    let cursor: string | undefined;
    for (let pages = 0; pages < mostPages && !this.isReadToEnd; pages++) {
      if (this.projectOf(image) !== undefined) return;
      const { next, failure } = await this.listWithRegistry(cursor, signal, text);
      if (failure !== undefined || next === undefined) return;
      cursor = next;
    }
  }

  /** Whether an image is in a registry whose name shows that it is of this GitLab, as that of registry.gitlab.com. */
  private isBelow({ host }: ImageReference): boolean {
    const { hostname } = new URL(`http://${host}`);
    const site = new URL(this.url).hostname;
    return hostname === site || hostname.endsWith(`.${site}`);
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
