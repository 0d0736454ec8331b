import { t } from '@vscode/l10n';
import { defined } from '../../core/defined';
import type { Endpoint } from '../../core/network/diagnose';
import { Failure, isAboutServer } from '../../core/failure';
import { dateOf } from '../../core/manifest';
import type { Connection, Entry, Group, Page, Repository, Tag } from '../../core/model';
import { baseName, parseReference } from '../../core/reference';
import type { ImageReference } from '../../core/reference';
import { withRetry } from '../../core/retry';
import type { Deletion, ImageContent, ProviderContext, RegistryProvider, TagPreview } from '../provider';
import { repositoryAt, entriesTo } from '../rows';
import { areAllAfter, V2 } from '../v2';
import * as answers from './hubAnswers';
import { explainDeletionRefusal, HubApi, hubUrl } from './hubApi';
import { digestOf, platformsOf, tagOf } from './hubTags';
import { webPage } from './hubWebPages';

const host = 'docker.io';
/** The most items that the Hub lists on a page. */
const pageSize = 100;
const searchPageSize = 25;
const namespacePattern = /^[a-z0-9][a-z0-9_-]*$/;

/** Docker Hub: lists come from its own API, which counts no pulls; manifests are read from the registry behind it. */
export class DockerHubProvider implements RegistryProvider {
  private readonly url: string;
  private readonly hub: HubApi;
  private readonly v2: V2;
  readonly endpoints: readonly Endpoint[];
  private readonly hasAccount: boolean;

  constructor(
    connection: Connection,
    private readonly context: ProviderContext,
  ) {
    this.url = hubUrl(context.setting);
    this.hub = new HubApi(withRetry(context.http), this.url, context.credential);
    const registry = context.setting('dockerHub.registryUrl');
    const registryUrl = registry === '' ? 'https://registry-1.docker.io' : registry;
    this.v2 = new V2({ url: registryUrl, http: context.http, credential: context.credential });
    this.endpoints = [this.v2.endpoint, { url: this.url }];
    this.content = this.v2.content;
    this.hasAccount = connection.signIn.kind !== 'anonymous';
    if (this.hasAccount) {
      this.deletion = {
        untag: {
          preview: (tag, signal) => this.previewUntag(tag, signal),
          delete: ({ image }, signal) => this.deleteTag(image, signal),
        },
      };
    }
  }

  readonly list: RegistryProvider['list'] = async (parent, cursor, signal) => {
    switch (parent?.kind) {
      case undefined:
        return { items: await this.listNamespaces(signal) };
      case 'group':
        return this.listRepositories(parent, cursor, signal);
      case 'repository':
        return this.listTags(parent, cursor, signal);
      case 'tag':
        return this.listPlatforms(parent, signal);
      case 'platform':
      case 'attachment':
        return this.v2.listBelow(parent, signal);
      case 'registry':
        return { items: [] };
    }
  };

  readonly locate: RegistryProvider['locate'] = (image) => {
    if (image.host !== host || image.path.split('/').length !== 2) return undefined;
    return entriesTo(image, [groupOf(namespaceOf(image)), repositoryOf(image)]);
  };

  readonly hostOf: RegistryProvider['hostOf'] = () => host;

  readonly engineCredential: RegistryProvider['engineCredential'] = (_host, signal) => this.context.credential(signal);

  readonly pushTargets: RegistryProvider['pushTargets'] = async (signal) => {
    if (!this.hasAccount) return [];
    return (await this.ownNamespaces(signal)).map((namespace) => ({ host, namespace }));
  };

  readonly content: ImageContent;

  /** Absent for anonymous use. */
  readonly deletion?: Deletion;

  readonly holds: NonNullable<RegistryProvider['holds']> = (entry) =>
    entry === undefined
      ? {
          one: (of) => t('Namespace of {0}', of),
          none: t('no namespaces'),
          listing: (of) => t('list the namespaces of {0}', of),
        }
      : undefined;

  readonly namespaces: NonNullable<RegistryProvider['namespaces']> = {
    problem: (name) => namespaceProblem(name),
    check: async (name, signal) => {
      await this.hub.get(answers.repositoriesAnswer, `${pathOf(name)}/repositories?page=1&page_size=1`, signal);
    },
  };

  /** https://docs.docker.com/reference/api/hub/latest/operations/listNamespaceRepositories/ Tags are searched as on the Hub's own pages. */
  readonly find: NonNullable<RegistryProvider['find']> = (parent) => {
    switch (parent?.kind) {
      case 'group':
        return (text, cursor, signal) => this.listRepositories(parent, cursor, signal, text.toLowerCase());
      case 'repository':
        return (text, cursor, signal) => this.listTags(parent, cursor, signal, text);
      default:
        return undefined;
    }
  };

  readonly search: NonNullable<RegistryProvider['search']> = async (query, cursor, signal) => {
    const words = new URLSearchParams({ query, page: cursor ?? '1', page_size: String(searchPageSize) });
    const answer = await this.hub.get(answers.searchAnswer, `/v2/search/repositories/?${words.toString()}`, signal);
    const items = (answer.results ?? []).flatMap((found) => {
      const image = parseReference(found.repo_name);
      if ('problem' in image) return [];
      const { short_description: description, star_count: stars, pull_count: pulls, is_official: official } = found;
      return [
        {
          repository: repositoryOf(image),
          ...(typeof description === 'string' ? { description } : {}),
          ...(typeof stars === 'number' ? { stars } : {}),
          ...(typeof pulls === 'number' ? { pulls } : {}),
          isOfficial: official === true,
        },
      ];
    });
    return { items, ...nextPage(answer, cursor) };
  };

  /** https://docs.docker.com/docker-hub/usage/pulls/#view-pull-rate-and-limit */
  readonly pullLimit: NonNullable<RegistryProvider['pullLimit']> = async (signal) => {
    const headers = await this.v2.client.manifestHeaders('ratelimitpreview/test', 'latest', signal);
    const limit = readLimit(headers['ratelimit-limit']);
    const remaining = readLimit(headers['ratelimit-remaining']);
    if (limit === undefined || remaining === undefined) return undefined;
    return { limit: limit.pulls, remaining: remaining.pulls, windowSeconds: limit.windowSeconds };
  };

  readonly webPage: NonNullable<RegistryProvider['webPage']> = (entry) => webPage(this.url, entry);

  private async listNamespaces(signal: AbortSignal): Promise<readonly Group[]> {
    const own = this.hasAccount ? await this.ownNamespaces(signal) : [];
    const credential = await this.context.credential(signal);
    const user = credential.kind === 'basic' ? credential.username.toLowerCase() : undefined;
    const groups = own.map((name) =>
      name === user
        ? { ...groupOf(name), called: t('Account'), icon: 'account' }
        : { ...groupOf(name), called: t('Organization') },
    );
    const others = (this.context.shown().namespaces ?? []).filter((name) => !own.includes(name));
    return [...groups, ...[...new Set(others)].map(groupOf)];
  }

  /** The account's own namespace, then its organizations. If one of the Hub's two lists fails, the rest is still listed. */
  private async ownNamespaces(signal: AbortSignal): Promise<readonly string[]> {
    await this.hub.signIn(signal);
    const lists = await Promise.all([
      this.orEmpty(async () => {
        const path = `/v2/user/orgs/?page=1&page_size=${pageSize}`;
        return ((await this.hub.get(answers.organizationsAnswer, path, signal)).results ?? []).map(
          (one) => one.orgname,
        );
      }, signal),
      this.orEmpty(async () => {
        return (await this.hub.get(answers.namespacesAnswer, '/v2/repositories/namespaces/', signal)).namespaces ?? [];
      }, signal),
    ]);
    const credential = await this.context.credential(signal);
    // The user name in docker's login may be an e-mail address, which is no namespace.
    const own = credential.kind === 'basic' ? [credential.username.toLowerCase()].filter(isNamespace) : [];
    return [...new Set([...own, ...lists.flat()])];
  }

  private async orEmpty(ask: () => Promise<readonly string[]>, signal: AbortSignal): Promise<readonly string[]> {
    try {
      return await ask();
    } catch (error) {
      signal.throwIfAborted();
      // After a failure of the network or the server, listing the repositories would fail too.
      if (!(error instanceof Failure) || (isAboutServer(error) && error.kind !== 'timedOut')) throw error;
      this.context.log.warn(`Docker Hub does not list all namespaces of the account: ${error.message}`);
      return [];
    }
  }

  /** `text`: the names are to contain it. */
  private async listRepositories(
    { key }: Group,
    cursor: string | undefined,
    signal: AbortSignal,
    text?: string,
  ): Promise<Page<Repository>> {
    const path = `${pathOf(key)}/repositories?${pageQuery(cursor, text)}&ordering=name`;
    const answer = await orEmptyPage(this.hub.get(answers.repositoriesAnswer, path, signal), cursor ?? text);
    const items = (answer.results ?? []).map(({ name, last_updated: updated }) => {
      return repositoryAt(host, `${key}/${name}`, name, dateOf(updated));
    });
    return { items, ...nextPage(answer, cursor) };
  }

  private async listTags(
    { image }: Repository,
    cursor: string | undefined,
    signal: AbortSignal,
    text?: string,
  ): Promise<Page<Tag>> {
    const path = `${tagsPath(image)}?${pageQuery(cursor, text)}`;
    const answer = await orEmptyPage(this.hub.get(answers.tagsAnswer, path, signal), cursor ?? text);
    const results = answer.results ?? [];
    const next = nextPage(answer, cursor);
    this.v2.noteTags(image, results, text === undefined ? areAllAfter(cursor, next) : undefined);
    return { items: results.map((tag) => tagOf(image, tag)), ...next };
  }

  /** The platforms from the Hub, which counts no pull; if the Hub has none, from the registry. */
  private async listPlatforms(tag: Tag, signal: AbortSignal): Promise<Page<Entry>> {
    const platforms = platformsOf(tag.image, await this.readTag(tag.image, signal));
    return platforms.length > 0 ? { items: platforms } : this.v2.listBelow(tag, signal);
  }

  private readTag(image: ImageReference, signal: AbortSignal): Promise<answers.TagAnswer> {
    return this.hub.get(answers.tagAnswer, `${tagsPath(image)}/${encodeURIComponent(image.tag ?? 'latest')}`, signal);
  }

  private async previewUntag({ image, label }: Tag, signal: AbortSignal): Promise<TagPreview> {
    const [now, page, rules] = await Promise.all([
      this.readTag(image, signal),
      this.listTags(repositoryOf(image), undefined, signal),
      this.immutableTags(image, signal),
    ]);
    const digest = digestOf(now) ?? (await this.findDigest(image, label, signal));
    if (digest === undefined) return rules;
    const others = page.items.filter((tag) => tag.label !== label && tag.details?.digest === digest);
    return { digest, others: others.map((tag) => tag.label).sort(), ...rules };
  }

  /**
   * The rule of a repository about tags that the Hub does not delete. Rejects if it applies to all tags: https://docs.docker.com/docker-hub/repos/manage/hub-images/immutable-tags/
   * The rule's patterns are shown and not evaluated.
   */
  private async immutableTags(image: ImageReference, signal: AbortSignal): Promise<Pick<TagPreview, 'rules'>> {
    const { enabled, rules } = await this.immutability(image, signal);
    if (enabled !== true) return {};
    const named = (rules ?? []).filter((rule) => rule !== '' && rule !== '.*');
    if (named.length === 0) {
      const explanation = t('all tags of this repository are immutable; its settings on Docker Hub can change that');
      throw new Failure('rejected', '', { subject: host, explanation, nextStep: 'openInBrowser' });
    }
    const patterns = named.join(', ').slice(0, 300);
    return {
      rules: [t('Docker Hub refuses to delete immutable tags: those of this repository that match {0}.', patterns)],
    };
  }

  /** The settings for immutable tags; empty if the Hub does not return them. */
  private async immutability(image: ImageReference, signal: AbortSignal): Promise<answers.ImmutableTags> {
    const path = `${pathOf(namespaceOf(image))}/repositories/${encodeURIComponent(baseName(image))}`;
    try {
      return (await this.hub.get(answers.repositoryAnswer, path, signal)).immutable_tags_settings ?? {};
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof Failure)) throw error;
      return {};
    }
  }

  /** The digest of a tag; undefined if the registry does not have it, as for inactive tags. */
  private async findDigest({ path }: ImageReference, tag: string, signal: AbortSignal): Promise<string | undefined> {
    try {
      return (await this.v2.client.head(path, tag, signal)).digest;
    } catch (error) {
      if (error instanceof Failure && ['notFound', 'unauthorized'].includes(error.kind)) return undefined;
      throw error;
    }
  }

  /** Docker does not document this request; its own command line tool sends it. */
  private async deleteTag({ path, tag }: ImageReference, signal: AbortSignal): Promise<void> {
    try {
      await this.hub.delete(`/v2/repositories/${path}/tags/${encodeURIComponent(tag ?? '')}/`, signal);
    } catch (error) {
      throw explainDeletionRefusal(error);
    }
  }
}

function isNamespace(name: string): boolean {
  return namespacePattern.test(name);
}

export function namespaceProblem(name: string): string | undefined {
  if (isNamespace(name)) return undefined;
  return isNamespace(name.toLowerCase())
    ? t('Namespaces are lower case: “{0}”.', name.toLowerCase())
    : t('“{0}” is not a namespace of Docker Hub: namespaces have letters, digits, - and _.', name);
}

function groupOf(name: string): Group {
  return { kind: 'group', key: name, label: name };
}

/** The row of a repository. It is below its namespace, so its label is the name without the namespace. */
function repositoryOf({ path }: ImageReference): Repository {
  return repositoryAt(host, path, baseName({ host, path }));
}

function namespaceOf({ path }: ImageReference): string {
  return path.split('/')[0] ?? '';
}

function pathOf(namespace: string): string {
  return `/v2/namespaces/${encodeURIComponent(namespace)}`;
}

function tagsPath(image: ImageReference): string {
  return `${pathOf(namespaceOf(image))}/repositories/${encodeURIComponent(baseName(image))}/tags`;
}

function pageQuery(cursor: string | undefined, text: string | undefined): string {
  return new URLSearchParams({
    page: cursor ?? '1',
    page_size: String(pageSize),
    ...defined({ name: text }),
  }).toString();
}

/**
 * A page of a list, or an empty page if the list has become shorter and no longer has this page. The list of what was searched for may be
 * empty from the start.
 */
async function orEmptyPage<T>(
  page: Promise<T>,
  narrowed: string | undefined,
): Promise<T | { readonly results: []; readonly next?: null }> {
  try {
    return await page;
  } catch (error) {
    if (narrowed !== undefined && error instanceof Failure && error.kind === 'notFound') return { results: [] };
    throw error;
  }
}

/** The number of the next page. Its address in the answer is not used, because it may name another host. */
function nextPage({ next }: { readonly next?: string | null | undefined }, cursor: string | undefined) {
  return typeof next === 'string' && next !== '' ? { next: String(Number(cursor ?? '1') + 1) } : {};
}

/** Reads a header such as `100;w=21600`. */
function readLimit(text: string | undefined): { readonly pulls: number; readonly windowSeconds: number } | undefined {
  const [, pulls, seconds] = /^(\d+)(?:;w=(\d+))?/.exec(text ?? '') ?? [];
  return pulls === undefined ? undefined : { pulls: Number(pulls), windowSeconds: Number(seconds ?? '0') };
}
