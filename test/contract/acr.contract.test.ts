import type { Connection, Credential } from '../../src/core/model';
import { acr } from '../../src/providers/acr/acrType';
import { startAcr } from '../sandbox/azure/acr';
import { startRecorder } from '../sandbox/recorder';
import { collectLog } from '../unit/collectLog';
import { contextOf } from '../unit/providerContext';
import { closedDoor } from '../unit/providerTypes';
import { contractRepositories } from './content';
import { describeProvider } from './provider.contract';

const alice: Credential = { kind: 'basic', username: 'alice', secret: 'correct:horse' };
const mistyped: Credential = { kind: 'basic', username: 'alice', secret: 'correct-hose' };

describeProvider({
  name: 'a registry of Azure, by its login server',
  start: async ({ readOnly = false }) => {
    const everything = { repositories: { '*': ['*'] }, catalog: true };
    const registry = await startAcr({
      repositories: contractRepositories,
      pageCap: 3,
      deleteEnabled: !readOnly,
      users: { alice: { password: 'correct:horse', ...everything } },
    });
    const traffic = await startRecorder(registry.url);
    const log = collectLog();
    return {
      credential: alice,
      wrongCredential: mistyped,
      untag: 'done',
      listsTagsOfDigests: true,
      traffic,
      log: log.lines,
      open: (credential) => {
        const connection: Connection = {
          id: 'contract',
          provider: 'acr',
          label: 'Contract',
          url: traffic.url,
          signIn: { kind: 'anonymous' },
        };
        return acr(closedDoor()).open(connection, contextOf(credential, { log }));
      },
      stop: async () => {
        await traffic.stop();
        await registry.stop();
      },
    };
  },
});
