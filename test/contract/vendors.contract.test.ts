import { generic, vendorTypes } from '../../src/providers/generic/genericType';
import type { Connection } from '../../src/core/model';
import { startRecorder } from '../sandbox/recorder';
import { quirks, startVendor } from '../sandbox/vendors';
import { collectLog } from '../unit/collectLog';
import { contextOf } from '../unit/providerContext';
import { contractRepositories } from './content';
import { describeProvider } from './provider.contract';
import { vendors } from './vendorSubjects';

for (const { name, as, preset, ...facts } of vendors) {
  describeProvider({
    name,
    start: async ({ readOnly }) => {
      const server = await startVendor(quirks[as], contractRepositories, { deleteEnabled: readOnly !== true });
      const { origin, pathname } = new URL(server.url);
      const traffic = await startRecorder(origin);
      const url = `${traffic.url}${pathname.replace(/\/$/, '')}`;
      const log = collectLog();
      const type = vendorTypes.find(({ id }) => id === preset) ?? generic;
      const connection: Connection = {
        id: 'contract',
        provider: preset,
        label: 'Contract',
        url,
        signIn: { kind: 'anonymous' },
      };
      const pinned = contractRepositories.map((repository) => `${new URL(url).host}/${repository.name}`);
      const context = { log, shown: () => ({ repositories: facts.addedByName === true ? pinned : [] }) };
      return {
        ...facts,
        untag: 'done',
        credential: server.credential,
        wrongCredential: server.wrongCredential,
        traffic,
        log: log.lines,
        open: (credential) => type.open(connection, contextOf(credential, context)),
        stop: async () => {
          await traffic.stop();
          await server.stop();
        },
      };
    },
  });
}
