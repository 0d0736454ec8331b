import { t } from '@vscode/l10n';
import type { Connection, Entry } from '../../core/model';
import type { Holding, RegistryProvider } from '../../providers/provider';

/** What a command may act on. */
export interface Node {
  readonly kind: 'node';
  /** Path of labels from the connection down; the same after a refresh. */
  readonly id: string;
  readonly connection: Connection;
  readonly provider: RegistryProvider;
  /** Absent: the connection itself. */
  readonly entry: Entry | undefined;
  readonly parent: Node | undefined;
}

/** What the tree draws. */
export type Row = Node | More | Problem | InvalidName;

/** "Load more…" at the end of an unfinished list. */
export interface More {
  readonly kind: 'more';
  readonly of: Node;
  /** How many are listed, and how many of those are not drawn; absent when only the registry knows. */
  readonly left?: { readonly rows: number; readonly of: number };
}

/** What is listed and cannot be the name of an image: text alone, which no command is offered for. */
export interface InvalidName {
  readonly kind: 'invalid';
  readonly of: Node;
  readonly name: string;
  /** Where it stands among its like. */
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
      none: t('no repositories'),
      listing: (of) => t('list the repositories of {0}', of),
    }
  );
}

/** What the tree was doing when it failed; completes "Could not …". */
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
