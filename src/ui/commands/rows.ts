import type { RowCommand } from './command';

export const loadMore: RowCommand = {
  kind: 'row',
  id: 'loadMore',
  run: (app, row) => {
    if (row.kind === 'more') app.tree.loadMore(row);
  },
};

export const retry: RowCommand = {
  kind: 'row',
  id: 'retry',
  run: (app, row) => {
    if (row.kind === 'problem') app.tree.retry(row);
  },
};
