import { t } from '@vscode/l10n';
import { defined } from '../../core/defined';
import { emptyList, Failure } from '../../core/failure';
import type { Connection, Entry, Page, Repository } from '../../core/model';
import type { Endpoint } from '../../core/network/diagnose';
import { namespacesOf } from '../../core/reference';
import { readKnownPaths, pinnedRepositories, withPins } from '../pins';
import type { Deletion, ImageContent, ProviderContext, RegistryProvider } from '../provider';
import { repositoryAt, entriesTo } from '../rows';
import { V2 } from '../v2';
import { unlistedFailure } from './unlistedFailure';
import { anyVendor, vendorOf } from './vendors';
import type { Vendor } from './vendors';

/** Any registry that speaks Docker V2 / OCI, with the differences in its row of vendors.ts. */
export class GenericProvider implements RegistryProvider {
  readonly endpoints: readonly Endpoint[];
  private readonly v2: V2;
  private readonly host: string;
  private readonly vendor: Vendor;
  /** The beginning of all names of its images; empty if they have none in common. */
  private readonly prefix: string;

  constructor(
    connection: Connection,
    private readonly context: ProviderContext,
  ) {
    const url = new URL(connection.url);
    this.vendor = vendorOf(connection.provider, connection.url);
    this.prefix = this.vendor.prefix?.(url) ?? '';
    const pageOf = (entry: Entry | undefined) => {
      const page = this.vendor.webPage?.(url, entry);
      return page === undefined ? undefined : new URL(page);
    };
    // A vendor's web pages are known only for its own addresses, not for that of a proxy.
    const example = repositoryAt(url.host, 'app');
    if ((pageOf(undefined) ?? pageOf(example)) !== undefined) this.webPage = pageOf;
    this.v2 = new V2({
      url: connection.url,
      http: context.http,
      credential: context.credential,
      prefix: this.prefix,
      // A proxy in front of another registry may pass on that registry's additional facts.
      listing: this.vendor.listing ?? anyVendor.listing,
      mayBeDistribution: this.vendor === anyVendor,
      explain: (error, { what }) =>
        what === 'repositories' && error instanceof Failure && error.kind === 'unlisted'
          ? unlistedFailure(this.vendor, error, error.cause)
          : error,
    });
    this.host = this.v2.host;
    this.endpoints = [this.v2.endpoint];
    this.details = this.v2.details;
    this.content = this.v2.content;
    const { findTags } = this.v2;
    if (findTags !== undefined)
      this.find = (parent) => (parent?.kind === 'repository' ? findTags(parent.image) : undefined);
  }

  readonly hasTypedAddress = true;
  readonly details: NonNullable<RegistryProvider['details']>;
  readonly content: ImageContent;
  readonly webPage?: NonNullable<RegistryProvider['webPage']>;
  readonly find?: NonNullable<RegistryProvider['find']>;

  readonly list: RegistryProvider['list'] = async (parent, cursor, signal) => {
    switch (parent?.kind) {
      case undefined:
      case 'group':
      case 'registry':
        return this.repositories(cursor, signal);
      case 'repository':
        return this.v2.list(parent.image, cursor, signal);
      case 'tag':
      case 'platform':
      case 'attachment':
        return this.v2.listBelow(parent, signal);
    }
  };

  readonly locate: RegistryProvider['locate'] = (image) => {
    const { host, path } = image;
    if (host !== this.host || !path.startsWith(this.prefix)) return undefined;
    return entriesTo(image, this.vendor.listing?.repositoriesTo?.(path, this.pinned()) ?? [repositoryAt(host, path)]);
  };

  readonly hostOf: RegistryProvider['hostOf'] = () => this.host;

  readonly engineCredential: RegistryProvider['engineCredential'] = (_host, signal) => this.context.credential(signal);

  /** The V2 API does not say where the account may push; the namespaces in use are the likeliest places. */
  readonly pushTargets: RegistryProvider['pushTargets'] = async (signal) => {
    const listed = await readKnownPaths(() => this.repositories(undefined, signal));
    const own = this.prefix === '' ? { host: this.host } : { host: this.host, namespace: this.prefix.slice(0, -1) };
    const others = namespacesOf(listed).filter((namespace) => namespace !== own.namespace);
    return [own, ...others.map((namespace) => ({ host: this.host, namespace }))];
  };

  get deletion(): Deletion {
    const { imageDeletion: image, untag } = this.v2;
    return { image, ...defined({ untag }) };
  }

  readonly checkRepository: NonNullable<RegistryProvider['checkRepository']> = async ({ host, path }, signal) => {
    if (!path.startsWith(this.prefix)) {
      const explanation = t('names of its images begin with {0}', `${host}/${this.prefix}`);
      throw new Failure('notFound', '', { subject: host, explanation });
    }
    await this.v2.client.tags(path, undefined, signal);
  };

  private pinned(): readonly Repository[] {
    return pinnedRepositories(this.host, this.context.shown());
  }

  /** The repositories that the registry lists; if it lists none, the reason. */
  private async repositories(cursor: string | undefined, signal: AbortSignal): Promise<Page<Repository>> {
    return withPins(this.pinned(), cursor, async () => {
      const page = await this.v2.repositories(cursor, signal);
      const isEmpty = cursor === undefined && page.items.length === 0 && page.next === undefined;
      return isEmpty ? this.emptyPage() : page;
    });
  }

  /** An empty catalog may mean "not allowed to list", so it is shown as a problem, unless repositories were added by name. */
  private emptyPage(): Page<Repository> {
    if (this.pinned().length > 0 && this.vendor.listsNothing !== true) return { items: [] };
    return {
      items: [],
      failure: unlistedFailure(this.vendor, new Failure('unlisted', '', { subject: this.host, code: emptyList })),
    };
  }
}
