import { t } from '@vscode/l10n';
import type { AzureRegistry } from '../../azure/azure';
import type { Endpoint } from '../../core/network/diagnose';
import { Failure } from '../../core/failure';
import type { FailureDetail } from '../../core/failure';
import type { Http } from '../../core/http';
import type { ReadCredential } from '../../core/auth';
import { isIndexType } from '../../core/manifest';
import type { Credential, Page, Repository, Tag, Shown } from '../../core/model';
import { readKnownPaths, pinnedRepositories, withPins } from '../pins';
import { namespacesOf } from '../../core/reference';
import type { ImageReference } from '../../core/reference';
import { isDigestTag } from '../../core/referrersTag';
import type { KnownTag } from '../../images/imageSource';
import type { Deletion, ImageContent, Lock, Locks, RegistryProvider } from '../provider';
import { repositoryAt, entriesTo } from '../rows';
import { areAllAfter, V2 } from '../v2';
import { AcrApi } from './acrApi';
import { AcrLocks } from './acrLocks';
import { EntraSession } from './entraSession';
import type { ReadEntraToken } from './entraSession';
import { explain } from './acrExplanations';
import type { Terms } from './acrExplanations';
import { restrictTo } from './loginServer';
import { ManifestListing } from './manifestListing';
import { detailsOf, withManifest } from './acrTags';

/** The user name that engines send with a refresh token: https://learn.microsoft.com/en-us/azure/container-registry/container-registry-authentication */
const tokenUser = '00000000-0000-0000-0000-000000000000';

/** The most tags and images of a repository whose locks are read before it is deleted. For more, a lock shows only as a refusal. */
const mostCheckedForLocks = 10_000;

/** What is needed to open a registry. Either the credential or an Entra account (`entra`) signs in. */
export interface AcrSession {
  /** URL of the login server. */
  readonly url: string;
  readonly credential: ReadCredential;
  readonly entra?: ReadEntraToken | undefined;
  /** The last answer of the Resource Manager about the registry; absent if it was not asked. */
  readonly lastDescription?: () => Pick<AzureRegistry, 'usesAbac' | 'isPrivate'> | undefined;
  /** Names of repositories that the user added. */
  readonly shown: () => Shown;
  readonly http: Http;
}

/** One registry of Azure by its login server: V2, and the registry's own API, which lists tags with dates, digests and sizes. */
export class AcrProvider implements RegistryProvider {
  readonly hasTypedAddress = true;
  readonly endpoints: readonly Endpoint[];
  readonly content: ImageContent;
  private readonly v2: V2;
  private readonly api: AcrApi;
  private readonly lockApi: AcrLocks;
  private readonly host: string;
  private readonly credential: ReadCredential;
  /** The manifest listings of repositories, by path, since their tags were last listed. */
  private readonly manifests = new Map<string, ManifestListing>();
  private readonly shown: () => Shown;

  constructor({ url, credential, entra, lastDescription, shown, http: plain }: AcrSession) {
    this.shown = shown;
    const isPrivate = () => lastDescription?.()?.isPrivate ?? false;
    const terms = (): Terms => ({
      rights: entra === undefined ? 'unknown' : rightsOf(lastDescription?.()?.usesAbac),
      isPrivate: isPrivate(),
    });
    const server = entra === undefined ? plain : restrictTo(url, plain);
    const session = entra === undefined ? undefined : new EntraSession(server, url, entra, isPrivate);
    this.credential = session?.credential ?? credential;
    this.v2 = new V2({
      url,
      http: server,
      credential: this.credential,
      withRenewal: session?.withRenewal,
      readEveryTag: ({ path }, signal) => this.readEveryTag(path, signal),
      explain: (error, { what }) => {
        if (what === 'deletion' || what === 'deletionPreview') return error;
        return explain(error, terms(), what === 'image' ? 'repository' : 'catalog');
      },
    });
    this.api = new AcrApi(this.v2.http, url);
    this.lockApi = new AcrLocks(this.api);
    this.host = this.v2.host;
    this.endpoints = [this.v2.endpoint];
    this.content = this.v2.content;
  }

  readonly list: RegistryProvider['list'] = async (parent, cursor, signal) => {
    switch (parent?.kind) {
      case undefined:
      case 'group':
      case 'registry':
        return this.listRepositories(cursor, signal);
      case 'repository':
        return this.read(parent.image, () => this.listTags(parent, cursor, signal), signal);
      case 'tag':
      case 'platform':
      case 'attachment':
        return this.v2.listBelow(parent, signal);
    }
  };

  readonly locate: RegistryProvider['locate'] = (image) =>
    image.host === this.host ? entriesTo(image, [repositoryAt(image.host, image.path)]) : undefined;

  readonly hostOf: RegistryProvider['hostOf'] = () => this.host;

  /** A user name and a password, because not every engine passes on identity tokens. */
  readonly engineCredential: RegistryProvider['engineCredential'] = async (_host, signal): Promise<Credential> => {
    const credential = await this.credential(signal);
    return credential.kind === 'identityToken'
      ? { kind: 'basic', username: tokenUser, secret: credential.token }
      : credential;
  };

  readonly pushTargets: RegistryProvider['pushTargets'] = async (signal) => {
    const listed = await readKnownPaths(() => this.listRepositories(undefined, signal));
    return [{ host: this.host }, ...namespacesOf(listed).map((namespace) => ({ host: this.host, namespace }))];
  };

  /** If only the tag was listed, further pages of the manifest listing are read. A refreshed tag is requested alone. */
  readonly details: NonNullable<RegistryProvider['details']> = ({ image, label, details }, signal) => {
    const { path } = image;
    const read = async () => {
      if (details?.isPartial === true) {
        const listed = await this.manifests.get(path)?.find(details.digest, signal);
        if (listed !== undefined) return withManifest(details, listed);
      }
      const tag = await this.api.tag(path, label, signal);
      return withManifest(detailsOf(tag), await this.api.manifest(path, tag.digest, signal));
    };
    return this.read(image, read, signal);
  };

  readonly deletion = {
    image: {
      preview: async (image, tags, progress, signal) => {
        const preview = await this.v2.imageDeletion.preview(image, tags, progress, signal);
        const digests = preview.images.map(({ digest }) => digest);
        const [locks, lockedPlatforms] = await Promise.all([
          this.lockApi.locksOnImages(image, digests, signal),
          preview.platforms.length === 0 ? [] : this.lockApi.lockedPlatforms(this.v2.source(image), digests, signal),
        ]);
        return { ...preview, ...locksField(locks), ...(lockedPlatforms.length > 0 ? { lockedPlatforms } : {}) };
      },
      delete: (image, digest, signal) =>
        this.withLockExplained(image, digest, signal, () => this.v2.client.deleteManifest(image.path, digest, signal)),
      tagsLeft: (image, digest, tags, signal) => this.readTagsLeft(image, digest, tags, signal),
    },
    untag: {
      preview: async ({ image, label }, signal) => {
        const [{ digest }, locks] = await Promise.all([
          this.api.tag(image.path, label, signal),
          this.lockApi.locksAgainstDeletion(image, undefined, signal),
        ]);
        const all = (await this.api.tagsOn(image.path, digest, signal)).map(({ name }) => name);
        return {
          digest,
          others: all.filter((name) => name !== label && !isDigestTag(name)).sort(),
          ...locksField(locks),
        };
      },
      delete: ({ image, label }, signal) =>
        this.withLockExplained(image, undefined, signal, () => this.api.untag(image.path, label, signal)),
      keepsImage: true,
    },
    repository: {
      counts: async ({ image }: Repository, signal: AbortSignal) => {
        const counts = await this.api.counts(image.path, signal);
        const isLarge = counts.tags + counts.images > mostCheckedForLocks;
        return isLarge
          ? counts
          : { ...counts, ...locksField(await this.lockApi.locksAgainstDeletion(image, undefined, signal)) };
      },
      delete: ({ image }: Repository, signal: AbortSignal) =>
        this.withLockExplained(image, undefined, signal, () => this.api.deleteRepository(image.path, signal)),
    },
  } satisfies Deletion;

  readonly checkRepository = async (image: ImageReference, signal: AbortSignal): Promise<void> => {
    await this.read(image, () => this.api.tags(image.path, undefined, signal), signal);
  };

  readonly locks: Locks = {
    set: async ({ image: { path }, label, details }, isLocked, signal) => {
      const attributes = { deleteEnabled: !isLocked, writeEnabled: !isLocked };
      await this.api.setAttributes(path, `_tags/${encodeURIComponent(label)}`, attributes, signal);
      // A lock on the image also prevents changes, so it is removed too.
      if (!isLocked && details !== undefined)
        await this.api.setAttributes(path, `_manifests/${details.digest}`, attributes, signal);
    },
    lift: (image, locks, signal) => this.lockApi.lift(image, locks, signal),
  };

  readonly properties: NonNullable<RegistryProvider['properties']> = (entry) => {
    if (entry.kind !== 'repository' && entry.kind !== 'tag') return undefined;
    const { path } = entry.image;
    return (signal) => this.api.properties(path, entry.kind === 'tag' ? entry.label : undefined, signal);
  };

  private async listRepositories(cursor: string | undefined, signal: AbortSignal): Promise<Page<Repository>> {
    return withPins(pinnedRepositories(this.host, this.shown()), cursor, () => this.v2.repositories(cursor, signal));
  }

  /** Reads from the registry's own API; refusals are explained as for V2. */
  private read<T>(image: ImageReference, ask: () => Promise<T>, signal: AbortSignal): Promise<T> {
    return this.v2.ask({ what: 'image', image }, ask, signal);
  }

  /** A page of tags, newest first. Sizes and platforms come from the manifest listing, whose first page has the newest images. */
  private async listTags({ image }: Repository, cursor: string | undefined, signal: AbortSignal): Promise<Page<Tag>> {
    const { path } = image;
    const known = cursor === undefined ? undefined : this.manifests.get(path);
    const manifests = known ?? new ManifestListing((from, its) => this.api.manifests(path, from, its));
    this.manifests.set(path, manifests);
    const [{ items, ...next }] = await Promise.all([
      this.api.tags(path, cursor, signal),
      known === undefined ? manifests.more(signal) : undefined,
    ]);
    const listed = items.map((answer) => {
      const manifest = manifests.get(answer.digest);
      const details = detailsOf(answer);
      return { name: answer.name, details: manifest === undefined ? details : withManifest(details, manifest) };
    });
    return { items: this.v2.rowsOf(image, listed, areAllAfter(cursor, next)), ...next };
  }

  /** Every tag with its digest from the tag listing; the manifest listing says which digests are indexes. */
  private async readEveryTag(path: string, signal: AbortSignal): Promise<readonly KnownTag[]> {
    const [tags, manifests] = await Promise.all([
      this.api.everyTag(path, signal),
      this.api.everyManifest(path, signal),
    ]);
    const types = new Map(manifests.map(({ digest, mediaType }) => [digest, mediaType]));
    return tags.map(({ name, digest }) => {
      const mediaType = types.get(digest);
      return { name, digest, ...(typeof mediaType === 'string' ? { isIndex: isIndexType(mediaType) } : {}) };
    });
  }

  private async readTagsLeft(
    { path }: ImageReference,
    digest: string,
    tags: readonly string[],
    signal: AbortSignal,
  ): Promise<readonly string[]> {
    try {
      const left = new Set((await this.api.tagsOn(path, digest, signal)).map(({ name }) => name));
      return tags.filter((name) => left.has(name));
    } catch (error) {
      // The repository is deleted with its last image.
      if (error instanceof Failure && error.kind === 'notFound') return [];
      throw error;
    }
  }

  /** Runs a deletion. For a locked item the registry answers "unsupported", so the locks are read to name the one that prevents it. */
  private async withLockExplained(
    image: ImageReference,
    digest: string | undefined,
    signal: AbortSignal,
    act: () => Promise<void>,
  ): Promise<void> {
    try {
      await act();
    } catch (error) {
      if (!(error instanceof Failure) || error.kind !== 'unsupported') throw error;
      const [locked] = await this.lockApi.locksAgainstDeletion(image, digest, signal);
      if (locked === undefined) throw error;
      const detail = { ...error.detail, ...explainLock(locked, image.tag) };
      throw new Failure('rejected', error.message, detail, { cause: error });
    }
  }
}

/** The field `locks`; absent if there are none. */
function locksField(locks: readonly Lock[]): { readonly locks?: readonly Lock[] } {
  return locks.length > 0 ? { locks } : {};
}

function rightsOf(usesAbac: boolean | undefined): Terms['rights'] {
  return usesAbac === undefined ? 'either' : usesAbac ? 'repositories' : 'roles';
}

function explainLock(locked: Lock, tag: string | undefined): Pick<FailureDetail, 'explanation' | 'nextStep'> {
  switch (locked.kind) {
    case 'tag': {
      const explanation = t('the tag {0} is locked; use Unlock on its row first', locked.name);
      return locked.name === tag ? { explanation, nextStep: 'unlockTag' } : { explanation };
    }
    case 'image': {
      const explanation = t('the image is locked; use Unlock on its row first');
      return tag === undefined ? { explanation } : { explanation, nextStep: 'unlockTag' };
    }
    case 'repository':
      return { explanation: t('the repository is locked; “az acr repository update” unlocks it') };
  }
}
