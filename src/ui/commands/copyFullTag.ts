import { t } from '@vscode/l10n';
import { printReference } from '../../core/reference';
import { plural } from '../../core/locale';
import type { App } from '../app';
import { nodesCommand } from './command';

export const copyFullTag = nodesCommand({
  id: 'copyFullTag',
  title: () => t('Copy Full Tag'),
  isUse: true,
  downTo: 'tag',
  needs: ({ entry }) => (entry?.kind === 'tag' ? printReference(entry.image) : undefined),
  needsLocal: ({ entry }) => (entry.kind === 'image' ? printReference(entry.name) : undefined),
  doing: (names) => t('copy {0}', names.join(', ')),
  run: copyLines,
});

/** Copies names, a line each. */
export async function copyLines(app: App, names: readonly string[]): Promise<void> {
  await app.copy(names.join('\n'));
  app.done(plural(names.length, t('Copied {1} | Copied {0} names'), names[0] ?? ''));
}
