import type { Entry } from '../core/model';
import type { Node } from './tree/node';
import { trailOf } from './tree/node';

/** How a row looks in a list of rows from everywhere: its whole name, and where it is. */
export function lookOf(row: Node) {
  return { label: nameOf(row), description: placeOf(row), icon: iconOf(row.entry) };
}

/** `acme/web:1.4` */
export function nameOf({ entry, connection }: Node): string {
  if (entry === undefined) return connection.label;
  if (entry.kind !== 'repository' && entry.kind !== 'tag') return entry.label;
  const { path, tag } = entry.image;
  return tag === undefined ? path : `${path}:${tag}`;
}

/** Where a row is: the connection, and the groups and registries on the way to it. */
export function placeOf(row: Node): string {
  const above = trailOf(row)
    .slice(0, -1)
    .filter(({ kind }) => kind === 'group' || kind === 'registry');
  return [row.connection.label, ...above.map(({ label }) => label)].join(' › ');
}

function iconOf(entry: Entry | undefined): string {
  switch (entry?.kind) {
    case 'tag':
      return 'tag';
    case 'group':
      return entry.icon ?? 'organization';
    case 'registry':
      return 'server';
    default:
      return 'repo';
  }
}
