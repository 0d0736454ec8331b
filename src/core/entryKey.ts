import type { Entry } from './model';

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
