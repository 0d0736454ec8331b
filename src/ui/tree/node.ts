import { t } from '@vscode/l10n';
import { keyOf } from '../../core/entryKey';
import type { Bookmark, Connection, Entry } from '../../core/model';
import { withDigest } from '../../core/reference';
import type { ImageReference } from '../../core/reference';
import type { Holding, RegistryProvider } from '../../providers/provider';
import type { OpenRegistry } from '../../registries/registries';

/** What a command may act on. */
export interface Node {
  readonly kind: 'node';
  /** Path of keys from the connection down; the same after a refresh. */
  readonly id: string;
  readonly connection: Connection;
  readonly provider: RegistryProvider;
  /** Absent: the connection itself. */
  readonly entry: Entry | undefined;
  readonly parent: Node | undefined;
  /** What the rows below it are filtered by, see nameFilter; absent: they are not. */
  readonly filter?: string | undefined;
  /** It stands below Favourites. */
  readonly isFavourite?: boolean;
}

/** The row of a connection. */
export function rowOf({ connection, provider }: OpenRegistry): Node {
  return { kind: 'node', id: connection.id, connection, provider, entry: undefined, parent: undefined };
}

/** The row of an entry below `parent`. It need not be drawn. */
export function rowBelow(parent: Node, entry: Entry): Node {
  const { connection, provider } = parent;
  return { kind: 'node', id: idBelow(parent, keyOf(entry)), connection, provider, entry, parent };
}

/** What a row is called. */
export function labelOf({ entry, connection }: Pick<Node, 'entry' | 'connection'>): string {
  return entry?.label ?? connection.label;
}

/** The last of the rows that lead down the trail; without a trail, that of the connection. They need not be drawn. */
export function rowAt(registry: OpenRegistry, trail: readonly Entry[]): Node {
  return trail.reduce(rowBelow, rowOf(registry));
}

/** The row of a repository: where the registry shows it, else right below the connection. It need not be drawn. */
export function repositoryAt(registry: OpenRegistry, { host, path }: ImageReference): Node {
  const trail = registry.provider.locate({ host, path }) ?? [];
  const isShown = trail.at(-1)?.kind === 'repository';
  return rowAt(registry, isShown ? trail : [{ kind: 'repository', label: path, image: { host, path } }]);
}

/** The row of an image by digest, which no list has. */
export function imageBelow(repository: Node, image: ImageReference, digest: string): Node {
  const label = digest.replace(/^([^:]+:.{12}).*$/, '$1');
  return rowBelow(repository, { kind: 'platform', label, image: withDigest(image, digest), attachments: [] });
}

/** The entries that lead from the connection to a row, the row's own last. */
export function trailOf({ entry, parent }: Node): readonly Entry[] {
  return entry === undefined ? [] : [...(parent === undefined ? [] : trailOf(parent)), entry];
}

/** What leads to a row; nothing for the row of a connection. */
export function bookmarkOf(node: Node): Bookmark | undefined {
  const trail = trailOf(node);
  return trail.length === 0 ? undefined : { connection: node.connection.id, trail };
}

/** `key`: of an entry. */
export function idBelow({ id }: Pick<Node, 'id'>, key: string): string {
  return `${id}/${key}`;
}

/** Where a way down the rows has ended. */
export type Landing =
  | { readonly kind: 'shown'; readonly row: Node }
  /** The list below `row` does not have the entry. */
  | { readonly kind: 'missing'; readonly row: Node; readonly entry: Entry }
  /** It has it, but what the rows are filtered by does not match. */
  | { readonly kind: 'filtered'; readonly row: Node; readonly entry: Entry }
  /** That list could not be read. */
  | { readonly kind: 'failed'; readonly row: Node; readonly entry: Entry; readonly failure: unknown }
  /** The connection is gone. */
  | { readonly kind: 'gone' };

/** What the tree draws. */
export type Row = Node | Folder | Favourites | More | Loading | Problem | InvalidName;

/** A row that holds repositories whose paths begin alike. It is made here; no registry lists it. */
export interface Folder {
  readonly kind: 'folder';
  readonly id: string;
  /** The row whose repositories these are. */
  readonly of: Node;
  readonly parent: Folder | Node;
  /** What the labels of the repositories in it begin with: `team/api/`. */
  readonly path: string;
  /** Its part of the path: `api`; of several parts where each holds only the next: `team/api`. */
  readonly label: string;
  readonly rows: readonly (Folder | Node)[];
  /** How many repositories are in it, at any depth. */
  readonly count: number;
}

/** The row above the favourites. */
export interface Favourites {
  readonly kind: 'favourites';
  readonly id: 'favourites';
}

/** Stands for the rows that are still being loaded. */
export interface Loading {
  readonly kind: 'loading';
  readonly of: Node;
}

/** "Load more…" at the end of an unfinished list. */
export interface More {
  readonly kind: 'more';
  readonly of: Node;
  /** How many rows were looked at for a filter. */
  readonly searched?: number;
  /** `of`: the number of known rows; `rows`: how many of them are not drawn. Absent if only the registry knows. */
  readonly left?: { readonly rows: number; readonly of: number };
}

/** A listed name that no image can have. It is shown as text, without commands. */
export interface InvalidName {
  readonly kind: 'invalid';
  readonly of: Node;
  readonly name: string;
  /** Its position among the invalid names. */
  readonly at: number;
}

/** Why the list ends here. */
export interface Problem {
  readonly kind: 'problem';
  readonly of: Node;
  readonly failure: unknown;
}

/** What is below a connection, a namespace or a registry. */
export function holdingOf({ entry, provider }: Node): Holding {
  return (
    provider.holds?.(entry) ?? {
      one: (of) => t('Repository of {0}', of),
      none: t('no repositories'),
      listing: (of) => t('list the repositories of {0}', of),
    }
  );
}

/** What the tree was doing when it failed. Completes "Could not …". */
export function listingPhrase(node: Node): string {
  const { entry, connection } = node;
  switch (entry?.kind) {
    case undefined:
    case 'group':
    case 'registry':
      return holdingOf(node).listing(entry?.label ?? connection.label);
    case 'repository':
      return t('list the tags of {0}', entry.label);
    case 'tag':
      return t('list what belongs to {0}', `${entry.image.path}:${entry.label}`);
    case 'platform':
    case 'attachment':
      return t('list what belongs to {0}', entry.label);
  }
}
