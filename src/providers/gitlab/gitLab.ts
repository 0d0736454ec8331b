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
import { repositoryAt, trailTo } from '../rows';
import { V2 } from '../v2';
import type { Asked } from '../v2';
import { countAnswer, repositoriesAnswer, tagAnswer, userAnswer } from './gitLabAnswers';
import { GitLabApi } from './gitLabApi';
import { Projects } from './projects';
import type { Project } from './projects';

/** https://docs.gitlab.com/user/reserved_names/#limitations-on-usernames-project-and-group-names */
const projectPattern = /^[\w][\w.-]*(?:\/[\w][\w.-]*)+$/;

/** Projects and their repositories, as GitLab's API lists them; below those, its registry speaks for itself. */
export class GitLabProvider implements RegistryProvider {
  readonly hasTypedAddress = true;
  private readonly api: GitLabApi;
  private readonly projects: Projects;
  /** Ids by name of image, as they were listed last. */
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
    this.projects = new Projects(this.api, () => context.shown().namespaces ?? []);
  }

  readonly list: RegistryProvider['list'] = async (parent, cursor, signal) => {
    switch (parent?.kind) {
      case undefined:
        return this.groups(cursor, signal);
      case 'group':
        return this.repositories(await this.projects.named(parent.key, signal), cursor, signal);
      case 'repository':
        return this.at(parent.image.host).list(parent.image, cursor, signal);
      case 'tag':
      case 'platform':
      case 'attachment':
        return this.at(parent.image.host).below(parent, signal);
      case 'registry':
        return { items: [] };
    }
  };

  readonly locate: RegistryProvider['locate'] = (image) => {
    const project = this.projects.of(image);
    if (project === undefined) return undefined;
    return trailTo(image, [groupOf(project), repositoryOf(project, image)]);
  };

  readonly learn: NonNullable<RegistryProvider['learn']> = async (host, signal) => {
    // An image of Docker Hub is never in GitLab.
    if (host !== 'docker.io') await this.projects.learn(host, signal);
  };

  /** The registry is elsewhere than the web pages, and known once a project was listed. */
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

  readonly accountName = async (signal: AbortSignal): Promise<string> => (await this.whose(signal)).name;

  readonly pushTargets: RegistryProvider['pushTargets'] = async (signal) =>
    (await this.projects.listed(undefined, signal)).items.flatMap(({ host, key, isArchived }) =>
      host === undefined || isArchived ? [] : { host, namespace: key },
    );

  readonly details = detailsByHost((host) => this.at(host));
  readonly content = contentByHost((host) => this.at(host));

  /** A tag alone and whole repositories by the API, which asks for less than the registry does: images are deleted there. */
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
      await this.repositories(await this.projects.read(name, signal), undefined, signal);
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
        const project = this.projects.of(entry.image);
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

  private async groups(cursor: string | undefined, signal: AbortSignal): Promise<Page<Group>> {
    try {
      const { items, ...rest } = await this.projects.page(cursor, signal);
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

  /** What is on its way out is no longer shown: its tags go one by one. */
  private repositories(project: Project, cursor: string | undefined, signal: AbortSignal): Promise<Page<Repository>> {
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

  /** Of a repository in the API. */
  private async pathOf(image: ImageReference, signal: AbortSignal): Promise<string> {
    const id = await this.idOf(image, signal);
    return `/projects/${this.projectOf(image).id}/registry/repositories/${id}`;
  }

  private async idOf(image: ImageReference, signal: AbortSignal): Promise<number> {
    const project = this.projectOf(image);
    const trail = new PageTrail(image.host);
    let id = this.ids.get(nameOf(image));
    for (let cursor: string | undefined; id === undefined; id = this.ids.get(nameOf(image))) {
      const page = await this.repositories(project, cursor, signal);
      cursor = trail.after(page, page.items.length);
      // Looked for once more among what this page has brought.
      if (this.ids.has(nameOf(image))) continue;
      if (page.failure instanceof Failure) throw page.failure;
      if (cursor === undefined) throw trail.failure ?? new Failure('notFound', '', { subject: image.host });
    }
    return id;
  }

  private projectOf(image: ImageReference): Project {
    const project = this.projects.of(image);
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

  /** The registry is signed in to with a user's name beside the token. */
  private async registryCredential(signal: AbortSignal): Promise<Credential> {
    const { token, name } = await this.whose(signal);
    return { kind: 'basic', username: name, secret: token };
  }

  /** GitLab tells whose token it is. */
  private async whose(signal: AbortSignal): Promise<{ readonly token: string; readonly name: string }> {
    const token = await this.token(signal);
    if (this.user?.token !== token)
      this.user = { token, name: (await this.api.get(userAnswer, '/user', signal)).username };
    return this.user;
  }

  /** What a refusal of the registry means. */
  private explain(error: unknown, asked: Asked): unknown {
    if (!(error instanceof Failure) || error.detail.explanation !== undefined) return error;
    if (error.kind !== 'unauthorized' && error.kind !== 'forbidden') return error;
    // The registry says of what is not there that it may not be seen.
    if (!('image' in asked) || this.projects.of(asked.image) === undefined)
      return new Failure('notFound', error.message, error.detail, { cause: error });
    return withDetail(error, { explanation: asked.what === 'deletion' ? mayNotDelete() : mayNotRead() });
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

function mayNotRead(): string {
  return t('the registry does not show this image to this access token; it needs the scope read_registry');
}

function mayNotDelete(): string {
  return t('deleting an image needs an access token with the scope api, and the role Maintainer in the project');
}

function groupOf({ key, path }: Pick<Project, 'key' | 'path'>): Group {
  return { kind: 'group', key, label: path, called: t('Project'), icon: 'project' };
}

/** As GitLab shows it: with the project's own name in front, since the project may have an image of its very name. */
function repositoryOf({ key }: Project, image: ImageReference): Repository {
  return repositoryAt(image.host, image.path, image.path.slice(key.lastIndexOf('/') + 1));
}

function nameOf({ host, path }: ImageReference): string {
  return `${host}/${path}`;
}
