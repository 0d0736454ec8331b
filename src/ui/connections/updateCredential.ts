import { t } from '@vscode/l10n';
import type { Connection, Credential, SignIn } from '../../core/model';
import type { Answers, DescribedConnection, ProviderType } from '../../providers/provider';
import type { App } from '../app';
import { withAccount } from './connect';
import { askUntilItWorks } from './untilItWorks';

/** Asks for a new credential of a connection; everything else stays. True if it was updated. */
export async function updateCredential(app: App, connection: Connection): Promise<boolean> {
  const type = app.providerTypes.find(({ id }) => id === connection.provider);
  if (type === undefined) return false;
  const { id, provider, label, url } = connection;
  const account = accountOf(connection.signIn);
  const initial: Answers = { url, ...(account === undefined ? {} : { username: account }) };
  const updated = await askUntilItWorks(app, {
    title: t('Update Credential'),
    type,
    questions: type.questions.filter(({ partOfCredential }) => partOfCredential),
    initial,
    stepsBefore: 0,
    trusted: connection,
    describe: async (answers) => {
      const { connection: described, credential } = type.describe(answers, app.setting);
      const chosen = await newSignIn(app, type, connection, described, credential);
      if (typeof chosen === 'string') return { at: 'signIn', problem: chosen };
      return { connection: { id, provider, label, url, signIn: chosen }, credential };
    },
    save: async ({ connection: { tls, signIn }, credential }) => {
      await app.connections.updateCredential(id, credential, signIn);
      if (tls !== connection.tls) await app.connections.setTls(id, tls);
    },
  });
  return typeof updated === 'object';
}

/** The new sign-in of the connection, or why it is not accepted. */
async function newSignIn(
  app: App,
  type: ProviderType,
  connection: Connection,
  described: DescribedConnection,
  credential: Credential,
): Promise<SignIn | string> {
  const before = connection.signIn;
  if (described.signIn.kind !== 'askAccount') {
    const isBeside = type.takesBoth === true && before.kind === 'account' && credential.kind !== 'anonymous';
    return isBeside ? before : described.signIn;
  }
  const signIn = await withAccount(app, type, { ...described, url: connection.url });
  if (signIn === undefined) return t('You have not signed in.');
  if (before.kind === 'account' && accountOf(signIn) !== before.account)
    return t('This connection belongs to {0}.', before.account);
  return signIn;
}

function accountOf(signIn: SignIn): string | undefined {
  return 'account' in signIn ? signIn.account : undefined;
}
