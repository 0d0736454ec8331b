import { t } from '@vscode/l10n';
import { showJson } from '../showJson';
import { nodeCommand } from './command';

export const viewProperties = nodeCommand({
  id: 'viewProperties',
  title: () => t('View Properties'),
  downTo: 'tag',
  below: ({ provider }) => provider.properties !== undefined,
  needs: (node) => {
    const { entry, provider, id } = node;
    const read = entry === undefined ? undefined : provider.properties?.(entry);
    return read === undefined || entry === undefined ? undefined : { read, label: entry.label, id };
  },
  doing: ({ label }) => t('read the properties of {0}', label),
  run: async (app, { read, label, id }) => {
    const properties = await app.working(t('Reading the properties of {0}', label), (_progress, signal) =>
      read(signal),
    );
    const name = `${label.replaceAll('/', '-')} properties.json`;
    await showJson(app, { name, id: encodeURIComponent(id) }, Buffer.from(JSON.stringify(properties)));
  },
});
