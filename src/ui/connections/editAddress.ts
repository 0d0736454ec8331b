import { t } from '@vscode/l10n';
import { defined } from '../../core/defined';
import type { Connection, Credential, SignIn } from '../../core/model';
import type { ConnectAsk, Described, ProviderType, TypedAddress } from '../../providers/provider';
import type { App } from '../app';
import { withAccount } from './connect';
import { sameAs } from './save';
import { askUntilItWorks } from './askUntilItWorks';

/**
 * Asks for another address of a connection that the user made, until something can be listed there. What is stored for the old
 * origin goes to another one only if the user says so. Resolves to the new address; nothing if dismissed.
 */
export async function editAddress(app: App, connection: Connection): Promise<string | undefined> {
  const type = app.providerTypes.find(({ id }) => id === connection.provider);
  const address = type?.address;
  if (type === undefined || address === undefined) return undefined;
  let saved: string | undefined;
  let read: Promise<Credential> | undefined;
  // The questions are asked anew after each answer, but a keychain may ask the user at each look.
  const stored = () => (read ??= app.connections.credential(connection.id));
  await askUntilItWorks(app, {
    title: t('Edit Address'),
    code: (ask) => describe(ask, { stored, connection, type, address }),
    stepsBefore: 0,
    known: connection,
    signIn: (described) => signInOf(app, type, connection, described),
    save: async ({ connection: { label, url, signIn, tls }, credential }) => {
      await app.connections.setAddress(connection.id, defined({ label, url, signIn, tls }), credential);
      saved = url;
    },
  });
  return saved;
}

interface Edited {
  readonly stored: () => Promise<Credential>;
  readonly connection: Connection;
  readonly type: ProviderType;
  readonly address: TypedAddress;
}

async function describe(ask: ConnectAsk, { stored, connection, type, address }: Edited): Promise<Described> {
  const { provider, signIn } = connection;
  ask.more(1);
  const url = await address.ask(ask, connection.url);
  const isRenamed = connection.label !== address.labelOf(connection.url);
  const at = { provider, url, label: isRenamed ? connection.label : address.labelOf(url) };
  const isKept = new URL(url).origin === new URL(connection.url).origin || (await mayBeSent(ask, connection, url));
  if (isKept) return { connection: { ...at, signIn }, credential: await stored() };
  const account = 'account' in signIn ? signIn.account : undefined;
  ask.more(1);
  const again = await type.signIn(ask, { url, ...defined({ account }) });
  return { connection: { ...at, signIn: again.signIn }, credential: again.credential };
}

/** Whether another origin may get what the connection signs in with. */
async function mayBeSent(ask: ConnectAsk, { url: before, signIn }: Connection, url: string): Promise<boolean> {
  // Docker keeps a login for each host.
  if (signIn.kind === 'anonymous' || signIn.kind === 'docker') return true;
  ask.more(1);
  const [old, host] = [new URL(before).host, new URL(url).host];
  const plain = url.startsWith('http:') ? t('It is sent over plain http, which anyone on the network can read.') : '';
  const chosen = await ask.pick(t('How do you sign in at {0}?', url), [
    { value: 'again', label: t('Sign in again'), detail: t('Nothing that is stored for {0} is sent', before) },
    {
      value: 'kept',
      label: t('As at {0}', old === host ? before : old),
      detail: [t('{0} gets the password or token that is stored for {1}.', url, before), plain].join(' ').trim(),
    },
  ]);
  return chosen === 'kept';
}

async function signInOf(
  app: App,
  type: ProviderType,
  { id }: Connection,
  { connection }: Described,
): Promise<SignIn | string> {
  const signIn = await withAccount(app, type, connection);
  if (typeof signIn === 'string') return signIn;
  const same = sameAs(app, { ...connection, id, signIn });
  return same === undefined ? signIn : t('{0} is connected already, as “{1}”.', connection.url, same.label);
}
