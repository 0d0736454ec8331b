import type { Folder, Node } from './node';

/** The folders that are drawn. */
export class Folders {
  private readonly byId = new Map<string, Folder>();
  /** The folder that a repository is drawn in, by its id. */
  private readonly ofRow = new Map<string, Folder>();

  find(id: string): Folder | undefined {
    return this.byId.get(id);
  }

  /** The folder that a row is drawn in. */
  holding({ id }: Node): Folder | undefined {
    return this.ofRow.get(id);
  }

  /** Puts the repositories below a row into folders. */
  arrange(of: Node, repositories: readonly Node[]): readonly (Folder | Node)[] {
    const rows = inFolders(of, repositories);
    this.keep(rows, undefined);
    return rows;
  }

  /** Forgets the folders below such a row. */
  forget(isGone: (id: string) => boolean): void {
    for (const map of [this.byId, this.ofRow]) for (const [id, folder] of map) if (isGone(folder.of.id)) map.delete(id);
  }

  private keep(rows: readonly (Folder | Node)[], inside: Folder | undefined): void {
    for (const row of rows) {
      if (row.kind === 'folder') {
        this.byId.set(row.id, row);
        this.keep(row.rows, row);
      } else if (inside !== undefined) this.ofRow.set(row.id, inside);
    }
  }
}

/**
 * Puts repositories into folders by the parts of their labels. A folder stands where its first repository stood. What would be alone in a
 * folder is in none.
 */
function inFolders(of: Node, repositories: readonly Node[]): readonly (Folder | Node)[] {
  return rowsBelow(of, of, '', repositories);
}

function rowsBelow(of: Node, parent: Folder | Node, path: string, nodes: readonly Node[]): readonly (Folder | Node)[] {
  const groups = new Map<string, Node[]>();
  for (const node of nodes) {
    const part = firstPart(node, path);
    // A repository of that very name is beside the folder, not in it.
    const key = part ?? `/${labelOf(node)}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [node]);
    else group.push(node);
  }
  return [...groups].flatMap(([part, members]): readonly (Folder | Node)[] =>
    part.startsWith('/') || members.length === 1 ? members : [folder(of, parent, path, members)],
  );
}

function folder(of: Node, parent: Folder | Node, above: string, members: readonly Node[]): Folder {
  const path = commonPath(members);
  const own = { kind: 'folder' as const, id: `${of.id}/folder:${path}`, of, parent, path, count: members.length };
  const rows: (Folder | Node)[] = [];
  const made: Folder = { ...own, label: path.slice(above.length, -1), rows };
  rows.push(...rowsBelow(of, made, path, members));
  return made;
}

/** The longest path that all of them are below, with a slash at its end. */
function commonPath(nodes: readonly Node[]): string {
  const [first, ...others] = nodes.map(labelOf);
  let path = first ?? '';
  for (const label of others) {
    let at = 0;
    while (at < path.length && path.charCodeAt(at) === label.charCodeAt(at)) at++;
    path = path.slice(0, at);
  }
  return path.slice(0, path.lastIndexOf('/') + 1);
}

/** The part of a label after `path` that has another part below it; nothing for the last part. */
function firstPart(node: Node, path: string): string | undefined {
  const label = labelOf(node);
  const end = label.indexOf('/', path.length);
  return end < 0 ? undefined : label.slice(path.length, end);
}

function labelOf({ entry }: Node): string {
  return entry?.label ?? '';
}
