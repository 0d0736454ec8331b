import type { Connection, Credential, SignIn } from '../../core/model';
import type { App } from '../app';

/**
 * Saves a connection. If the same registry is already connected with the same account, that connection gets the new credential. A
 * hidden connection of the settings is shown again.
 */
export async function save(app: App, connection: Omit<Connection, 'id'>, credential: Credential): Promise<Connection> {
  if (credential.kind === 'anonymous') {
    const shown = await app.connections.unhide(connection.provider, connection.url);
    const { signIn } = connection;
    if (shown !== undefined && signIn.kind !== 'anonymous')
      await app.connections.updateCredential(shown.id, credential, signIn);
    if (shown !== undefined) return updateTrust(app, shown, connection);
  }
  const same = sameAs(app, connection);
  if (same === undefined) return app.connections.add(connection, credential);
  await app.connections.updateCredential(same.id, credential, connection.signIn);
  return updateTrust(app, same, connection);
}

/** The connection, other than itself, to the same registry with the same account. */
export function sameAs(
  app: App,
  connection: Omit<Connection, 'id'> & { readonly id?: string },
): Connection | undefined {
  const { id, provider, url, signIn } = connection;
  return app.connections
    .all()
    .find(
      (known) =>
        known.id !== id && known.provider === provider && known.url === url && isReplacedBy(known.signIn, signIn),
    );
}

/** Saves the trust that worked, including that the default was enough. */
async function updateTrust(app: App, known: Connection, { tls }: Omit<Connection, 'id'>): Promise<Connection> {
  if (tls !== undefined || known.tls !== undefined) await app.connections.setTls(known.id, tls);
  return known;
}

/** Whether `now` is the same account as `before`, so that no second connection is needed. */
function isReplacedBy(before: SignIn, now: SignIn): boolean {
  if ('account' in before && 'account' in now) {
    // An account of VS Code has no stored credential, so it cannot replace one.
    const sameKeeper =
      now.kind !== 'account' || (before.kind === 'account' && before.authentication === now.authentication);
    return before.account === now.account && sameKeeper;
  }
  return before.kind === now.kind;
}
