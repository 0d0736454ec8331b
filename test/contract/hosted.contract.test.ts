import type { Connection, Credential } from '../../src/core/model';
import { dockerHub } from '../../src/providers/dockerHub/type';
import { ghcr } from '../../src/providers/ghcr/type';
import type { ProviderType } from '../../src/providers/provider';
import { startDockerHub } from '../sandbox/dockerHub/hub';
import { startGitHub } from '../sandbox/github/github';
import { startRecorder } from '../sandbox/recorder';
import { collectLog } from '../unit/collectLog';
import { contextOf } from '../unit/providerContext';
import { contractRepositories } from './content';
import { describeProvider, type ContractRegistry } from './provider.contract';

const namespaces = [...new Set(contractRepositories.map(({ name }) => name.split('/')[0] ?? ''))];
const alice: Credential = { kind: 'basic', username: 'alice', secret: 'ghp_correct-horse' };
const mistyped: Credential = { kind: 'basic', username: 'alice', secret: 'ghp_correct-hose' };

interface Hosted {
  readonly url: string;
  readonly registryUrl: string;
  readonly stop: () => Promise<void>;
}

/** What is asked of its API passes the recorder; the registry behind it is asked itself. */
async function underContract(
  { id, open }: ProviderType,
  hosted: Hosted,
  settings: { readonly api: string; readonly registry: string },
  isPublic: boolean,
): Promise<ContractRegistry> {
  const traffic = await startRecorder(hosted.url);
  const log = collectLog();
  const values = new Map([
    [settings.api, traffic.url],
    [settings.registry, hosted.registryUrl],
  ]);
  const setting = (name: string): string => values.get(name) ?? '';
  const url = id === 'ghcr' ? 'https://github.com' : traffic.url;
  return {
    credential: alice,
    wrongCredential: mistyped,
    hasNamespaces: true,
    isPublic,
    traffic,
    log: log.lines,
    open: (credential) => {
      const account = credential.kind === 'basic' ? { account: credential.username } : {};
      const connection: Connection = { id: 'contract', provider: id, label: 'Contract', url, ...account };
      return open(connection, contextOf(credential, { log, setting }));
    },
    stop: async () => {
      await traffic.stop();
      await hosted.stop();
    },
  };
}

describeProvider({
  name: 'Docker Hub',
  ownDeletion: true,
  start: async () => {
    const users = { alice: { secret: 'ghp_correct-horse', organizations: namespaces } };
    const hub = await startDockerHub({ repositories: contractRepositories, users });
    return underContract(dockerHub, hub, { api: 'dockerHub.url', registry: 'dockerHub.registryUrl' }, true);
  },
});

describeProvider({
  name: 'GitHub Container Registry',
  ownDeletion: true,
  start: async () => {
    const packages = contractRepositories.map(({ name, tags }) => {
      const versions = [...new Set(Object.values(tags))].reverse().map((manifest, index) => ({
        manifest,
        tags: Object.keys(tags).filter((tag) => tags[tag] === manifest),
        updated: new Date(Date.UTC(2026, 1, 28 - index)),
      }));
      return [name, versions] as const;
    });
    const scopes = ['read:packages', 'read:org', 'delete:packages'];
    const gitHub = await startGitHub({
      packages: Object.fromEntries(packages),
      organizations: namespaces,
      users: ['alice'],
      tokens: { 'ghp_correct-horse': { login: 'alice', scopes, organizations: namespaces } },
    });
    return underContract(ghcr, gitHub, { api: 'github.apiUrl', registry: 'github.registryUrl' }, false);
  },
});
