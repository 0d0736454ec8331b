import { t } from '@vscode/l10n';
import { printReference } from '../../core/reference';
import { plural } from '../../core/locale';
import { nodesCommand } from './command';

export const copyFullTag = nodesCommand({
  id: 'copyFullTag',
  title: () => t('Copy Full Tag'),
  downTo: 'tag',
  needs: ({ entry }) => (entry?.kind === 'tag' ? printReference(entry.image) : undefined),
  needsLocal: ({ entry }) => (entry.kind === 'image' ? printReference(entry.name) : undefined),
  doing: (names) => t('copy {0}', names.join(', ')),
  run: async (app, names) => {
    await app.copy(names.join('\n'));
    app.done(plural(names.length, t('Copied {1} | Copied {0} names'), names[0] ?? ''));
  },
});
