import { openDoor } from './azure/openAzure';
import { axiosHttp } from './core/axiosHttp';
import type { Log } from './core/log';
import type { Machine } from './core/machine';
import { tlsReaderOf } from './core/network/tls';
import { listProviderTypes } from './providers/table';
import type { Opening } from './registries/opening';
import { configuredCloud } from './ui/azure/cloud';
import { tokenReaderOfAccount } from './ui/azure/microsoftAccount';
import { filteredSubscriptions } from './ui/azure/subscriptionFilter';
import { accountOf } from './ui/connections/accounts';

interface Parts extends Pick<Opening, 'docker' | 'setting' | 'redaction' | 'log'> {
  readonly machine: Machine;
  /** The log for requests. `Http` redacts its own lines, so it is given the channel without another redaction. */
  readonly channel: Log;
}

/** Wires what opening a connection takes. This file is loaded when the first connection is opened. */
export function openingOf({ machine, channel, ...parts }: Parts): Opening {
  const { redaction, log } = parts;
  const door = openDoor({ cloud: configuredCloud, tokenReaderOfAccount, redaction, log });
  return {
    ...parts,
    types: listProviderTypes(door),
    account: accountOf,
    groupsShownElsewhere: ({ signIn }) => (signIn.kind === 'account' ? filteredSubscriptions() : undefined),
    sending: (connection, servers) => {
      const tls = tlsReaderOf(connection, machine, servers);
      return { tls, http: axiosHttp(channel, tls, redaction) };
    },
  };
}
