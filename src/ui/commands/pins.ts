import { t } from '@vscode/l10n';
import { parseReference, pathProblem } from '../../core/reference';
import type { ImageReference } from '../../core/reference';
import type { RegistryProvider } from '../../providers/provider';
import { causes } from '../../core/causes';
import { report } from '../report';
import type { Node } from '../tree/node';
import { plural } from '../../core/locale';
import { nodeCommand } from './command';

interface Pinnable {
  readonly node: Node;
  readonly host: string;
  readonly check: NonNullable<RegistryProvider['checkRepository']>;
}

/** Adds repositories by name that the registry does not list. */
export const addRepository = nodeCommand<Pinnable>({
  id: 'addRepository',
  title: () => t('Add Repository…'),
  downTo: 'registry',
  below: ({ provider }) => provider.checkRepository !== undefined,
  needs: (node) => {
    const { entry, provider } = node;
    const check = provider.checkRepository;
    const host = provider.hostOf(entry);
    const isRegistry = entry === undefined || entry.kind === 'registry';
    return isRegistry && check !== undefined && host !== undefined ? { node, host, check } : undefined;
  },
  doing: ({ host }) => t('add a repository of {0}', host),
  run: async (app, { node: { connection }, host, check }) => {
    const answer = await app.ask.input(
      {
        title: t('Add Repository of {0}', host),
        prompt: t('Name of a repository, or several separated by commas'),
        placeholder: 'team/app, library/nginx',
        problem: (text) => problemOf(host, text),
      },
      async (text, signal) => {
        for (const image of imagesIn(host, text)) {
          try {
            await check(image, signal);
          } catch (error) {
            app.log.warn(`Add Repository ${image.path}: ${causes(error)}`);
            return report(error, t('read {0}', image.path))?.message;
          }
        }
        return undefined;
      },
    );
    if (answer === undefined || answer === 'back') return;
    const added = imagesIn(host, answer.value).map(({ path }) => `${host}/${path}`);
    await app.connections.setShown(connection.id, {
      repositories: [...new Set([...(connection.shown?.repositories ?? []), ...added])],
    });
    app.done(plural(added.length, t('Added {1} | Added {0} repositories'), added[0] ?? ''));
  },
});

export const removeRepository = nodeCommand({
  id: 'removeRepository',
  title: () => t('Remove Repository from View'),
  downTo: 'repository',
  below: ({ connection }) => (connection.shown?.repositories ?? []).length > 0,
  nowhere: () => t('No repository was added by name.'),
  needs: ({ entry, connection }) => {
    if (entry?.kind !== 'repository') return undefined;
    const name = `${entry.image.host}/${entry.image.path}`;
    return connection.shown?.repositories?.includes(name) === true ? { connection, name } : undefined;
  },
  doing: ({ name }) => t('remove {0} from the view', name),
  run: async (app, { connection, name }) => {
    const repositories = (connection.shown?.repositories ?? []).filter((other) => other !== name);
    await app.connections.setShown(connection.id, { repositories });
    app.done(t('Removed {0} from the view', name));
  },
});

/** The images in the typed text, each with or without the host of the registry in front. */
function imagesIn(host: string, text: string): readonly ImageReference[] {
  return namesIn(host, text).map((path) => ({ host, path }));
}

function namesIn(host: string, text: string): readonly string[] {
  return text
    .split(/[\s,]+/)
    .filter((name) => name !== '')
    .map((name) => {
      const whole = parseReference(name);
      return 'problem' in whole || whole.host !== host ? name : whole.path;
    });
}

function problemOf(host: string, text: string): string | undefined {
  const names = namesIn(host, text);
  if (names.length === 0) return t('Type a name.');
  const wrong = names.find((name) => pathProblem(name) !== undefined);
  return wrong === undefined ? undefined : t('“{0}” is not the name of a repository.', wrong);
}
