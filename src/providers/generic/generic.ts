import { t } from '@vscode/l10n';
import pLimit from 'p-limit';
import { LRUCache } from 'lru-cache';
import { withAuth } from '../../core/auth';
import type { Endpoint } from '../../core/diagnose';
import { Failure } from '../../core/failure';
import { isDigestTag, readAttachment, readDetails, readImage, readPlatforms, runnable } from '../../core/imageReader';
import type { Connection, Page, Repository, Tag } from '../../core/model';
import { pinnedAt, withPins } from '../../core/pins';
import { namespacesOf, withTag } from '../../core/reference';
import type { ImageReference } from '../../core/reference';
import { RegistryClient } from '../../core/registryClient';
import { withRetry } from '../../core/retry';
import { newestFirst } from '../../core/tagOrder';
import type { Deletion, DeletionPreview, ImageContent, ProviderContext, RegistryProvider } from '../provider';
import { vendorOf } from './vendors';
import type { Vendor } from './vendors';
import { isAboutTheList, unlisted } from './unlisted';

/** Requests of one operation at a time. */
const width = 6;
/** Pages of tag names read before the first rows are drawn, since only all of them can be put in order. */
const tagPagesAtOnce = 100;

/** Any registry that speaks Docker V2 / OCI, and nothing beyond it. */
export class GenericProvider implements RegistryProvider {
  readonly endpoints: readonly Endpoint[];
  private readonly client: RegistryClient;
  private readonly host: string;
  private readonly vendor: Vendor;
  /** What names of images begin with. */
  private readonly prefix: string;
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
    this.prefix = this.vendor.prefix?.(url) ?? '';
    this.webPage = (entry) => {
      const page = this.vendor.webPage?.(url, entry);
      return page === undefined ? undefined : new URL(page);
    };
    const http = withRetry(withAuth(context.http, connection.url, context.credential));
    this.client = new RegistryClient(http, connection.url, { prefix: this.prefix });
    this.endpoints = [{ url: connection.url, credential: context.credential }];
  }

  readonly list: RegistryProvider['list'] = async (parent, cursor, signal) => {
    switch (parent?.kind) {
      case undefined:
      case 'group':
      case 'registry':
        return this.repositories(cursor, signal);
      case 'repository':
        return this.tags(parent, cursor, signal);
      case 'tag':
        return { items: await readPlatforms(this.source(parent.image), parent.label, signal) };
      case 'platform':
        return { items: parent.attachments };
      case 'attachment':
        return { items: [] };
    }
  };

  readonly locate: RegistryProvider['locate'] = (image) => {
    if (image.host !== this.host || !image.path.startsWith(this.prefix)) return undefined;
    const repository = {
      kind: 'repository' as const,
      label: image.path,
      image: { host: image.host, path: image.path },
    };
    const { tag } = image;
    return tag === undefined ? [repository] : [repository, { kind: 'tag', label: tag, image: withTag(image, tag) }];
  };

  readonly hostOf: RegistryProvider['hostOf'] = () => this.host;

  readonly engineCredential: RegistryProvider['engineCredential'] = (_host, signal) => this.context.credential(signal);

  /** V2 tells nobody where they may push; the namespaces in use are the likeliest places. */
  readonly pushTargets: RegistryProvider['pushTargets'] = async (signal) => {
    const listed = await this.knownPaths(signal);
    const own = this.prefix === '' ? { host: this.host } : { host: this.host, namespace: this.prefix.slice(0, -1) };
    const others = namespacesOf(listed).filter((namespace) => namespace !== own.namespace);
    return [own, ...others.map((namespace) => ({ host: this.host, namespace }))];
  };

  readonly details: NonNullable<RegistryProvider['details']> = (tag, signal) =>
    readDetails(this.client, tag.image.path, tag.label, signal);

  readonly content: ImageContent = {
    manifest: (image, signal) => this.client.manifest(image.path, referenceOf(image), signal),
    config: (image, signal) => readImage(this.client, image, signal),
    attachment: (attachment, signal) => readAttachment(this.client, attachment, signal),
  };

  get deletion(): Deletion {
    return {
      preview: (tag, progress, signal) => this.previewDeletion(tag, progress, signal),
      image: (image, digest, signal) => this.client.deleteManifest(image.path, digest, signal),
      ...(this.untagRefused ? {} : { untag: (tag: Tag, signal: AbortSignal) => this.untag(tag, signal) }),
    };
  }

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

  /** As many as the first page tells; where nothing is listed, those added by name. */
  private async knownPaths(signal: AbortSignal): Promise<readonly string[]> {
    try {
      return (await this.repositories(undefined, signal)).items.map(({ image }) => image.path);
    } catch (error) {
      if (error instanceof Failure && error.kind === 'unlisted') return [];
      throw error;
    }
  }

  /** What the registry lists; where it lists nothing, why. */
  private async listed(cursor: string | undefined, signal: AbortSignal): Promise<Page<Repository>> {
    try {
      const { items, next } = await this.client.catalog(cursor, signal);
      if (cursor === undefined && items.length === 0 && this.vendor.listsNothing === true)
        return { items: [], failure: unlisted(this.vendor, new Failure('unlisted', '', { subject: this.host })) };
      const repositories = items.map((path): Repository => ({
        kind: 'repository',
        label: path,
        image: { host: this.host, path },
      }));
      return { items: repositories, ...(next === undefined ? {} : { next }) };
    } catch (error) {
      if (!isAboutTheList(error) || !(await this.answers(signal))) throw error;
      throw unlisted(this.vendor, error);
    }
  }

  /** Whether the registry itself takes the credential, or lets in those without. */
  private async answers(signal: AbortSignal): Promise<boolean> {
    try {
      await this.client.ping(signal);
      return true;
    } catch {
      signal.throwIfAborted();
      return false;
    }
  }

  /** V2 lists tags in its own order and by name alone, so their order is made here, over all of them. */
  private async tags({ image }: Repository, cursor: string | undefined, signal: AbortSignal): Promise<Page<Tag>> {
    const names = new Set<string>();
    const seen = new Set<string>();
    let next = cursor;
    do {
      if (next !== undefined) seen.add(next);
      const page = await this.client.tags(image.path, next, signal);
      const known = names.size;
      for (const name of page.items) names.add(name);
      // A page that brings nothing new, or leads back, would go on for ever.
      next = names.size === known || seen.has(page.next ?? '') ? undefined : page.next;
    } while (next !== undefined && seen.size < tagPagesAtOnce);
    const all = [...names];
    this.digestTags.set(image.path, new Set(all.filter(isDigestTag)));
    const shown = newestFirst(all.filter((name) => !isDigestTag(name)));
    const items = shown.map((name): Tag => ({ kind: 'tag', label: name, image: withTag(image, name) }));
    return { items, ...(next === undefined ? {} : { next }) };
  }

  private source(image: ImageReference) {
    return { client: this.client, image, digestTags: this.digestTags.get(image.path) ?? new Set<string>() };
  }

  /** V2 cannot list the tags of a digest, so each tag is asked where it points: a HEAD, which is no pull. */
  private async previewDeletion(
    { image, label }: Tag,
    progress: (done: number, of: number) => void,
    signal: AbortSignal,
  ): Promise<DeletionPreview> {
    const manifest = await this.client.manifest(image.path, label, signal);
    const names = await this.tags({ kind: 'repository', label: image.path, image }, undefined, signal);
    const limit = pLimit(width);
    let done = 0;
    const pointsHere = async (name: string): Promise<boolean> => {
      signal.throwIfAborted();
      const digest = await this.digestIfThere(image.path, name, signal);
      progress(++done, names.items.length);
      return digest === manifest.digest;
    };
    const tags = names.items.map((tag) => tag.label);
    const here = await Promise.all(tags.map((name) => limit(pointsHere, name)));
    return {
      digest: manifest.digest,
      tags: tags.filter((_name, index) => here[index]),
      platforms: manifest.kind === 'index' ? runnable(manifest).flatMap(({ platform }) => platform ?? []) : [],
    };
  }

  /** A tag may go while others are looked at; that is no reason to stop. */
  private async digestIfThere(path: string, tag: string, signal: AbortSignal): Promise<string | undefined> {
    try {
      return await this.client.digest(path, tag, signal);
    } catch (error) {
      if (error instanceof Failure && error.kind === 'notFound') return undefined;
      throw error;
    }
  }

  private async untag({ image, label }: Tag, signal: AbortSignal): Promise<void> {
    try {
      await this.client.deleteManifest(image.path, label, signal);
    } catch (error) {
      // Distribution 2 takes the tag for a broken digest.
      if (error instanceof Failure && (error.kind === 'unsupported' || error.detail.code === 'DIGEST_INVALID')) {
        this.untagRefused = true;
        throw new Failure('unsupported', error.message, error.detail, { cause: error });
      }
      throw error;
    }
  }
}

function referenceOf({ digest, tag }: ImageReference): string {
  return digest ?? tag ?? 'latest';
}
