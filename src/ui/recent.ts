import type { Bookmark } from '../core/model';
import type { OpenRegistry } from '../registries/registries';
import type { App } from './app';
import type { AnyNode } from './commands/command';
import { bookmarkOf, rowAt } from './tree/node';
import type { Node } from './tree/node';

/** Remembers what was used last: repositories and tags of connections. A part of a tag counts as the tag. */
export async function noteUse(app: Pick<App, 'recent' | 'registries'>, nodes: readonly AnyNode[]): Promise<void> {
  const bookmarks = nodes.flatMap((node) => (node.kind === 'node' ? (usedAt(node) ?? []) : []));
  const stored = bookmarks.filter(({ connection }) => app.registries.find(connection) !== undefined);
  if (stored.length > 0) await app.recent.putFirst(stored);
}

/** The nearest repository or tag, from the row up. */
function usedAt(node: Node): Bookmark | undefined {
  const { entry, parent } = node;
  if (entry?.kind === 'repository' || entry?.kind === 'tag') return bookmarkOf(node);
  return parent === undefined ? undefined : usedAt(parent);
}

/** The rows that bookmarks lead to, of connections that are there. */
export function rowsOf(app: Pick<App, 'registries'>, bookmarks: readonly Bookmark[]): readonly Node[] {
  return bookmarks.flatMap(({ connection, trail }) => {
    const registry: OpenRegistry | undefined = app.registries.find(connection);
    return registry === undefined ? [] : [rowAt(registry, trail)];
  });
}
