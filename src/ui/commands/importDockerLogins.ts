import { t } from '@vscode/l10n';
import { checkEach, importable, type Imported } from '../connections/importLogins';
import { save } from '../connections/save';
import type { App } from '../app';
import { causes } from '../../core/causes';
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
    for (const failure of failures) app.fail(failure, t('look for all logins of docker'));
    const items = importable(app, logins);
    if (items.length === 0) {
      if (failures.length === 0) app.tell(nothing(logins.length), 'information');
      return;
    }
    const placeholder = t('Nothing is copied: the logins are read at each use. Which registries shall be connected?');
    const chosen = await app.ask.pickSeveral({ title, placeholder, items });
    if (chosen === undefined || chosen.length === 0) return;
    const outcomes = await app.working(t('Connecting registries'), (progress, signal) =>
      checkEach(app, chosen, progress, signal),
    );
    await keep(app, outcomes);
  },
};

function nothing(known: number): string {
  return known === 0
    ? t('Neither docker nor podman has a login on this machine. “docker login” makes one.')
    : t('All registries that docker and podman have logins for are connected.');
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
  // It took its time: whoever types elsewhere by now keeps on doing so.
  await app.tree.show(first, []);
  app.done(ids.length === 1 ? t('Connected {0}', first.connection.label) : t('Connected {0} registries', ids.length));
  const silent = outcomes.filter(({ connection, failure }) => connection !== undefined && failure !== undefined);
  if (silent.length === 0) return;
  const hosts = silent.map(({ host }) => host).join(', ');
  app.tell(
    t(
      'The login holds at {0}, but lists no repositories there. Add those that you use by name: Add Repository…, in the menu of the registry.',
      hosts,
    ),
    'information',
  );
}
