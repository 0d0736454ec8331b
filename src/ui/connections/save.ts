import type { Connection, Credential, SignIn } from '../../core/model';
import type { App } from '../app';

/** A registry connected before with the same account gets the new credential; one hidden from the settings is shown again. */
export async function save(app: App, connection: Omit<Connection, 'id'>, credential: Credential): Promise<Connection> {
  if (credential.kind === 'anonymous') {
    const shown = await app.connections.unhide(connection.provider, connection.url);
    const { signIn } = connection;
    if (shown !== undefined && signIn.kind !== 'anonymous')
      await app.connections.updateCredential(shown.id, credential, signIn);
    if (shown !== undefined) return updateTrust(app, shown, connection);
  }
  const { provider, url, signIn } = connection;
  const same = app.connections
    .all()
    .find((known) => known.provider === provider && known.url === url && isReplacedBy(known.signIn, signIn));
  if (same === undefined) return app.connections.add(connection, credential);
  await app.connections.updateCredential(same.id, credential, signIn);
  return updateTrust(app, same, connection);
}

/** What was tried and worked is what is kept: also that nothing but the default was needed. */
async function updateTrust(app: App, known: Connection, { tls }: Omit<Connection, 'id'>): Promise<Connection> {
  if (tls !== undefined || known.tls !== undefined) await app.connections.setTls(known.id, tls);
  return known;
}

/** Whether somebody who signs in with `now` is who has signed in with `before`, and need not be connected twice. */
function isReplacedBy(before: SignIn, now: SignIn): boolean {
  if ('account' in before && 'account' in now) {
    // An account of VS Code has no credential to put in the place of a stored one.
    const sameKeeper =
      now.kind !== 'account' || (before.kind === 'account' && before.authentication === now.authentication);
    return before.account === now.account && sameKeeper;
  }
  return before.kind === now.kind;
}
