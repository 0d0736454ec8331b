import { t } from '@vscode/l10n';
import { LRUCache } from 'lru-cache';
import { PageTrail } from '../../core/bounds';
import type { Endpoint } from '../../core/network/diagnose';
import { Failure, withDetail } from '../../core/failure';
import type { Connection, Credential, Group, Page, Repository, Tag } from '../../core/model';
import { parseReference, withTag } from '../../core/reference';
import type { ImageReference } from '../../core/reference';
import { withRetry } from '../../core/retry';
import type { Deletion, ImageContent, ProviderContext, RegistryProvider } from '../provider';
import { countAnswer, repositoriesAnswer, tagAnswer, userAnswer } from './gitLabAnswers';
import { GitLabApi } from './gitLabApi';
import { Projects } from './projects';
import type { Project } from './projects';

/** The provider of a registry that speaks V2. */
export type V2Registry = RegistryProvider &
  Required<Pick<RegistryProvider, 'content' | 'details'>> & {
    readonly deletion: Deletion & Required<Pick<Deletion, 'image'>>;
  };
export type OpenV2Registry = (connection: Connection, context: ProviderContext) => V2Registry;

/** https://docs.gitlab.com/user/reserved_names/#limitations-on-usernames-project-and-group-names */
const projectPattern = /^[\w][\w.-]*(?:\/[\w][\w.-]*)+$/;

/** Projects and their repositories, as GitLab's API lists them; below those, its registry speaks for itself. */
export class GitLabProvider implements RegistryProvider {
  private readonly api: GitLabApi;
  private readonly projects: Projects;
  /** Ids by name of image, as they were listed last. */
  private readonly ids = new LRUCache<string, number>({ max: 20_000 });
  private readonly opened = new Map<string, V2Registry>();
  /** Whose token it is. */
  private user: { readonly token: string; readonly name: string } | undefined;

  constructor(
    private readonly connection: Connection,
    private readonly context: ProviderContext,
    private readonly openRegistry: OpenV2Registry,
  ) {
    this.api = new GitLabApi(withRetry(context.http), connection.url, (signal) => this.token(signal));
    this.projects = new Projects(this.api, context.namespaces);
  }

  readonly list: RegistryProvider['list'] = async (parent, cursor, signal) => {
    switch (parent?.kind) {
      case undefined:
        return this.groups(cursor, signal);
      case 'group':
        return this.repositories(await this.projects.named(parent.key, signal), cursor, signal);
      case 'repository':
      case 'tag':
      case 'platform':
      case 'attachment':
        return this.fromRegistry(parent.image, (registry) => registry.list(parent, cursor, signal));
      case 'registry':
        return { items: [] };
    }
  };

  readonly locate: RegistryProvider['locate'] = (image) => {
    const project = this.projects.of(image);
    if (project === undefined) return undefined;
    const repository = repositoryOf(project, { host: image.host, path: image.path });
    const { tag } = image;
    const below: readonly Tag[] =
      tag === undefined ? [] : [{ kind: 'tag', label: tag, image: withTag(repository.image, tag) }];
    return [groupOf(project), repository, ...below];
  };

  readonly learn: NonNullable<RegistryProvider['learn']> = async (host, signal) => {
    // Docker Hub's images are nobody's in GitLab.
    if (host !== 'docker.io') await this.projects.learn(host, signal);
  };

  /** The registry is elsewhere than the web pages, and known once a project was listed. */
  get endpoints(): readonly Endpoint[] {
    const credential = (signal: AbortSignal) => this.registryCredential(signal);
    const registries = this.projects
      .hosts()
      .map((host) => ({ url: this.urlOf(host), credential, isNamed: true as const }));
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

  readonly details: NonNullable<RegistryProvider['details']> = (tag, signal) =>
    this.fromRegistry(tag.image, (registry) => registry.details(tag, signal));

  readonly content: ImageContent = {
    manifest: (image, signal) => this.fromRegistry(image, (registry) => registry.content.manifest(image, signal)),
    images: (image, signal) => this.fromRegistry(image, (registry) => registry.content.images(image, signal)),
    config: (image, signal) => this.fromRegistry(image, (registry) => registry.content.config(image, signal)),
    attachment: (attachment, signal) =>
      this.fromRegistry(attachment.image, (registry) => registry.content.attachment(attachment, signal)),
  };

  /** A tag alone and whole repositories by the API, which asks for less than the registry does: images are deleted there. */
  readonly deletion: Deletion = {
    image: {
      preview: (tag, progress, signal) =>
        this.fromRegistry(tag.image, (registry) => registry.deletion.image.preview(tag, progress, signal)),
      delete: (image, digest, signal) =>
        this.fromRegistry(image, (registry) => registry.deletion.image.delete(image, digest, signal), mayNotDelete),
      left: (image, digest, tags, signal) =>
        this.fromRegistry(image, (registry) => registry.deletion.image.left(image, digest, tags, signal)),
    },
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

  readonly namespaces: NonNullable<RegistryProvider['namespaces']> = {
    get prompt() {
      return t('Path of a project, such as group/project; several with commas between');
    },
    problem: (name) =>
      projectPattern.test(name) ? undefined : t('“{0}” is no path of a project, such as group/project.', name),
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
        explanation: t('there is no GitLab at {0}; a path in front of it belongs to its address', this.connection.url),
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
          return repositoryOf(project, { host: image.host, path: image.path });
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
    const explanation = t('GitLab lists projects by an access token only: Update Credential…');
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

  private async fromRegistry<T>(
    image: ImageReference,
    ask: (registry: V2Registry) => Promise<T>,
    explanation = mayNotRead,
  ): Promise<T> {
    try {
      return await ask(this.at(image.host));
    } catch (error) {
      if (!(error instanceof Failure) || error.detail.explanation !== undefined) throw error;
      if (error.kind !== 'unauthorized' && error.kind !== 'forbidden') throw error;
      // The registry says of what is not there that it may not be seen.
      if (this.projects.of(image) === undefined)
        throw new Failure('notFound', error.message, error.detail, { cause: error });
      throw withDetail(error, { explanation: explanation() });
    }
  }

  /** The registry at a host that GitLab has told. */
  private at(host: string): V2Registry {
    let registry = this.opened.get(host);
    if (registry === undefined) {
      const { id, label } = this.connection;
      const credential = (signal: AbortSignal) => this.registryCredential(signal);
      const connection = { id, provider: 'generic', label, url: this.urlOf(host), signIn: this.connection.signIn };
      registry = this.openRegistry(connection, { ...this.context, credential, pinned: () => [] });
      this.opened.set(host, registry);
    }
    return registry;
  }

  private urlOf(host: string): string {
    return `${new URL(this.connection.url).protocol}//${host}`;
  }
}

function mayNotRead(): string {
  return t('the registry does not show this image to this access token; reading takes the scope read_registry');
}

function mayNotDelete(): string {
  return t('deleting an image takes an access token with the scope api, and the role Maintainer in the project');
}

function groupOf({ key, path }: Pick<Project, 'key' | 'path'>): Group {
  return { kind: 'group', key, label: path, icon: 'project' };
}

/** As GitLab shows it: with the project's own name in front, since the project may have an image of its very name. */
function repositoryOf({ key }: Project, image: ImageReference): Repository {
  return { kind: 'repository', label: image.path.slice(key.lastIndexOf('/') + 1), image };
}

function nameOf({ host, path }: ImageReference): string {
  return `${host}/${path}`;
}
