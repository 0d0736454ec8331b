import { t } from '@vscode/l10n';
import { Failure } from '../../core/failure';
import { describeDiagnosis, stepNames } from '../diagnosis';
import { causes } from '../../core/causes';
import { nodeCommand } from './command';

export const diagnoseConnection = nodeCommand({
  id: 'diagnoseConnection',
  title: () => t('Diagnose Connection'),
  downTo: 'connection',
  needs: ({ entry, connection, provider }) =>
    entry === undefined && provider.endpoints !== undefined ? connection : undefined,
  doing: ({ label }) => t('diagnose {0}', label),
  run: async (app, connection) => {
    const { label } = connection;
    const diagnosis = await app.working(t('Diagnosing {0}', label), (progress, signal) =>
      app.diagnose(
        connection,
        (step, host) => {
          progress(`${stepNames[step]()} · ${host}`);
        },
        signal,
      ),
    );
    for (const { failure } of [...diagnosis.servers.flatMap(({ steps }) => steps), ...diagnosis.use])
      if (failure !== undefined && !(failure instanceof Failure)) app.log.error(causes(failure));
    const now = new Date();
    await app.showDocument({
      name: t('{0} diagnosis.md', label.replaceAll('/', '-')),
      id: encodeURIComponent(`${connection.id} ${now.getTime()}`),
      text: describeDiagnosis(connection, diagnosis, app.surroundings(), now),
    });
  },
});
