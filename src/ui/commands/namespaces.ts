import { t } from '@vscode/l10n';
import type { Node } from '../tree/node';
import type { AddedNamespaces } from '../../providers/provider';
import { causes } from '../../core/causes';
import { report } from '../report';
import { plural } from '../../core/locale';
import { nodeCommand } from './command';

interface Addable {
  readonly node: Node;
  readonly namespaces: AddedNamespaces;
}

export const addNamespace = nodeCommand<Addable>({
  id: 'addNamespace',
  title: () => t('Add Namespace…'),
  downTo: 'connection',
  needs: (node) => {
    const { entry, provider } = node;
    return entry === undefined && provider.namespaces !== undefined
      ? { node, namespaces: provider.namespaces }
      : undefined;
  },
  doing: ({ node }) => t('add to {0}', node.connection.label),
  run: async (app, { node, namespaces }) => {
    const { connection } = node;
    const answer = await app.ask.input(
      {
        title: namespaces.called?.add(connection.label) ?? t('Add Namespace to {0}', connection.label),
        prompt: namespaces.prompt ?? t('Name of a user or organization, or several separated by commas'),
        problem: (text) => namesIn(text).map(namespaces.problem).find(Boolean) ?? emptyProblem(text),
      },
      async (text, signal) => {
        for (const name of namesIn(text)) {
          try {
            await namespaces.check(name, signal);
          } catch (error) {
            app.log.warn(`Add Namespace ${name}: ${causes(error)}`);
            return report(error, t('list the repositories of {0}', name))?.message;
          }
        }
        return undefined;
      },
    );
    if (answer === undefined || answer === 'back') return;
    const added = namesIn(answer.value);
    const all = [...new Set([...(connection.shown?.namespaces ?? []), ...added])];
    await app.connections.setShown(connection.id, { namespaces: all });
    const forms = namespaces.called?.added ?? t('Added {1} | Added {0} namespaces');
    app.done(plural(added.length, forms, added[0] ?? ''));
  },
});

export const removeNamespace = nodeCommand({
  id: 'removeNamespace',
  title: () => t('Remove Namespace from View'),
  downTo: 'group',
  below: ({ connection, provider }) =>
    provider.namespaces !== undefined && (connection.shown?.namespaces ?? []).length > 0,
  nowhere: () => t('No namespace was added by name.'),
  needs: ({ entry, connection }) =>
    entry?.kind === 'group' && connection.shown?.namespaces?.includes(entry.key) === true
      ? { connection, name: entry.key }
      : undefined,
  doing: ({ name }) => t('remove {0} from the view', name),
  run: async (app, { connection, name }) => {
    const namespaces = (connection.shown?.namespaces ?? []).filter((other) => other !== name);
    await app.connections.setShown(connection.id, { namespaces });
    app.done(t('Removed {0} from the view', name));
  },
});

function namesIn(text: string): readonly string[] {
  return text
    .split(/[\s,]+/)
    .map((name) => name.trim().toLowerCase())
    .filter((name) => name !== '');
}

function emptyProblem(text: string): string | undefined {
  return namesIn(text).length === 0 ? t('Type a name.') : undefined;
}
