import { t } from '@vscode/l10n';
import type { Endpoint } from '../../core/network/diagnose';
import { Failure, isAboutServer } from '../../core/failure';
import type { Connection, Entry, Group, Page, Repository, Tag } from '../../core/model';
import { baseName, parseReference } from '../../core/reference';
import type { ImageReference } from '../../core/reference';
import { withRetry } from '../../core/retry';
import type { Deletion, ImageContent, ProviderContext, RegistryProvider, TagPreview } from '../provider';
import { repositoryAt, trailTo } from '../rows';
import { V2 } from '../v2';
import * as answers from './hubAnswers';
import { deletionRefused, HubApi, hubUrl } from './hubApi';
import { digestOf, platformsOf, tagOf } from './hubTags';
import { webPage } from './webPages';

const host = 'docker.io';
/** The most that the Hub gives at once. */
const pageSize = 100;
const searchPageSize = 25;
const namespacePattern = /^[a-z0-9][a-z0-9_-]*$/;

/** Docker Hub: lists through its own API, which counts no pulls; manifests come from the registry behind it. */
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
        return { items: await this.namespacesShown(signal) };
      case 'group':
        return this.repositories(parent, cursor, signal);
      case 'repository':
        return this.tags(parent, cursor, signal);
      case 'tag':
        return this.platforms(parent, signal);
      case 'platform':
      case 'attachment':
        return this.v2.below(parent, signal);
      case 'registry':
        return { items: [] };
    }
  };

  readonly locate: RegistryProvider['locate'] = (image) => {
    if (image.host !== host || image.path.split('/').length !== 2) return undefined;
    return trailTo(image, [groupOf(namespaceOf(image)), repositoryOf(image)]);
  };

  readonly hostOf: RegistryProvider['hostOf'] = () => host;

  readonly engineCredential: RegistryProvider['engineCredential'] = (_host, signal) => this.context.credential(signal);

  readonly pushTargets: RegistryProvider['pushTargets'] = async (signal) => {
    if (!this.hasAccount) return [];
    return (await this.ownNamespaces(signal)).map((namespace) => ({ host, namespace }));
  };

  readonly content: ImageContent;

  /** Nobody deletes without an account. */
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

  private async namespacesShown(signal: AbortSignal): Promise<readonly Group[]> {
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

  /** The account itself, then its organizations; what the Hub will not tell of those hides nothing else. */
  private async ownNamespaces(signal: AbortSignal): Promise<readonly string[]> {
    await this.hub.signIn(signal);
    const asked = await Promise.all([
      this.orNothing(async () => {
        const path = `/v2/user/orgs/?page=1&page_size=${pageSize}`;
        return ((await this.hub.get(answers.organizationsAnswer, path, signal)).results ?? []).map(
          (one) => one.orgname,
        );
      }, signal),
      this.orNothing(async () => {
        return (await this.hub.get(answers.namespacesAnswer, '/v2/repositories/namespaces/', signal)).namespaces ?? [];
      }, signal),
    ]);
    const credential = await this.context.credential(signal);
    // Docker's login may be by e-mail address, which is no namespace.
    const own = credential.kind === 'basic' ? [credential.username.toLowerCase()].filter(isNamespace) : [];
    return [...new Set([...own, ...asked.flat()])];
  }

  private async orNothing(ask: () => Promise<readonly string[]>, signal: AbortSignal): Promise<readonly string[]> {
    try {
      return await ask();
    } catch (error) {
      signal.throwIfAborted();
      // Of any other failure the account's own repositories would tell as well.
      if (!(error instanceof Failure) || (isAboutServer(error) && error.kind !== 'timedOut')) throw error;
      this.context.log.warn(`Docker Hub does not list all namespaces of the account: ${error.message}`);
      return [];
    }
  }

  private async repositories(
    { key }: Group,
    cursor: string | undefined,
    signal: AbortSignal,
  ): Promise<Page<Repository>> {
    const query = `page=${cursor ?? '1'}&page_size=${pageSize}&ordering=name`;
    const path = `${pathOf(key)}/repositories?${query}`;
    const answer = await orEnd(this.hub.get(answers.repositoriesAnswer, path, signal), cursor);
    const items = (answer.results ?? []).map(({ name }) => repositoryOf({ host, path: `${key}/${name}` }));
    return { items, ...nextPage(answer, cursor) };
  }

  private async tags({ image }: Repository, cursor: string | undefined, signal: AbortSignal): Promise<Page<Tag>> {
    const query = `page=${cursor ?? '1'}&page_size=${pageSize}`;
    const answer = await orEnd(this.hub.get(answers.tagsAnswer, `${tagsPath(image)}?${query}`, signal), cursor);
    const items = (answer.results ?? []).map((tag) => tagOf(image, tag));
    return { items, ...nextPage(answer, cursor) };
  }

  /** As the Hub tells them, which is no pull; where it does not, as the registry does. */
  private async platforms(tag: Tag, signal: AbortSignal): Promise<Page<Entry>> {
    const told = platformsOf(tag.image, await this.tagNow(tag.image, signal));
    return told.length > 0 ? { items: told } : this.v2.below(tag, signal);
  }

  private tagNow(image: ImageReference, signal: AbortSignal): Promise<answers.TagAnswer> {
    return this.hub.get(answers.tagAnswer, `${tagsPath(image)}/${encodeURIComponent(image.tag ?? 'latest')}`, signal);
  }

  private async previewUntag({ image, label }: Tag, signal: AbortSignal): Promise<TagPreview> {
    const [now, page, rules] = await Promise.all([
      this.tagNow(image, signal),
      this.tags(repositoryOf(image), undefined, signal),
      this.immutableTags(image, signal),
    ]);
    const digest = digestOf(now) ?? (await this.digestIfThere(image, label, signal));
    if (digest === undefined) return rules;
    const others = page.items.filter((tag) => tag.label !== label && tag.details?.digest === digest);
    return { digest, others: others.map((tag) => tag.label).sort(), ...rules };
  }

  /**
   * What the Hub says about tags that it does not delete; rejects if these are all: https://docs.docker.com/docker-hub/repos/manage/hub-images/immutable-tags/
   * Rules are patterns of a kind that is not evaluated here.
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

  /** Nothing where the Hub does not say. */
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

  /** The registry no longer has what is inactive. */
  private async digestIfThere({ path }: ImageReference, tag: string, signal: AbortSignal): Promise<string | undefined> {
    try {
      return (await this.v2.client.head(path, tag, signal)).digest;
    } catch (error) {
      if (error instanceof Failure && ['notFound', 'unauthorized'].includes(error.kind)) return undefined;
      throw error;
    }
  }

  /** Not described by Docker; what its own command line tool does. */
  private async deleteTag({ path, tag }: ImageReference, signal: AbortSignal): Promise<void> {
    try {
      await this.hub.delete(`/v2/repositories/${path}/tags/${encodeURIComponent(tag ?? '')}/`, signal);
    } catch (error) {
      throw deletionRefused(error);
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

/** Under its namespace, so its own name is enough. */
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

/** A list that became shorter meanwhile has no such page any more. */
async function orEnd<T>(
  page: Promise<T>,
  cursor: string | undefined,
): Promise<T | { readonly results: []; readonly next?: null }> {
  try {
    return await page;
  } catch (error) {
    if (cursor !== undefined && error instanceof Failure && error.kind === 'notFound') return { results: [] };
    throw error;
  }
}

/** By number: the next page's address may name a host that is not ours to ask. */
function nextPage({ next }: { readonly next?: string | null | undefined }, cursor: string | undefined) {
  return typeof next === 'string' && next !== '' ? { next: String(Number(cursor ?? '1') + 1) } : {};
}

/** `100;w=21600` */
function readLimit(text: string | undefined): { readonly pulls: number; readonly windowSeconds: number } | undefined {
  const [, pulls, seconds] = /^(\d+)(?:;w=(\d+))?/.exec(text ?? '') ?? [];
  return pulls === undefined ? undefined : { pulls: Number(pulls), windowSeconds: Number(seconds ?? '0') };
}
