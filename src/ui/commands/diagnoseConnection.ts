import { t } from '@vscode/l10n';
import { Failure } from '../../core/failure';
import { describeDiagnosis, stepNames } from '../diagnosis';
import { causes } from '../../core/causes';
import { nodeCommand } from './command';
import type { AppCommand } from './command';

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
    await app.showReport({
      name: t('{0} diagnosis.md', label.replaceAll('/', '-')),
      id: encodeURIComponent(`${connection.id} ${now.getTime()}`),
      text: describeDiagnosis(connection, diagnosis, app.surroundings(), now),
    });
  },
});

/** Copies the diagnosis that is shown, which has no secrets. */
export const copyReport: AppCommand = {
  kind: 'app',
  id: 'copyReport',
  doing: () => t('copy the report'),
  run: async (app) => {
    const text = app.shownReport();
    if (text === undefined) return;
    await app.copy(text);
    app.done(t('Copied the report'));
  },
};
