import { LRUCache } from 'lru-cache';
import { t } from '@vscode/l10n';
import { defined } from '../../core/defined';
import { readDeletion } from '../../images/deletionGraph';
import type { GraphSource } from '../../images/deletionGraph';
import type { Endpoint } from '../../core/network/diagnose';
import { Failure, isDenied, withDetail } from '../../core/failure';
import { dateOf } from '../../core/manifest';
import type { Connection, Credential, Group, ImageDetails, Page, Repository, Tag } from '../../core/model';
import type { ImageReference } from '../../core/reference';
import { withRetry } from '../../core/retry';
import type { Deletion, ImageContent, ProviderContext, RegistryProvider } from '../provider';
import { detailsFrom, repositoryAt, entriesTo } from '../rows';
import { areAllAfter, V2 } from '../v2';
import { packagesAnswer } from './githubAnswers';
import { endpointsOf } from './githubEndpoints';
import type { GitHubEndpoints } from './githubEndpoints';
import { GitHubApi, isLastAllowed, printScopes, withRetryAfter } from './githubApi';
import { PackageOwners } from './packageOwners';
import { PackageVersions } from './packageVersions';
import type { Version } from './packageVersions';

/**
 * Letters, digits and hyphens, and underscores for users that an enterprise manages. GitHub checks the rest, because old logins and
 * other servers have other rules. https://docs.github.com/en/enterprise-cloud@latest/admin/managing-iam/iam-configuration-reference/username-considerations-for-external-authentication
 */
const loginPattern = /^[a-z\d][a-z\d_-]{0,38}$/i;

/** GitHub Container Registry: packages and tags are listed by the packages API, manifests are read from the registry. */
export class GhcrProvider implements RegistryProvider {
  readonly hasTypedAddress = true;
  readonly endpoints: readonly Endpoint[];
  readonly content: ImageContent;
  private readonly servers: GitHubEndpoints;
  private readonly api: GitHubApi;
  private readonly v2: V2;
  private readonly versions: PackageVersions;
  private readonly owners: PackageOwners;
  private readonly pages = new LRUCache<string, string>({ max: 5000 });
  /** Repositories whose details the registry refused: their other tags are not requested there. */
  private readonly deniedRepositories = new Set<string>();

  constructor(
    private readonly connection: Connection,
    private readonly context: ProviderContext,
  ) {
    this.servers = endpointsOf(connection.url, context.setting);
    const { http } = context;
    this.api = new GitHubApi(
      withRetry(withRetryAfter(http)),
      this.servers.api,
      connection.url,
      (scopes, mayAsk, signal) => this.token(scopes, mayAsk, signal),
    );
    const readTypedName = async (signal: AbortSignal) => {
      const credential = await context.credential(signal);
      return credential.kind === 'basic' ? credential.username : '';
    };
    const readSignInName = async (signal: AbortSignal) => {
      const credential = await this.registryCredential(signal);
      return credential.kind === 'basic' ? credential.username : '';
    };
    const added = () => context.shown().namespaces ?? [];
    this.owners = new PackageOwners(this.api, added, readTypedName, readSignInName, context.log);
    this.versions = new PackageVersions(this.api, (image, signal) => this.packagePath(image, signal));
    this.v2 = new V2({
      url: this.servers.registry,
      http,
      credential: (signal) => this.registryCredential(signal),
      // A version has all tags of a digest.
      readEveryTag: async (image, signal) =>
        (await this.versions.readAll(image, signal)).flatMap(({ digest, tags }) =>
          tags.map((name) => ({ name, digest })),
        ),
      explain: (error, { what }, signal) => (what === 'image' ? this.explain(error, signal) : error),
    });
    this.endpoints = [this.v2.endpoint, { url: this.servers.api }];
    this.content = this.v2.content;
  }

  readonly list: RegistryProvider['list'] = async (parent, cursor, signal) => {
    switch (parent?.kind) {
      case undefined: {
        const { items, ...rest } = await this.owners.page(cursor, signal);
        return { items: items.map((login) => this.groupOfOwner(login)), ...rest };
      }
      case 'group':
        return this.listPackages(parent, cursor, signal);
      case 'repository':
        return this.listTags(parent, cursor, signal);
      case 'tag':
      case 'platform':
      case 'attachment':
        return this.v2.listBelow(parent, signal);
      case 'registry':
        return { items: [] };
    }
  };

  readonly locate: RegistryProvider['locate'] = (image) => {
    if (image.host !== this.servers.host) return undefined;
    return entriesTo(image, [groupOf(ownerOf(image)), repositoryOf(image)]);
  };

  readonly hostOf: RegistryProvider['hostOf'] = () => this.servers.host;

  /** Tries an account's token first: if the registry refuses it, an engine would not say why. */
  readonly engineCredential: RegistryProvider['engineCredential'] = async (_host, signal) => {
    const stored = await this.context.credential(signal);
    if (stored.kind !== 'anonymous' || this.context.account === undefined) return stored;
    try {
      await this.v2.client.ping(signal);
    } catch (error) {
      throw await this.explain(error, signal);
    }
    return this.registryCredential(signal);
  };

  readonly accountName = (signal: AbortSignal): Promise<string> => this.owners.login(signal);

  readonly pushTargets: RegistryProvider['pushTargets'] = async (signal) =>
    (await this.owners.page(undefined, signal)).items.map((login) => ({
      host: this.servers.host,
      namespace: login.toLowerCase(),
    }));

  /** From the registry; if that refuses the account, from the packages API. */
  readonly details: NonNullable<RegistryProvider['details']> = async (tag, signal) => {
    const { path } = tag.image;
    const version = this.versions.known(tag.image);
    if (version !== undefined && this.deniedRepositories.has(path)) return detailsOf(version);
    try {
      const details = await this.v2.details(tag, signal);
      return { ...details, ...defined({ updated: version?.digest === details.digest ? version.updated : undefined }) };
    } catch (error) {
      if (version === undefined || !isDenied(error)) throw error;
      this.deniedRepositories.add(path);
      return detailsOf(version);
    }
  };

  readonly deletion: Deletion = {
    image: {
      preview: (image, tags, progress, signal) => readDeletion(this.graphOf(image), tags, progress, signal),
      delete: (image, digest, signal) => this.versions.delete(image, digest, signal),
      tagsLeft: async (image, digest, tags, signal) => {
        const all = await this.versions.readAll(image, signal);
        const current = all.find((version) => version.digest === digest)?.tags ?? [];
        return tags.filter((name) => current.includes(name));
      },
    },
  };

  readonly holds: NonNullable<RegistryProvider['holds']> = (entry) =>
    entry === undefined
      ? {
          one: (of) => t('Owner in {0}', of),
          none: t('no owners'),
          listing: (of) => t('list the owners of packages in {0}', of),
        }
      : undefined;

  readonly namespaces: NonNullable<RegistryProvider['namespaces']> = {
    get called() {
      return { add: (to: string) => t('Add Owner to {0}', to), added: t('Added {1} | Added {0} owners') };
    },
    problem: (name) =>
      loginPattern.test(name) ? undefined : t('“{0}” is not a user or organization of GitHub.', name),
    check: async (name, signal) => {
      await this.listPackages(groupOf(name), undefined, signal);
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
      case 'registry':
      case 'platform':
      case 'attachment':
        return undefined;
    }
  };

  /** The stored personal access token, otherwise the token of VS Code's account. Rejects with a Failure if there is none. */
  private async token(scopes: readonly string[], mayAsk: boolean, signal: AbortSignal): Promise<string> {
    const credential = await this.context.credential(signal);
    if (credential.kind === 'basic') return credential.secret;
    const session = await this.context.account?.(scopes, mayAsk);
    signal.throwIfAborted();
    if (session !== undefined) return session.token;
    const explanation =
      this.context.account === undefined
        ? t('a personal access token is needed; add one with Update Credential…')
        : mayAsk
          ? t('the account of VS Code was not given the scopes {0}', printScopes(scopes))
          : t('the account of VS Code is signed out, or was not given to this extension. Sign in again');
    throw new Failure('unauthorized', '', { subject: this.api.host, explanation });
  }

  private async registryCredential(signal: AbortSignal): Promise<Credential> {
    const credential = await this.context.credential(signal);
    if (credential.kind !== 'anonymous') return credential;
    const session = await this.context.account?.(['read:packages'], false);
    if (session === undefined) return credential;
    return { kind: 'basic', username: session.account, secret: session.token };
  }

  /** The registry may refuse an account's token that the API accepts: https://github.com/cli/cli/issues/5174 */
  private async explain(error: unknown, signal: AbortSignal): Promise<unknown> {
    if (!isDenied(error) || this.context.account === undefined) return error;
    if ((await this.context.credential(signal)).kind !== 'anonymous') return error;
    const explanation = t(
      'the registry does not accept the token of VS Code’s account for this. Add a personal access token (classic) with read:packages: Update Credential…',
    );
    return withDetail(error, { explanation });
  }

  private async listPackages(group: Group, cursor: string | undefined, signal: AbortSignal): Promise<Page<Repository>> {
    const path = await this.owners.path(group.key, signal);
    const query = `${path}?package_type=container`;
    const { answer, next } = await this.api.page(packagesAnswer, query, cursor, signal);
    const items = answer.map(({ name, html_url: page, updated_at: updated }) => {
      const image = { host: this.servers.host, path: `${group.key}/${name}`.toLowerCase() };
      const repository = repositoryOf(image, dateOf(updated));
      if (typeof page === 'string') this.pages.set(repository.image.path, page);
      return repository;
    });
    return { items, ...next };
  }

  private groupOfOwner(login: string): Group {
    const kind = this.owners.kindOf(login);
    if (kind === 'user') return { ...groupOf(login), called: t('Account'), icon: 'account' };
    return kind === 'organization' ? { ...groupOf(login), called: t('Organization') } : groupOf(login);
  }

  private async packagePath(image: ImageReference, signal: AbortSignal): Promise<string> {
    const path = await this.owners.path(ownerOf(image), signal);
    return `${path}/container/${encodeURIComponent(nameOf(image))}`;
  }

  /** A page of tags. If a page of versions has no tags, the next one is read, up to the last that GitHub allows. */
  private async listTags({ image }: Repository, cursor: string | undefined, signal: AbortSignal): Promise<Page<Tag>> {
    this.deniedRepositories.delete(image.path);
    for (let at = cursor; ;) {
      const { items: versions, next } = await this.versions.page(image, at, signal);
      const items = this.v2.rowsOf(
        image,
        versions.flatMap((version) =>
          version.tags.map((name) => ({ name, details: { ...detailsOf(version), isPartial: true } })),
        ),
        isLastAllowed(at) ? undefined : areAllAfter(at, defined({ next })),
      );
      at = next;
      if (items.length === 0 && next !== undefined) continue;
      return { items, ...defined({ next }) };
    }
  }

  /** Reads the images of a deletion from the registry. After the registry has refused the account, no more requests are sent. */
  private graphOf(image: ImageReference): GraphSource {
    const source = this.v2.source(image);
    let refusal: Failure | undefined;
    const ask = async <T>(read: () => Promise<T>): Promise<T> => {
      if (refusal !== undefined) throw refusal;
      try {
        return await read();
      } catch (error) {
        if (!isDenied(error)) throw error;
        refusal = new Failure('forbidden', error.message, error.detail, { cause: error });
        throw refusal;
      }
    };
    return {
      tags: source.tags,
      head: (reference, signal) => ask(() => source.head(reference, signal)),
      manifest: (reference, signal) => ask(() => source.manifest(reference, signal)),
      referrers: (digest, signal) => ask(() => source.referrers(digest, signal)),
    };
  }
}

/** The row of an owner. Keys are lower case, as in image names, even if the owner's login is not. */
function groupOf(login: string): Group {
  return { kind: 'group', key: login.toLowerCase(), label: login, called: t('Owner') };
}

/** The row of a package. It is below its owner, so its label is the name without the owner. */
function repositoryOf(image: ImageReference, updated?: Date): Repository {
  return repositoryAt(image.host, image.path, nameOf(image), updated);
}

function ownerOf({ path }: ImageReference): string {
  return path.slice(0, path.indexOf('/'));
}

function nameOf({ path }: ImageReference): string {
  return path.slice(path.indexOf('/') + 1);
}

function detailsOf({ digest, updated }: Version): ImageDetails {
  return detailsFrom({ digest, type: 'image', updated });
}

function asUrl(text: string | undefined): URL | undefined {
  return text !== undefined && /^https?:/.test(text) && URL.canParse(text) ? new URL(text) : undefined;
}
