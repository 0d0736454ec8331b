import { t } from '@vscode/l10n';
import { printReference } from '../../core/reference';
import { report } from '../report';
import { listingPhrase } from '../tree/node';
import type { AnyRow, KeyCommand } from './command';

/** What only hides a row comes before what deletes. All that deletes asks first. */
export const deleteRow: KeyCommand = {
  kind: 'key',
  id: 'deleteRow',
  commands: [
    ...['removeRepository', 'removeNamespace', 'deleteImage', 'untagImage', 'deleteRepository', 'deleteRegistry'],
    ...['removeImage', 'disconnect'],
  ],
  otherwise: (app) => {
    app.done(t('This row cannot be deleted'));
    return Promise.resolve();
  },
};

export const renameRow: KeyCommand = {
  kind: 'key',
  id: 'renameRow',
  commands: ['renameConnection', 'tagImage'],
  otherwise: (app) => {
    app.done(t('This row cannot be renamed'));
    return Promise.resolve();
  },
};

/** On a row without rows to filter, it filters those that the row is among. */
export const filterRow: KeyCommand = {
  kind: 'key',
  id: 'filterRow',
  commands: ['filterRows'],
  orAbove: true,
  otherwise: () => Promise.resolve(),
};

export const copyRow: KeyCommand = {
  kind: 'key',
  id: 'copyRow',
  commands: ['copyFullTag', 'copyLoginServer', 'copyImageDigest'],
  otherwise: async (app, row) => {
    const text = row && textOf(row);
    if (text === undefined) return;
    await app.copy(app.clean(text));
    app.done(t('Copied {0}', text));
  },
};

/** What a row is known by outside the view; of a problem, the whole sentence. */
function textOf(row: AnyRow): string | undefined {
  switch (row.kind) {
    case 'node':
      if (row.entry === undefined) return row.connection.url;
      return row.entry.kind === 'repository' ? printReference(row.entry.image) : row.entry.label;
    case 'local':
      return row.entry.kind === 'repository' ? printReference(row.entry.name) : row.label;
    case 'problem':
      return report(row.failure, listingPhrase(row.of))?.message;
    case 'engineProblem':
      return report(row.failure, t('list the local images'))?.message;
    case 'invalid':
      return row.name;
    case 'folder':
      return row.path;
    case 'favourites':
    case 'loading':
    case 'more':
      return undefined;
  }
}
