import { createHash, randomUUID } from 'node:crypto';
import type { Connection, Credential, Shown, SignIn, TlsOptions } from '../core/model';
import { defined } from '../core/defined';
import { Listeners } from './listeners';
import type { Stoppable } from './listeners';
import type { SecretOwner, Secrets } from './secrets';
import type * as storedConnections from './storedConnections';
import type { Overrides, Listed } from './storedConnections';

/** The part of VS Code's Memento that we use. It stores JSON values on this machine. */
export interface State {
  get(key: string): unknown;
  update(key: string, value: unknown): PromiseLike<void>;
}

/** The setting `registryExplorer.connections`, in which a team lists its registries. The values are unchecked. */
export interface ListedConnections {
  /** The effective value: the workspace has priority over the user. */
  readonly inForce: () => unknown;
  readonly ofUser: () => unknown;
  readonly onDidChange: (listener: () => void) => Stoppable;
}

export interface ConnectionChange {
  readonly id: string;
  readonly reason: 'added' | 'removed' | 'renamed' | 'address' | 'credential' | 'tls' | 'shown' | 'settings';
}

/** What of a connection belongs to its address. */
export type AddressOf = Pick<Connection, 'label' | 'url' | 'signIn' | 'tls'>;

const keys = { own: 'connections', kept: 'keptOfSettings' } as const;

/** The connections that the user made, and those that a setting lists for a team. */
export class ConnectionStore implements Stoppable {
  private readonly listeners = new Listeners<ConnectionChange>();
  readonly onDidChange = this.listeners.add;
  private readonly setting: Stoppable;
  /** The connections as the listeners know them, once they can be read. */
  private told: readonly Connection[] | undefined;
  /** What parses the state and the setting. */
  private parser: typeof storedConnections | undefined;

  constructor(
    private readonly state: State,
    private readonly secrets: Secrets,
    private readonly listed: ListedConnections,
  ) {
    this.setting = listed.onDidChange(() => {
      this.tell({ id: '', reason: 'settings' });
    });
  }

  /** Settles when connections can be read: everything else needs it to have settled. */
  async ready(): Promise<void> {
    this.parser ??= await import('./storedConnections');
    this.told ??= this.all();
  }

  /** The connections of the settings first, in their order, then the user's own, oldest first. */
  all(): readonly Connection[] {
    const overrides = this.overrides();
    return [...this.shared(overrides).filter(({ id }) => overrides.get(id)?.hidden !== true), ...this.own()];
  }

  find(id: string): Connection | undefined {
    return this.all().find((connection) => connection.id === id);
  }

  /** The stored credential; anonymous for an unknown connection. Rejects if the secret store fails. */
  async credential(id: string): Promise<Credential> {
    const connection = this.find(id);
    // A keyring may be locked, so it is asked only if there may be a secret. For a shared connection, another editor may have
    // stored one.
    const mayHaveSecret = connection?.shared === true || (connection !== undefined && hasSecret(connection.signIn));
    return mayHaveSecret ? this.secrets.read(connection) : { kind: 'anonymous' };
  }

  /** All owners of a possible secret, including connections of workspaces that are not open. */
  async secretOwners(): Promise<readonly SecretOwner[]> {
    await this.ready();
    const signedIn = [...this.overrides()].filter(([, { signIn }]) => signIn !== undefined);
    return [...this.own(), ...signedIn.map(([id]) => ({ id, shared: true }) as const)];
  }

  async add(connection: Omit<Connection, 'id'>, credential: Credential): Promise<Connection> {
    const added = { ...connection, id: randomUUID() };
    // The secret is stored first: a connection without its secret would look signed out.
    if (credential.kind !== 'anonymous') await this.secrets.write(added, credential);
    await this.state.update(keys.own, [
      ...this.parse.changeOwn(this.state.get(keys.own), added.id, () => added),
      added,
    ]);
    this.tell({ id: added.id, reason: 'added' });
    return added;
  }

  async rename(id: string, label: string): Promise<void> {
    await this.updateOwn(id, (connection) => ({ ...connection, label }));
    this.tell({ id, reason: 'renamed' });
  }

  /** Replaces the stored credential and the sign-in of the connection. */
  async updateCredential(id: string, credential: Credential, signIn: SignIn): Promise<void> {
    const before = this.find(id);
    if (before === undefined) return;
    await this.secrets.write(withSignIn(before, signIn), credential);
    if (before.shared) await this.keep(id, { signIn });
    else await this.updateOwn(id, (connection) => withSignIn(connection, signIn));
    await this.secrets.remove(before, this.all());
    this.tell({ id, reason: 'credential' });
  }

  /**
   * Replaces the address of a connection that the user made, with all that belongs to an address: its name, how it signs in, the
   * stored credential, and how its server is trusted. Nothing of the old address is kept.
   */
  async setAddress(id: string, address: AddressOf, credential: Credential): Promise<void> {
    const before = this.own().find((connection) => connection.id === id);
    if (before === undefined) return;
    const { label, url, signIn, tls } = address;
    const shown = before.shown && shownAt(before.shown, before.url, url);
    const after: Connection = defined({ ...before, label, url, signIn, tls, shown });
    await this.secrets.write(after, credential);
    await this.updateOwn(id, () => after);
    await this.secrets.remove(before, this.all());
    this.tell({ id, reason: 'address' });
  }

  /**
   * Replaces how its server is trusted. Undefined: as VS Code and the system trust it. Stored only on this machine, like the
   * files it names.
   */
  async setTls(id: string, tls: TlsOptions | undefined): Promise<void> {
    await this.replace(id, { tls });
    this.tell({ id, reason: 'tls' });
  }

  /** Replaces the given parts of what is shown of a connection. */
  async setShown(id: string, shown: Shown): Promise<void> {
    await this.replace(id, { shown: { ...this.find(id)?.shown, ...shown } });
    this.tell({ id, reason: 'shown' });
  }

  /** Removes a connection and its secret. A connection from the settings is hidden on this machine. */
  async remove(connection: Connection): Promise<void> {
    const { id, shared } = connection;
    const known = this.find(id) ?? connection;
    if (shared) await this.write(id, { hidden: true });
    else await this.updateOwn(id, () => undefined);
    try {
      await this.secrets.remove(known, this.all());
    } finally {
      this.tell({ id, reason: 'removed' });
    }
  }

  /** Shows a hidden connection of the settings to that registry again. Nothing if there is none. */
  async unhide(provider: string, url: string): Promise<Connection | undefined> {
    const id = sharedId(provider, url);
    const overrides = this.overrides();
    if (overrides.get(id)?.hidden !== true) return undefined;
    const connection = this.shared(overrides).find((candidate) => candidate.id === id);
    await this.write(id, {});
    return connection;
  }

  /** Tells what another window has changed. All windows have the same state, but VS Code does not tell when it changes. */
  noticeOthers(): void {
    if (this.told === undefined) return;
    const [before, now] = [new Map(this.told.map(byId)), new Map(this.all().map(byId))];
    const ids = new Set([...before.keys(), ...now.keys()]);
    for (const id of ids) {
      const reason = differenceOf(before.get(id), now.get(id));
      if (reason !== undefined) this.tell({ id, reason });
    }
  }

  dispose(): void {
    this.listeners.clear();
    this.setting.dispose();
  }

  private tell(change: ConnectionChange): void {
    if (this.told !== undefined) this.told = this.all();
    this.listeners.tell(change);
  }

  private get parse() {
    if (this.parser === undefined) throw new Error('The connections are not ready to be read yet.');
    return this.parser;
  }

  private own(): readonly Connection[] {
    return this.parse.readOwn(this.state.get(keys.own));
  }

  private shared(overrides: ReadonlyMap<string, Overrides>): readonly Connection[] {
    const { readListed } = this.parse;
    const users = new Set(readListed(this.listed.ofUser()).map(whatItSends));
    const byId = new Map<string, Connection>();
    for (const entry of readListed(this.listed.inForce())) {
      if (!isPlainAddress(entry.url)) continue;
      const connection = sharedConnection(entry, !users.has(whatItSends(entry)), overrides);
      if (!byId.has(connection.id)) byId.set(connection.id, connection);
    }
    return [...byId.values()];
  }

  /** The overrides of this machine for connections of the settings, by their ids. */
  private overrides(): ReadonlyMap<string, Overrides> {
    const { readOverrides, readOverridesOf010 } = this.parse;
    const before = readOverridesOf010((key) => this.state.get(key));
    return new Map([...before, ...readOverrides(this.state.get(keys.kept))]);
  }

  /** Changes a connection: the user's own directly, one from the settings by an override. */
  private async replace(id: string, change: { readonly [K in 'tls' | 'shown']?: Connection[K] | undefined }) {
    if (this.own().some((connection) => connection.id === id))
      await this.updateOwn(id, (connection) => defined({ ...connection, ...change }));
    else await this.keep(id, change);
  }

  private async keep(id: string, change: { readonly [K in keyof Overrides]: Overrides[K] | undefined }): Promise<void> {
    await this.write(id, defined({ ...this.overrides().get(id), ...change }), true);
  }

  /** The overrides of a connection are written as a whole, so those of 0.1.0 are not read again. */
  private async write(id: string, overrides: Overrides, keepsUnknown = false): Promise<void> {
    const all = this.parse.changeOverrides(this.state.get(keys.kept), id, overrides, keepsUnknown);
    await this.state.update(keys.kept, all);
  }

  /** Changes a connection of the user's own; removes it if `change` gives nothing. */
  private async updateOwn(id: string, change: (connection: Connection) => Connection | undefined): Promise<void> {
    await this.state.update(keys.own, this.parse.changeOwn(this.state.get(keys.own), id, change));
  }
}

function byId(connection: Connection): readonly [string, Connection] {
  return [connection.id, connection];
}

/** What has become of a connection that is new, gone or changed. */
function differenceOf(
  before: Connection | undefined,
  now: Connection | undefined,
): ConnectionChange['reason'] | undefined {
  if (before === undefined) return 'added';
  if (now === undefined) return 'removed';
  const isSame = (...keys: readonly (keyof Connection)[]) =>
    keys.every((key) => JSON.stringify(before[key]) === JSON.stringify(now[key]));
  if (!isSame('url', 'signIn', 'unconfirmed')) return 'address';
  if (!isSame('tls')) return 'tls';
  if (!isSame('shown')) return 'shown';
  return isSame('label') ? undefined : 'renamed';
}

function sharedConnection(entry: Listed, isOfWorkspace: boolean, all: ReadonlyMap<string, Overrides>): Connection {
  const { provider, label, url: written, login, namespaces, repositories } = entry;
  const url = written.replace(/\/+$/, '');
  const id = sharedId(provider, url);
  const overrides = all.get(id);
  const whole = { id, provider, url, label: label ?? new URL(url).host, shared: true, isOfWorkspace };
  const shown = { ...defined({ namespaces, repositories }), ...overrides?.shown };
  // Trust is never read from settings: a workspace could switch verification off.
  const connection = defined({
    ...whole,
    shown: Object.keys(shown).length > 0 ? shown : undefined,
    tls: overrides?.tls,
  });
  // The sign-in that the user chose or confirmed for this address. A login that a workspace names must be confirmed first.
  if (overrides?.signIn !== undefined) return { ...connection, signIn: overrides.signIn };
  const anonymous: SignIn = { kind: 'anonymous' };
  return isOfWorkspace
    ? defined({ ...connection, signIn: anonymous, unconfirmed: login })
    : { ...connection, signIn: login ?? anonymous };
}

/** Identifies a listed connection by its address and by what it would send there. */
function whatItSends({ provider, url, login }: Listed): string {
  return JSON.stringify([provider, url, login?.kind]);
}

/** An address with a user name or password is not used, because settings must not contain secrets. */
function isPlainAddress(url: string): boolean {
  return /^https?:\/\//.test(url) && URL.canParse(url) && new URL(url).username === '' && new URL(url).password === '';
}

/** The id depends on the address, so a setting with another address cannot get a stored secret. */
function sharedId(provider: string, url: string): string {
  return `shared-${createHash('sha256').update(`${provider} ${url}`).digest('hex').slice(0, 24)}`;
}

/** Names of repositories begin with the host. */
function shownAt(shown: Shown, before: string, now: string): Shown {
  const [old, host] = [`${new URL(before).host}/`, `${new URL(now).host}/`];
  const repositories = shown.repositories?.map((name) =>
    name.startsWith(old) ? `${host}${name.slice(old.length)}` : name,
  );
  return defined({ ...shown, repositories });
}

/** Whether a secret may be stored for this kind of sign-in. */
function hasSecret({ kind }: SignIn): boolean {
  return kind === 'basic' || kind === 'account' || kind === 'application';
}

function withSignIn(connection: Connection, signIn: SignIn): Connection {
  return defined({ ...connection, signIn, unconfirmed: undefined });
}
