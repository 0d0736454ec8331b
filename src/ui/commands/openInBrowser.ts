import { t } from '@vscode/l10n';
import { nodeCommand } from './command';

export const openInBrowser = nodeCommand({
  id: 'openInBrowser',
  title: () => t('Open in Browser'),
  downTo: 'tag',
  below: ({ provider }) => provider.webPage !== undefined,
  needs: ({ entry, provider }) => provider.webPage?.(entry),
  doing: (url) => t('open {0}', url.host),
  run: (app, url) => app.browse(url),
});
