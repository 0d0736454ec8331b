import { t } from '@vscode/l10n';
import pLimit from 'p-limit';
import type { Azure, AzureRegistry, AzureResources, FailedTenant, Subscription } from '../../azure/azure';
import type { Endpoint } from '../../core/network/diagnose';
import { Failure, isDenied, withDetail } from '../../core/failure';
import type { Http } from '../../core/http';
import type { Log } from '../../core/log';
import type { Entry, Group, Registry, Shown } from '../../core/model';
import { contentByHost, detailsByHost, imageDeletionByHost } from '../byHost';
import type { Deletion, Locks, PushTarget, RegistryProvider } from '../provider';

export interface AzureSession {
  readonly azure: Azure;
  readonly openRegistry: OpenRegistry;
  /** `groups` are the ids of subscriptions. */
  readonly shown: () => Shown;
  readonly http: Http;
  readonly log: Log;
}

/** The login server answers for everything below a registry. */
type LoginServer = Pick<RegistryProvider, 'list' | 'locate' | 'engineCredential'> &
  Required<Pick<RegistryProvider, 'details' | 'content' | 'checkRepository' | 'locks' | 'properties'>> & {
    readonly deletion: Required<Deletion>;
  };

/** Opens the registry of a login server without asking the network. `described`: the last answer of the Resource Manager about it. */
export type OpenRegistry = (
  host: string,
  session: Pick<AzureSession, 'azure' | 'shown' | 'http'> & { readonly described: () => AzureRegistry | undefined },
) => LoginServer;

/** Subscriptions are asked this many at a time, where all of them must be. */
const width = 6;

/** The subscriptions of an account and the registries in them; each registry's own provider handles what is below. */
export class AzureProvider implements RegistryProvider {
  private readonly subscriptions = new Map<string, Subscription>();
  private readonly failed = new Map<string, FailedTenant>();
  /** By login server, as they were listed last. */
  private readonly known = new Map<string, AzureRegistry>();
  private readonly opened = new Map<string, LoginServer>();

  constructor(private readonly session: AzureSession) {}

  /** Microsoft's library asks those servers. */
  readonly ignoresTrust = true;

  /** Each registry has its own server, which is known only after it was listed. */
  get endpoints(): readonly Endpoint[] {
    const { authorityUrl, armUrl } = this.session.azure.cloud;
    return [{ url: authorityUrl }, { url: armUrl }];
  }

  readonly list: RegistryProvider['list'] = async (parent, cursor, signal) => {
    switch (parent?.kind) {
      case undefined:
        return { items: await this.groups(signal) };
      case 'group':
        return { items: await this.registriesOf(parent, signal) };
      case 'registry':
        return this.at(parent.host).list(parent, cursor, signal);
      case 'repository':
      case 'tag':
      case 'platform':
      case 'attachment':
        return this.at(parent.image.host).list(parent, cursor, signal);
    }
  };

  readonly locate: RegistryProvider['locate'] = (image) => {
    const registry = this.known.get(image.host);
    const below = registry === undefined ? undefined : this.at(image.host).locate(image);
    return registry === undefined || below === undefined ? undefined : [...this.trailOf(registry), ...below];
  };

  readonly learn: NonNullable<RegistryProvider['learn']> = async (host, signal) => {
    // An image of Docker Hub is never in Azure; for any other name only the Resource Manager knows.
    if (!this.known.has(host) && host !== 'docker.io') await this.everyRegistry(signal);
  };

  readonly hostOf: RegistryProvider['hostOf'] = (entry) => {
    if (entry?.kind === 'registry') return entry.host;
    return entry === undefined || entry.kind === 'group' ? undefined : entry.image.host;
  };

  readonly engineCredential: RegistryProvider['engineCredential'] = (host, signal) =>
    this.at(host).engineCredential(host, signal);

  readonly pushTargets: RegistryProvider['pushTargets'] = async (signal) => {
    await this.everyRegistry(signal);
    return [...this.known.keys()].sort().map((host): PushTarget => ({ host }));
  };

  readonly details = detailsByHost((host) => this.at(host));
  readonly content = contentByHost((host) => this.at(host));

  readonly deletion: Deletion = {
    image: imageDeletionByHost((host) => this.at(host).deletion.image),
    untag: {
      preview: (tag, signal) => this.at(tag.image.host).deletion.untag.preview(tag, signal),
      delete: (tag, signal) => this.at(tag.image.host).deletion.untag.delete(tag, signal),
      keepsImage: true,
    },
    repository: {
      counts: (repository, signal) => this.at(repository.image.host).deletion.repository.counts(repository, signal),
      delete: (repository, signal) => this.at(repository.image.host).deletion.repository.delete(repository, signal),
    },
  };

  readonly checkRepository: NonNullable<RegistryProvider['checkRepository']> = (image, signal) =>
    this.at(image.host).checkRepository(image, signal);

  readonly locks: Locks = {
    set: (tag, isLocked, signal) => this.at(tag.image.host).locks.set(tag, isLocked, signal),
    lift: (image, locks, signal) => this.at(image.host).locks.lift(image, locks, signal),
  };

  readonly properties: NonNullable<RegistryProvider['properties']> = (entry) => {
    if (entry.kind === 'group') return undefined;
    if (entry.kind !== 'registry') return this.at(entry.image.host).properties(entry);
    const registry = this.known.get(entry.host);
    return registry === undefined ? undefined : (signal) => this.session.azure.registryProperties(registry, signal);
  };

  readonly consolePage: NonNullable<RegistryProvider['consolePage']> = (entry) => {
    const { azure } = this.session;
    if (entry === undefined) return new URL(azure.cloud.portalUrl);
    if (entry.kind === 'group') {
      const subscription = this.subscriptions.get(entry.key);
      return subscription && azure.portalPage(subscription.tenantId, `/subscriptions/${subscription.id}`);
    }
    const registry = this.known.get(entry.kind === 'registry' ? entry.host : entry.image.host);
    if (registry === undefined) return undefined;
    return azure.portalPage(
      registry.subscription.tenantId,
      registry.id,
      entry.kind === 'registry' ? '' : '/repository',
    );
  };

  readonly holds: NonNullable<RegistryProvider['holds']> = (entry) => {
    switch (entry?.kind) {
      case undefined:
        return {
          one: (of) => t('Subscription of {0}', of),
          none: t('no subscriptions'),
          listing: (of) => t('list the subscriptions of {0}', of),
        };
      case 'group':
        return {
          one: (of) => t('Registry of {0}', of),
          none: t('no registries'),
          listing: (of) => t('list the registries of {0}', of),
        };
      default:
        return undefined;
    }
  };

  readonly choosable: NonNullable<RegistryProvider['choosable']> = async (signal) => {
    await this.listSubscriptions(signal);
    const subscriptions = [...this.subscriptions.values()];
    return [
      ...subscriptions.map((each) => ({ group: groupOf(each), isShown: this.isShown(each) })),
      ...this.unlisted().map((id) => ({ group: unlistedGroupOf(id), isShown: true })),
    ];
  };

  get azure(): AzureResources {
    return {
      azure: this.session.azure,
      subscriptionOf: (entry) => (entry?.kind === 'group' ? this.subscriptions.get(entry.key) : undefined),
      tenantOf: (entry) => (entry?.kind === 'group' && this.failed.has(entry.key) ? entry.key : undefined),
      registryOf: (entry) => (entry?.kind === 'registry' ? this.known.get(entry.host) : undefined),
      registryAt: (host) => this.known.get(host),
      trailOf: (registry) => this.trailOf(registry),
    };
  }

  private async groups(signal: AbortSignal): Promise<readonly Group[]> {
    await this.listSubscriptions(signal);
    const failed = this.showsAll() || this.unlisted().length > 0 ? [...this.failed.values()] : [];
    return [...this.shownSubscriptions().map(groupOf), ...failed.map(failedGroupOf)];
  }

  private showsAll(): boolean {
    return (this.session.shown().groups ?? []).length === 0;
  }

  private isShown({ id }: Subscription): boolean {
    return this.showsAll() || this.session.shown().groups?.includes(id) === true;
  }

  private shownSubscriptions(): readonly Subscription[] {
    return [...this.subscriptions.values()].filter((each) => this.isShown(each));
  }

  /** Keys of what is to be shown and was not listed: where a tenant failed, they may be of that one. */
  private unlisted(): readonly string[] {
    return this.failed.size === 0
      ? []
      : (this.session.shown().groups ?? []).filter((id) => !this.subscriptions.has(id));
  }

  private async listSubscriptions(signal: AbortSignal): Promise<void> {
    const { subscriptions, failed } = await this.session.azure.subscriptions(signal);
    const [first] = failed;
    // A tenant that refuses gets a row to sign in to it: for a guest it may be the only row.
    const isLost = subscriptions.length === 0 && !failed.some(({ failure }) => isDenied(failure));
    if (isLost && first !== undefined) throw first.failure;
    this.subscriptions.clear();
    this.failed.clear();
    for (const subscription of subscriptions) this.subscriptions.set(subscription.id, subscription);
    for (const tenant of failed) this.failed.set(tenant.id, tenant);
  }

  private async registriesOf({ key }: Group, signal: AbortSignal): Promise<readonly Registry[]> {
    const tenant = this.failed.get(key);
    if (tenant !== undefined) throw failureOfTenant(tenant);
    const subscription = this.subscriptions.get(key);
    if (subscription === undefined) return [];
    try {
      return (await this.listRegistries(subscription, signal)).map(entryOf);
    } catch (error) {
      throw failureOfSubscription(error);
    }
  }

  private async listRegistries(subscription: Subscription, signal: AbortSignal): Promise<readonly AzureRegistry[]> {
    const registries = await this.session.azure.registries(subscription, signal);
    for (const [host, registry] of this.known)
      if (registry.subscription.id === subscription.id) this.known.delete(host);
    for (const registry of registries) this.known.set(registry.loginServer, registry);
    return registries;
  }

  /** What one subscription refuses hides no other. */
  private async everyRegistry(signal: AbortSignal): Promise<void> {
    if (this.subscriptions.size === 0) await this.listSubscriptions(signal);
    const limit = pLimit(width);
    await Promise.all(
      this.shownSubscriptions().map((subscription) =>
        limit(async () => {
          try {
            await this.listRegistries(subscription, signal);
          } catch (error) {
            signal.throwIfAborted();
            this.session.log.warn(`${subscription.name}: ${error instanceof Error ? error.message : String(error)}`);
          }
        }),
      ),
    );
  }

  private trailOf({ subscription, loginServer }: AzureRegistry): readonly Entry[] {
    const registry = this.known.get(loginServer);
    return [groupOf(subscription), ...(registry === undefined ? [] : [entryOf(registry)])];
  }

  /** The registry of a login server; its tokens are kept as long as it is known. */
  private at(host: string): LoginServer {
    const opened = this.opened.get(host);
    if (opened !== undefined) return opened;
    const { azure, openRegistry, shown, http } = this.session;
    const provider = openRegistry(host, { azure, described: () => this.known.get(host), shown, http });
    this.opened.set(host, provider);
    return provider;
  }
}

function groupOf({ id, name }: Subscription): Group {
  return { kind: 'group', key: id, label: name, called: t('Subscription'), icon: 'key' };
}

function failedGroupOf({ id, name }: FailedTenant): Group {
  return {
    kind: 'group',
    key: id,
    label: name,
    called: t('Tenant'),
    icon: 'organization',
    detail: t('not listed · tenant'),
  };
}

function unlistedGroupOf(id: string): Group {
  return { kind: 'group', key: id, label: id, called: t('Subscription'), detail: t('not listed · in another tenant') };
}

function entryOf({ id, name, loginServer, location, sku }: AzureRegistry): Registry {
  return { kind: 'registry', key: id.toLowerCase(), label: name, host: loginServer, detail: `${location} · ${sku}` };
}

/** A tenant may want a second factor or consent: signing in to that tenant asks for it. */
function failureOfTenant({ failure }: FailedTenant): unknown {
  const isSignedOut = failure instanceof Failure && failure.kind === 'unauthorized';
  return isSignedOut ? withDetail(failure, { nextStep: 'signInToTenant' }) : failure;
}

function failureOfSubscription(error: unknown): unknown {
  if (!(error instanceof Failure) || error.kind !== 'forbidden') return error;
  const explanation = t('your account may not list registries here; it needs the role Reader on the subscription');
  return withDetail(error, { explanation, nextStep: 'openInPortal' });
}
