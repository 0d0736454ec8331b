import { t } from '@vscode/l10n';
import { plural } from '../../core/locale';
import { count, signedInAs } from '../words';
import { nodeCommand } from './command';

export const showPullLimit = nodeCommand({
  id: 'showPullLimit',
  title: () => t('Show Pull Limit'),
  downTo: 'connection',
  needs: ({ entry, connection, provider: { pullLimit } }) =>
    entry === undefined && pullLimit !== undefined ? { connection, pullLimit } : undefined,
  doing: ({ connection }) => t('ask {0} for its pull limit', connection.label),
  run: async (app, { connection, pullLimit }) => {
    const { label } = connection;
    const limit = await app.working(t('Asking {0}', label), (_progress, signal) => pullLimit(signal));
    const who = signedInAs(connection) ?? t('anonymous');
    app.tell(
      limit === undefined
        ? t('{0} sets no pull limit for this account ({1}).', label, who)
        : plural(
            limit.limit,
            t(
              '{1} allows this account ({2}) {0} pull in {4}: {3} left. | {1} allows this account ({2}) {0} pulls in {4}: {3} left.',
            ),
            label,
            who,
            count(limit.remaining),
            duration(limit.windowSeconds),
          ),
      'information',
    );
  },
});

function duration(seconds: number): string {
  const hours = seconds / 3600;
  if (hours >= 1) return plural(Math.round(hours), t('{0} hour | {0} hours'));
  return plural(Math.max(1, Math.round(seconds / 60)), t('{0} minute | {0} minutes'));
}
