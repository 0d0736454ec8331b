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

/** What the provider of an account needs. */
export interface AzureSession {
  readonly azure: Azure;
  readonly openRegistry: OpenRegistry;
  /** `groups` are the ids of subscriptions. */
  readonly shown: () => Shown;
  readonly http: Http;
  readonly log: Log;
}

/** The part of a registry's provider to which calls for everything below the registry are passed on. */
type LoginServer = Pick<RegistryProvider, 'list' | 'locate' | 'engineCredential'> &
  Required<Pick<RegistryProvider, 'details' | 'content' | 'checkRepository' | 'locks' | 'properties'>> & {
    readonly deletion: Required<Deletion>;
  };

/** Opens the registry of a login server, without requests. `lastDescription`: the last answer of the Resource Manager about it. */
export type OpenRegistry = (
  host: string,
  session: Pick<AzureSession, 'azure' | 'shown' | 'http'> & {
    readonly lastDescription: () => AzureRegistry | undefined;
  },
) => LoginServer;

/** How many subscriptions are listed at the same time, if all of them are needed. */
const requestsAtOnce = 6;

/** The subscriptions of an account and the registries in them; each registry's own provider handles what is below. */
export class AzureProvider implements RegistryProvider {
  private readonly subscriptions = new Map<string, Subscription>();
  private readonly failed = new Map<string, FailedTenant>();
  /** The registries of the last listings, by login server. */
  private readonly registriesByHost = new Map<string, AzureRegistry>();
  private readonly serversByHost = new Map<string, LoginServer>();

  constructor(private readonly session: AzureSession) {}

  /** Microsoft's library calls the servers of Azure. */
  readonly ignoresTrust = true;

  /** Each registry has its own server, which is known only after it was listed. */
  get endpoints(): readonly Endpoint[] {
    const { authorityUrl, armUrl } = this.session.azure.cloud;
    return [{ url: authorityUrl }, { url: armUrl }];
  }

  readonly list: RegistryProvider['list'] = async (parent, cursor, signal) => {
    switch (parent?.kind) {
      case undefined:
        return { items: await this.listGroups(signal) };
      case 'group':
        return { items: await this.listGroup(parent, signal) };
      case 'registry':
        return this.serverOf(parent.host).list(parent, cursor, signal);
      case 'repository':
      case 'tag':
      case 'platform':
      case 'attachment':
        return this.serverOf(parent.image.host).list(parent, cursor, signal);
    }
  };

  readonly locate: RegistryProvider['locate'] = (image) => {
    const registry = this.registriesByHost.get(image.host);
    const below = registry === undefined ? undefined : this.serverOf(image.host).locate(image);
    return registry === undefined || below === undefined ? undefined : [...this.entriesTo(registry), ...below];
  };

  readonly learn: NonNullable<RegistryProvider['learn']> = async ({ host }, signal) => {
    // An image of Docker Hub is never in Azure. For any other host, the Resource Manager must be asked.
    const isKnown = () => this.registriesByHost.has(host);
    if (!isKnown() && host !== 'docker.io') await this.listEveryRegistry(signal, isKnown);
  };

  readonly hostOf: RegistryProvider['hostOf'] = (entry) => {
    if (entry?.kind === 'registry') return entry.host;
    return entry === undefined || entry.kind === 'group' ? undefined : entry.image.host;
  };

  readonly engineCredential: RegistryProvider['engineCredential'] = (host, signal) =>
    this.serverOf(host).engineCredential(host, signal);

  readonly pushTargets: RegistryProvider['pushTargets'] = async (signal) => {
    await this.listEveryRegistry(signal);
    return [...this.registriesByHost.keys()].sort().map((host): PushTarget => ({ host }));
  };

  readonly details = detailsByHost((host) => this.serverOf(host));
  readonly content = contentByHost((host) => this.serverOf(host));

  readonly deletion: Deletion = {
    image: imageDeletionByHost((host) => this.serverOf(host).deletion.image),
    untag: {
      preview: (tag, signal) => this.serverOf(tag.image.host).deletion.untag.preview(tag, signal),
      delete: (tag, signal) => this.serverOf(tag.image.host).deletion.untag.delete(tag, signal),
      keepsImage: true,
    },
    repository: {
      counts: (repository, signal) =>
        this.serverOf(repository.image.host).deletion.repository.counts(repository, signal),
      delete: (repository, signal) =>
        this.serverOf(repository.image.host).deletion.repository.delete(repository, signal),
    },
  };

  readonly checkRepository: NonNullable<RegistryProvider['checkRepository']> = (image, signal) =>
    this.serverOf(image.host).checkRepository(image, signal);

  readonly locks: Locks = {
    set: (tag, isLocked, signal) => this.serverOf(tag.image.host).locks.set(tag, isLocked, signal),
    lift: (image, locks, signal) => this.serverOf(image.host).locks.lift(image, locks, signal),
  };

  readonly properties: NonNullable<RegistryProvider['properties']> = (entry) => {
    if (entry.kind === 'group') return undefined;
    if (entry.kind !== 'registry') return this.serverOf(entry.image.host).properties(entry);
    const registry = this.registriesByHost.get(entry.host);
    return registry === undefined ? undefined : (signal) => this.session.azure.registryProperties(registry, signal);
  };

  readonly consolePage: NonNullable<RegistryProvider['consolePage']> = (entry) => {
    const { azure } = this.session;
    if (entry === undefined) return new URL(azure.cloud.portalUrl);
    if (entry.kind === 'group') {
      const subscription = this.subscriptions.get(entry.key);
      return subscription && azure.portalPage(subscription.tenantId, `/subscriptions/${subscription.id}`);
    }
    const registry = this.registriesByHost.get(entry.kind === 'registry' ? entry.host : entry.image.host);
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

  readonly choosableGroups: NonNullable<RegistryProvider['choosableGroups']> = async (signal) => {
    await this.listSubscriptions(signal);
    const subscriptions = [...this.subscriptions.values()];
    return [
      ...subscriptions.map((each) => ({ group: groupOf(each), isShown: this.isShown(each) })),
      ...this.unlistedIds().map((id) => ({ group: unlistedGroupOf(id), isShown: true })),
    ];
  };

  get azure(): AzureResources {
    return {
      azure: this.session.azure,
      subscriptionOf: (entry) => (entry?.kind === 'group' ? this.subscriptions.get(entry.key) : undefined),
      tenantOf: (entry) => (entry?.kind === 'group' && this.failed.has(entry.key) ? entry.key : undefined),
      registryOf: (entry) => (entry?.kind === 'registry' ? this.registriesByHost.get(entry.host) : undefined),
      registryAt: (host) => this.registriesByHost.get(host),
      entriesTo: (registry) => this.entriesTo(registry),
    };
  }

  private async listGroups(signal: AbortSignal): Promise<readonly Group[]> {
    await this.listSubscriptions(signal);
    const failed = this.showsAll() || this.unlistedIds().length > 0 ? [...this.failed.values()] : [];
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

  /** The chosen subscriptions that were not listed, if a tenant failed: they may be in that one. Otherwise empty. */
  private unlistedIds(): readonly string[] {
    return this.failed.size === 0
      ? []
      : (this.session.shown().groups ?? []).filter((id) => !this.subscriptions.has(id));
  }

  private async listSubscriptions(signal: AbortSignal): Promise<void> {
    const { subscriptions, failed } = await this.session.azure.subscriptions(signal);
    const [first] = failed;
    // A tenant that refuses the account gets a row that leads to its sign-in. For a guest, it may be the only row.
    const isLost = subscriptions.length === 0 && !failed.some(({ failure }) => isDenied(failure));
    if (isLost && first !== undefined) throw first.failure;
    this.subscriptions.clear();
    this.failed.clear();
    for (const subscription of subscriptions) this.subscriptions.set(subscription.id, subscription);
    for (const tenant of failed) this.failed.set(tenant.id, tenant);
  }

  private async listGroup({ key }: Group, signal: AbortSignal): Promise<readonly Registry[]> {
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
    for (const [host, registry] of this.registriesByHost)
      if (registry.subscription.id === subscription.id) this.registriesByHost.delete(host);
    for (const registry of registries) this.registriesByHost.set(registry.loginServer, registry);
    return registries;
  }

  /** Lists the registries of all shown subscriptions, until it is enough. If one fails, the others are still listed. */
  private async listEveryRegistry(signal: AbortSignal, isEnough = () => false): Promise<void> {
    if (this.subscriptions.size === 0) await this.listSubscriptions(signal);
    const limit = pLimit(requestsAtOnce);
    await Promise.all(
      this.shownSubscriptions().map((subscription) =>
        limit(async () => {
          if (isEnough()) return;
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

  private entriesTo({ subscription, loginServer }: AzureRegistry): readonly Entry[] {
    const registry = this.registriesByHost.get(loginServer);
    return [groupOf(subscription), ...(registry === undefined ? [] : [entryOf(registry)])];
  }

  /** The provider of a login server. It is opened once, so that its tokens are kept. */
  private serverOf(host: string): LoginServer {
    const opened = this.serversByHost.get(host);
    if (opened !== undefined) return opened;
    const { azure, openRegistry, shown, http } = this.session;
    const provider = openRegistry(host, { azure, lastDescription: () => this.registriesByHost.get(host), shown, http });
    this.serversByHost.set(host, provider);
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

/** The failure of a tenant. It may require a second factor or consent, which a sign-in to this tenant asks for. */
function failureOfTenant({ failure }: FailedTenant): unknown {
  const isSignedOut = failure instanceof Failure && failure.kind === 'unauthorized';
  return isSignedOut ? withDetail(failure, { nextStep: 'signInToTenant' }) : failure;
}

function failureOfSubscription(error: unknown): unknown {
  if (!(error instanceof Failure) || error.kind !== 'forbidden') return error;
  const explanation = t('your account may not list registries here; it needs the role Reader on the subscription');
  return withDetail(error, { explanation, nextStep: 'openInPortal' });
}
