import type { ReadCredential } from '../core/auth';
import type { DockerLogins } from '../core/docker/dockerLogins';
import type { Http } from '../core/http';
import type { Log } from '../core/log';
import type { Connection, Shown } from '../core/model';
import type { Redaction } from '../core/network/redaction';
import type { ReadTls } from '../core/network/tls';
import type { ProviderType, ReadAccount, ReadSetting, RegistryProvider } from '../providers/provider';
import { once } from '../core/once';
import { unconfirmedLogin, unopened } from './unopened';
import { defined } from '../core/defined';
import { orDockerLogin } from './dockerLogin';

/** How the servers of a connection are trusted, as the user chose, and reached. `servers`: those known so far. */
type Sending = (
  connection: Connection,
  servers: () => RegistryProvider['endpoints'],
) => { readonly tls: ReadTls | undefined; readonly http: Http };

/** All that is needed to open a connection. */
export interface Opening {
  readonly types: readonly ProviderType[];
  readonly docker: Pick<DockerLogins, 'read' | 'helperFor'>;
  /** The account of VS Code that signs in; undefined if the connection signs in another way. */
  readonly account: (connection: Connection) => ReadAccount | undefined;
  /** Keys of the groups to show if the user has chosen none here. Undefined: all. */
  readonly groupsShownElsewhere: (connection: Connection) => readonly string[] | undefined;
  readonly setting: ReadSetting;
  readonly sending: Sending;
  readonly redaction: Redaction;
  readonly log: Log;
}

/** A connection to open, with its credential and exceptions from the usual way. */
interface Opened {
  readonly connection: Connection;
  /** The stored credential, or the one that was just typed. */
  readonly credential: ReadCredential;
  /** What is shown of it at the time of the call. */
  readonly shown: () => Shown;
  /** Called with the user name of docker's login whenever that is read. */
  readonly noteUser?: (user: string) => void;
  /** Used instead of the connection's own. */
  readonly http?: Http | undefined;
}

/** Opens connections. The code of the providers is loaded when it is first needed: until `ready` has settled, nothing can be opened. */
export interface Opener {
  readonly ready: () => Promise<void>;
  /** Every kind of registry there is. */
  readonly types: readonly ProviderType[];
  readonly sending: Sending;
  readonly open: (opened: Opened) => RegistryProvider;
}

/** An opener that loads what opening takes on first use. */
export function openerOf(load: () => Promise<Opening>): Opener {
  let opening: Opening | undefined;
  const loaded = () => {
    if (opening === undefined) throw new Error('The providers are not loaded yet.');
    return opening;
  };
  return {
    ready: once(async () => {
      opening = await load();
    }),
    get types() {
      return loaded().types;
    },
    sending: (connection, servers) => loaded().sending(connection, servers),
    open: (opened) => openConnection(loaded(), opened),
  };
}

/**
 * Opens a connection without a network request. If that fails, returns a provider that gives the reason, so that other
 * connections still work.
 */
function openConnection(opening: Opening, opened: Opened): RegistryProvider {
  try {
    return openProvider(opening, opened);
  } catch (error) {
    return unopened(error);
  }
}

function openProvider(opening: Opening, { connection, credential, shown, noteUser, http }: Opened): RegistryProvider {
  if (connection.unconfirmed !== undefined) throw unconfirmedLogin(connection.url);
  const { docker, redaction, setting, log } = opening;
  const type = opening.types.find(({ id }) => id === connection.provider);
  if (type === undefined) throw new Error(`There is no provider "${connection.provider}".`);
  const stored: ReadCredential = async (signal) => {
    const read = await credential(signal);
    redaction.addCredential(read);
    return read;
  };
  const place = () => ({ host: provider.hostOf(undefined), url: connection.url });
  const provider: RegistryProvider = type.open(
    connection,
    defined({
      credential: connection.signIn.kind === 'docker' ? orDockerLogin(stored, docker, place, noteUser) : stored,
      shown: () => defined({ groups: opening.groupsShownElsewhere(connection), ...shown() }),
      account: opening.account(connection),
      http: http ?? opening.sending(connection, () => provider.endpoints).http,
      setting,
      log,
    }),
  );
  return provider;
}
