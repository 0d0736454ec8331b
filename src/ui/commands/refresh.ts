import { t } from '@vscode/l10n';
import { nodeCommand } from './command';
import type { AppCommand } from './command';

export const refresh = nodeCommand({
  id: 'refresh',
  title: () => t('Refresh'),
  downTo: 'tag',
  each: true,
  needs: (node) => (node.entry?.kind === 'attachment' || node.entry?.kind === 'platform' ? undefined : node),
  doing: () => t('refresh'),
  run: (app, node) => {
    app.search.forget(node.connection.id);
    app.tree.refresh(node);
    return Promise.resolve();
  },
});

export const refreshImages: AppCommand = {
  kind: 'app',
  id: 'refreshImages',
  doing: () => t('list the local images'),
  run: (app) => app.images.refresh(),
};

export const refreshAll: AppCommand = {
  kind: 'app',
  id: 'refreshAll',
  doing: () => t('refresh'),
  run: (app) => {
    app.search.forget();
    app.tree.refresh();
    return Promise.resolve();
  },
};
