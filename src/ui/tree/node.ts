import { t } from '@vscode/l10n';
import type { Connection, Entry } from '../../core/model';
import type { RegistryProvider } from '../../providers/provider';

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
export type Row = Node | More | Problem;

/** "Load more…" at the end of an unfinished list. */
export interface More {
  readonly kind: 'more';
  readonly of: Node;
  /** How many are listed, and how many of those are not drawn; absent when only the registry knows. */
  readonly left?: { readonly rows: number; readonly of: number };
}

/** Why the list ends here. */
export interface Problem {
  readonly kind: 'problem';
  readonly of: Node;
  readonly failure: unknown;
}

/** What the tree was doing when it failed; completes "Could not …". */
export function listingPhrase({ entry, connection }: Node): string {
  switch (entry?.kind) {
    case undefined:
      return t('list the repositories of {0}', connection.label);
    case 'group':
    case 'registry':
      return t('list the repositories of {0}', entry.label);
    case 'repository':
      return t('list the tags of {0}', entry.label);
    case 'tag':
      return t('list the platforms of {0}:{1}', entry.image.path, entry.label);
    case 'platform':
    case 'attachment':
      return t('list what belongs to {0}', entry.label);
  }
}
