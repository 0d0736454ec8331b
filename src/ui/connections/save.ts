import type { Connection, Credential, SignIn } from '../../core/model';
import type { App } from '../app';

/** A registry connected before with the same account gets the new credential; one hidden from the settings is shown again. */
export async function save(app: App, connection: Omit<Connection, 'id'>, credential: Credential): Promise<Connection> {
  if (credential.kind === 'anonymous') {
    const shown = await app.connections.unhide(connection.provider, connection.url);
    const signIn = signInOf(connection);
    if (shown !== undefined && Object.keys(signIn).length > 0)
      await app.connections.updateCredential(shown.id, credential, signIn);
    if (shown !== undefined) return trusted(app, shown, connection);
  }
  const { provider, url, account, authentication, login } = connection;
  const same = app.connections.all().find(
    (known) =>
      known.provider === provider &&
      known.url === url &&
      known.account === account &&
      known.login === login &&
      // An account has no credential to put in the place of a stored one.
      (authentication === undefined || known.authentication === authentication),
  );
  if (same === undefined) return app.connections.add(connection, credential);
  await app.connections.updateCredential(same.id, credential, signInOf(connection));
  return trusted(app, same, connection);
}

/** What was tried and worked is what is kept: also that nothing but the default was needed. */
async function trusted(app: App, known: Connection, { tls }: Omit<Connection, 'id'>): Promise<Connection> {
  if (tls !== undefined || known.tls !== undefined) await app.connections.setTls(known.id, tls);
  return known;
}

/** The part of a connection that tells what it signs in with. */
export function signInOf({ account, authentication, login, tenant, cloud }: Omit<Connection, 'id'>): SignIn {
  return {
    ...(cloud === undefined ? {} : { cloud }),
    ...(tenant === undefined ? {} : { tenant }),
    ...(account === undefined ? {} : { account }),
    ...(authentication === undefined ? {} : { authentication }),
    ...(login === undefined ? {} : { login }),
  };
}
