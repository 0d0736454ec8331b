import type { ReadCredential } from '../core/auth';
import type { DockerLogins } from '../core/docker/dockerLogins';
import type { Http } from '../core/http';
import type { Log } from '../core/log';
import type { Connection, Shown } from '../core/model';
import type { Redaction } from '../core/network/redaction';
import type { ProviderType, ReadAccount, ReadSetting, RegistryProvider } from '../providers/provider';
import { unconfirmedLogin, unopened } from './unopened';
import { defined } from '../core/defined';
import { orDockerLogin } from './dockerLogin';

/** What opening a connection takes, all of it given by whoever runs the product. */
export interface Opening {
  readonly types: readonly ProviderType[];
  readonly docker: Pick<DockerLogins, 'read' | 'helperFor'>;
  /** The account of VS Code that signs in; nothing where another thing does. */
  readonly account: (connection: Connection) => ReadAccount | undefined;
  /** Keys of the groups that are shown where the user has chosen none here; nothing for all. */
  readonly groupsShownElsewhere: (connection: Connection) => readonly string[] | undefined;
  readonly setting: ReadSetting;
  /** Trusts the connection's servers as the user chose. `servers`: those that are known by then. */
  readonly http: (connection: Connection, servers: () => RegistryProvider['endpoints']) => Http;
  readonly redaction: Redaction;
  readonly log: Log;
}

/** A connection that is to be opened, and what may differ from how that is done as a rule. */
interface Opened {
  readonly connection: Connection;
  /** What is stored for it, or was just typed. */
  readonly credential: ReadCredential;
  /** What of it is shown, as it is then. */
  readonly shown: () => Shown;
  /** In the place of `Opening.http`. */
  readonly http?: Http | undefined;
}

/** Opens connections. The code of the providers is loaded when it is first needed: until `ready` has settled, nothing can be opened. */
export interface Opener {
  readonly ready: () => Promise<void>;
  /** Every kind of registry there is. */
  readonly types: readonly ProviderType[];
  readonly open: (opened: Opened) => RegistryProvider;
}

/** An opener that loads what opening takes on first use. */
export function openerOf(load: () => Promise<Opening>): Opener {
  let opening: Opening | undefined;
  let loading: Promise<void> | undefined;
  const loaded = () => {
    if (opening === undefined) throw new Error('The providers are not loaded yet.');
    return opening;
  };
  return {
    ready: () =>
      (loading ??= load().then((all) => {
        opening = all;
      })),
    get types() {
      return loaded().types;
    },
    open: (opened) => openConnection(loaded(), opened),
  };
}

/** Opens a connection without asking the network. What cannot be opened is a provider that says why: it takes no other with it. */
function openConnection(opening: Opening, opened: Opened): RegistryProvider {
  try {
    return provided(opening, opened);
  } catch (error) {
    return unopened(error);
  }
}

function provided(opening: Opening, { connection, credential, shown, http }: Opened): RegistryProvider {
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
      credential: connection.signIn.kind === 'docker' ? orDockerLogin(stored, docker, place) : stored,
      shown: () => defined({ groups: opening.groupsShownElsewhere(connection), ...shown() }),
      account: opening.account(connection),
      http: http ?? opening.http(connection, () => provider.endpoints),
      setting,
      log,
    }),
  );
  return provider;
}
