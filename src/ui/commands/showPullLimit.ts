import { t } from '@vscode/l10n';
import { count, signedInAs } from '../words';
import { nodeCommand } from './command';

export const showPullLimit = nodeCommand({
  id: 'showPullLimit',
  title: () => t('Show Pull Limit'),
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
        : t(
            '{0} allows this account ({1}) another {2} of {3} pulls in {4}.',
            label,
            who,
            count(limit.remaining),
            count(limit.limit),
            duration(limit.windowSeconds),
          ),
      'information',
    );
  },
});

function duration(seconds: number): string {
  const hours = seconds / 3600;
  if (hours >= 1) return hours === 1 ? t('an hour') : t('{0} hours', count(Math.round(hours)));
  return t('{0} minutes', count(Math.max(1, Math.round(seconds / 60))));
}
