import { z } from 'zod/mini';
import { readWhole } from '../../images/deletionGraph';
import { mostListBytes } from '../../core/bounds';
import { Failure } from '../../core/failure';
import { failureOf } from '../../core/refusal';
import type { Http, HttpRequest, HttpResponse } from '../../core/http';
import { nextLink } from '../../core/link';
import type { Page } from '../../core/model';
import { decodeJson } from '../../core/schemas';
import {
  attributesAnswer,
  manifestAnswer,
  manifestsAnswer,
  repositoryAnswer,
  tagAnswer,
  tagsAnswer,
} from './acrAnswers';
import type { AttributesAnswer, ManifestAnswer, TagAnswer } from './acrAnswers';

/** The most items that the registry lists on a page. */
const pageSize = 1000;

/** A client of the API that Azure's registries have beside V2. Rejects with Failures. https://learn.microsoft.com/en-us/rest/api/containerregistry/ */
export class AcrApi {
  /** `url`: that of the login server. */
  constructor(
    private readonly http: Http,
    private readonly url: string,
  ) {}

  /** The newest first. `cursor`: the `next` of the page before. */
  async tags(repository: string, cursor: string | undefined, signal: AbortSignal): Promise<Page<TagAnswer>> {
    const { answer, next } = await this.page(tagsAnswer, repository, '_tags', cursor, signal);
    return { items: answer.tags ?? [], ...next };
  }

  /** Every tag that points to a digest. */
  async tagsOn(repository: string, digest: string, signal: AbortSignal): Promise<readonly TagAnswer[]> {
    const first = this.address(repository, `_tags?n=${pageSize}&digest=${encodeURIComponent(digest)}`);
    return this.readAllPages((cursor = first) => this.tags(repository, cursor, signal));
  }

  async everyTag(repository: string, signal: AbortSignal): Promise<readonly TagAnswer[]> {
    return this.readAllPages((cursor) => this.tags(repository, cursor, signal));
  }

  async everyManifest(repository: string, signal: AbortSignal): Promise<readonly ManifestAnswer[]> {
    return this.readAllPages((cursor) => this.manifests(repository, cursor, signal));
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

  /** The properties of a repository or a tag, as the service sends them. */
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

  /** The locks of a repository, or of a tag or manifest below it: `_tags/1.0`, `_manifests/sha256:…`. */
  async attributes(repository: string, what: string, signal: AbortSignal): Promise<AttributesAnswer> {
    const answer = await this.get(attributesAnswer, repository, what, signal);
    return (answer.tag ?? answer.manifest ?? answer).changeableAttributes ?? {};
  }

  /** Sets locks; `what`: as in `attributes`. */
  async setAttributes(
    repository: string,
    what: string,
    attributes: AttributesAnswer,
    signal: AbortSignal,
  ): Promise<void> {
    const url = this.address(repository, what);
    const { deleteEnabled, writeEnabled } = attributes;
    const body = JSON.stringify({ deleteEnabled, writeEnabled });
    const headers = { 'Content-Type': 'application/json' };
    const scope = scopeOf(repository, 'metadata_write');
    const response = await this.http({ method: 'PATCH', url, headers, body, scope }, signal);
    if (response.status !== 200) throw failureOf(response);
  }

  private async readAllPages<T>(read: (cursor: string | undefined) => Promise<Page<T>>): Promise<readonly T[]> {
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

  /** A repository's name is one segment of the path: recorded requests have `library%2Fhello-world`. */
  private address(repository: string, rest: string): string {
    const base = `${this.url}/acr/v1/${encodeURIComponent(repository)}`;
    return rest === '' ? base : `${base}/${rest}`;
  }

  /** The link on the registry's own origin, so that the credential is not sent elsewhere. Throws a Failure if it names another host. */
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
