import { createHash, randomUUID } from 'node:crypto';
import * as vscode from 'vscode';
import { z } from 'zod/mini';
import type { Connection, Credential, SignIn, TlsOptions } from '../core/model';
import { ownSetting, userSetting } from '../ui/settings';
import type { SecretOwner, Secrets } from './secrets';

export interface ConnectionChange {
  readonly id: string;
  readonly reason: 'added' | 'removed' | 'renamed' | 'credential' | 'tls' | 'namespaces' | 'settings';
}

const memento = {
  own: 'connections',
  hidden: 'hiddenConnections',
  signIns: 'sharedSignIns',
  shown: 'sharedShown',
  pinned: 'sharedPinned',
  namespaces: 'sharedNamespaces',
  tls: 'sharedTls',
} as const;

const signIn = {
  account: z.optional(z.string()),
  authentication: z.optional(z.string()),
  login: z.optional(z.enum(['docker', 'azureCli', 'azureEnvironment'])),
  tenant: z.optional(z.string()),
  cloud: z.optional(z.object({ armUrl: z.string(), authorityUrl: z.string() })),
};
/** What is forgotten with a connection of the settings. */
const besideSettings = [memento.signIns, memento.namespaces, memento.shown, memento.pinned, memento.tls] as const;

/** One of these at a time. */
type Changeable = { readonly [K in 'tls' | 'namespaces' | 'shown' | 'pinned']?: Connection[K] | undefined };

const path = z.optional(z.string());
const tlsOptions = z.pipe(
  z.object({
    caFile: path,
    certFile: path,
    keyFile: path,
    dockerCerts: z.optional(z.boolean()),
    verify: z.optional(z.literal(false)),
    hosts: z.optional(z.array(z.string())),
  }),
  z.transform(defined),
);
const ownConnections = z.array(
  z.object({
    id: z.string(),
    provider: z.string(),
    label: z.string(),
    url: z.string(),
    ...signIn,
    namespaces: z.optional(z.array(z.string())),
    shown: z.optional(z.array(z.string())),
    pinned: z.optional(z.array(z.string())),
    tls: z.optional(tlsOptions),
  }),
);
const sharedConnection = z.object({
  provider: z.string(),
  label: z.optional(z.string()),
  url: z.string(),
  login: signIn.login,
  namespaces: z.optional(z.array(z.string())),
  repositories: z.optional(z.array(z.string())),
});
const sharedSignIns = z.record(z.string(), z.object(signIn));
const sharedTls = z.record(z.string(), tlsOptions);

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

  /** Anonymous for one that is not there (any more). Rejects where the store of secrets cannot tell. */
  async credential(id: string): Promise<Credential> {
    const connection = this.find(id);
    // Who has a secret has an account, though another editor may know of that: for other visitors no keyring is asked, which may be
    // locked.
    const mayHaveSecret = connection?.account !== undefined || connection?.shared === true;
    return mayHaveSecret ? this.secrets.read(connection) : { kind: 'anonymous' };
  }

  /** All that a secret may be stored for, those of workspaces that are not open among them. */
  secretOwners(): readonly SecretOwner[] {
    return [...this.own(), ...Object.keys(this.signIns()).map((id) => ({ id, shared: true }) as const)];
  }

  async add(connection: Omit<Connection, 'id'>, credential: Credential): Promise<Connection> {
    const added = { ...connection, id: randomUUID() };
    // The secret first: a connection without its secret would look signed out.
    if (credential.kind !== 'anonymous') await this.secrets.write(added, credential);
    await this.state.update(memento.own, [...this.own(), added]);
    this.changed.fire({ id: added.id, reason: 'added' });
    return added;
  }

  async rename(id: string, label: string): Promise<void> {
    await this.updateOwn(id, (connection) => ({ ...connection, label }));
    this.changed.fire({ id, reason: 'renamed' });
  }

  /** Replaces the stored credential, and what the connection signs in with besides. */
  async updateCredential(id: string, credential: Credential, signIn: SignIn): Promise<void> {
    const before = this.find(id);
    if (before === undefined) return;
    await this.secrets.write(withSignIn(before, signIn), credential);
    if (before.shared) await this.state.update(memento.signIns, { ...this.signIns(), [id]: signIn });
    else await this.updateOwn(id, (connection) => withSignIn(connection, signIn));
    await this.secrets.remove(before, this.all());
    this.changed.fire({ id, reason: 'credential' });
  }

  /** Replaces how its server is trusted; nothing: as VS Code and the system do. Kept on this machine alone, as its files are. */
  async setTls(id: string, tls: TlsOptions | undefined): Promise<void> {
    await this.replace(id, { tls }, memento.tls);
    this.changed.fire({ id, reason: 'tls' });
  }

  async setNamespaces(id: string, namespaces: readonly string[]): Promise<void> {
    await this.replace(id, { namespaces }, memento.namespaces);
    this.changed.fire({ id, reason: 'namespaces' });
  }

  /** Replaces the keys of the groups that are shown; none: all of them. */
  async setShown(id: string, shown: readonly string[]): Promise<void> {
    await this.replace(id, { shown }, memento.shown);
    this.changed.fire({ id, reason: 'namespaces' });
  }

  /** Replaces the repositories that were added by name. */
  async setPinned(id: string, pinned: readonly string[]): Promise<void> {
    await this.replace(id, { pinned }, memento.pinned);
    this.changed.fire({ id, reason: 'namespaces' });
  }

  /** Forgets a connection and its secret; one from the settings is hidden on this machine. */
  async remove(connection: Connection): Promise<void> {
    const { id, shared } = connection;
    const known = this.find(id) ?? connection;
    if (shared) {
      await this.state.update(memento.hidden, [...this.hidden(), id]);
      for (const key of besideSettings) await this.state.update(key, without(this.kept(key), id));
    } else {
      await this.state.update(
        memento.own,
        this.own().filter((connection) => connection.id !== id),
      );
    }
    try {
      await this.secrets.remove(known, this.all());
    } finally {
      this.changed.fire({ id, reason: 'removed' });
    }
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

  private find(id: string): Connection | undefined {
    return this.all().find((connection) => connection.id === id);
  }

  private own(): readonly Connection[] {
    const parsed = ownConnections.safeParse(this.state.get(memento.own, []));
    if (!parsed.success) return [];
    return parsed.data.filter(({ provider }) => this.providers.includes(provider)).map(defined);
  }

  private shared(): readonly Connection[] {
    const listed = ownSetting<unknown>('connections', []);
    const users = new Set(entriesOf(userSetting('registryExplorer.connections')).map(addressed));
    const signIns = this.signIns();
    const added = this.namespaces();
    const trusted = this.sharedTls();
    const byId = new Map<string, Connection>();
    for (const entry of entriesOf(listed)) {
      const { provider, label, url: written, login, namespaces, repositories } = entry;
      if (!this.providers.includes(provider) || !isPlainAddress(written)) continue;
      const url = written.replace(/\/+$/, '');
      const id = sharedId(provider, url);
      const isOfWorkspace = !users.has(addressed(entry));
      const whole = { id, provider, url, label: label ?? new URL(url).host, shared: true, isOfWorkspace };
      const connection = defined({
        ...whole,
        namespaces: added[id] ?? namespaces,
        shown: this.sharedShown()[id],
        pinned: this.sharedPinned()[id] ?? repositories,
        // Never of the settings: a workspace could switch verification off.
        tls: trusted[id],
      });
      // What was chosen or confirmed here for this very address; a login that a workspace names is nothing but a wish.
      const own = signIns[id];
      const signedIn =
        own === undefined
          ? defined({ ...connection, ...(isOfWorkspace ? { unconfirmed: login } : { login }) })
          : withSignIn(connection, own);
      if (!byId.has(id)) byId.set(id, signedIn);
    }
    return [...byId.values()];
  }

  private hidden(): readonly string[] {
    return this.state.get<readonly string[]>(memento.hidden, []);
  }

  private signIns(): Readonly<Record<string, SignIn>> {
    const parsed = sharedSignIns.safeParse(this.state.get(memento.signIns, {}));
    if (!parsed.success) return {};
    return Object.fromEntries(Object.entries(parsed.data).map(([id, signIn]) => [id, defined(signIn)]));
  }

  private namespaces(): Readonly<Record<string, readonly string[]>> {
    return this.state.get<Readonly<Record<string, readonly string[]>>>(memento.namespaces, {});
  }

  private sharedPinned(): Readonly<Record<string, readonly string[]>> {
    return this.state.get<Readonly<Record<string, readonly string[]>>>(memento.pinned, {});
  }

  private sharedShown(): Readonly<Record<string, readonly string[]>> {
    return this.state.get<Readonly<Record<string, readonly string[]>>>(memento.shown, {});
  }

  private sharedTls(): Readonly<Record<string, TlsOptions>> {
    const parsed = sharedTls.safeParse(this.state.get(memento.tls, {}));
    return parsed.success ? parsed.data : {};
  }

  /** Changes one thing of a connection: of the user's own in its place, of one from the settings under `key`, on this machine. */
  private async replace(id: string, change: Changeable, key: string): Promise<void> {
    if (this.own().some((connection) => connection.id === id)) {
      await this.updateOwn(id, (connection) => defined({ ...connection, ...change }));
      return;
    }
    const others = without(this.kept(key), id);
    const [value] = Object.values(change);
    await this.state.update(key, value === undefined ? others : { ...others, [id]: value });
  }

  /** What this machine keeps beside connections of the settings, by their ids. */
  private kept(key: string): Readonly<Record<string, unknown>> {
    return this.state.get<Readonly<Record<string, unknown>>>(key, {});
  }

  private async updateOwn(id: string, change: (connection: Connection) => Connection): Promise<void> {
    await this.state.update(
      memento.own,
      this.own().map((connection) => (connection.id === id ? change(connection) : connection)),
    );
  }
}

type SharedConnection = z.infer<typeof sharedConnection>;

/** Those of a list that are well written: one that is wrong, which the editor of settings underlines, takes no other with it. */
function entriesOf(listed: unknown): readonly SharedConnection[] {
  return (Array.isArray(listed) ? listed : []).flatMap((entry) => {
    const parsed = sharedConnection.safeParse(entry);
    return parsed.success ? [parsed.data] : [];
  });
}

/** What tells one from another where it matters who has written it: where it leads, and what it would send there. */
function addressed({ provider, url, login }: SharedConnection): string {
  return JSON.stringify([provider, url, login]);
}

/** A secret has no place in settings, so an address that holds one is not used. */
function isPlainAddress(url: string): boolean {
  return /^https?:\/\//.test(url) && URL.canParse(url) && new URL(url).username === '' && new URL(url).password === '';
}

/** The address is part of the id, so a setting that names another address cannot take over a stored secret. */
function sharedId(provider: string, url: string): string {
  return `shared-${createHash('sha256').update(`${provider} ${url}`).digest('hex').slice(0, 24)}`;
}

function withSignIn(connection: Connection, signIn: SignIn): Connection {
  const nothing = {
    ...{ account: undefined, authentication: undefined, login: undefined, tenant: undefined },
    ...{ cloud: undefined, unconfirmed: undefined },
  };
  return defined({ ...connection, ...nothing, ...signIn });
}

type Defined<T> = { [K in keyof T as undefined extends T[K] ? never : K]: T[K] } & {
  [K in keyof T as undefined extends T[K] ? K : never]?: Exclude<T[K], undefined>;
};

/** Without the properties that are undefined. */
function defined<T extends object>(value: T): Defined<T>;
function defined(value: object): object {
  return Object.fromEntries(Object.entries(value).filter(([, each]) => each !== undefined));
}

function without<T>(record: Readonly<Record<string, T>>, key: string): Readonly<Record<string, T>> {
  return Object.fromEntries(Object.entries(record).filter(([name]) => name !== key));
}
