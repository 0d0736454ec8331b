import { t } from '@vscode/l10n';
import { defined } from '../../core/defined';
import type { Connection, SignIn } from '../../core/model';
import type { Described, ProviderType } from '../../providers/provider';
import type { App } from '../app';
import { accountOf } from '../words';
import { withAccount } from './connect';
import { askUntilItWorks } from './askUntilItWorks';

/** Asks for a new credential of a connection; everything else stays. True if it was updated. */
export async function updateCredential(app: App, connection: Connection): Promise<boolean> {
  const type = app.providerTypes.find(({ id }) => id === connection.provider);
  if (type === undefined) return false;
  const { id, provider, label, url } = connection;
  const account = accountOf(connection.signIn);
  const updated = await askUntilItWorks(app, {
    title: t('Update Credential'),
    code: async (ask) => {
      const { signIn, credential } = await type.signIn(ask, { url, ...defined({ account }) });
      return { connection: { provider, label, url, signIn }, credential };
    },
    stepsBefore: 0,
    known: connection,
    signIn: (described) => newSignIn(app, type, connection, described),
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
  { signIn: before }: Connection,
  { connection: described, credential }: Described,
): Promise<SignIn | string> {
  if (described.signIn.kind !== 'askAccount') {
    const isBeside = type.takesBoth === true && before.kind === 'account' && credential.kind !== 'anonymous';
    return isBeside ? before : described.signIn;
  }
  const signIn = await withAccount(app, type, described);
  if (typeof signIn === 'string') return signIn;
  if (before.kind === 'account' && accountOf(signIn) !== before.account)
    return t('This connection belongs to {0}.', before.account);
  return signIn;
}
