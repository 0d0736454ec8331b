import type { ExtensionContext } from 'vscode';
import type { Cloud } from '../azure/azure';
import type { DockerLogins } from '../core/docker/dockerLogins';
import type { Diagnosis, StepId } from '../core/network/diagnose';
import type { Log } from '../core/log';
import type { Connection, Credential, Entry, Shown, SignIn, TlsOptions } from '../core/model';
import type { Engines, LocalImage } from '../engine/engine';
import type { AccountSession, ProviderType, ReadSetting } from '../providers/provider';
import type { OpenRegistry, Registries } from '../registries/registries';
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
  readonly registries: ConnectedRegistries;
  readonly providerTypes: readonly ProviderType[];
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

/** The registries that are connected, whichever way they are reached. */
type ConnectedRegistries = Pick<
  Registries,
  'ready' | 'all' | 'find' | 'openWith' | 'holding' | 'findHolding' | 'learn' | 'pushPlaces'
>;

export interface Tree {
  refresh(node?: Node): void;
  loadMore(row: More): void;
  retry(row: Problem): void;
  /** Opens the row of a connection. */
  reveal(id: string): Promise<void>;
  /** Asks anew for what leads to an entry of a registry, and reveals it, or the last row before it that is there. */
  show(registry: OpenRegistry, trail: readonly Entry[]): Promise<void>;
}

export interface Images {
  /** The images that there are now. Rejects when the engine cannot tell. */
  list(): Promise<readonly LocalImage[]>;
  refresh(): Promise<void>;
}

/** The accounts of VS Code. */
interface Accounts {
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
  /** Replaces those parts of what is shown of it. */
  setShown(id: string, shown: Shown): Promise<void>;
  remove(connection: Connection): Promise<void>;
  unhide(provider: string, url: string): Promise<Connection | undefined>;
}
