import { t } from '@vscode/l10n';
import { causes } from '../core/causes';
import type { Http } from '../core/http';
import type { Log } from '../core/log';
import type { Connection, Credential, Shown } from '../core/model';
import type { ImageReference } from '../core/reference';
import { isUsablePlace } from '../core/usable';
import type { PushTarget, RegistryProvider } from '../providers/provider';
import type { ConnectionChange, ConnectionStore } from './connectionStore';
import { Listeners } from './listeners';
import type { Stoppable } from './listeners';
import type { Opener } from './opening';

/** A connection, opened. */
export interface OpenRegistry {
  readonly connection: Connection;
  readonly provider: RegistryProvider;
}

/** A place to push an image to. A host has a place for each connected account. */
export interface PushPlace {
  readonly target: PushTarget;
  readonly registry: OpenRegistry;
}

/** `reopened`: everything known about the connection is out of date. */
export interface RegistryChange {
  readonly id: string;
  readonly reason: Exclude<ConnectionChange['reason'], 'address' | 'credential' | 'tls'> | 'reopened';
}

/** Time limit for a registry to find out whether an image belongs to it. */
const learnWithinMs = 10_000;
/** Time limit for a registry to list its namespaces; without them, only its host is offered. */
const placesWithinMs = 5000;
/** The most places of one connection: with more, a quick pick is slow. */
const mostPlaces = 1000;

/** The only access to the connected registries. Each is opened when it is first needed, and then stays open. */
export class Registries implements Stoppable {
  private readonly open = new Map<string, RegistryProvider>();
  /** User names of docker's logins, by connection, as they were read last. */
  private readonly dockerUsers = new Map<string, string>();
  private readonly listeners = new Listeners<RegistryChange>();
  readonly onDidChange = this.listeners.add;
  private readonly stored: Stoppable;

  constructor(
    private readonly store: Pick<ConnectionStore, 'ready' | 'all' | 'find' | 'credential' | 'onDidChange'>,
    private readonly opener: Omit<Opener, 'sending'>,
    private readonly log: Log,
  ) {
    this.stored = store.onDidChange((change) => {
      this.follow(change);
    });
  }

  /** Settles when registries can be opened: everything below that opens one needs it to have settled. */
  async ready(): Promise<void> {
    await Promise.all([this.opener.ready(), this.store.ready()]);
  }

  /** All connected registries, in the order in which they are shown. */
  all(): readonly OpenRegistry[] {
    return this.connections().map((connection) => ({ connection, provider: this.providerOf(connection) }));
  }

  /** Codicon of a connection's kind. */
  iconOf({ provider }: Connection): string {
    return this.opener.types.find(({ id }) => id === provider)?.icon ?? 'server';
  }

  /** What a connection of its kind is called, in front of its name. */
  calledOf({ provider }: Connection): string {
    return this.opener.types.find(({ id }) => id === provider)?.called ?? t('Registry');
  }

  find(id: string | undefined): OpenRegistry | undefined {
    return this.all().find(({ connection }) => connection.id === id);
  }

  /** Opens a connection with a credential. Neither needs to be stored. */
  openWith(connection: Connection, credential: Credential): RegistryProvider {
    return this.opener.open({
      connection,
      credential: () => Promise.resolve(credential),
      shown: () => this.shownOf(connection),
    });
  }

  /** Opens a stored connection a second time, with `http` for its requests. */
  openAnew(connection: Connection, http?: Http): RegistryProvider {
    return this.opener.open({
      connection,
      credential: () => this.store.credential(connection.id),
      shown: () => this.shownOf(connection),
      noteUser: (user) => this.dockerUsers.set(connection.id, user),
      http,
    });
  }

  /** Closes these connections, so that they are opened again when needed. */
  reopen(which: (connection: Connection) => boolean): void {
    if (this.open.size === 0) return;
    for (const { id } of this.store.all().filter(which)) {
      this.open.delete(id);
      this.listeners.tell({ id, reason: 'reopened' });
    }
  }

  /** The registries that an image of that name may belong to, as far as known without a request. */
  holding(image: ImageReference): readonly OpenRegistry[] {
    return this.all().filter(({ provider }) => provider.locate(image) !== undefined);
  }

  /** The same, but if none is known, each registry finds out first. A failure of one does not affect the others. */
  async findHolding(image: ImageReference, signal: AbortSignal): Promise<readonly OpenRegistry[]> {
    if (this.holding(image).length === 0) await this.learn(this.all(), image, signal);
    return this.holding(image);
  }

  /** Lets each of these registries find out whether an image of that name may belong to it. */
  async learn(registries: readonly OpenRegistry[], image: ImageReference, signal: AbortSignal): Promise<void> {
    await Promise.all(
      registries.map(async ({ connection, provider }) => {
        try {
          await provider.learn?.(image, AbortSignal.any([signal, AbortSignal.timeout(learnWithinMs)]));
        } catch (error) {
          signal.throwIfAborted();
          this.log.warn(`Could not tell whether ${image.host} belongs to ${connection.label}\n  ${causes(error)}`);
        }
      }),
    );
  }

  /** The places of a connection to push to. If it cannot list its namespaces, its host is offered. Never rejects. */
  async pushPlaces(registry: OpenRegistry, signal: AbortSignal): Promise<readonly PushPlace[]> {
    const { connection, provider } = registry;
    try {
      const known = await provider.pushTargets(AbortSignal.any([signal, AbortSignal.timeout(placesWithinMs)]));
      return known
        .filter(isUsablePlace)
        .slice(0, mostPlaces)
        .map((target) => ({ target, registry }));
    } catch (error) {
      this.log.warn(`Could not list where ${connection.label} can be pushed to\n  ${causes(error)}`);
      const host = provider.hostOf(undefined);
      return host === undefined ? [] : [{ target: { host }, registry }];
    }
  }

  dispose(): void {
    this.listeners.clear();
    this.stored.dispose();
  }

  /** Those of a kind that there is: a setting may name another by mistake. */
  private connections(): readonly Connection[] {
    const kinds = new Set(this.opener.types.map(({ id }) => id));
    return this.store
      .all()
      .filter(({ provider }) => kinds.has(provider))
      .map((connection) => this.withUser(connection));
  }

  /** With the user name of docker's login, if that was read. */
  private withUser(connection: Connection): Connection {
    const user = this.dockerUsers.get(connection.id);
    if (connection.signIn.kind !== 'docker' || user === undefined) return connection;
    return { ...connection, signIn: { kind: 'docker', user } };
  }

  /** What is shown of the connection now. */
  private shownOf(connection: Connection): Shown {
    return (this.store.find(connection.id) ?? connection).shown ?? {};
  }

  private providerOf(connection: Connection): RegistryProvider {
    const known = this.open.get(connection.id);
    if (known !== undefined) return known;
    const provider = this.openAnew(connection);
    this.open.set(connection.id, provider);
    return provider;
  }

  private follow({ id, reason }: ConnectionChange): void {
    const isReopened = reason === 'address' || reason === 'credential' || reason === 'tls';
    if (isReopened) this.open.delete(id);
    if (isReopened) this.dockerUsers.delete(id);
    // The store may not be ready while none is open.
    if (this.open.size > 0) {
      const connected = new Set(this.store.all().map((connection) => connection.id));
      for (const known of [...this.open.keys()]) if (!connected.has(known)) this.open.delete(known);
    }
    this.listeners.tell({ id, reason: isReopened ? 'reopened' : reason });
  }
}
