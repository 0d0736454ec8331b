import { t } from '@vscode/l10n';
import { LRUCache } from 'lru-cache';
import { PageTrail } from '../../core/bounds';
import type { Endpoint } from '../../core/network/diagnose';
import { Failure, withDetail } from '../../core/failure';
import type { Connection, Credential, Group, Page, Repository } from '../../core/model';
import { parseReference } from '../../core/reference';
import type { ImageReference } from '../../core/reference';
import { withRetry } from '../../core/retry';
import { contentByHost, detailsByHost, imageDeletionByHost } from '../byHost';
import type { Deletion, ProviderContext, RegistryProvider } from '../provider';
import { repositoryAt, entriesTo } from '../rows';
import { V2 } from '../v2';
import type { Operation } from '../v2';
import { countAnswer, repositoriesAnswer, tagAnswer, userAnswer } from './gitLabAnswers';
import { GitLabApi } from './gitLabApi';
import { GitLabProjects } from './gitLabProjects';
import type { Project } from './gitLabProjects';

/** https://docs.gitlab.com/user/reserved_names/#limitations-on-usernames-project-and-group-names */
const projectPattern = /^[\w][\w.-]*(?:\/[\w][\w.-]*)+$/;

/** GitLab: projects and their repositories are listed by its API, everything below by its registry. */
export class GitLabProvider implements RegistryProvider {
  readonly hasTypedAddress = true;
  private readonly api: GitLabApi;
  private readonly projects: GitLabProjects;
  /** Ids of repositories by image name, from the last listing. */
  private readonly ids = new LRUCache<string, number>({ max: 20_000 });
  /** Registries by the host in GitLab's answers. */
  private readonly registries = new Map<string, V2>();
  /** The owner of the token. */
  private user: { readonly token: string; readonly name: string } | undefined;

  constructor(
    private readonly connection: Connection,
    private readonly context: ProviderContext,
  ) {
    this.api = new GitLabApi(withRetry(context.http), connection.url, (signal) => this.token(signal));
    this.projects = new GitLabProjects(this.api, connection.url, () => context.shown().namespaces ?? []);
  }

  readonly list: RegistryProvider['list'] = async (parent, cursor, signal) => {
    switch (parent?.kind) {
      case undefined:
        return this.listProjects(cursor, signal);
      case 'group':
        return this.listRepositories(await this.projects.get(parent.key, signal), cursor, signal);
      case 'repository':
        return this.at(parent.image.host).list(parent.image, cursor, signal);
      case 'tag':
      case 'platform':
      case 'attachment':
        return this.at(parent.image.host).listBelow(parent, signal);
      case 'registry':
        return { items: [] };
    }
  };

  /** Projects by their paths. What is below them, GitLab does not search. */
  readonly find: NonNullable<RegistryProvider['find']> = (parent) =>
    parent === undefined ? (text, cursor, signal) => this.listProjects(cursor, signal, text) : undefined;

  readonly locate: RegistryProvider['locate'] = (image) => {
    const project = this.projects.projectOf(image);
    if (project === undefined) return undefined;
    return entriesTo(image, [groupOf(project), repositoryOf(project, image)]);
  };

  readonly learn: NonNullable<RegistryProvider['learn']> = async (image, signal) => {
    // An image of Docker Hub is never in GitLab.
    if (image.host !== 'docker.io') await this.projects.learn(image, signal);
  };

  /** The registry has another host than the web pages; it is known after a project was listed. */
  get endpoints(): readonly Endpoint[] {
    const registries = this.projects.hosts().map((host) => ({ ...this.at(host).endpoint, isNamed: true as const }));
    return [...registries, { url: `${this.connection.url}/api/v4` }];
  }

  readonly hostOf: RegistryProvider['hostOf'] = (entry) => {
    if (entry !== undefined && 'image' in entry) return entry.image.host;
    const [host, ...others] = this.projects.hosts();
    return others.length === 0 ? host : undefined;
  };

  readonly engineCredential: RegistryProvider['engineCredential'] = (_host, signal) => this.registryCredential(signal);

  readonly accountName = async (signal: AbortSignal): Promise<string> => (await this.readTokenOwner(signal)).name;

  readonly pushTargets: RegistryProvider['pushTargets'] = async (signal) =>
    (await this.projects.listWithRegistry(undefined, signal)).items.flatMap(({ host, key, isArchived }) =>
      host === undefined || isArchived ? [] : { host, namespace: key },
    );

  readonly details = detailsByHost((host) => this.at(host));
  readonly content = contentByHost((host) => this.at(host));

  /** Single tags and repositories are deleted by the API, which requires fewer rights than the registry; images by the registry. */
  readonly deletion: Deletion = {
    image: imageDeletionByHost((host) => this.at(host).imageDeletion),
    untag: {
      preview: async ({ image, label }, signal) => {
        const path = `${await this.pathOf(image, signal)}/tags/${encodeURIComponent(label)}`;
        const { digest } = await this.api.get(tagAnswer, path, signal);
        return typeof digest === 'string' && digest !== '' ? { digest } : {};
      },
      delete: async ({ image, label }, signal) => {
        await this.api.delete(`${await this.pathOf(image, signal)}/tags/${encodeURIComponent(label)}`, signal);
      },
    },
    repository: {
      isDeferred: true,
      counts: async ({ image }, signal) => {
        const path = `/registry/repositories/${await this.idOf(image, signal)}?tags_count=true`;
        return { tags: (await this.api.get(countAnswer, path, signal)).tags_count };
      },
      delete: async ({ image }, signal) => {
        await this.api.delete(await this.pathOf(image, signal), signal);
      },
    },
  };

  readonly holds: NonNullable<RegistryProvider['holds']> = (entry) =>
    entry === undefined
      ? {
          one: (of) => t('Project of {0}', of),
          none: t('no projects'),
          listing: (of) => t('list the projects of {0}', of),
        }
      : undefined;

  readonly namespaces: NonNullable<RegistryProvider['namespaces']> = {
    get called() {
      return { add: (to: string) => t('Add Project to {0}', to), added: t('Added {1} | Added {0} projects') };
    },
    get prompt() {
      return t('Path of a project, such as group/project; several with commas between');
    },
    problem: (name) =>
      projectPattern.test(name) ? undefined : t('“{0}” is not the path of a project, such as group/project.', name),
    check: async (name, signal) => {
      await this.listRepositories(await this.projects.read(name, signal), undefined, signal);
    },
  };

  readonly webPage: NonNullable<RegistryProvider['webPage']> = (entry) => {
    const { url } = this.connection;
    switch (entry?.kind) {
      case undefined:
        return new URL(url);
      case 'group':
        return new URL(`${url}/${entry.label}/container_registry`);
      case 'repository':
      case 'tag': {
        const project = this.projects.projectOf(entry.image);
        const id = this.ids.get(nameOf(entry.image));
        if (project === undefined) return undefined;
        return new URL(`${url}/${project.path}/container_registry${id === undefined ? '' : `/${id}`}`);
      }
      case 'registry':
      case 'platform':
      case 'attachment':
        return undefined;
    }
  };

  private async listProjects(cursor: string | undefined, signal: AbortSignal, text?: string): Promise<Page<Group>> {
    try {
      const { items, ...rest } = await this.projects.page(cursor, signal, text);
      return { items: items.map(groupOf), ...rest };
    } catch (error) {
      if (!(error instanceof Failure) || error.kind !== 'notFound') throw error;
      throw withDetail(error, {
        explanation: t(
          'there is no GitLab at {0}; if GitLab is under a path, add the path to its address',
          this.connection.url,
        ),
      });
    }
  }

  /** Repositories that GitLab is deleting are not listed. It deletes their tags one by one. */
  private listRepositories(
    project: Project,
    cursor: string | undefined,
    signal: AbortSignal,
  ): Promise<Page<Repository>> {
    const path = `/projects/${project.id}/registry/repositories`;
    return this.api.page(
      repositoriesAnswer,
      path,
      (answer) =>
        answer.flatMap(({ id, location, status }) => {
          const image = parseReference(location);
          if ('problem' in image || status === 'delete_scheduled' || status === 'delete_ongoing') return [];
          this.ids.set(nameOf(image), id);
          return repositoryOf(project, image);
        }),
      cursor,
      signal,
    );
  }

  /** The path of a repository in the API. */
  private async pathOf(image: ImageReference, signal: AbortSignal): Promise<string> {
    const id = await this.idOf(image, signal);
    return `/projects/${this.projectOf(image).id}/registry/repositories/${id}`;
  }

  private async idOf(image: ImageReference, signal: AbortSignal): Promise<number> {
    const project = this.projectOf(image);
    const trail = new PageTrail(image.host);
    let id = this.ids.get(nameOf(image));
    for (let cursor: string | undefined; id === undefined; id = this.ids.get(nameOf(image))) {
      const page = await this.listRepositories(project, cursor, signal);
      cursor = trail.after(page, page.items.length);
      // The page had it, so the loop ends.
      if (this.ids.has(nameOf(image))) continue;
      if (page.failure instanceof Failure) throw page.failure;
      if (cursor === undefined) throw trail.failure ?? new Failure('notFound', '', { subject: image.host });
    }
    return id;
  }

  private projectOf(image: ImageReference): Project {
    const project = this.projects.projectOf(image);
    if (project === undefined) throw new Failure('notFound', '', { subject: image.host });
    return project;
  }

  private async token(signal: AbortSignal): Promise<string> {
    const credential = await this.context.credential(signal);
    signal.throwIfAborted();
    if (credential.kind === 'basic') return credential.secret;
    const explanation = t('GitLab lists projects only with an access token; add one with Update Credential…');
    throw new Failure('unauthorized', '', { subject: new URL(this.connection.url).host, explanation });
  }

  /** The credential for the registry: the owner of the token as the user name, and the token. */
  private async registryCredential(signal: AbortSignal): Promise<Credential> {
    const { token, name } = await this.readTokenOwner(signal);
    return { kind: 'basic', username: name, secret: token };
  }

  /** The present token and the name of its owner, from GitLab. */
  private async readTokenOwner(signal: AbortSignal): Promise<{ readonly token: string; readonly name: string }> {
    const token = await this.token(signal);
    if (this.user?.token !== token)
      this.user = { token, name: (await this.api.get(userAnswer, '/user', signal)).username };
    return this.user;
  }

  /** Explains a refusal of the registry. */
  private explain(error: unknown, operation: Operation): unknown {
    if (!(error instanceof Failure) || error.detail.explanation !== undefined) return error;
    if (error.kind !== 'unauthorized' && error.kind !== 'forbidden') return error;
    // For an image that does not exist, the registry answers that access is denied.
    if (!('image' in operation) || this.projects.projectOf(operation.image) === undefined)
      return new Failure('notFound', error.message, error.detail, { cause: error });
    return withDetail(error, { explanation: operation.what === 'deletion' ? explainNoDeletion() : explainNoReading() });
  }

  private at(host: string): V2 {
    let registry = this.registries.get(host);
    if (registry === undefined) {
      registry = new V2({
        url: this.urlOf(host),
        http: this.context.http,
        credential: (signal) => this.registryCredential(signal),
        explain: (error, asked) => this.explain(error, asked),
        mayBeDistribution: true,
      });
      this.registries.set(host, registry);
    }
    return registry;
  }

  private urlOf(host: string): string {
    return `${new URL(this.connection.url).protocol}//${host}`;
  }
}

function explainNoReading(): string {
  return t('the registry does not show this image to this access token; it needs the scope read_registry');
}

function explainNoDeletion(): string {
  return t('deleting an image needs an access token with the scope api, and the role Maintainer in the project');
}

function groupOf({ key, path }: Pick<Project, 'key' | 'path'>): Group {
  return { kind: 'group', key, label: path, called: t('Project'), icon: 'project' };
}

/** A repository with the label that GitLab shows. It begins with the project's name, because an image may have just this name. */
function repositoryOf({ key }: Project, image: ImageReference): Repository {
  return repositoryAt(image.host, image.path, image.path.slice(key.lastIndexOf('/') + 1));
}

function nameOf({ host, path }: ImageReference): string {
  return `${host}/${path}`;
}
