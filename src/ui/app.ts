import type { ExtensionContext } from 'vscode';
import type { Cloud } from '../azure/azure';
import type { DockerLogins } from '../core/docker/dockerLogins';
import type { Diagnosis, StepId } from '../core/network/diagnose';
import type { Log } from '../core/log';
import type { ImageReference } from '../core/reference';
import type { Connection, Credential, Entry, Shown, SignIn, TlsOptions } from '../core/model';
import type { Engines, LocalImage } from '../engine/engine';
import type { AccountSession, ProviderType, ReadSetting } from '../providers/provider';
import type { AddressOf } from '../registries/connectionStore';
import type { OpenRegistry, Registries } from '../registries/registries';
import type { Ask } from './ask';
import type { Surroundings } from './diagnosis';
import type { ShownDocument } from './documents';
import type { EngineProblem, LocalNode } from './images/localNode';
import type { More, Node, Problem, Row } from './tree/node';
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
  /** The Azure cloud that VS Code is set to. Throws a Failure if that setting cannot be used. */
  readonly cloud: () => Cloud;
  readonly ask: Ask;
  readonly working: Working;
  /** Milliseconds on a clock that only goes forward. */
  readonly now: () => number;
  readonly memory: Memory;
  /** Finds the step at which a connection fails. */
  readonly diagnose: (
    connection: Connection,
    progress: (step: StepId, host: string) => void,
    signal: AbortSignal,
  ) => Promise<Diagnosis>;
  readonly surroundings: () => Surroundings;
  /** The selected rows of a view. */
  readonly selected: (view: 'registries' | 'images') => readonly (Row | LocalNode | EngineProblem)[];
  readonly showDocument: (document: ShownDocument) => Promise<void>;
  /** Shows a document of Markdown as it is meant to be read. */
  readonly showReport: (document: ShownDocument) => Promise<void>;
  /** The text of the report that is shown; nothing if there is none. */
  readonly shownReport: () => string | undefined;
  readonly copy: (text: string) => Promise<void>;
  readonly browse: (url: URL) => Promise<void>;
  /** Shows in the status bar that something is done. */
  readonly done: (message: string) => void;
  /** Shows a notification. Resolves to the pressed button once it is closed. */
  readonly message: (kind: Kind, text: string, ...buttons: readonly string[]) => Promise<string | undefined>;
  /** Makes text of others safe to show in boxes that are not ours. */
  readonly clean: (text: string) => string;
  /** Shows a notification and does not wait for it to be closed. */
  readonly tell: (message: string, kind: 'information' | 'warning') => void;
  /** Shows a notification with a button that runs a command on a row. */
  readonly offer: (message: string, command: { readonly id: string; readonly title: string }, node: Node) => void;
  /** Opens the editor of settings at that setting. */
  readonly openSettings: (setting: string) => Promise<void>;
  /** Sets registryExplorer.engine.endpoint. Empty: the engine that the docker command finds. */
  readonly useEngine: (endpoint: string) => Promise<void>;
  /** Shows an error when no command is running that could throw it. `doing` completes "Could not …". */
  readonly fail: (error: unknown, doing: string) => void;
  /** For Microsoft's wizards, which store the last choices in its state. */
  readonly extension: ExtensionContext;
  readonly log: Log;
  readonly showLog: () => void;
}

/** The connected registries. */
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
  /** Reloads the rows that lead to an entry of a registry and reveals it; if it is missing, reveals the last row before it. */
  show(registry: OpenRegistry, trail: readonly Entry[]): Promise<void>;
}

export interface Images {
  /** The current images. Rejects if the engine cannot list them. */
  list(): Promise<readonly LocalImage[]>;
  refresh(): Promise<void>;
  /**
   * Lists the images again and reveals the row of that name; if it is missing, or the name has no tag, the row of the repository.
   * `ifVisible`: only if the user sees the view, and the focus stays where it is; otherwise the view is opened, and the row gets it.
   */
  show(name: ImageReference, when?: 'ifVisible'): Promise<void>;
}

/** The accounts of VS Code. */
interface Accounts {
  /**
   * Asks the user which account to sign in with; nothing if dismissed. `authentication`: `github` or `github-enterprise`. Rejects
   * with a Failure if that is for another server than `url`.
   */
  signIn(authentication: string, url: string, scopes: readonly string[]): Promise<AccountSession | undefined>;
  /** Lets the user sign in to an Azure tenant with the account of the connection. True if that worked. */
  signInToTenant(connection: Connection, tenantId: string): Promise<boolean>;
}

/** Stores the last choices on this machine. Not for secrets. */
export interface Memory {
  read(key: string): string | undefined;
  write(key: string, value: string): Promise<void>;
}

export interface Connections {
  all(): readonly Connection[];
  add(connection: Omit<Connection, 'id'>, credential: Credential): Promise<Connection>;
  rename(id: string, label: string): Promise<void>;
  /** The stored credential. */
  credential(id: string): Promise<Credential>;
  /** Replaces the address of a connection that the user made, with all that belongs to an address. */
  setAddress(id: string, address: AddressOf, credential: Credential): Promise<void>;
  updateCredential(id: string, credential: Credential, signIn: SignIn): Promise<void>;
  /** Replaces how its server is trusted. Undefined: as VS Code and the system trust it. */
  setTls(id: string, tls: TlsOptions | undefined): Promise<void>;
  /** Replaces the given parts of what is shown of it. */
  setShown(id: string, shown: Shown): Promise<void>;
  remove(connection: Connection): Promise<void>;
  unhide(provider: string, url: string): Promise<Connection | undefined>;
}
