import { LRUCache } from 'lru-cache';
import { t } from '@vscode/l10n';
import { withAuth } from '../../core/auth';
import { Failure, withDetail } from '../../core/failure';
import { axiosHttp } from '../../core/http';
import { isDigestTag, readAttachment, readDetails, readImage, readPlatforms } from '../../core/imageReader';
import type { Connection, Credential, Group, ImageDetails, Page, Repository, Tag } from '../../core/model';
import { withTag } from '../../core/reference';
import type { ImageReference } from '../../core/reference';
import { RegistryClient } from '../../core/registryClient';
import { withRetry } from '../../core/retry';
import type { Deletion, DeletionPreview, ImageContent, ProviderContext, RegistryProvider } from '../provider';
import { organizationsAnswer, packagesAnswer, userAnswer } from './answers';
import { endpointsOf } from './endpoints';
import type { Endpoints } from './endpoints';
import { covers, GitHubApi, listed } from './githubApi';
import { Versions } from './versions';
import type { Version } from './versions';

/** https://docs.github.com/en/enterprise-cloud@latest/admin/managing-iam/iam-configuration-reference/username-considerations-for-external-authentication */
const loginPattern = /^[a-z\d](?:[a-z\d]|-(?=[a-z\d])){0,38}$/i;

/** GitHub Container Registry: lists through the packages API; manifests come from the registry. */
export class GhcrProvider implements RegistryProvider {
  private readonly endpoints: Endpoints;
  private readonly api: GitHubApi;
  private readonly client: RegistryClient;
  private readonly versions: Versions;
  /** Where an owner's packages are listed, by lower-cased login. */
  private readonly paths = new Map<string, string>();
  private readonly pages = new LRUCache<string, string>({ max: 5000 });

  constructor(
    private readonly connection: Connection,
    private readonly context: ProviderContext,
  ) {
    this.endpoints = endpointsOf(connection.url, context.setting);
    const http = withRetry(axiosHttp(context.log));
    this.api = new GitHubApi(http, this.endpoints.api, (scopes, mayAsk, signal) => this.token(scopes, mayAsk, signal));
    const readCredential = (signal: AbortSignal) => this.registryCredential(signal);
    const { registry } = this.endpoints;
    this.client = new RegistryClient(withAuth(http, registry, readCredential), registry);
    this.versions = new Versions(this.api, (image, signal) => this.packagePath(image, signal));
  }

  readonly list: RegistryProvider['list'] = async (parent, cursor, signal) => {
    switch (parent?.kind) {
      case undefined:
        return { items: (await this.owners(signal)).map(groupOf) };
      case 'group':
        return this.packages(parent, cursor, signal);
      case 'repository':
        return this.tags(parent, cursor, signal);
      case 'tag': {
        const { image, label } = parent;
        const source = { client: this.client, image, digestTags: this.versions.digestTags(image) };
        return { items: await this.fromRegistry(() => readPlatforms(source, label, signal)) };
      }
      case 'platform':
        return { items: parent.attachments };
      case 'attachment':
        return { items: [] };
    }
  };

  readonly locate: RegistryProvider['locate'] = (image) => {
    if (image.host !== this.endpoints.host) return undefined;
    const repository = { host: image.host, path: image.path };
    const entries = [groupOf(ownerOf(image)), repositoryOf(repository)];
    const { tag } = image;
    return tag === undefined ? entries : [...entries, { kind: 'tag', label: tag, image: withTag(repository, tag) }];
  };

  readonly hostOf: RegistryProvider['hostOf'] = () => this.endpoints.host;

  readonly engineCredential: RegistryProvider['engineCredential'] = (_host, signal) => this.registryCredential(signal);

  readonly pushTargets: RegistryProvider['pushTargets'] = async (signal) =>
    (await this.ownOwners(signal)).map((login) => ({ host: this.endpoints.host, namespace: login.toLowerCase() }));

  /** From the registry; where it refuses the account, what the packages API has told. */
  readonly details: NonNullable<RegistryProvider['details']> = async (tag, signal) => {
    try {
      return await this.fromRegistry(() => readDetails(this.client, tag.image.path, tag.label, signal));
    } catch (error) {
      const version = this.versions.known(tag.image);
      if (version === undefined || !isRefusal(error)) throw error;
      return detailsOf(version);
    }
  };

  readonly content: ImageContent = {
    manifest: (image, signal) =>
      this.fromRegistry(() => this.client.manifest(image.path, image.digest ?? image.tag ?? 'latest', signal)),
    config: (image, signal) => this.fromRegistry(() => readImage(this.client, image, signal)),
    attachment: (attachment, signal) => this.fromRegistry(() => readAttachment(this.client, attachment, signal)),
  };

  readonly deletion: Deletion = {
    preview: (tag, progress, signal) => this.previewDeletion(tag, progress, signal),
    image: (image, digest, signal) => this.versions.delete(image, digest, signal),
  };

  readonly namespaces: NonNullable<RegistryProvider['namespaces']> = {
    problem: (name) => (loginPattern.test(name) ? undefined : t('“{0}” is no user or organization of GitHub.', name)),
    check: async (name, signal) => {
      await this.packages(groupOf(name), undefined, signal);
    },
  };

  readonly webPage: NonNullable<RegistryProvider['webPage']> = (entry) => {
    switch (entry?.kind) {
      case undefined:
        return new URL(this.connection.url);
      case 'group':
        return new URL(`/${entry.key}?tab=packages`, this.connection.url);
      case 'repository':
        return asUrl(this.pages.get(entry.image.path));
      case 'tag':
        return asUrl(this.versions.known(entry.image)?.page ?? this.pages.get(entry.image.path));
      case 'platform':
      case 'attachment':
        return undefined;
    }
  };

  /** A personal access token where there is one, else the session of VS Code's account. */
  private async token(scopes: readonly string[], mayAsk: boolean, signal: AbortSignal): Promise<string> {
    const credential = await this.context.credential(signal);
    if (credential.kind === 'basic') return credential.secret;
    const session = await this.context.account?.(scopes, mayAsk);
    signal.throwIfAborted();
    if (session !== undefined) return session.token;
    const explanation =
      this.context.account === undefined
        ? t('a personal access token is needed')
        : mayAsk
          ? t('the account of VS Code was not given the scopes {0}', listed(scopes))
          : t('the account of VS Code is signed out, or was not given to this extension. Sign in again');
    throw new Failure('unauthorized', '', { subject: new URL(this.endpoints.api).host, explanation });
  }

  private async registryCredential(signal: AbortSignal): Promise<Credential> {
    const credential = await this.context.credential(signal);
    if (credential.kind !== 'anonymous') return credential;
    const session = await this.context.account?.(['read:packages'], false);
    if (session === undefined) return credential;
    return { kind: 'basic', username: session.account, secret: session.token };
  }

  /** The registry may refuse the token of an account that the API takes: https://github.com/cli/cli/issues/5174 */
  private async fromRegistry<T>(ask: () => Promise<T>): Promise<T> {
    try {
      return await ask();
    } catch (error) {
      if (!isRefusal(error) || this.context.account === undefined) throw error;
      const explanation = t(
        'the registry does not take the token of VS Code’s account for this. Add a personal access token (classic) with read:packages: Update Credential…',
      );
      throw withDetail(error, { explanation });
    }
  }

  private async owners(signal: AbortSignal): Promise<readonly string[]> {
    const scopes = await this.api.scopes(signal);
    if (scopes !== undefined && !covers(scopes, 'read:packages')) {
      const explanation = t(
        'the token has the scopes {0}, and needs read:packages to browse and pull, write:packages to push, delete:packages to delete',
        listed(scopes),
      );
      throw new Failure('forbidden', '', { subject: new URL(this.endpoints.api).host, explanation });
    }
    const all = [...(await this.ownOwners(signal)), ...this.context.namespaces()];
    return [...new Map(all.map((login) => [login.toLowerCase(), login])).values()];
  }

  /** The user, then the organizations, which a token without read:org does not tell: that hides nothing else. */
  private async ownOwners(signal: AbortSignal): Promise<readonly string[]> {
    const organizations = this.api
      .page(organizationsAnswer, '/user/orgs', undefined, signal)
      .catch((error: unknown) => {
        signal.throwIfAborted();
        if (!(error instanceof Failure) || !['forbidden', 'notFound'].includes(error.kind)) throw error;
        this.context.log.warn(`GitHub does not list the organizations of the account: ${error.message}`);
        return { answer: [] };
      });
    const [{ login }, { answer }] = await Promise.all([this.api.get(userAnswer, '/user', signal), organizations]);
    this.paths.set(login.toLowerCase(), '/user/packages');
    for (const { login: name } of answer) this.paths.set(name.toLowerCase(), `/orgs/${name}/packages`);
    return [login, ...answer.map(({ login: name }) => name)];
  }

  private async packages(group: Group, cursor: string | undefined, signal: AbortSignal): Promise<Page<Repository>> {
    const path = await this.ownerPath(group.key, signal);
    const query = `${path}?package_type=container`;
    const { answer, next } = await this.api.page(packagesAnswer, query, cursor, signal);
    const items = answer.map(({ name, html_url: page }) => {
      const repository = repositoryOf({
        host: this.endpoints.host,
        path: `${group.key}/${name}`.toLowerCase(),
      });
      if (typeof page === 'string') this.pages.set(repository.image.path, page);
      return repository;
    });
    return { items, ...next };
  }

  /** One that was added by hand is an organization or a user. */
  private async ownerPath(owner: string, signal: AbortSignal): Promise<string> {
    const key = owner.toLowerCase();
    const known =
      this.paths.get(key) ?? (this.connection.account?.toLowerCase() === key ? '/user/packages' : undefined);
    if (known !== undefined) return known;
    const [organization, user] = [`/orgs/${owner}/packages`, `/users/${owner}/packages`];
    const path = await this.api.page(packagesAnswer, `${organization}?package_type=container`, undefined, signal).then(
      () => organization,
      (error: unknown) => {
        if (error instanceof Failure && error.kind === 'notFound') return user;
        throw error;
      },
    );
    this.paths.set(key, path);
    return path;
  }

  private async packagePath(image: ImageReference, signal: AbortSignal): Promise<string> {
    const path = await this.ownerPath(ownerOf(image), signal);
    return `${path}/container/${encodeURIComponent(nameOf(image))}`;
  }

  /** A page may hold nothing but versions without tags; then the next one is read. */
  private async tags({ image }: Repository, cursor: string | undefined, signal: AbortSignal): Promise<Page<Tag>> {
    let next = cursor;
    for (let pages = 1; ; pages++) {
      const page = await this.versions.page(image, next, signal);
      const names = page.items.flatMap(({ tags }) => tags.filter((name) => !isDigestTag(name)));
      next = page.next;
      if (names.length === 0 && next !== undefined && pages < mostEmptyPages) continue;
      const items = names.map((name): Tag => ({ kind: 'tag', label: name, image: withTag(image, name) }));
      return { items, ...(next === undefined ? {} : { next }) };
    }
  }

  private async previewDeletion(
    { image, label }: Tag,
    progress: (done: number, of: number) => void,
    signal: AbortSignal,
  ): Promise<DeletionPreview> {
    const version = await this.versions.find(image, label, progress, signal);
    return { digest: version.digest, tags: version.tags, platforms: [] };
  }
}

const mostEmptyPages = 20;

function isRefusal(error: unknown): boolean {
  return error instanceof Failure && (error.kind === 'unauthorized' || error.kind === 'forbidden');
}

/** Image names are lower case, whatever the owner's login is: keys are as well. */
function groupOf(login: string): Group {
  return { kind: 'group', key: login.toLowerCase(), label: login };
}

/** Under its owner, so its own name is enough. */
function repositoryOf(image: ImageReference): Repository {
  return { kind: 'repository', label: nameOf(image), image };
}

function ownerOf({ path }: ImageReference): string {
  return path.slice(0, path.indexOf('/'));
}

function nameOf({ path }: ImageReference): string {
  return path.slice(path.indexOf('/') + 1);
}

function detailsOf({ digest, updated }: Version): ImageDetails {
  return {
    digest,
    mediaType: '',
    type: 'image',
    ...(updated === undefined ? {} : { created: updated }),
    platforms: [],
    labels: {},
  };
}

function asUrl(text: string | undefined): URL | undefined {
  return text !== undefined && /^https?:/.test(text) && URL.canParse(text) ? new URL(text) : undefined;
}
