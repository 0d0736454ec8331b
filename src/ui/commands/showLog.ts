import { t } from '@vscode/l10n';
import type { AppCommand } from './command';

export const showLog: AppCommand = {
  kind: 'app',
  id: 'showLog',
  doing: () => t('show the log'),
  run: (app) => {
    app.showLog();
    return Promise.resolve();
  },
};
