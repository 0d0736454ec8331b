import { t } from '@vscode/l10n';
import { LRUCache } from 'lru-cache';
import { registryHttp } from '../core/auth';
import type { ReadCredential } from '../core/auth';
import { Failure, withDetail } from '../core/failure';
import type { Http } from '../core/http';
import type { Attachment, ImageDetails, Page, PlatformImage, Repository, Tag } from '../core/model';
import type { Endpoint } from '../core/network/diagnose';
import { referenceOf } from '../core/reference';
import type { ImageReference } from '../core/reference';
import { isDigestTag } from '../core/referrersTag';
import { RegistryClient } from '../core/registryClient';
import { withRetry } from '../core/retry';
import { readAttachment } from '../images/attachments';
import { readDeletion, readPoint, readTagsLeft, readWhole } from '../images/deletionGraph';
import { listBelow, readDetails, readImage, readImages } from '../images/imageReader';
import type { DigestTags, ImageSource, KnownTag } from '../images/imageSource';
import type { Find, ImageContent, ImageDeletion, TagDeletion } from './provider';
import { repositoryAt, tagAt } from './rows';
import { v2Tags } from './tagListing';
import type { ListedTag, ListTags, OwnListing } from './tagListing';

/** An operation that a registry may refuse, and its image. */
export type Operation =
  | { readonly what: 'repositories' }
  | { readonly what: 'image' | 'deletionPreview' | 'deletion'; readonly image: ImageReference };

/** How a registry is reached, and how it differs from others. */
export interface V2Options {
  /** Root of the API without trailing slash; a path prefix is kept in front of `/v2/`. */
  readonly url: string;
  /** Without retries and sign-in: V2 adds both. */
  readonly http: Http;
  readonly credential: ReadCredential;
  /** As in registryHttp. */
  readonly withRenewal?: ((hop: Http) => Http) | undefined;
  /** The beginning of image names that the names in the API do not have, with a slash at its end. */
  readonly prefix?: string;
  /** Lists that differ from V2. */
  readonly listing?: OwnListing | undefined;
  /** Reads every tag of a repository from another API, which says more about them than V2. */
  readonly readEveryTag?: (repository: ImageReference, signal: AbortSignal) => Promise<readonly KnownTag[]>;
  /** Returns the error to throw in place of a refusal, usually the same one with an explanation. */
  readonly explain?: (error: unknown, operation: Operation, signal: AbortSignal) => unknown;
  /** It may be Distribution, where deletion is off by default. */
  readonly mayBeDistribution?: boolean;
}

/**
 * A registry that speaks V2, put together in one place for all kinds: requests with retries and sign-in, the client, and the abilities
 * of RegistryProvider on top of it. A provider uses those for which its service has no better way. They can be used without `this`.
 */
export class V2 {
  /** Sends requests that are signed in to the registry, for its other APIs. */
  readonly http: Http;
  readonly client: RegistryClient;
  /** `host[:port]` of the API. */
  readonly host: string;
  readonly endpoint: Endpoint;
  private readonly listTags: ListTags;
  /** Lists the tags with a text in their names, of the repository of an image. Absent if the registry cannot search tags. */
  readonly findTags?: (image: ImageReference) => Find;
  /** The tags that name a digest (`sha256-…`), by repository. */
  private readonly digestTags = new LRUCache<string, DigestTags>({ max: 200 });
  /** The registry refused to delete a single tag, so it will always refuse. */
  private isUntagRefused = false;

  constructor(private readonly options: V2Options) {
    const { url, http, credential, withRenewal: renewing, prefix = '', listing } = options;
    this.http = registryHttp(http, url, credential, renewing);
    this.client = new RegistryClient(this.http, url, { prefix });
    this.host = this.client.host;
    this.endpoint = { url, credential };
    const v2 = v2Tags(this.client, listing?.readExtras);
    this.listTags = listing?.tags?.(withRetry(http), url, v2) ?? v2;
    const { find } = listing ?? {};
    if (find !== undefined)
      this.findTags = (image) => (text, cursor, signal) =>
        this.listBy(find(withRetry(http), url, v2, text), image, cursor, signal, 'some');
  }

  /** Runs requests of an operation. A refusal is explained as the options say. */
  async ask<T>(operation: Operation, ask: () => Promise<T>, signal: AbortSignal): Promise<T> {
    try {
      return await ask();
    } catch (error) {
      throw await (this.options.explain?.(error, operation, signal) ?? error);
    }
  }

  /** The repositories of V2's catalog. */
  async repositories(cursor: string | undefined, signal: AbortSignal): Promise<Page<Repository>> {
    const { items, ...rest } = await this.ask(
      { what: 'repositories' },
      () => this.client.catalog(cursor, signal),
      signal,
    );
    return { items: items.map((path) => repositoryAt(this.host, path)), ...rest };
  }

  /** The tags of a repository, and the repositories directly below it if the registry has such. */
  list(image: ImageReference, cursor: string | undefined, signal: AbortSignal): Promise<Page<Repository | Tag>> {
    return this.listBy(this.listTags, image, cursor, signal);
  }

  private async listBy(
    listTags: ListTags,
    image: ImageReference,
    cursor: string | undefined,
    signal: AbortSignal,
    part?: 'some',
  ): Promise<Page<Repository | Tag>> {
    const list = () => listTags(image.path, cursor, signal);
    const { tags, below = [], ...rest } = await this.ask({ what: 'image', image }, list, signal);
    const repositories = below.map((name) => repositoryAt(image.host, `${image.path}/${name}`, name));
    const areAll = part === 'some' ? undefined : areAllAfter(cursor, rest);
    return { items: [...repositories, ...this.rowsOf(image, tags, areAll)], ...rest };
  }

  /** Rows for listed tags; `areAll` as for noteTags. Tags that name a digest get no row; they are read with their image. */
  rowsOf(repository: ImageReference, listed: readonly ListedTag[], areAll: boolean | undefined): readonly Tag[] {
    this.noteTags(repository, listed, areAll);
    return listed.filter(({ name }) => !isDigestTag(name)).map(({ name, details }) => tagAt(repository, name, details));
  }

  /** A repository from which images are read. */
  source({ host, path }: ImageReference): ImageSource {
    const repository = { host, path };
    return registrySource(
      this.client,
      repository,
      (signal) => this.readEveryTag(repository, signal),
      this.digestTags.get(path),
    );
  }

  /** The entries below a tag, a platform or an attachment. */
  async listBelow(
    entry: Tag | PlatformImage | Attachment,
    signal: AbortSignal,
  ): Promise<Page<PlatformImage | Attachment>> {
    const { image } = entry;
    return this.ask({ what: 'image', image }, () => listBelow(this.source(image), entry, signal), signal);
  }

  readonly details = async ({ image, label }: Tag, signal: AbortSignal): Promise<ImageDetails> =>
    this.ask({ what: 'image', image }, () => readDetails(this.source(image), label, signal), signal);

  readonly content: ImageContent = {
    manifest: (image, signal) => this.read(image, (source, reference) => source.manifest(reference, signal), signal),
    images: (image, signal) => this.read(image, (source, reference) => readImages(source, reference, signal), signal),
    config: (image, signal) => this.read(image, (source, reference) => readImage(source, reference, signal), signal),
    attachment: (attachment, signal) =>
      this.read(attachment.image, (source) => readAttachment(source, attachment, signal), signal),
    source: (image) => this.explainedSource(image),
  };

  readonly imageDeletion: ImageDeletion = {
    preview: (image, tags, progress, signal) =>
      this.ask(
        { what: 'deletionPreview', image },
        () => readDeletion(this.source(image), tags, progress, signal),
        signal,
      ),
    delete: (image, digest, signal) =>
      this.ask({ what: 'deletion', image }, () => this.deleteImage(image, digest, signal), signal),
    tagsLeft: (image, digest, tags, signal) =>
      this.ask(
        { what: 'deletionPreview', image },
        () => readTagsLeft(this.source(image), digest, tags, signal),
        signal,
      ),
  };

  /** Undefined after the registry refused to delete a single tag. */
  get untag(): TagDeletion | undefined {
    return this.isUntagRefused ? undefined : this.tagDeletion;
  }

  private readonly tagDeletion: TagDeletion = {
    preview: ({ image, label }, signal) => readPoint(this.source(image), label, signal),
    delete: (tag, signal) => this.deleteTag(tag, signal),
  };

  /** Its refusals are explained as the options say. */
  private explainedSource(image: ImageReference): ImageSource {
    const source = this.source(image);
    const ask = <T>(ask: () => Promise<T>, signal: AbortSignal) => this.ask({ what: 'image', image }, ask, signal);
    return {
      ...source,
      manifest: (reference, signal) => ask(() => source.manifest(reference, signal), signal),
      head: (reference, signal) => ask(() => source.head(reference, signal), signal),
      blob: (digest, maxBytes, signal) => ask(() => source.blob(digest, maxBytes, signal), signal),
      tags: (signal) => ask(() => source.tags(signal), signal),
    };
  }

  private async read<T>(
    image: ImageReference,
    read: (source: ImageSource, reference: string) => Promise<T>,
    signal: AbortSignal,
  ): Promise<T> {
    return this.ask({ what: 'image', image }, () => read(this.source(image), referenceOf(image)), signal);
  }

  /** Remembers those of the listed tags that name a digest. `areAll`: as areAllAfter gives it. */
  noteTags({ path }: ImageReference, listed: readonly { readonly name: string }[], areAll: boolean | undefined): void {
    const before = this.digestTags.get(path) ?? noneListed;
    const named = listed.map(({ name }) => name).filter(isDigestTag);
    this.digestTags.set(path, { listed: new Set([...before.listed, ...named]), areAll: areAll ?? before.areAll });
  }

  private async readEveryTag(repository: ImageReference, signal: AbortSignal): Promise<readonly KnownTag[]> {
    const all = await (this.options.readEveryTag?.(repository, signal) ?? this.listEveryTag(repository.path, signal));
    this.noteTags(repository, all, true);
    return all;
  }

  private async listEveryTag(path: string, signal: AbortSignal): Promise<readonly KnownTag[]> {
    return readWhole(this.host, async (cursor) => {
      const { tags, ...rest } = await this.listTags(path, cursor, signal);
      return { items: tags.map(({ name, details }) => ({ name, ...knownTagOf(details) })), ...rest };
    });
  }

  /** Deletion is off by default in Distribution: https://distribution.github.io/distribution/about/configuration/#delete */
  private async deleteImage({ path }: ImageReference, digest: string, signal: AbortSignal): Promise<void> {
    try {
      await this.client.deleteManifest(path, digest, signal);
    } catch (error) {
      const mayBeDistribution = this.options.mayBeDistribution === true;
      if (!mayBeDistribution || !(error instanceof Failure) || !isUnsupported(error, 405)) throw refusalOf(error);
      const explanation = t('deletion is switched off in this registry; its administrator can allow it');
      throw withDetail(error, { explanation });
    }
  }

  private async deleteTag({ image, label }: Tag, signal: AbortSignal): Promise<void> {
    try {
      await this.client.deleteManifest(image.path, label, signal);
    } catch (error) {
      // Registries use different codes with 400: https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md#deleting-tags
      const isRefused = error instanceof Failure && (isUnsupported(error) || error.detail.status === 400);
      if (!isRefused) throw refusalOf(error);
      this.isUntagRefused = true;
      const explanation = t(
        'this registry cannot delete a single tag; Delete Image… removes the image with all its tags',
      );
      throw new Failure('unsupported', error.message, { ...error.detail, explanation }, { cause: error });
    }
  }
}

const noneListed: DigestTags = { listed: new Set(), areAll: false };

/** Whether all tags of a repository are listed after a page; nothing if the page changes nothing about that. */
export function areAllAfter(cursor: string | undefined, page: Omit<Page<unknown>, 'items'>): boolean | undefined {
  if (page.next === undefined && page.failure === undefined) return true;
  return cursor === undefined ? false : undefined;
}

/** A repository that is read by V2. `tags` lists all its tags. */
export function registrySource(
  client: RegistryClient,
  repository: ImageSource['repository'],
  tags: ImageSource['tags'],
  digestTags: DigestTags = noneListed,
): ImageSource {
  const { path } = repository;
  return {
    repository,
    tags,
    digestTags,
    manifest: (reference, signal) => client.manifest(path, reference, signal),
    head: (reference, signal) => client.head(path, reference, signal),
    blob: (digest, maxBytes, signal) => client.blob(path, digest, maxBytes, signal),
    referrers: (digest, signal) => client.referrers(path, digest, signal),
  };
}

function isUnsupported({ detail }: Failure, status?: number): boolean {
  return detail.code === 'UNSUPPORTED' && (status === undefined || detail.status === status);
}

/** Status 405 alone may be temporary, as in read-only mode, so it does not prove that the registry cannot delete. */
function refusalOf(error: unknown): unknown {
  if (!(error instanceof Failure) || error.kind !== 'unsupported' || isUnsupported(error)) return error;
  return new Failure('rejected', error.message, error.detail, { cause: error });
}

/** The facts of a listing about a tag's manifest. */
function knownTagOf(details: ImageDetails | undefined): Omit<KnownTag, 'name'> {
  if (details === undefined || details.digest === '') return {};
  return { digest: details.digest, isIndex: details.type === 'index' };
}
