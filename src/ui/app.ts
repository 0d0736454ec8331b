import type { ExtensionContext } from 'vscode';
import type { Cloud } from '../azure/azure';
import type { Failure } from '../core/failure';
import type { KnownLogins } from '../core/docker/knownLogins';
import type { Diagnosis, StepId } from '../core/network/diagnose';
import type { Log } from '../core/log';
import type { Connection, Credential, Entry, SignIn, TlsOptions } from '../core/model';
import type { ImageReference } from '../core/reference';
import type { Engines, LocalImage } from '../engine/engine';
import type { AccountSession, ProviderType, ReadSetting, RegistryProvider } from '../providers/provider';
import type { Ask } from './ask';
import type { Surroundings } from './diagnosis';
import type { ShownDocument } from './documents';
import type { More, Node, Problem } from './tree/node';
import type { Kind } from './say';
import type { Working } from './working';

/** All that a command may use. */
export interface App {
  readonly tree: Tree;
  readonly images: Images;
  readonly engines: Engines;
  readonly docker: DockerLogins;
  readonly connections: Connections;
  readonly providerTypes: readonly ProviderType[];
  /** Opens a connection that need not be stored, with a credential that need not be either. */
  readonly open: (connection: Connection, credential: Credential) => RegistryProvider;
  readonly accounts: Accounts;
  readonly setting: ReadSetting;
  /** The cloud of Azure that VS Code is set to. Throws a Failure where it is set to none that can be used. */
  readonly cloud: () => Cloud;
  readonly ask: Ask;
  readonly working: Working;
  readonly memory: Memory;
  /** Finds out where a connection fails. */
  readonly diagnose: (
    connection: Connection,
    progress: (step: StepId, host: string) => void,
    signal: AbortSignal,
  ) => Promise<Diagnosis>;
  readonly surroundings: () => Surroundings;
  readonly showDocument: (document: ShownDocument) => Promise<void>;
  readonly copy: (text: string) => Promise<void>;
  readonly browse: (url: URL) => Promise<void>;
  /** Says in the status bar that something is done. */
  readonly done: (message: string) => void;
  /** Says something in a notification. Resolves to the button that was pressed, once it is closed. */
  readonly message: (kind: Kind, text: string, ...buttons: readonly string[]) => Promise<string | undefined>;
  /** Makes what others wrote fit for boxes that are not ours. */
  readonly clean: (text: string) => string;
  /** Says in a notification what the user should know of; does not wait for it to be read. */
  readonly tell: (message: string, kind: 'information' | 'warning') => void;
  /** Says in a notification what the user should know of, with a button that runs a command on a row. */
  readonly offer: (message: string, command: { readonly id: string; readonly title: string }, node: Node) => void;
  /** Sets registryExplorer.engine.endpoint; empty: as the docker command finds it. */
  readonly useEngine: (endpoint: string) => Promise<void>;
  /** Says what went wrong, where no command is left to throw it. `doing` completes "Could not …". */
  readonly fail: (error: unknown, doing: string) => void;
  /** For Microsoft's wizards, which remember in its state what was chosen last. */
  readonly extension: ExtensionContext;
  readonly log: Log;
  readonly showLog: () => void;
}

export interface Tree {
  roots(): readonly Node[];
  /** A node for an entry below `parent` that need not be drawn. */
  nodeOf(parent: Node, entry: Entry): Node;
  refresh(node?: Node): void;
  loadMore(row: More): void;
  retry(row: Problem): void;
  reveal(node: Node): Promise<void>;
  /** Asks anew for what leads to an entry below `root`, and reveals it, or the last row before it that is there. */
  show(root: Node, trail: readonly Entry[]): Promise<void>;
}

export interface Images {
  /** The images that there are now. Rejects when the engine cannot tell. */
  list(): Promise<readonly LocalImage[]>;
  refresh(): Promise<void>;
}

/** The logins that the docker command has. */
export interface DockerLogins {
  /** What docker would use for that image; nothing when it has no login there. `note`: of what is broken beside it. */
  readonly read: (
    image: ImageReference,
    signal: AbortSignal,
    note?: (problem: Failure) => void,
  ) => Promise<Credential | undefined>;
  /** The credential helper that docker's config names for that image's registry. */
  readonly helperFor: (
    image: ImageReference,
  ) => Promise<{ readonly program: string; readonly namedBy: string } | undefined>;
  /** The registries that it, or podman, has logins for; no secret is asked for. */
  readonly list: (signal: AbortSignal) => Promise<KnownLogins>;
  readonly logIn: (host: string, credential: Credential, signal: AbortSignal) => Promise<void>;
  readonly logOut: (host: string, signal: AbortSignal) => Promise<void>;
}

/** The accounts of VS Code. */
export interface Accounts {
  /**
   * Asks the user which account to sign in with; nothing when dismissed. `authentication`: `github`, `github-enterprise`;
   * rejects with a Failure where that is for another server than `url`.
   */
  signIn(authentication: string, url: string, scopes: readonly string[]): Promise<AccountSession | undefined>;
  /** Asks for what a tenant of Azure wants of the connection's account; whether it was given. */
  signInToTenant(connection: Connection, tenantId: string): Promise<boolean>;
}

/** Remembers what was chosen last, on this machine. Not for secrets. */
export interface Memory {
  read(key: string): string | undefined;
  write(key: string, value: string): Promise<void>;
}

export interface Connections {
  all(): readonly Connection[];
  add(connection: Omit<Connection, 'id'>, credential: Credential): Promise<Connection>;
  rename(id: string, label: string): Promise<void>;
  updateCredential(id: string, credential: Credential, signIn: SignIn): Promise<void>;
  /** Replaces how its server is trusted; nothing: as VS Code and the system do. */
  setTls(id: string, tls: TlsOptions | undefined): Promise<void>;
  /** Replaces the namespaces that were added by hand. */
  setNamespaces(id: string, namespaces: readonly string[]): Promise<void>;
  /** Replaces the repositories that were added by name. */
  setPinned(id: string, pinned: readonly string[]): Promise<void>;
  /** Replaces the keys of the groups that are shown; none: all of them. */
  setShown(id: string, shown: readonly string[]): Promise<void>;
  remove(connection: Connection): Promise<void>;
  unhide(provider: string, url: string): Promise<Connection | undefined>;
}
