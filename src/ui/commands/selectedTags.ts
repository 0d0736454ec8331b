import { t } from '@vscode/l10n';
import type { Tag } from '../../core/model';
import { printReference, withTag } from '../../core/reference';
import type { ImageReference } from '../../core/reference';
import type { Locks, Obstacles } from '../../providers/provider';
import type { Node } from '../tree/node';
import { listNames } from './agreement';

/** A tag that a command deletes, and where it is. */
export interface SelectedTag {
  readonly tag: Tag;
  /** Id of its connection. */
  readonly connection: string;
  /** Absent where nothing can be unlocked. */
  readonly locks: Locks | undefined;
  readonly parent: Node | undefined;
}

/** Where a row is, for SelectedTag. */
export function placeOf({ connection, provider, parent }: Node): Omit<SelectedTag, 'tag'> {
  return { connection: connection.id, locks: provider.locks, parent };
}

/** Tells repositories apart: two connections may lead to one. */
export function repositoryKey({ tag: { image }, connection }: SelectedTag): string {
  return `${connection} ${image.host}/${image.path}`;
}

/** How a question names tags. */
export interface Naming {
  /** The name of the repository, where all tags are of one. */
  readonly repository?: string;
  /** The tag alone where all are of one repository; else the whole name. */
  readonly nameOf: (repository: ImageReference, tag: string) => string;
}

export function namingOf(tags: readonly SelectedTag[]): Naming {
  const [first] = tags;
  const isOne = new Set(tags.map(repositoryKey)).size === 1;
  if (first === undefined || !isOne) return { nameOf: (repository, tag) => printReference(withTag(repository, tag)) };
  const { host, path } = first.tag.image;
  return { repository: printReference({ host, path }), nameOf: (_repository, tag) => tag };
}

/** The obstacles of several repositories together. `repository`: where each was found. */
export function mergeObstacles(
  all: readonly { readonly repository: ImageReference; readonly found: Obstacles }[],
  { nameOf }: Naming,
): Obstacles {
  const locks = all.flatMap(({ repository, found }) =>
    (found.locks ?? []).map((lock) => ({
      key: `${repository.host}/${repository.path} ${JSON.stringify(lock)}`,
      lock: lock.kind === 'tag' ? { ...lock, name: nameOf(repository, lock.name) } : lock,
    })),
  );
  return {
    locks: [...new Map(locks.map(({ key, lock }) => [key, lock])).values()],
    lockedPlatforms: all.flatMap(({ found }) => found.lockedPlatforms ?? []),
    rules: [...new Set(all.flatMap(({ found }) => found.rules ?? []))],
  };
}

/** What a question says of tags that are not there any more. */
export function describeMissing(names: readonly string[]): readonly string[] {
  return names.length === 0 ? [] : [t('Not there any more: {0}.', listNames(names))];
}
