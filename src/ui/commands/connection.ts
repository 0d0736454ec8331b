import { t } from '@vscode/l10n';
import type { Connection } from '../../core/model';
import { updateCredential as askForCredential } from '../connections/updateCredential';
import { askTrust, takesCertificates } from '../connections/trust';
import type { Node } from '../tree/node';
import { nodeCommand } from './command';

function connectionNode({ entry, connection }: Node): Connection | undefined {
  return entry === undefined ? connection : undefined;
}

export const renameConnection = nodeCommand({
  id: 'renameConnection',
  title: () => t('Rename…'),
  downTo: 'connection',
  nowhere: () => t('The names of all connections are in the setting registryExplorer.connections.'),
  needs: ({ entry, connection }) => (entry === undefined && !connection.shared ? connection : undefined),
  doing: ({ label }) => t('rename {0}', label),
  run: async (app, { id, label }) => {
    const problem = (text: string) => (text.trim() === '' ? t('Type a name.') : undefined);
    const answer = await app.ask.input({
      title: t('Rename {0}', label),
      prompt: t('Name in the Registries view'),
      value: label,
      problem,
    });
    if (answer !== undefined && answer !== 'back') await app.connections.rename(id, answer.value.trim());
  },
});

export const updateCredential = nodeCommand({
  id: 'updateCredential',
  title: () => t('Update Credential…'),
  downTo: 'connection',
  needs: connectionNode,
  doing: ({ label }) => t('update the credential of {0}', label),
  run: async (app, connection) => {
    if (await askForCredential(app, connection)) app.done(t('Updated the credential of {0}', connection.label));
  },
});

export const editTrust = nodeCommand({
  id: 'editTrust',
  title: () => t('Certificates…'),
  downTo: 'connection',
  needs: (node) => {
    const connection = takesCertificates(node.connection, node.provider) ? connectionNode(node) : undefined;
    return connection && { connection, endpoints: node.provider.endpoints ?? [] };
  },
  doing: ({ connection }) => t('change how {0} is trusted', connection.label),
  run: async (app, { connection: { id, label, url, tls }, endpoints }) => {
    const { host } = new URL(url);
    const named = endpoints.filter(({ isNamed }) => isNamed === true).map((endpoint) => new URL(endpoint.url).host);
    const others = named.filter((other) => other !== host);
    const step = { title: t('Certificates of {0}', label), host, others, current: tls };
    const answer = await askTrust(app, step, () => Promise.resolve(undefined));
    if (answer === undefined || answer === 'back') return;
    await app.connections.setTls(id, answer.value.tls);
    app.done(t('Changed how {0} is trusted', label));
  },
});

export const disconnect = nodeCommand({
  id: 'disconnect',
  title: () => t('Disconnect'),
  downTo: 'connection',
  needs: connectionNode,
  doing: ({ label }) => t('disconnect {0}', label),
  run: async (app, connection) => {
    const stays = t('Nothing in the registry changes.');
    const goes = connection.shared
      ? t(
          'The setting registryExplorer.connections lists it, so it is only hidden on this machine until you connect {0} again. Its stored credential is deleted.',
          connection.url,
        )
      : t('Removes {0} from the Registries view and deletes its stored credential.', connection.url);
    if (!(await app.ask.confirm(t('Disconnect “{0}”?', connection.label), `${goes} ${stays}`, t('Disconnect')))) return;
    await app.connections.remove(connection);
    app.done(t('Disconnected {0}', connection.label));
  },
});
