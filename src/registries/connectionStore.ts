import { createHash, randomUUID } from 'node:crypto';
import type { Connection, Credential, Shown, SignIn, TlsOptions } from '../core/model';
import { defined } from '../core/defined';
import { Listeners } from './listeners';
import type { Stoppable } from './listeners';
import type { SecretOwner, Secrets } from './secrets';
import { readKept, readKeptOf010, readListed, readOwn } from './storedConnections';
import type { Kept, Listed } from './storedConnections';

/** The part of VS Code's Memento that we use: keeps what JSON can say, on this machine. */
export interface State {
  get(key: string): unknown;
  update(key: string, value: unknown): PromiseLike<void>;
}

/** The setting `registryExplorer.connections`, in which a team lists its registries. Whatever somebody has written there. */
export interface ListedConnections {
  /** As it is in force: that of a workspace goes before the user's. */
  readonly inForce: () => unknown;
  readonly ofUser: () => unknown;
  readonly onDidChange: (listener: () => void) => Stoppable;
}

export interface ConnectionChange {
  readonly id: string;
  readonly reason: 'added' | 'removed' | 'renamed' | 'credential' | 'tls' | 'shown' | 'settings';
}

const keys = { own: 'connections', kept: 'keptOfSettings' } as const;

/** The connections the user made, and those that a setting lists for a team. */
export class ConnectionStore implements Stoppable {
  private readonly listeners = new Listeners<ConnectionChange>();
  readonly onDidChange = this.listeners.add;
  private readonly setting: Stoppable;

  constructor(
    private readonly state: State,
    private readonly secrets: Secrets,
    private readonly listed: ListedConnections,
  ) {
    this.setting = listed.onDidChange(() => {
      this.listeners.tell({ id: '', reason: 'settings' });
    });
  }

  /** Those of the settings first, as the team ordered them, then the user's own by age. */
  all(): readonly Connection[] {
    const kept = this.kept();
    return [...this.shared().filter(({ id }) => kept.get(id)?.hidden !== true), ...this.own()];
  }

  find(id: string): Connection | undefined {
    return this.all().find((connection) => connection.id === id);
  }

  /** Anonymous for one that is not there (any more). Rejects where the store of secrets cannot tell. */
  async credential(id: string): Promise<Credential> {
    const connection = this.find(id);
    // For those without a secret no keyring is asked, which may be locked. Of one that is shared, another editor may know the secret.
    const mayHaveSecret = connection?.shared === true || (connection !== undefined && hasSecret(connection.signIn));
    return mayHaveSecret ? this.secrets.read(connection) : { kind: 'anonymous' };
  }

  /** All that a secret may be stored for, those of workspaces that are not open among them. */
  secretOwners(): readonly SecretOwner[] {
    const signedIn = [...this.kept()].filter(([, { signIn }]) => signIn !== undefined);
    return [...this.own(), ...signedIn.map(([id]) => ({ id, shared: true }) as const)];
  }

  async add(connection: Omit<Connection, 'id'>, credential: Credential): Promise<Connection> {
    const added = { ...connection, id: randomUUID() };
    // The secret first: a connection without its secret would look signed out.
    if (credential.kind !== 'anonymous') await this.secrets.write(added, credential);
    await this.state.update(keys.own, [...this.own(), added]);
    this.listeners.tell({ id: added.id, reason: 'added' });
    return added;
  }

  async rename(id: string, label: string): Promise<void> {
    await this.updateOwn(id, (connection) => ({ ...connection, label }));
    this.listeners.tell({ id, reason: 'renamed' });
  }

  /** Replaces the stored credential, and what the connection signs in with. */
  async updateCredential(id: string, credential: Credential, signIn: SignIn): Promise<void> {
    const before = this.find(id);
    if (before === undefined) return;
    await this.secrets.write(withSignIn(before, signIn), credential);
    if (before.shared) await this.keep(id, { signIn });
    else await this.updateOwn(id, (connection) => withSignIn(connection, signIn));
    await this.secrets.remove(before, this.all());
    this.listeners.tell({ id, reason: 'credential' });
  }

  /** Replaces how its server is trusted; nothing: as VS Code and the system do. Kept on this machine alone, as its files are. */
  async setTls(id: string, tls: TlsOptions | undefined): Promise<void> {
    await this.replace(id, { tls });
    this.listeners.tell({ id, reason: 'tls' });
  }

  /** Replaces those parts of what is shown of a connection. */
  async setShown(id: string, shown: Shown): Promise<void> {
    await this.replace(id, { shown: { ...this.find(id)?.shown, ...shown } });
    this.listeners.tell({ id, reason: 'shown' });
  }

  /** Forgets a connection and its secret; one from the settings is hidden on this machine. */
  async remove(connection: Connection): Promise<void> {
    const { id, shared } = connection;
    const known = this.find(id) ?? connection;
    if (shared) await this.write(id, { hidden: true });
    else
      await this.state.update(
        keys.own,
        this.own().filter((each) => each.id !== id),
      );
    try {
      await this.secrets.remove(known, this.all());
    } finally {
      this.listeners.tell({ id, reason: 'removed' });
    }
  }

  /** The hidden connection of the settings to that registry, if there is one, is shown again. */
  async unhide(provider: string, url: string): Promise<Connection | undefined> {
    const id = sharedId(provider, url);
    if (this.kept().get(id)?.hidden !== true) return undefined;
    const connection = this.shared().find((candidate) => candidate.id === id);
    await this.write(id, {});
    return connection;
  }

  dispose(): void {
    this.listeners.clear();
    this.setting.dispose();
  }

  private own(): readonly Connection[] {
    return readOwn(this.state.get(keys.own));
  }

  private shared(): readonly Connection[] {
    const users = new Set(readListed(this.listed.ofUser()).map(whatItSends));
    const kept = this.kept();
    const byId = new Map<string, Connection>();
    for (const entry of readListed(this.listed.inForce())) {
      if (!isPlainAddress(entry.url)) continue;
      const connection = sharedConnection(entry, !users.has(whatItSends(entry)), kept);
      if (!byId.has(connection.id)) byId.set(connection.id, connection);
    }
    return [...byId.values()];
  }

  /** What this machine keeps beside connections of the settings, by their ids. */
  private kept(): ReadonlyMap<string, Kept> {
    const before = readKeptOf010((key) => this.state.get(key));
    return new Map([...before, ...readKept(this.state.get(keys.kept))]);
  }

  /** Changes one thing of a connection: of the user's own in its place, of one from the settings beside them. */
  private async replace(id: string, change: { readonly [K in 'tls' | 'shown']?: Connection[K] | undefined }) {
    if (this.own().some((connection) => connection.id === id))
      await this.updateOwn(id, (connection) => defined({ ...connection, ...change }));
    else await this.keep(id, change);
  }

  private async keep(id: string, change: { readonly [K in keyof Kept]: Kept[K] | undefined }): Promise<void> {
    await this.write(id, defined({ ...this.kept().get(id), ...change }));
  }

  /** What is kept of one is written whole, so nothing that 0.1.0 kept of it is read again. */
  private async write(id: string, kept: Kept): Promise<void> {
    const all = new Map([...readKept(this.state.get(keys.kept)), [id, kept]]);
    await this.state.update(keys.kept, Object.fromEntries(all));
  }

  private async updateOwn(id: string, change: (connection: Connection) => Connection): Promise<void> {
    await this.state.update(
      keys.own,
      this.own().map((connection) => (connection.id === id ? change(connection) : connection)),
    );
  }
}

function sharedConnection(entry: Listed, isOfWorkspace: boolean, all: ReadonlyMap<string, Kept>): Connection {
  const { provider, label, url: written, login, namespaces, repositories } = entry;
  const url = written.replace(/\/+$/, '');
  const id = sharedId(provider, url);
  const kept = all.get(id);
  const whole = { id, provider, url, label: label ?? new URL(url).host, shared: true, isOfWorkspace };
  const shown = { ...defined({ namespaces, repositories }), ...kept?.shown };
  // Trust is never of the settings: a workspace could switch verification off.
  const connection = defined({ ...whole, shown: Object.keys(shown).length > 0 ? shown : undefined, tls: kept?.tls });
  // What was chosen or confirmed here for this very address; a login that a workspace names is nothing but a wish.
  if (kept?.signIn !== undefined) return { ...connection, signIn: kept.signIn };
  const anonymous: SignIn = { kind: 'anonymous' };
  return isOfWorkspace
    ? defined({ ...connection, signIn: anonymous, unconfirmed: login })
    : { ...connection, signIn: login ?? anonymous };
}

/** What tells one from another where it matters who has written it: where it leads, and what it would send there. */
function whatItSends({ provider, url, login }: Listed): string {
  return JSON.stringify([provider, url, login?.kind]);
}

/** A secret has no place in settings, so an address that holds one is not used. */
function isPlainAddress(url: string): boolean {
  return /^https?:\/\//.test(url) && URL.canParse(url) && new URL(url).username === '' && new URL(url).password === '';
}

/** The address is part of the id, so a setting that names another address cannot take over a stored secret. */
function sharedId(provider: string, url: string): string {
  return `shared-${createHash('sha256').update(`${provider} ${url}`).digest('hex').slice(0, 24)}`;
}

/** Whether a secret is stored for that way to sign in, or may be, beside an account of VS Code. */
function hasSecret({ kind }: SignIn): boolean {
  return kind === 'basic' || kind === 'account' || kind === 'application';
}

function withSignIn(connection: Connection, signIn: SignIn): Connection {
  return defined({ ...connection, signIn, unconfirmed: undefined });
}
