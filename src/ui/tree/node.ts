import { t } from '@vscode/l10n';
import type { Connection, Entry } from '../../core/model';
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

/** `key`: of an entry. */
export function idBelow({ id }: Pick<Node, 'id'>, key: string): string {
  return `${id}/${key}`;
}

/** Identifies an entry among its siblings, also after a refresh. */
export function keyOf(entry: Entry): string {
  switch (entry.kind) {
    case 'group':
    case 'registry':
      return `${entry.kind}:${entry.key}`;
    case 'repository':
    case 'tag':
      return `${entry.kind}:${entry.label}`;
    case 'platform':
      return `platform:${entry.label}:${entry.image.digest ?? ''}`;
    case 'attachment':
      return `attachment:${entry.label}:${entry.image.digest ?? ''}:${entry.blob?.digest ?? ''}`;
  }
}

/** What the tree draws. */
export type Row = Node | More | Problem | InvalidName;

/** "Load more…" at the end of an unfinished list. */
export interface More {
  readonly kind: 'more';
  readonly of: Node;
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
