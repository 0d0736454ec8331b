import { t } from '@vscode/l10n';
import { LRUCache } from 'lru-cache';
import type { z, ZodMiniType } from 'zod/mini';
import { mostListBytes, mostRows, PageTrail, rowsLeftOut } from './bounds';
import { defined } from './defined';
import { Failure } from './failure';
import { failureOf } from './refusal';
import type { Http, HttpRequest, HttpResponse } from './http';
import { nextLink } from './link';
import { manifestAccept, ociIndex, readManifest, digestInHeaders, verifyDigest } from './manifest';
import type { Manifest, Referrers, ManifestHead } from './manifest';
import type { Descriptor, Page } from './model';
import { referrersTag } from './referrersTag';
import { SharedWork } from './shared';
import { catalogAnswer, decodeJson, tagsAnswer } from './schemas';
import type { TagsAnswer } from './schemas';

/** Every known registry accepts this page size. Some refuse a larger one with 400 or 405. */
const rowsAPage = 1000;
const manifestMaxBytes = 4 * 1024 * 1024;
const catalogScope = 'registry:catalog:*';

/** Referrers of one image, at most. No real image has so many. */
const mostReferrers = 1000;

/** Tag names in the registry's order, with the whole answer: some registries add more to it. */
export interface TagsPage extends Page<string> {
  readonly answer: TagsAnswer;
}

/** How a registry's API differs from others. */
export interface ClientOptions {
  /** Rows of one page. */
  readonly pageSize?: number;
  /** Prefix that image names have and this API does not know, with a slash at the end: `docker-local/`. */
  readonly prefix?: string;
}

/**
 * Speaks the OCI distribution protocol to one registry: https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md
 *
 * Every method rejects with a Failure that carries the registry's words. Manifests and blobs of a digest never
 * change, so they are cached.
 */
export class RegistryClient {
  private readonly manifests = new LRUCache<string, Manifest>({
    max: 5000,
    maxSize: 32 * 1024 * 1024,
    sizeCalculation: (m) => m.bytes.length + 1,
  });
  private readonly blobs = new LRUCache<string, Uint8Array>({
    max: 5000,
    maxSize: 32 * 1024 * 1024,
    sizeCalculation: (b) => b.length + 1,
  });
  private readonly readingManifests = new SharedWork<Manifest>();
  private readonly readingBlobs = new SharedWork<Uint8Array>();
  /** Repositories without the referrers API. Each is noted by itself, because a proxy registry may serve them differently. */
  private readonly withoutReferrersApi = new LRUCache<string, true>({ max: 5000 });
  private readonly pageSize: number;
  private readonly prefix: string;

  /** `url`: root of the API without trailing slash; a path prefix is kept in front of `/v2/`. */
  constructor(
    private readonly http: Http,
    private readonly url: string,
    { pageSize = rowsAPage, prefix = '' }: ClientOptions = {},
  ) {
    this.pageSize = pageSize;
    this.prefix = prefix;
  }

  /** `host[:port]` of the API. */
  get host(): string {
    return new URL(this.url).host;
  }

  /** https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md#determining-support */
  async ping(signal: AbortSignal): Promise<void> {
    await this.expect([200], { method: 'GET', url: `${this.url}/v2/` }, signal);
  }

  /**
   * Repository names. Not part of OCI, and many registries refuse it. Then rejects with a Failure `unlisted` if the registry accepts
   * the credential; its cause is the refusal. https://distribution.github.io/distribution/spec/api/#catalog
   */
  async catalog(cursor: string | undefined, signal: AbortSignal): Promise<Page<string>> {
    const list = `${this.url}/v2/_catalog`;
    const namesOf = ({ repositories }: z.infer<typeof catalogAnswer>) => repositories ?? [];
    try {
      const { items, next, failure } = await this.readPage(list, cursor, catalogScope, catalogAnswer, namesOf, signal);
      return {
        items: items.map((name) => `${this.prefix}${name}`),
        ...defined({ next, failure }),
      };
    } catch (refusal) {
      if (!isAboutTheList(refusal)) throw refusal;
      await this.checkCredential(refusal, signal);
      throw new Failure('unlisted', refusal.message, refusal.detail, { cause: refusal });
    }
  }

  /**
   * Resolves when the registry accepts the credential, or needs none. Otherwise rejects with the registry's answer to `/v2/`, or
   * with `refusal` when `/v2/` does not exist.
   */
  private async checkCredential(refusal: Failure, signal: AbortSignal): Promise<void> {
    try {
      await this.ping(signal);
    } catch (error) {
      signal.throwIfAborted();
      throw error instanceof Failure && (error.kind === 'notFound' || error.kind === 'unsupported') ? refusal : error;
    }
  }

  /** Tags of a repository in the registry's own order: https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md#listing-tags */
  async tags(repository: string, cursor: string | undefined, signal: AbortSignal): Promise<TagsPage> {
    const list = `${this.urlOf(repository)}/tags/list`;
    return this.readPage(list, cursor, this.pullScope(repository), tagsAnswer, ({ tags }) => tags ?? [], signal);
  }

  /** A manifest of any kind, checked against its digest if one is known. `reference`: a tag or a digest. */
  async manifest(repository: string, reference: string, signal: AbortSignal): Promise<Manifest> {
    const kept = this.manifests.get(`${repository}@${reference}`);
    if (kept !== undefined) return kept;
    const read = (own: AbortSignal) => this.readManifest(repository, reference, own);
    // A tag may have moved since another caller asked for it.
    return reference.includes(':')
      ? this.readingManifests.run(`${repository}@${reference}`, read, signal)
      : read(signal);
  }

  private async readManifest(repository: string, reference: string, signal: AbortSignal): Promise<Manifest> {
    const response = await this.expect([200], this.manifestRequest('GET', repository, reference), signal);
    const manifest = readManifest(response, reference);
    this.manifests.set(`${repository}@${manifest.digest}`, manifest);
    return manifest;
  }

  /** Digest and media type from the headers, if the registry sends them. Registries do not count a HEAD as a pull. */
  async head(repository: string, reference: string, signal: AbortSignal): Promise<ManifestHead> {
    const headers = await this.manifestHeaders(repository, reference, signal);
    const digest = digestInHeaders({ headers });
    const mediaType = headers['content-type']?.split(';')[0]?.trim();
    return defined({ digest, mediaType });
  }

  /** The headers of a manifest's answer, such as rate limits. Registries do not count a HEAD as a pull. */
  async manifestHeaders(repository: string, reference: string, signal: AbortSignal): Promise<HttpResponse['headers']> {
    return (await this.expect([200], this.manifestRequest('HEAD', repository, reference), signal)).headers;
  }

  /** A small blob, such as a config or an attestation, checked against its digest. Rejects as `malformed` above `maxBytes`. */
  async blob(repository: string, digest: string, maxBytes: number, signal: AbortSignal): Promise<Uint8Array> {
    const key = `${repository}@${digest}`;
    const kept = this.blobs.get(key);
    if (kept !== undefined) return kept;
    const url = `${this.urlOf(repository)}/blobs/${digest}`;
    const read = async (own: AbortSignal) => {
      const request = { method: 'GET', url, scope: this.pullScope(repository), maxBytes } as const;
      const response = await this.expect([200], request, own);
      verifyDigest(response, digest);
      this.blobs.set(key, response.body);
      return response.body;
    };
    return this.readingBlobs.run(`${key} ${maxBytes}`, read, signal);
  }

  /**
   * Manifests whose subject is `digest`, from the referrers API or from the tag that replaces it. Rejects only with the signal's
   * reason: `failure` says why the list is missing or incomplete.
   * https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md#listing-referrers
   */
  async referrers(repository: string, digest: string, signal: AbortSignal): Promise<Referrers> {
    const asked = await this.askReferrersApi(repository, digest, signal);
    const refusal = asked?.failure;
    if (asked !== undefined && (refusal === undefined || asked.descriptors.length > 0 || !mayHaveNoApi(refusal)))
      return asked;
    try {
      const index = await this.manifest(repository, referrersTag(digest), signal);
      const all = index.kind === 'index' ? index.manifests : [];
      // A server error does not say whether the API exists, so there may be more referrers.
      const trouble = refusal?.kind === 'rejected' ? refusal : undefined;
      const failure = trouble ?? (all.length > mostReferrers ? rowsLeftOut(this.host, mostReferrers) : undefined);
      return { descriptors: all.slice(0, mostReferrers), ...defined({ failure }) };
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      const failure = refusal ?? (error.kind === 'notFound' ? undefined : error);
      return { descriptors: [], ...defined({ failure }) };
    }
  }

  /** Undefined when the registry has no referrers API. */
  private async askReferrersApi(
    repository: string,
    digest: string,
    signal: AbortSignal,
  ): Promise<Referrers | undefined> {
    if (this.withoutReferrersApi.has(repository)) return undefined;
    const descriptors: Descriptor[] = [];
    const known = new Set<string>();
    const trail = new PageTrail(this.host);
    let url: string | undefined = `${this.urlOf(repository)}/referrers/${digest}`;
    try {
      while (url !== undefined && descriptors.length < mostReferrers) {
        const response: HttpResponse = await this.http(
          {
            method: 'GET',
            url,
            scope: this.pullScope(repository),
            headers: { Accept: ociIndex },
            maxBytes: manifestMaxBytes,
          },
          signal,
        );
        if (response.status !== 200) throw failureOf(response);
        const index = readManifest(response, 'referrers');
        if (index.kind !== 'index')
          throw new Failure('malformed', t('its list of referrers is {0}', index.mediaType), { subject: this.host });
        const fresh = index.manifests.filter((one) => !known.has(one.digest));
        for (const one of fresh) known.add(one.digest);
        descriptors.push(...fresh);
        const link = nextLink(response.headers.link);
        const next = link === undefined ? {} : { next: this.nextPage(link, url) };
        url = trail.after(next, fresh.length);
      }
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      if (descriptors.length === 0 && isNoApi(error)) {
        this.withoutReferrersApi.set(repository, true);
        return undefined;
      }
      return { descriptors, failure: error };
    }
    const failure = url === undefined ? trail.failure : rowsLeftOut(this.host, descriptors.length);
    return { descriptors, ...defined({ failure }) };
  }

  /**
   * A digest deletes the manifest and every tag on it. A tag deletes only that tag; many registries do not support it.
   * https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md#content-management
   */
  async deleteManifest(repository: string, reference: string, signal: AbortSignal): Promise<void> {
    const url = this.manifestUrl(repository, reference);
    await this.expect(
      [200, 202, 204],
      { method: 'DELETE', url, scope: `${this.pullScope(repository)},delete` },
      signal,
    );
    this.manifests.delete(`${repository}@${reference}`);
  }

  private manifestUrl(repository: string, reference: string): string {
    return `${this.urlOf(repository)}/manifests/${segmentOf(reference)}`;
  }

  private urlOf(repository: string): string {
    return `${this.url}/v2/${this.apiName(repository).split('/').map(segmentOf).join('/')}`;
  }

  private pullScope(repository: string): string {
    return `repository:${this.apiName(repository)}:pull`;
  }

  private apiName(repository: string): string {
    return repository.startsWith(this.prefix) ? repository.slice(this.prefix.length) : repository;
  }

  private manifestRequest(method: 'GET' | 'HEAD', repository: string, reference: string): HttpRequest {
    return {
      method,
      url: this.manifestUrl(repository, reference),
      headers: { Accept: manifestAccept },
      scope: this.pullScope(repository),
      maxBytes: manifestMaxBytes,
    };
  }

  private async readPage<Answer>(
    list: string,
    cursor: string | undefined,
    scope: string,
    schema: ZodMiniType<Answer>,
    itemsOf: (answer: Answer) => readonly string[],
    signal: AbortSignal,
  ): Promise<Page<string> & { readonly answer: Answer }> {
    const request = (url: string): HttpRequest => ({ method: 'GET', url, scope, maxBytes: mostListBytes });
    let url = cursor ?? `${list}?n=${this.pageSize}`;
    let response = await this.http(request(url), signal);
    if (cursor === undefined && (response.status === 400 || response.status === 405)) {
      // This registry allows only smaller pages, so it chooses the size.
      url = list;
      response = await this.http(request(url), signal);
    }
    if (response.status !== 200) throw failureOf(response);
    const answer = decodeJson(schema, response);
    const items = itemsOf(answer);
    const { n, last } = Object.fromEntries(new URL(url).searchParams);
    // The registry ignored our own `last` and sent the first page again: the list is complete.
    if (last !== undefined && url === pageAfter(list, n, last) && items.includes(last)) return { items: [], answer };
    if (items.length > mostRows)
      return { items: items.slice(0, mostRows), answer, failure: rowsLeftOut(this.host, mostRows) };
    const end = items.at(-1);
    // An empty page, or one whose link leads to itself, is the last.
    if (end === undefined) return { items, answer };
    const link = nextLink(response.headers.link);
    // Some registries know `n` and `last` but send no links: after a full page there may be another.
    const isFull = Number(n) === items.length;
    const next = link !== undefined ? this.nextPage(link, url) : isFull ? pageAfter(list, n, end) : url;
    return next === url ? { items, answer } : { items, answer, next };
  }

  /**
   * The address of the next page. A registry behind a proxy may write its inner scheme or port, so only path and query come from
   * the link. The origin stays the same: a link cannot send a credential elsewhere.
   */
  private nextPage(link: string, asked: string): string {
    if (!URL.canParse(link, asked)) {
      throw new Failure('malformed', t('its link to the next page cannot be read: {0}', link.slice(0, 200)), {
        subject: new URL(this.url).host,
      });
    }
    const target = new URL(link, asked);
    const { origin, hostname, host, pathname } = new URL(asked);
    if (target.hostname !== hostname) {
      throw new Failure('malformed', t('its link to the next page leads to another host, {0}', target.host), {
        subject: host,
      });
    }
    // Artifactory omits the repository name in the path (JFrog's issue RTFACT-18971), so with `last` our own path is used.
    return `${origin}${target.searchParams.has('last') ? pathname : target.pathname}${target.search}`;
  }

  private async expect(statuses: readonly number[], request: HttpRequest, signal: AbortSignal): Promise<HttpResponse> {
    const response = await this.http(request, signal);
    if (!statuses.includes(response.status)) throw failureOf(response);
    return response;
  }
}

/** Whether a refusal may concern only the catalog: it is optional, and many registries do not offer it. */
export function isAboutTheList(error: unknown): error is Failure {
  return error instanceof Failure && ['unauthorized', 'forbidden', 'notFound', 'unsupported'].includes(error.kind);
}

/** Registries older than OCI 1.1 misread the path, and refuse it in several ways. */
function isNoApi({ detail: { status, code } }: Failure): boolean {
  // With these codes, the registry knows the API and says that the image is missing.
  const isAboutImage = code === 'MANIFEST_UNKNOWN' || code === 'NAME_UNKNOWN';
  return !isAboutImage && status !== undefined && [400, 404, 405, 406, 501].includes(status);
}

/** Whether the failure may mean that the API is missing: some registries refuse, others send a web page. */
function mayHaveNoApi({ kind }: Failure): boolean {
  return ['notFound', 'unauthorized', 'forbidden', 'malformed', 'rejected'].includes(kind);
}

/** Encodes a name for one path segment: a listed name may contain any character. A digest stays readable. */
function segmentOf(name: string): string {
  return encodeURIComponent(name.replace(/\p{Cs}/gu, '\ufffd')).replaceAll('%3A', ':');
}

function pageAfter(list: string, n: string | undefined, last: string): string {
  return `${list}?n=${n ?? ''}&last=${encodeURIComponent(last)}`;
}
