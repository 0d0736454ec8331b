import { t } from '@vscode/l10n';
import { printReference } from '../../core/reference';
import { nodeCommand } from './command';

export const copyFullTag = nodeCommand({
  id: 'copyFullTag',
  title: () => t('Copy Full Tag'),
  needs: ({ entry }) => (entry?.kind === 'tag' ? printReference(entry.image) : undefined),
  doing: (name) => t('copy {0}', name),
  run: async (app, name) => {
    await app.copy(name);
    app.done(t('Copied {0}', name));
  },
});
