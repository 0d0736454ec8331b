import { LRUCache } from 'lru-cache';
import { defined } from '../../core/defined';
import { readWhole } from '../../images/deletionGraph';
import { Failure } from '../../core/failure';
import { dateOf } from '../../core/manifest';
import type { Page } from '../../core/model';
import type { ImageReference } from '../../core/reference';
import { versionsAnswer } from './githubAnswers';
import type { GitHubApi } from './githubApi';

/** A version of a package: an image with all its tags, or none. */
export interface Version {
  readonly id: number;
  readonly digest: string;
  readonly tags: readonly string[];
  readonly updated?: Date;
  readonly page?: string;
}

/** Lists and deletes the versions of packages: https://docs.github.com/en/rest/packages/packages#list-package-versions-for-a-package-owned-by-the-authenticated-user */
export class PackageVersions {
  private readonly byTag = new LRUCache<string, Version>({ max: 20_000 });

  /** `pathOf`: the path of an image's package in the API. */
  constructor(
    private readonly api: GitHubApi,
    private readonly pathOf: (image: ImageReference, signal: AbortSignal) => Promise<string>,
  ) {}

  /** A page of versions in GitHub's order: the newest first. */
  async page(image: ImageReference, cursor: string | undefined, signal: AbortSignal): Promise<Page<Version>> {
    const path = `${await this.pathOf(image, signal)}/versions?state=active`;
    const { answer, next } = await this.api.page(versionsAnswer, path, cursor, signal);
    const items = answer.map(({ id, name, html_url: page, updated_at: updated, metadata }): Version => {
      const date = dateOf(updated);
      return {
        id,
        digest: name,
        tags: metadata?.container?.tags ?? [],
        ...defined({ updated: date }),
        ...(typeof page === 'string' ? { page } : {}),
      };
    });
    for (const version of items) for (const tag of version.tags) this.byTag.set(`${image.path}:${tag}`, version);
    return { items, ...next };
  }

  /** The version of a tag in the last listing. */
  known({ path, tag }: ImageReference): Version | undefined {
    return this.byTag.get(`${path}:${tag ?? ''}`);
  }

  async readAll(image: ImageReference, signal: AbortSignal): Promise<readonly Version[]> {
    return readWhole(image.host, (cursor) => this.page(image, cursor, signal));
  }

  /** Deletes the version with that digest and all its tags. Rejects if the tag has moved to another digest. */
  async delete(image: ImageReference, digest: string, signal: AbortSignal): Promise<void> {
    const known = this.known(image);
    const version =
      known?.digest === digest ? known : (await this.readAll(image, signal)).find((one) => one.digest === digest);
    if (version === undefined) throw new Failure('notFound', '', { subject: image.host });
    if (image.tag !== undefined && !version.tags.includes(image.tag))
      throw new Failure('rejected', 'the tag has moved to another image meanwhile', { subject: image.host });
    await this.api.delete(`${await this.pathOf(image, signal)}/versions/${version.id}`, signal);
    for (const tag of version.tags) this.byTag.delete(`${image.path}:${tag}`);
  }
}
