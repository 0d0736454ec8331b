import { t } from '@vscode/l10n';
import { describeDiagnosis, stepNames } from '../diagnosis';
import { nodeCommand } from './command';

export const diagnoseConnection = nodeCommand({
  id: 'diagnoseConnection',
  title: () => t('Diagnose Connection'),
  needs: ({ entry, connection, provider }) =>
    entry === undefined && provider.endpoints !== undefined
      ? { connection, list: provider.list, endpoints: provider.endpoints }
      : undefined,
  doing: ({ connection }) => t('diagnose {0}', connection.label),
  run: async (app, { connection, list, endpoints }) => {
    const { label } = connection;
    const diagnosis = await app.working(t('Diagnosing {0}', label), (progress, signal) =>
      app.diagnose(
        connection,
        { endpoints, list: (parent, abort) => list(parent, undefined, abort) },
        (step, host) => {
          progress(`${stepNames[step]()} · ${host}`);
        },
        signal,
      ),
    );
    const now = new Date();
    await app.showDocument({
      name: t('{0} diagnosis.md', label.replaceAll('/', '-')),
      id: encodeURIComponent(`${connection.id} ${now.getTime()}`),
      text: describeDiagnosis(connection, diagnosis, app.surroundings(), now),
    });
  },
});
