import { axiosHttp } from '../../src/core/axiosHttp';
import type { Connection, Credential, TlsOptions } from '../../src/core/model';
import { tlsReaderOf } from '../../src/core/network/tls';
import { generic } from '../../src/providers/generic/genericType';
import type { RegistryProvider } from '../../src/providers/provider';
import { startRecorder, type RecorderOptions } from '../sandbox/recorder';
import { startTokenServer, type TokenServer, type TokenServerOptions } from '../sandbox/tokenServer';
import { collectLog, type CollectedLog } from '../unit/collectLog';
import { contextOf } from '../unit/providerContext';
import { contractRepositories } from './content';
import type { ContractRegistry } from './provider.contract';

export const anonymous: Credential = { kind: 'anonymous' };
export const alice: Credential = { kind: 'basic', username: 'alice', secret: 'correct:horse' };
export const mistyped: Credential = { kind: 'basic', username: 'alice', secret: 'correct-hose' };

export function openAt(
  url: string,
  credential: Credential,
  log: CollectedLog,
  tls: TlsOptions = {},
  pinned: readonly string[] = [],
): RegistryProvider {
  const connection: Connection = {
    id: 'contract',
    provider: 'generic',
    label: 'Contract',
    url,
    signIn: { kind: 'anonymous' },
    tls,
  };
  const http = axiosHttp(log, tlsReaderOf(connection, { env: {}, home: '/nowhere', platform: process.platform }));
  return generic.open(connection, contextOf(credential, { log, http, shown: () => ({ repositories: pinned }) }));
}

/** A registry program, and what is stopped with it. */
export interface Running {
  readonly url: string;
  readonly stop: () => Promise<void>;
}

type Facts = Pick<ContractRegistry, 'credential' | 'wrongCredential' | 'untag' | 'listsAtOnce' | 'addedByName'>;

export async function underContract(
  running: Running,
  facts: Facts,
  recording: RecorderOptions = {},
  /** How the provider trusts the recorder. */
  tls: TlsOptions = {},
): Promise<ContractRegistry> {
  const traffic = await startRecorder(running.url, recording);
  const log = collectLog();
  const names = contractRepositories.map(({ name }) => `${new URL(traffic.url).host}/${name}`);
  const pinned = facts.addedByName === true ? names : [];
  return {
    ...facts,
    traffic,
    log: log.lines,
    open: (credential) => openAt(traffic.url, credential, log, tls, pinned),
    stop: async () => {
      await traffic.stop();
      await running.stop();
    },
  };
}

export async function startTokens(options: TokenServerOptions = {}): Promise<TokenServer> {
  const everything = { repositories: { '*': ['*'] }, catalog: true };
  return startTokenServer({ users: { alice: { password: 'correct:horse', ...everything } }, ...options });
}
