import { t } from '@vscode/l10n';
import { addressesOf } from '../../azure/azure';
import type { ProgramLogin } from '../../core/model';
import { signedInAs } from '../words';
import { nodeCommand } from './command';

/** What will be sent, by the kind of login. */
const sent: Readonly<Record<ProgramLogin['kind'], () => string>> = {
  docker: () => t('the password or token that docker has stored for it'),
  cloudCli: () => t('a token of the account that the Azure CLI is signed in with'),
  environment: () => t('a token of the application or managed identity of this machine'),
};

/** Lets a connection that a workspace lists use a login of the user. */
export const confirmSignIn = nodeCommand({
  id: 'confirmSignIn',
  title: () => t('Sign In…'),
  downTo: 'connection',
  nowhere: () => t('No connection waits for you to sign in.'),
  needs: ({ entry, connection }) => {
    const login = entry === undefined ? connection.unconfirmed : undefined;
    return login && { connection, login };
  },
  doing: ({ connection }) => t('sign in to {0}', connection.label),
  run: async (app, { connection: { id, label, url }, login }) => {
    const { host } = new URL(url);
    const name = signedInAs({ signIn: login }) ?? '';
    const message = t('Sign in to {0} with {1}?', host, name);
    const detail = [
      t('“{0}” comes from the settings of this workspace, not from your own.', label),
      t('{0} will receive {1}. You are asked only once for this address.', url, sent[login.kind]()),
    ];
    if (!(await app.ask.confirm(message, detail, t('Sign In')))) return;
    const signIn = login.kind === 'docker' ? login : { ...login, cloud: addressesOf(app.cloud()) };
    await app.connections.updateCredential(id, { kind: 'anonymous' }, signIn);
    app.done(t('Signing in to {0} with {1}', host, name));
  },
});
