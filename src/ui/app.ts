import type { ExtensionContext, WebviewPanel } from 'vscode';
import type { Cloud } from '../azure/azure';
import type { DockerLogins } from '../core/docker/dockerLogins';
import type { Diagnosis, StepId } from '../core/network/diagnose';
import type { Log } from '../core/log';
import type { ImageReference } from '../core/reference';
import type { Connection, Credential, Entry, Shown, SignIn, TlsOptions } from '../core/model';
import type { RowOrder } from '../images/tagOrder';
import type { Engines, LocalImage } from '../engine/engine';
import type { AccountSession, ProviderType, ReadSetting } from '../providers/provider';
import type { Bookmarks } from '../registries/bookmarks';
import type { AddressOf } from '../registries/connectionStore';
import type { OpenRegistry, Registries } from '../registries/registries';
import type { Search } from '../registries/search';
import type { Ask } from './ask';
import type { Surroundings } from './diagnosis';
import type { ShownDocument } from './documents';
import type { EngineProblem, LocalNode } from './images/localNode';
import type { PageSource } from './page/pageSource';
import type { Landing, More, Node, Problem, Row } from './tree/node';
import type { Kind } from './say';
import type { Verifying } from './verifying';
import type { Working } from './working';

/** All that a command may use. */
export interface App {
  readonly tree: Tree;
  readonly images: Images;
  readonly engines: Engines;
  readonly docker: DockerLogins;
  readonly connections: Connections;
  readonly registries: ConnectedRegistries;
  readonly search: Pick<Search, 'open' | 'forget'>;
  /** What the user has added to the top of the tree. */
  readonly favourites: Marks;
  /** What the user has opened, the last first. */
  readonly recent: Marks;
  readonly providerTypes: readonly ProviderType[];
  readonly accounts: Accounts;
  readonly setting: ReadSetting;
  /** The setting registryExplorer.azure.deployCommands. */
  readonly offersDeploying: () => boolean;
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
  /** Shows what differs between two documents. `title`: of the tab. */
  readonly showDiff: (before: ShownDocument, after: ShownDocument, title: string) => Promise<void>;
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
  /** Runs a command on a row, as its menu does. */
  readonly runOn: (id: string, row: Node | LocalNode) => void;
  /** Shows a page in its tab, if it has one, or else in a new one. `tab`: of before a reload, which it is shown in. */
  readonly openPage: (page: PageSource, tab?: WebviewPanel) => void;
  /** What verifies signatures, as the user has set it. */
  readonly verifying: (signal: AbortSignal) => Promise<Verifying>;
  /** Sets registryExplorer.repositories.view. */
  readonly viewRepositoriesAs: (view: 'list' | 'tree') => Promise<void>;
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

/** Rows to find again. */
type Marks = Pick<Bookmarks, 'all' | 'has' | 'putFirst' | 'putLast' | 'remove'>;

/** The connected registries. */
type ConnectedRegistries = Pick<
  Registries,
  'ready' | 'all' | 'find' | 'openWith' | 'holding' | 'findHolding' | 'learn' | 'pushPlaces'
>;

export interface Tree {
  refresh(node?: Node): void;
  loadMore(row: More): void;
  retry(row: Problem): void;
  /** The rows as they stand in the view, from the top down, each once. */
  inOrder(rows: readonly Node[]): readonly Node[];
  /** Opens the row of a connection. */
  reveal(id: string): Promise<void>;
  /** Reveals a row and opens it. */
  open(node: Node): Promise<void>;
  /** Shows only those rows below one whose names match a text, see nameFilter; all of them if it is empty. `isTyping`: more is to come. */
  setFilter(node: Node, text: string, isTyping?: boolean): void;
  /** What the rows below one are filtered by; empty: nothing. */
  filterOf(node: Node): string;
  /** Shows all rows again, wherever some are filtered. */
  clearFilters(): void;
  /** The order of the rows below one. Undefined: as everywhere. */
  setOrder(node: Node, order: RowOrder | undefined): void;
  orderOf(node: Node): RowOrder | undefined;
  /** The order where none is set. Undefined: as the registry lists them. */
  defaultOrder(node: Node): RowOrder | undefined;
  /** The rows below one that are known, after the first were loaded. */
  entriesBelow(node: Node): Promise<readonly Entry[]>;
  /**
   * Reads the details of the rows below one of which they are not known, as many as an order is worth, and puts the rows in order. Rejects
   * when aborted; a failure that the other rows would meet ends it.
   */
  readDetails(node: Node, progress: (done: number, of: number) => void, signal: AbortSignal): Promise<void>;
  /** Reloads the rows that lead to an entry of a registry and reveals it; if it is missing, reveals the last row before it. */
  show(registry: OpenRegistry, trail: readonly Entry[]): Promise<void>;
  /**
   * The same with the rows that are loaded already; only a list that lacks the entry is read again. The row gets the focus. A repository
   * that is further down in a list than was read is shown without reading on, if its tags can be listed.
   */
  goTo(registry: OpenRegistry, trail: readonly Entry[]): Promise<Landing>;
  /** What was loaded, and what it is below: repositories and tags. */
  known(): Iterable<{ readonly below: Node; readonly entry: Entry }>;
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
