import { Failure } from '../core/failure';
import type { Connection } from '../core/model';
import type { ImageReference } from '../core/reference';
import type { OpenRegistry } from '../registries/registries';
import type { App } from './app';

/** The id of a connection that is stored nowhere: a registry that is looked at without being connected, and as nobody. */
const notConnected = 'not connected';

/** Which registry something was read from; stored, so that it can be read again. */
export type RegistryAddress = Pick<Connection, 'id' | 'provider' | 'label' | 'url'>;

export function addressOf({
  connection: { id, provider, label, url },
}: Pick<OpenRegistry, 'connection'>): RegistryAddress {
  return { id, provider, label, url };
}

/**
 * Does something with the registry of an image that is not connected, opened as nobody. Nothing if no kind of registry fits the image.
 * On this machine a registry may speak http, which is tried next.
 */
export async function asNobody<T>(
  app: Pick<App, 'registries' | 'providerTypes' | 'setting'>,
  { host }: ImageReference,
  use: (registry: OpenRegistry) => Promise<T>,
): Promise<T | undefined> {
  const addresses = app.providerTypes
    .map(({ dockerConnections }) => dockerConnections?.(host, app.setting) ?? [])
    .find(({ length }) => length > 0);
  for (const [at, address] of (addresses ?? []).entries()) {
    try {
      return await use(openAsNobody(app, address));
    } catch (error) {
      const isOtherScheme = error instanceof Failure && error.kind === 'untrusted' && addresses?.[at + 1] !== undefined;
      if (!isOtherScheme) throw error;
    }
  }
  return undefined;
}

/** A registry that is not connected, opened as nobody. */
function openAsNobody(app: Pick<App, 'registries'>, address: Omit<RegistryAddress, 'id'>): OpenRegistry {
  const connection: Connection = { ...address, id: notConnected, signIn: { kind: 'anonymous' } };
  return { connection, provider: app.registries.openWith(connection, { kind: 'anonymous' }) };
}

/** Whether it is the address of a connection. */
export function isConnection({ id }: Pick<RegistryAddress, 'id'>): boolean {
  return id !== notConnected;
}

/** The registry of before; undefined if it is not connected any more. One that was not connected is opened anew. */
export function registryAt(app: Pick<App, 'registries'>, address: RegistryAddress): OpenRegistry | undefined {
  return isConnection(address) ? app.registries.find(address.id) : openAsNobody(app, address);
}
