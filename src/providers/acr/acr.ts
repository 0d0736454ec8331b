import { t } from '@vscode/l10n';
import { withAuth } from '../../core/auth';
import { Failure } from '../../core/failure';
import { axiosHttp } from '../../core/http';
import { isDigestTag, readAttachment, readDetails, readImage, readPlatforms, runnable } from '../../core/imageReader';
import type { Connection, Credential, Page, Repository, Tag } from '../../core/model';
import { namespacesOf, withTag } from '../../core/reference';
import type { ImageReference } from '../../core/reference';
import { RegistryClient } from '../../core/registryClient';
import { withRetry } from '../../core/retry';
import type { Deletion, DeletionPreview, ImageContent, ProviderContext, RegistryProvider } from '../provider';
import { AcrApi } from './acrApi';
import { tagOf } from './tags';

/** What engines call whoever signs in with a refresh token: https://learn.microsoft.com/en-us/azure/container-registry/container-registry-authentication */
const tokenUser = '00000000-0000-0000-0000-000000000000';

/** One registry of Azure by its login server: V2, and beside it a listing that tells dates, digests and sizes. */
export class AcrProvider implements RegistryProvider {
  private readonly client: RegistryClient;
  private readonly api: AcrApi;
  private readonly host: string;
  private readonly digestTags = new Map<string, ReadonlySet<string>>();

  constructor(
    connection: Connection,
    private readonly context: ProviderContext,
  ) {
    const http = withRetry(withAuth(axiosHttp(context.log), connection.url, context.credential));
    this.client = new RegistryClient(http, connection.url);
    this.api = new AcrApi(http, connection.url);
    this.host = new URL(connection.url).host;
  }

  readonly list: RegistryProvider['list'] = async (parent, cursor, signal) => {
    switch (parent?.kind) {
      case undefined:
      case 'group':
        return this.repositories(cursor, signal);
      case 'repository':
        return this.tags(parent, cursor, signal);
      case 'tag': {
        const { image, label } = parent;
        const digestTags = this.digestTags.get(image.path) ?? new Set<string>();
        return { items: await readPlatforms({ client: this.client, image, digestTags }, label, signal) };
      }
      case 'platform':
        return { items: parent.attachments };
      case 'attachment':
        return { items: [] };
    }
  };

  readonly locate: RegistryProvider['locate'] = (image) => {
    if (image.host !== this.host) return undefined;
    const repository = this.repositoryOf(image.path);
    const { tag } = image;
    return tag === undefined ? [repository] : [repository, { kind: 'tag', label: tag, image: withTag(image, tag) }];
  };

  readonly hostOf: RegistryProvider['hostOf'] = () => this.host;

  /** As a user name and password, since not every engine passes identity tokens on. */
  readonly engineCredential: RegistryProvider['engineCredential'] = async (_host, signal): Promise<Credential> => {
    const credential = await this.context.credential(signal);
    return credential.kind === 'identityToken'
      ? { kind: 'basic', username: tokenUser, secret: credential.token }
      : credential;
  };

  readonly pushTargets: RegistryProvider['pushTargets'] = async (signal) => {
    const { items } = await this.client.catalog(undefined, signal);
    return [{ host: this.host }, ...namespacesOf(items).map((namespace) => ({ host: this.host, namespace }))];
  };

  readonly details: NonNullable<RegistryProvider['details']> = (tag, signal) =>
    readDetails(this.client, tag.image.path, tag.label, signal);

  readonly content: ImageContent = {
    manifest: (image, signal) => this.client.manifest(image.path, image.digest ?? image.tag ?? 'latest', signal),
    config: (image, signal) => readImage(this.client, image, signal),
    attachment: (attachment, signal) => readAttachment(this.client, attachment, signal),
  };

  readonly deletion: Deletion = {
    preview: (tag, progress, signal) => this.previewDeletion(tag, progress, signal),
    image: (image, digest, signal) =>
      this.unlessLocked(image, digest, signal, () => this.client.deleteManifest(image.path, digest, signal)),
    untag: ({ image, label }, signal) =>
      this.unlessLocked(image, undefined, signal, () => this.api.untag(image.path, label, signal)),
  };

  private async repositories(cursor: string | undefined, signal: AbortSignal): Promise<Page<Repository>> {
    const { items, ...next } = await this.client.catalog(cursor, signal);
    return { items: items.map((path) => this.repositoryOf(path)), ...next };
  }

  private repositoryOf(path: string): Repository {
    return { kind: 'repository', label: path, image: { host: this.host, path } };
  }

  /** The newest first; sizes and platforms come with the manifests of the newest thousand, asked for once. */
  private async tags({ image }: Repository, cursor: string | undefined, signal: AbortSignal): Promise<Page<Tag>> {
    const [page, manifests] = await Promise.all([
      this.api.tags(image.path, cursor, signal),
      cursor === undefined ? this.api.manifests(image.path, signal) : [],
    ]);
    const byDigest = new Map(manifests.map((manifest) => [manifest.digest, manifest]));
    const hidden = page.tags.map(({ name }) => name).filter(isDigestTag);
    this.digestTags.set(image.path, new Set([...(this.digestTags.get(image.path) ?? []), ...hidden]));
    const items = page.tags
      .filter(({ name }) => !isDigestTag(name))
      .map((answer) => {
        const tag = tagOf(image, answer, byDigest);
        // What the listing of manifests has not told is read when the row is on display.
        return byDigest.has(answer.digest) ? tag : { kind: tag.kind, label: tag.label, image: tag.image };
      });
    return { items, ...page.next };
  }

  private async previewDeletion(
    { image, label }: Tag,
    progress: (done: number, of: number) => void,
    signal: AbortSignal,
  ): Promise<DeletionPreview> {
    const manifest = await this.client.manifest(image.path, label, signal);
    const tags = (await this.api.tagsOn(image.path, manifest.digest, signal)).map(({ name }) => name);
    progress(tags.length, tags.length);
    return {
      digest: manifest.digest,
      tags: tags.sort(),
      platforms: manifest.kind === 'index' ? runnable(manifest).flatMap(({ platform }) => platform ?? []) : [],
    };
  }

  /** A lock is refused as if deletion were not supported at all: which lock it is, the attributes tell. */
  private async unlessLocked(
    image: ImageReference,
    digest: string | undefined,
    signal: AbortSignal,
    act: () => Promise<void>,
  ): Promise<void> {
    try {
      await act();
    } catch (error) {
      if (!(error instanceof Failure) || error.kind !== 'unsupported') throw error;
      const locked = await this.api.locked(image.path, image.tag, digest, signal);
      if (locked === undefined) throw error;
      const explanations = {
        tag: t('the tag is locked; “az acr repository update” unlocks it'),
        manifest: t('the image is locked; “az acr repository update” unlocks it'),
        repository: t('the repository is locked; “az acr repository update” unlocks it'),
      };
      const detail = { ...error.detail, explanation: explanations[locked] };
      throw new Failure('rejected', error.message, detail, { cause: error });
    }
  }
}
