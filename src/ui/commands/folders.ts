import { t } from '@vscode/l10n';
import type { AppCommand } from './command';

export const viewAsTree = viewAs('tree', 'viewAsTree');
export const viewAsList = viewAs('list', 'viewAsList');

function viewAs(view: 'list' | 'tree', id: string): AppCommand {
  return {
    kind: 'app',
    id,
    doing: () => t('change how repositories are shown'),
    run: (app) => app.viewRepositoriesAs(view),
  };
}
