import { createHash, randomUUID } from 'node:crypto';
import * as vscode from 'vscode';
import { z } from 'zod/mini';
import type { Connection, Credential } from '../../core/model';
import type { Secrets } from './secrets';

export interface ConnectionChange {
  readonly id: string;
  readonly reason: 'added' | 'removed' | 'renamed' | 'credential' | 'namespaces' | 'settings';
}

const memento = {
  own: 'connections',
  hidden: 'hiddenConnections',
  accounts: 'sharedAccounts',
  namespaces: 'sharedNamespaces',
} as const;

const ownConnections = z.array(
  z.object({
    id: z.string(),
    provider: z.string(),
    label: z.string(),
    url: z.string(),
    account: z.optional(z.string()),
    authentication: z.optional(z.string()),
    namespaces: z.optional(z.array(z.string())),
  }),
);
const sharedConnections = z.array(z.object({ provider: z.string(), label: z.optional(z.string()), url: z.string() }));

/** The connections the user made, and those that the setting `registryExplorer.connections` lists for a team. */
export class ConnectionStore implements vscode.Disposable {
  private readonly changed = new vscode.EventEmitter<ConnectionChange>();
  readonly onDidChange = this.changed.event;
  private readonly configuration: vscode.Disposable;

  constructor(
    private readonly state: vscode.Memento,
    private readonly secrets: Secrets,
    /** Ids of the providers there are; a setting may name another by mistake. */
    private readonly providers: readonly string[],
  ) {
    this.configuration = vscode.workspace.onDidChangeConfiguration((event) => {
      if (event.affectsConfiguration('registryExplorer.connections')) this.changed.fire({ id: '', reason: 'settings' });
    });
  }

  /** Those of the settings first, as the team ordered them, then the user's own by age. */
  all(): readonly Connection[] {
    return [...this.shared().filter(({ id }) => !this.hidden().includes(id)), ...this.own()];
  }

  credential(id: string): Promise<Credential> {
    return this.secrets.read(id);
  }

  async add(connection: Omit<Connection, 'id'>, credential: Credential): Promise<Connection> {
    const added = { ...connection, id: randomUUID() };
    // The secret first: a connection without its secret would look signed out.
    await this.secrets.write(added.id, credential);
    await this.state.update(memento.own, [...this.own(), added]);
    this.changed.fire({ id: added.id, reason: 'added' });
    return added;
  }

  async rename(id: string, label: string): Promise<void> {
    await this.updateOwn(id, (connection) => ({ ...connection, label }));
    this.changed.fire({ id, reason: 'renamed' });
  }

  async updateCredential(id: string, credential: Credential): Promise<void> {
    await this.secrets.write(id, credential);
    const account = credential.kind === 'basic' ? credential.username : undefined;
    const accounts = this.accounts();
    const own = this.own().find((connection) => connection.id === id);
    if (own !== undefined)
      // An account of VS Code stays what it is; the credential is beside it.
      await this.updateOwn(id, (one) => (one.authentication === undefined ? withAccount(one, account) : one));
    else
      await this.state.update(memento.accounts, {
        ...without(accounts, id),
        ...(account === undefined ? {} : { [id]: account }),
      });
    this.changed.fire({ id, reason: 'credential' });
  }

  async setNamespaces(id: string, namespaces: readonly string[]): Promise<void> {
    if (this.own().some((connection) => connection.id === id))
      await this.updateOwn(id, (connection) => ({ ...connection, namespaces }));
    else await this.state.update(memento.namespaces, { ...this.namespaces(), [id]: namespaces });
    this.changed.fire({ id, reason: 'namespaces' });
  }

  /** Forgets a connection and its secret; one from the settings is hidden on this machine. */
  async remove({ id, shared }: Connection): Promise<void> {
    if (shared) {
      await this.state.update(memento.hidden, [...this.hidden(), id]);
      await this.state.update(memento.accounts, without(this.accounts(), id));
      await this.state.update(memento.namespaces, without(this.namespaces(), id));
    } else {
      await this.state.update(
        memento.own,
        this.own().filter((connection) => connection.id !== id),
      );
    }
    await this.secrets.remove(id);
    this.changed.fire({ id, reason: 'removed' });
  }

  /** The hidden connection of the settings to that registry, if there is one, is shown again. */
  async unhide(provider: string, url: string): Promise<Connection | undefined> {
    const id = sharedId(provider, url);
    if (!this.hidden().includes(id)) return undefined;
    const connection = this.shared().find((candidate) => candidate.id === id);
    await this.state.update(
      memento.hidden,
      this.hidden().filter((hidden) => hidden !== id),
    );
    return connection;
  }

  dispose(): void {
    this.changed.dispose();
    this.configuration.dispose();
  }

  private own(): readonly Connection[] {
    const parsed = ownConnections.safeParse(this.state.get(memento.own, []));
    if (!parsed.success) return [];
    return parsed.data
      .filter(({ provider }) => this.providers.includes(provider))
      .map(({ account, authentication, namespaces, ...rest }) => ({
        ...rest,
        ...(account === undefined ? {} : { account }),
        ...(authentication === undefined ? {} : { authentication }),
        ...(namespaces === undefined ? {} : { namespaces }),
      }));
  }

  private shared(): readonly Connection[] {
    const parsed = sharedConnections.safeParse(
      vscode.workspace.getConfiguration('registryExplorer').get('connections'),
    );
    if (!parsed.success) return [];
    const accounts = this.accounts();
    const added = this.namespaces();
    const byId = new Map<string, Connection>();
    for (const { provider, label, url: written } of parsed.data) {
      if (!this.providers.includes(provider) || !isPlainAddress(written)) continue;
      const url = written.replace(/\/+$/, '');
      const id = sharedId(provider, url);
      const namespaces = added[id];
      const connection = { id, provider, url, label: label ?? new URL(url).host, shared: true };
      const whole = { ...connection, ...(namespaces === undefined ? {} : { namespaces }) };
      if (!byId.has(id)) byId.set(id, withAccount(whole, accounts[id]));
    }
    return [...byId.values()];
  }

  private hidden(): readonly string[] {
    return this.state.get<readonly string[]>(memento.hidden, []);
  }

  private accounts(): Readonly<Record<string, string>> {
    return this.state.get<Readonly<Record<string, string>>>(memento.accounts, {});
  }

  private namespaces(): Readonly<Record<string, readonly string[]>> {
    return this.state.get<Readonly<Record<string, readonly string[]>>>(memento.namespaces, {});
  }

  private async updateOwn(id: string, change: (connection: Connection) => Connection): Promise<void> {
    await this.state.update(
      memento.own,
      this.own().map((connection) => (connection.id === id ? change(connection) : connection)),
    );
  }
}

/** A secret has no place in settings, so an address that holds one is not used. */
function isPlainAddress(url: string): boolean {
  return /^https?:\/\//.test(url) && URL.canParse(url) && new URL(url).username === '' && new URL(url).password === '';
}

/** The address is part of the id, so a setting that names another address cannot take over a stored secret. */
function sharedId(provider: string, url: string): string {
  return `shared-${createHash('sha256').update(`${provider} ${url}`).digest('hex').slice(0, 24)}`;
}

/** A connection whose credential has changed may have another account, or none. */
function withAccount(connection: Connection, account: string | undefined): Connection {
  const { account: former, ...rest } = connection;
  return account === undefined ? rest : former === account ? connection : { ...rest, account };
}

function without<T>(record: Readonly<Record<string, T>>, key: string): Readonly<Record<string, T>> {
  return Object.fromEntries(Object.entries(record).filter(([name]) => name !== key));
}
