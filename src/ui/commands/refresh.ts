import { t } from '@vscode/l10n';
import { nodeCommand } from './command';
import type { AppCommand } from './command';

export const refresh = nodeCommand({
  id: 'refresh',
  title: () => t('Refresh'),
  downTo: 'tag',
  needs: (node) => (node.entry?.kind === 'attachment' || node.entry?.kind === 'platform' ? undefined : node),
  doing: () => t('refresh'),
  run: (app, node) => {
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
    app.tree.refresh();
    return Promise.resolve();
  },
};
