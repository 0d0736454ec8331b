import { t } from '@vscode/l10n';
import { labelOf } from '../tree/node';
import type { Node } from '../tree/node';
import { nodeCommand } from './command';
import type { AppCommand } from './command';

export const filterRows = nodeCommand({
  id: 'filterRows',
  title: () => t('Filter…'),
  downTo: 'repository',
  needs: (node) => (holdsRows(node) ? node : undefined),
  doing: (node) => t('filter {0}', labelOf(node)),
  run: async (app, node) => {
    const before = app.tree.filterOf(node);
    await app.tree.open(node);
    const answer = await app.ask.input({
      title: t('Filter {0}', labelOf(node)),
      prompt: t('Parts of names, in any order. * stands for any characters: 1.*-alpine. Empty shows everything.'),
      value: before,
      typing: (text) => {
        app.tree.setFilter(node, text.trim(), true);
      },
    });
    const isKept = answer !== undefined && answer !== 'back';
    app.tree.setFilter(node, isKept ? answer.value.trim() : before);
  },
});

export const clearFilter = nodeCommand({
  id: 'clearFilter',
  title: () => t('Clear Filter'),
  downTo: 'connection',
  needs: (node) => (node.filter === undefined ? undefined : node),
  doing: (node) => t('clear the filter of {0}', labelOf(node)),
  run: (app, node) => {
    app.tree.setFilter(node, '');
    return Promise.resolve();
  },
});

export const clearFilters: AppCommand = {
  kind: 'app',
  id: 'clearFilters',
  doing: () => t('clear the filters'),
  run: (app) => {
    app.tree.clearFilters();
    return Promise.resolve();
  },
};

/** Whether it has rows below it that have names to filter by. */
function holdsRows({ entry }: Node): boolean {
  return entry === undefined || entry.kind === 'group' || entry.kind === 'registry' || entry.kind === 'repository';
}
