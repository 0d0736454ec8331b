import { t } from '@vscode/l10n';
import type { Node } from '../tree/node';
import { connectionAccess } from '../images/engineAccess';
import { accountOf } from '../words';
import { nodeCommand } from './command';

/** A connection that has an account and a single host. */
function account(node: Node) {
  const { entry, connection, provider } = node;
  const user = accountOf(connection.signIn);
  const host = entry === undefined && user !== undefined ? provider.hostOf(undefined) : undefined;
  return host === undefined || user === undefined ? undefined : { node, host, account: user };
}

export const logInDocker = nodeCommand({
  id: 'logInDocker',
  title: () => t('Log In to Docker CLI…'),
  downTo: 'connection',
  needs: account,
  doing: ({ host }) => t('log docker in to {0}', host),
  run: async (app, { node, host, account: user }) => {
    const detail = t(
      'Docker stores the login of {0} in its credential helper if it has one, otherwise in its config file. Every program that uses docker can then use the login.',
      user,
    );
    if (!(await app.ask.confirm(t('Log the docker command in to {0}?', host), detail, t('Log In')))) return;
    const access = connectionAccess(node, { host, path: '' });
    try {
      await app.working(t('Logging docker in to {0}', host), async (_progress, signal) => {
        await app.docker.logIn(host, await access.credential(signal), signal);
      });
    } catch (error) {
      throw access.explain(error);
    }
    app.done(t('Docker is logged in to {0}', host));
  },
});

export const logOutDocker = nodeCommand({
  id: 'logOutDocker',
  title: () => t('Log Out of Docker CLI…'),
  downTo: 'connection',
  needs: account,
  doing: ({ host }) => t('log docker out of {0}', host),
  run: async (app, { host }) => {
    const detail = t(
      'Docker forgets its login for this registry, even if you logged in outside VS Code. The connection here does not change.',
    );
    if (!(await app.ask.confirm(t('Log the docker command out of {0}?', host), detail, t('Log Out')))) return;
    await app.working(t('Logging docker out of {0}', host), (_progress, signal) => app.docker.logOut(host, signal));
    app.done(t('Docker is logged out of {0}', host));
  },
});
