import { t } from '@vscode/l10n';
import { LRUCache } from 'lru-cache';
import { registryHttp } from '../../core/auth';
import { readDeletion, readPoint, readTagsLeft, registrySource, tooManyTags } from '../../images/deletionGraph';
import type { GraphSource, KnownTag } from '../../images/deletionGraph';
import type { Endpoint } from '../../core/network/diagnose';
import { emptyList, Failure, withDetail } from '../../core/failure';
import { readAttachment } from '../../images/attachments';
import { listBelow, readDetails, readImage, readImages } from '../../images/imageReader';
import type { Connection, ImageDetails, Page, Repository, Tag } from '../../core/model';
import { knownPaths, pinnedAt, withPins } from '../pins';
import { namespacesOf, referenceOf, withTag } from '../../core/reference';
import type { ImageReference } from '../../core/reference';
import { isDigestTag } from '../../core/referrersTag';
import { RegistryClient } from '../../core/registryClient';
import { withRetry } from '../../core/retry';
import type { Deletion, ImageContent, ProviderContext, RegistryProvider, TagDeletion } from '../provider';
import { quayTags } from './quay';
import { v2Tags } from './tagListing';
import type { ListedTag, ListTags } from './tagListing';
import { anyVendor, vendorOf } from './vendors';
import type { Vendor } from './vendors';
import { unlisted } from './unlisted';

/** Pages of tags read to find those of a digest. */
const mostPages = 100;

/** Any registry that speaks Docker V2 / OCI, and nothing beyond it. */
export class GenericProvider implements RegistryProvider {
  readonly endpoints: readonly Endpoint[];
  private readonly client: RegistryClient;
  private readonly host: string;
  private readonly vendor: Vendor;
  /** No vendor is known for its address. */
  private readonly mayBeDistribution: boolean;
  /** What names of images begin with. */
  private readonly prefix: string;
  private readonly listTags: ListTags;
  private readonly digestTags = new LRUCache<string, ReadonlySet<string>>({ max: 200 });
  /** Set when the registry refused to delete a tag alone: it never will. */
  private untagRefused = false;

  constructor(
    connection: Connection,
    private readonly context: ProviderContext,
  ) {
    const url = new URL(connection.url);
    this.host = url.host;
    this.vendor = vendorOf(connection.provider, connection.url);
    this.mayBeDistribution = this.vendor === anyVendor;
    this.prefix = this.vendor.prefix?.(url) ?? '';
    this.webPage = (entry) => {
      const page = this.vendor.webPage?.(url, entry);
      return page === undefined ? undefined : new URL(page);
    };
    const http = registryHttp(context.http, connection.url, context.credential);
    this.client = new RegistryClient(http, connection.url, { prefix: this.prefix });
    const v2 = v2Tags(this.client);
    const own = withRetry(context.http);
    this.listTags = this.vendor.tagListing === 'quay' ? quayTags(own, connection.url, v2) : v2;
    this.endpoints = [{ url: connection.url, credential: context.credential }];
  }

  readonly list: RegistryProvider['list'] = async (parent, cursor, signal) => {
    switch (parent?.kind) {
      case undefined:
      case 'group':
      case 'registry':
        return this.repositories(cursor, signal);
      case 'repository':
        return this.contentOf(parent, cursor, signal);
      case 'tag':
      case 'platform':
      case 'attachment':
        return listBelow(this.source(parent.image), parent, signal);
    }
  };

  readonly locate: RegistryProvider['locate'] = (image) => {
    if (image.host !== this.host || !image.path.startsWith(this.prefix)) return undefined;
    const { tag } = image;
    const repositories = this.trailTo(image.path);
    return tag === undefined
      ? repositories
      : [...repositories, { kind: 'tag', label: tag, image: withTag(image, tag) }];
  };

  readonly hostOf: RegistryProvider['hostOf'] = () => this.host;

  readonly engineCredential: RegistryProvider['engineCredential'] = (_host, signal) => this.context.credential(signal);

  /** V2 tells nobody where they may push; the namespaces in use are the likeliest places. */
  readonly pushTargets: RegistryProvider['pushTargets'] = async (signal) => {
    const listed = await knownPaths(() => this.repositories(undefined, signal));
    const own = this.prefix === '' ? { host: this.host } : { host: this.host, namespace: this.prefix.slice(0, -1) };
    const others = namespacesOf(listed).filter((namespace) => namespace !== own.namespace);
    return [own, ...others.map((namespace) => ({ host: this.host, namespace }))];
  };

  readonly details: NonNullable<RegistryProvider['details']> = (tag, signal) =>
    readDetails(this.client, tag.image.path, tag.label, signal);

  readonly content: ImageContent = {
    manifest: (image, signal) => this.client.manifest(image.path, referenceOf(image), signal),
    images: (image, signal) => readImages(this.client, image, signal),
    config: (image, signal) => readImage(this.client, image, signal),
    attachment: (attachment, signal) => readAttachment(this.client, attachment, signal),
  };

  get deletion(): Deletion & Required<Pick<Deletion, 'image'>> {
    return {
      image: {
        preview: ({ image, label }, progress, signal) =>
          readDeletion(this.graphOf(image.path), label, progress, signal),
        delete: (image, digest, signal) => this.deleteImage(image.path, digest, signal),
        left: ({ path }, digest, tags, signal) => readTagsLeft(this.graphOf(path), digest, tags, signal),
      },
      ...(this.untagRefused ? {} : { untag: this.tagDeletion }),
    };
  }

  private readonly tagDeletion: TagDeletion = {
    preview: ({ image, label }, signal) => readPoint(this.graphOf(image.path), label, signal),
    delete: (tag, signal) => this.untag(tag, signal),
  };

  readonly checkRepository: NonNullable<RegistryProvider['checkRepository']> = async ({ host, path }, signal) => {
    if (!path.startsWith(this.prefix)) {
      const explanation = t('names of its images begin with {0}', `${host}/${this.prefix}`);
      throw new Failure('notFound', '', { subject: host, explanation });
    }
    await this.client.tags(path, undefined, signal);
  };

  readonly webPage: NonNullable<RegistryProvider['webPage']>;

  private async repositories(cursor: string | undefined, signal: AbortSignal): Promise<Page<Repository>> {
    return withPins(pinnedAt(this.host, this.context.pinned()), cursor, () => this.listed(cursor, signal));
  }

  /** What the registry lists; where it lists nothing, why. */
  private async listed(cursor: string | undefined, signal: AbortSignal): Promise<Page<Repository>> {
    try {
      const { items, ...rest } = await this.client.catalog(cursor, signal);
      if (cursor === undefined && items.length === 0 && rest.next === undefined) return this.empty();
      return { items: items.map((path) => this.repositoryAt(path)), ...rest };
    } catch (error) {
      if (!(error instanceof Failure) || error.kind !== 'unlisted') throw error;
      throw unlisted(this.vendor, error, error.cause);
    }
  }

  /** No list is believed to be empty where names may lead on; those that are shown by name need no such word. */
  private empty(): Page<Repository> {
    const isPinned = pinnedAt(this.host, this.context.pinned()).length > 0;
    if (isPinned && this.vendor.listsNothing !== true) return { items: [] };
    return {
      items: [],
      failure: unlisted(this.vendor, new Failure('unlisted', '', { subject: this.host, code: emptyList })),
    };
  }

  /** The repositories that lead to one: it may be below another that was added by name. */
  private trailTo(path: string): readonly Repository[] {
    const above =
      this.vendor.tagListing === 'google'
        ? pinnedAt(this.host, this.context.pinned()).find(({ label }) => path.startsWith(`${label}/`))
        : undefined;
    if (above === undefined) return [this.repositoryAt(path)];
    const names = path.slice(above.label.length + 1).split('/');
    const below = names.map((name, index) =>
      this.repositoryAt([above.label, ...names.slice(0, index + 1)].join('/'), name),
    );
    return [above, ...below];
  }

  private repositoryAt(path: string, label = path): Repository {
    return { kind: 'repository', label, image: { host: this.host, path } };
  }

  private async contentOf(
    { image }: Repository,
    cursor: string | undefined,
    signal: AbortSignal,
  ): Promise<Page<Repository | Tag>> {
    const { tags, below = [], ...rest } = await this.listTags(image.path, cursor, signal);
    const hidden = tags.map(({ name }) => name).filter(isDigestTag);
    const before = cursor === undefined ? [] : (this.digestTags.get(image.path) ?? []);
    this.digestTags.set(image.path, new Set([...before, ...hidden]));
    const repositories = below.map((name) => this.repositoryAt(`${image.path}/${name}`, name));
    const shown = tags
      .filter(({ name }) => !isDigestTag(name))
      .map(({ name, ...told }): Tag => ({ kind: 'tag', label: name, image: withTag(image, name), ...told }));
    return { items: [...repositories, ...shown], ...rest };
  }

  private source(image: ImageReference) {
    return { client: this.client, image, digestTags: this.digestTags.get(image.path) ?? new Set<string>() };
  }

  /** V2 cannot list the tags of a digest, so each tag is asked where it points, unless the list tells: a HEAD, which is no pull. */
  private graphOf(path: string): GraphSource {
    return registrySource(this.client, path, async (signal) =>
      (await this.everyTag(path, signal)).map(({ name, details }) => ({ name, ...knownOf(details) })),
    );
  }

  private async everyTag(path: string, signal: AbortSignal): Promise<readonly ListedTag[]> {
    const all: ListedTag[] = [];
    let next: string | undefined;
    for (let pages = 0; pages < mostPages; pages++) {
      const page = await this.listTags(path, next, signal);
      all.push(...page.tags);
      next = page.next;
      if (page.failure !== undefined) break;
      if (next === undefined) return all;
    }
    throw tooManyTags(this.host);
  }

  /** Distribution deletes nothing unless told to: https://distribution.github.io/distribution/about/configuration/#delete */
  private async deleteImage(path: string, digest: string, signal: AbortSignal): Promise<void> {
    try {
      await this.client.deleteManifest(path, digest, signal);
    } catch (error) {
      if (!this.mayBeDistribution || !(error instanceof Failure) || !isUnsupported(error, 405)) throw refusalOf(error);
      const explanation = t('deletion is switched off in this registry; whoever runs it can allow it');
      throw withDetail(error, { explanation });
    }
  }

  private async untag({ image, label }: Tag, signal: AbortSignal): Promise<void> {
    try {
      await this.client.deleteManifest(image.path, label, signal);
    } catch (error) {
      // 400 in whatever words: https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md#deleting-tags
      const isRefused = error instanceof Failure && (isUnsupported(error) || error.detail.status === 400);
      if (!isRefused) throw refusalOf(error);
      this.untagRefused = true;
      const explanation = t('this registry deletes no tag alone; Delete Image… removes the image with all its tags');
      throw new Failure('unsupported', error.message, { ...error.detail, explanation }, { cause: error });
    }
  }
}

function isUnsupported({ detail }: Failure, status?: number): boolean {
  return detail.code === 'UNSUPPORTED' && (status === undefined || detail.status === status);
}

/** The status 405 alone may be for a while, such as in read-only mode: then nobody says that the registry cannot. */
function refusalOf(error: unknown): unknown {
  if (!(error instanceof Failure) || error.kind !== 'unsupported' || isUnsupported(error)) return error;
  return new Failure('rejected', error.message, error.detail, { cause: error });
}

/** What a listing tells of a tag's manifest. */
function knownOf(details: ImageDetails | undefined): Omit<KnownTag, 'name'> {
  if (details === undefined || details.digest === '') return {};
  return { digest: details.digest, isIndex: details.type === 'index' };
}
