import type { AppCommand } from './command';

export const showLog: AppCommand = {
  kind: 'app',
  id: 'showLog',
  doing: 'show the log',
  run: (app) => {
    app.showLog();
    return Promise.resolve();
  },
};
