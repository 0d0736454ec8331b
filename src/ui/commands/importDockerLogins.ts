import { t } from '@vscode/l10n';
import { checkEach, importable, type Imported } from '../connections/importLogins';
import { save } from '../connections/save';
import type { App } from '../app';
import { causes } from '../../core/causes';
import { plural } from '../../core/locale';
import type { AppCommand } from './command';

export const importDockerLogins: AppCommand = {
  kind: 'app',
  id: 'importDockerLogins',
  doing: () => t('import docker’s logins'),
  run: async (app) => {
    const title = t('Import Docker Logins');
    const { logins, failures } = await app.working(t('Looking for the logins of docker and podman'), (_step, signal) =>
      app.docker.list(signal),
    );
    for (const failure of failures) app.fail(failure, t('list all logins of docker'));
    const items = importable(app, logins);
    if (items.length === 0) {
      if (failures.length === 0) app.tell(describeNothing(logins.length), 'information');
      return;
    }
    const placeholder = t('Choose the registries to connect. The logins are not copied: they are read at each use.');
    const chosen = await app.ask.pickSeveral({ title, placeholder, items });
    if (chosen === undefined || chosen.length === 0) return;
    const outcomes = await app.working(t('Connecting registries'), (progress, signal) =>
      checkEach(app, chosen, progress, signal),
    );
    await keep(app, outcomes);
  },
};

function describeNothing(known: number): string {
  return known === 0
    ? t('Neither docker nor podman has a login on this machine. Run “docker login” to create one.')
    : t('All registries that docker and podman have logins for are already connected.');
}

async function keep(app: App, outcomes: readonly Imported[]): Promise<void> {
  const ids: string[] = [];
  for (const { host, connection, failure } of outcomes) {
    if (connection === undefined) {
      app.fail(failure, t('connect {0}', host));
      continue;
    }
    ids.push((await save(app, connection, { kind: 'anonymous' })).id);
    if (failure !== undefined)
      app.log.info(`${host} is connected, but does not list its repositories\n  ${causes(failure)}`);
  }
  const first = app.registries.find(ids[0]);
  if (first === undefined) return;
  // The import may have taken a while, so the focus stays where the user is typing.
  await app.tree.show(first, []);
  app.done(plural(ids.length, t('Connected {1} | Connected {0} registries'), first.connection.label));
  const silent = outcomes.filter(({ connection, failure }) => connection !== undefined && failure !== undefined);
  if (silent.length === 0) return;
  const hosts = silent.map(({ host }) => host).join(', ');
  app.tell(
    t(
      'The login works at {0}, but no repositories are listed there. To add repositories by name, use Add Repository… in the context menu of the registry.',
      hosts,
    ),
    'information',
  );
}
