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
import type { ImageSource, KnownTag } from '../images/imageSource';
import type { ImageContent, ImageDeletion, TagDeletion } from './provider';
import { repositoryAt, tagAt } from './rows';
import { v2Tags } from './tagListing';
import type { ListedTag, ListTags, OwnListing } from './tagListing';

/** What was being done when the registry refused, and to which image. */
export type Asked =
  | { readonly what: 'repositories' }
  | { readonly what: 'image' | 'deletionPreview' | 'deletion'; readonly image: ImageReference };

/** How a registry is reached, and what it does otherwise than others. */
export interface V2Options {
  /** Root of the API without trailing slash; a path prefix is kept in front of `/v2/`. */
  readonly url: string;
  /** As it is: what is tried again, and how to sign in, comes with V2. */
  readonly http: Http;
  readonly credential: ReadCredential;
  /** As in registryHttp. */
  readonly renewing?: ((hop: Http) => Http) | undefined;
  /** What names of images have in front of the names that the API knows, with a slash at its end. */
  readonly prefix?: string;
  /** What the registry lists with its own API. */
  readonly listing?: OwnListing | undefined;
  /** Every tag of a repository, where another API tells more of them than V2 does. */
  readonly everyTag?: (repository: ImageReference, signal: AbortSignal) => Promise<readonly KnownTag[]>;
  /** What to throw in place of a refusal: the same with an explanation, most often. */
  readonly explain?: (error: unknown, asked: Asked, signal: AbortSignal) => unknown;
  /** It may be Distribution, where deletion is off by default. */
  readonly mayBeDistribution?: boolean;
}

/**
 * A registry that speaks V2, put together once for every kind: requests that are tried again and signed in, the client, what is read
 * through it, and what a provider can do with that. Its abilities are those of RegistryProvider, usable without `this`; a provider
 * takes those that it has no better way for.
 */
export class V2 {
  /** Signs in to the registry: for APIs that it has beside V2. */
  readonly http: Http;
  readonly client: RegistryClient;
  /** `host[:port]` of the API. */
  readonly host: string;
  readonly endpoint: Endpoint;
  private readonly listTags: ListTags;
  /** By repository. */
  private readonly digestTags = new LRUCache<string, ReadonlySet<string>>({ max: 200 });
  /** Set when the registry refused to delete a tag alone: it never will. */
  private untagRefused = false;

  constructor(private readonly options: V2Options) {
    const { url, http, credential, renewing, prefix = '', listing } = options;
    this.http = registryHttp(http, url, credential, renewing);
    this.client = new RegistryClient(this.http, url, { prefix });
    this.host = this.client.host;
    this.endpoint = { url, credential };
    const v2 = v2Tags(this.client, listing?.beside);
    this.listTags = listing?.tags?.(withRetry(http), url, v2) ?? v2;
  }

  /** Asks the registry, and explains its refusal. */
  async ask<T>(asked: Asked, ask: () => Promise<T>, signal: AbortSignal): Promise<T> {
    try {
      return await ask();
    } catch (error) {
      throw await (this.options.explain?.(error, asked, signal) ?? error);
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

  /** The tags of a repository, and the repositories right below it where the registry has such. */
  async list(image: ImageReference, cursor: string | undefined, signal: AbortSignal): Promise<Page<Repository | Tag>> {
    const list = () => this.listTags(image.path, cursor, signal);
    const { tags, below = [], ...rest } = await this.ask({ what: 'image', image }, list, signal);
    const repositories = below.map((name) => repositoryAt(image.host, `${image.path}/${name}`, name));
    return { items: [...repositories, ...this.rowsOf(image, tags)], ...rest };
  }

  /** Rows for listed tags. Tags that name a digest are not rows: they are kept, and read with their image. */
  rowsOf(repository: ImageReference, listed: readonly ListedTag[]): readonly Tag[] {
    this.noteTags(repository, listed);
    return listed.filter(({ name }) => !isDigestTag(name)).map(({ name, details }) => tagAt(repository, name, details));
  }

  /** A repository to read images from, as the registry tells them. */
  source({ host, path }: ImageReference): ImageSource {
    const repository = { host, path };
    return registrySource(
      this.client,
      repository,
      (signal) => this.everyTag(repository, signal),
      this.digestTags.get(path),
    );
  }

  /** What is below a tag, a platform or what describes one. */
  async below(entry: Tag | PlatformImage | Attachment, signal: AbortSignal): Promise<Page<PlatformImage | Attachment>> {
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
  };

  readonly imageDeletion: ImageDeletion = {
    preview: ({ image, label }, progress, signal) =>
      this.ask(
        { what: 'deletionPreview', image },
        () => readDeletion(this.source(image), label, progress, signal),
        signal,
      ),
    delete: (image, digest, signal) =>
      this.ask({ what: 'deletion', image }, () => this.deleteImage(image, digest, signal), signal),
    left: (image, digest, tags, signal) =>
      this.ask(
        { what: 'deletionPreview', image },
        () => readTagsLeft(this.source(image), digest, tags, signal),
        signal,
      ),
  };

  /** Absent once the registry has refused to delete a tag alone. */
  get untag(): TagDeletion | undefined {
    return this.untagRefused ? undefined : this.tagDeletion;
  }

  private readonly tagDeletion: TagDeletion = {
    preview: ({ image, label }, signal) => readPoint(this.source(image), label, signal),
    delete: (tag, signal) => this.deleteTag(tag, signal),
  };

  private async read<T>(
    image: ImageReference,
    read: (source: ImageSource, reference: string) => Promise<T>,
    signal: AbortSignal,
  ): Promise<T> {
    return this.ask({ what: 'image', image }, () => read(this.source(image), referenceOf(image)), signal);
  }

  private noteTags({ path }: ImageReference, listed: readonly { readonly name: string }[]): void {
    const named = listed.map(({ name }) => name).filter(isDigestTag);
    this.digestTags.set(path, new Set([...(this.digestTags.get(path) ?? []), ...named]));
  }

  private async everyTag(repository: ImageReference, signal: AbortSignal): Promise<readonly KnownTag[]> {
    const all = await (this.options.everyTag?.(repository, signal) ?? this.everyListed(repository.path, signal));
    this.noteTags(repository, all);
    return all;
  }

  private async everyListed(path: string, signal: AbortSignal): Promise<readonly KnownTag[]> {
    return readWhole(this.host, async (cursor) => {
      const { tags, ...rest } = await this.listTags(path, cursor, signal);
      return { items: tags.map(({ name, details }) => ({ name, ...knownOf(details) })), ...rest };
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
      // 400 in whatever words: https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md#deleting-tags
      const isRefused = error instanceof Failure && (isUnsupported(error) || error.detail.status === 400);
      if (!isRefused) throw refusalOf(error);
      this.untagRefused = true;
      const explanation = t(
        'this registry cannot delete a single tag; Delete Image… removes the image with all its tags',
      );
      throw new Failure('unsupported', error.message, { ...error.detail, explanation }, { cause: error });
    }
  }
}

/** A repository read by V2. `tags` lists all its tags; `digestTags` are the known ones that name a digest. */
export function registrySource(
  client: RegistryClient,
  repository: ImageSource['repository'],
  tags: ImageSource['tags'],
  digestTags: ReadonlySet<string> = new Set(),
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

/** What a listing says about a tag's manifest. */
function knownOf(details: ImageDetails | undefined): Omit<KnownTag, 'name'> {
  if (details === undefined || details.digest === '') return {};
  return { digest: details.digest, isIndex: details.type === 'index' };
}
