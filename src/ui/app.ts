import type { Log } from '../core/log';
import type { Connection, Credential, Entry } from '../core/model';
import type { ProviderType } from '../providers/provider';
import type { Ask } from './ask';
import type { ShownDocument } from './documents';
import type { More, Node, Problem } from './tree/node';
import type { Working } from './working';

/** All that a command may use. */
export interface App {
  readonly tree: Tree;
  readonly connections: Connections;
  readonly providerTypes: readonly ProviderType[];
  readonly ask: Ask;
  readonly working: Working;
  readonly showDocument: (document: ShownDocument) => Promise<void>;
  readonly copy: (text: string) => Promise<void>;
  readonly browse: (url: URL) => Promise<void>;
  /** Says in the status bar that something is done. */
  readonly done: (message: string) => void;
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
}

export interface Connections {
  all(): readonly Connection[];
  add(connection: Omit<Connection, 'id'>, credential: Credential): Promise<Connection>;
  rename(id: string, label: string): Promise<void>;
  updateCredential(id: string, credential: Credential): Promise<void>;
  remove(connection: Connection): Promise<void>;
  unhide(provider: string, url: string): Promise<Connection | undefined>;
}
