import { z } from 'zod/mini';
import { readWhole } from '../../images/deletionGraph';
import { mostListBytes } from '../../core/bounds';
import { Failure } from '../../core/failure';
import { failureOf } from '../../core/refusal';
import type { Http, HttpRequest, HttpResponse } from '../../core/http';
import { nextLink } from '../../core/link';
import type { Page } from '../../core/model';
import { decodeJson } from '../../core/schemas';
import { manifestAnswer, manifestsAnswer, repositoryAnswer, tagAnswer, tagsAnswer } from './acrAnswers';
import type { AttributesAnswer, ManifestAnswer, TagAnswer } from './acrAnswers';

/** What is locked. */
export type Locked = { readonly kind: 'tag'; readonly name: string } | { readonly kind: 'manifest' | 'repository' };

/** The most that the registry gives at once. */
const pageSize = 1000;

/** What Azure's registries tell beyond V2: https://learn.microsoft.com/en-us/rest/api/containerregistry/ */
export class AcrApi {
  /** `url`: of the login server. */
  constructor(
    private readonly http: Http,
    private readonly url: string,
  ) {}

  /** The newest first. `cursor`: the `next` of the page before. */
  async tags(repository: string, cursor: string | undefined, signal: AbortSignal): Promise<Page<TagAnswer>> {
    const { answer, next } = await this.page(tagsAnswer, repository, '_tags', cursor, signal);
    return { items: answer.tags ?? [], ...next };
  }

  /** Every tag on a digest. */
  async tagsOn(repository: string, digest: string, signal: AbortSignal): Promise<readonly TagAnswer[]> {
    const first = this.address(repository, `_tags?n=${pageSize}&digest=${encodeURIComponent(digest)}`);
    return this.whole((cursor = first) => this.tags(repository, cursor, signal));
  }

  async everyTag(repository: string, signal: AbortSignal): Promise<readonly TagAnswer[]> {
    return this.whole((cursor) => this.tags(repository, cursor, signal));
  }

  async everyManifest(repository: string, signal: AbortSignal): Promise<readonly ManifestAnswer[]> {
    return this.whole((cursor) => this.manifests(repository, cursor, signal));
  }

  async tag(repository: string, name: string, signal: AbortSignal): Promise<TagAnswer> {
    return (await this.get(tagAnswer, repository, `_tags/${encodeURIComponent(name)}`, signal)).tag;
  }

  /** The newest first. `cursor`: the `next` of the page before. */
  async manifests(repository: string, cursor: string | undefined, signal: AbortSignal): Promise<Page<ManifestAnswer>> {
    const { answer, next } = await this.page(manifestsAnswer, repository, '_manifests', cursor, signal);
    return { items: answer.manifests ?? [], ...next };
  }

  async manifest(repository: string, digest: string, signal: AbortSignal): Promise<ManifestAnswer> {
    return (await this.get(manifestAnswer, repository, `_manifests/${digest}`, signal)).manifest;
  }

  async untag(repository: string, name: string, signal: AbortSignal): Promise<void> {
    const url = this.address(repository, `_tags/${encodeURIComponent(name)}`);
    const response = await this.http({ method: 'DELETE', url, scope: scopeOf(repository, 'delete') }, signal);
    if (response.status !== 202 && response.status !== 200) throw failureOf(response);
  }

  /** What is known of a repository or a tag, as the service tells it. */
  async properties(repository: string, tag: string | undefined, signal: AbortSignal): Promise<unknown> {
    return this.get(z.unknown(), repository, tag === undefined ? '' : `_tags/${encodeURIComponent(tag)}`, signal);
  }

  /** How many tags and manifests a repository has. */
  async counts(repository: string, signal: AbortSignal): Promise<{ readonly tags: number; readonly images: number }> {
    const { tagCount, manifestCount } = await this.get(repositoryAnswer, repository, '', signal);
    return { tags: tagCount ?? 0, images: manifestCount ?? 0 };
  }

  async deleteRepository(repository: string, signal: AbortSignal): Promise<void> {
    const url = this.address(repository, '');
    const response = await this.http({ method: 'DELETE', url, scope: scopeOf(repository, 'delete') }, signal);
    if (response.status !== 202 && response.status !== 200) throw failureOf(response);
  }

  /** Locks against deletion and change, or lets both again. `what`: `_tags/1.0` or `_manifests/sha256:…`. */
  async setLock(repository: string, what: string, isLocked: boolean, signal: AbortSignal): Promise<void> {
    const url = this.address(repository, what);
    const body = JSON.stringify({ deleteEnabled: !isLocked, writeEnabled: !isLocked });
    const headers = { 'Content-Type': 'application/json' };
    const scope = scopeOf(repository, 'metadata_write');
    const response = await this.http({ method: 'PATCH', url, headers, body, scope }, signal);
    if (response.status !== 200) throw failureOf(response);
  }

  /**
   * Which lock keeps a tag, an image with its tags (`digest`), or else the whole repository from being deleted; nothing when
   * none does.
   */
  async locked(
    repository: string,
    tag: string | undefined,
    digest: string | undefined,
    signal: AbortSignal,
  ): Promise<Locked | undefined> {
    const { changeableAttributes } = await this.get(repositoryAnswer, repository, '', signal);
    if (isLocked(changeableAttributes)) return { kind: 'repository' };
    const { tags, manifests } = await this.concerned(repository, tag, digest, signal);
    const locked = tags.find((one) => isLocked(one.changeableAttributes));
    if (locked !== undefined) return { kind: 'tag', name: locked.name };
    return manifests.some((one) => isLocked(one.changeableAttributes)) ? { kind: 'manifest' } : undefined;
  }

  private async concerned(
    repository: string,
    tag: string | undefined,
    digest: string | undefined,
    signal: AbortSignal,
  ): Promise<{ readonly tags: readonly TagAnswer[]; readonly manifests: readonly ManifestAnswer[] }> {
    if (digest !== undefined) {
      const manifest = await this.manifest(repository, digest, signal);
      return { tags: await this.tagsOn(repository, digest, signal), manifests: [manifest] };
    }
    if (tag !== undefined) return { tags: [await this.tag(repository, tag, signal)], manifests: [] };
    return {
      tags: await this.everyTag(repository, signal),
      manifests: await this.everyManifest(repository, signal),
    };
  }

  private async whole<T>(read: (cursor: string | undefined) => Promise<Page<T>>): Promise<readonly T[]> {
    return readWhole(new URL(this.url).host, read);
  }

  private async page<T extends z.core.$ZodType>(
    schema: T,
    repository: string,
    list: string,
    cursor: string | undefined,
    signal: AbortSignal,
  ): Promise<{ readonly answer: z.output<T>; readonly next: { readonly next?: string } }> {
    const url = cursor ?? this.address(repository, `${list}?n=${pageSize}&orderby=timedesc`);
    const response = await this.send(repository, url, signal);
    const link = nextLink(response.headers.link);
    const answer = decodeJson(schema, response);
    return { answer, next: link === undefined ? {} : { next: this.onOwnOrigin(link) } };
  }

  private async get<T extends z.core.$ZodType>(
    schema: T,
    repository: string,
    rest: string,
    signal: AbortSignal,
  ): Promise<z.output<T>> {
    return decodeJson(schema, await this.send(repository, this.address(repository, rest), signal));
  }

  private async send(repository: string, url: string, signal: AbortSignal): Promise<HttpResponse> {
    const scope = scopeOf(repository, 'metadata_read');
    const request: HttpRequest = { method: 'GET', url, scope, maxBytes: mostListBytes };
    const response = await this.http(request, signal);
    if (response.status !== 200) throw failureOf(response);
    return response;
  }

  /** A repository's name is one segment here: recordings of the service have `library%2Fhello-world`. */
  private address(repository: string, rest: string): string {
    const base = `${this.url}/acr/v1/${encodeURIComponent(repository)}`;
    return rest === '' ? base : `${base}/${rest}`;
  }

  /** No link can lead a credential elsewhere. */
  private onOwnOrigin(link: string): string {
    const target = URL.canParse(link, this.url) ? new URL(link, this.url) : undefined;
    const own = new URL(this.url);
    if (target?.hostname !== own.hostname)
      throw new Failure('malformed', `its link to the next page leads elsewhere: ${link.slice(0, 200)}`, {
        subject: own.host,
      });
    return `${own.origin}${target.pathname}${target.search}`;
  }
}

function scopeOf(repository: string, action: string): string {
  return `repository:${repository}:${action}`;
}

/** Either lock keeps it from being deleted: https://learn.microsoft.com/en-us/azure/container-registry/container-registry-image-lock */
export function isLocked(attributes: AttributesAnswer | null | undefined): boolean {
  return attributes?.deleteEnabled === false || attributes?.writeEnabled === false;
}
