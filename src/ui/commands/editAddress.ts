import { t } from '@vscode/l10n';
import { editAddress as askForAddress } from '../connections/editAddress';
import { nodeCommand } from './command';

export const editAddress = nodeCommand({
  id: 'editAddress',
  title: () => t('Edit Address…'),
  downTo: 'connection',
  needs: ({ entry, connection, provider }) =>
    entry === undefined && provider.hasTypedAddress === true ? connection : undefined,
  doing: ({ label }) => t('change the address of {0}', label),
  run: async (app, connection) => {
    if (connection.shared === true) {
      const open = t('Open Settings');
      const why = t('The address of {0} is in the setting registryExplorer.connections.', connection.label);
      if ((await app.message('information', why, open)) === open)
        await app.openSettings('registryExplorer.connections');
      return;
    }
    const url = await askForAddress(app, connection);
    if (url === undefined) return;
    await app.tree.reveal(connection.id);
    app.done(t('{0} is now at {1}', connection.label, url));
  },
});
