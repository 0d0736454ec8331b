import { t } from '@vscode/l10n';
import { connect } from '../connections/connect';
import type { AppCommand } from './command';

export const connectRegistry: AppCommand = {
  kind: 'app',
  id: 'connectRegistry',
  doing: () => t('connect the registry'),
  run: async (app) => {
    const connection = await connect(app);
    if (connection !== undefined) await app.tree.reveal(connection.id);
  },
};
