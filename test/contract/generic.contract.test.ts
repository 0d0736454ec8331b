import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createPki, type Pki } from '../sandbox/pki';
import type { V2ServerOptions } from '../sandbox/v2Options';
import { startV2Server } from '../sandbox/v2Server';
import { collectLog } from '../unit/collectLog';
import { failing } from '../unit/failing';
import { contractRepositories } from './content';
import { alice, anonymous, mistyped, openAt, startTokens, underContract, type Running } from './genericSubject';
import { describeProvider, type ContractOptions, type ContractSubject } from './provider.contract';

const { signal } = new AbortController();
async function startInMemory(options: V2ServerOptions, { readOnly }: ContractOptions): Promise<Running> {
  return startV2Server({
    repositories: contractRepositories,
    pageCap: 3,
    deleteEnabled: readOnly !== true,
    ...options,
  });
}

const inMemory: readonly ContractSubject[] = [
  {
    name: 'generic on an OCI 1.1 registry that deletes tags',
    start: async (options) => underContract(await startInMemory({}, options), { credential: anonymous, untag: 'done' }),
  },
  {
    name: 'generic on an OCI 1.1 registry with tokens, which pages tags by absolute links and tells no digests',
    start: async (options) => {
      const tokenServer = await startTokens();
      const registry = await startInMemory(
        {
          auth: { kind: 'bearer', challenge: tokenServer.challenge, accessOf: tokenServer.accessOf },
          links: 'absolute',
          tagsPageSize: 2,
          digestHeader: false,
          tagDelete: 405,
        },
        options,
      );
      const stop = async () => {
        await registry.stop();
        await tokenServer.stop();
      };
      const facts = { credential: alice, wrongCredential: mistyped, untag: 'refused' } as const;
      return underContract({ url: registry.url, stop }, facts);
    },
  },
];

/** Nexus of old, registries from before 2.3, some proxies: what HEAD would tell, only GET does. */
const withoutHead = ([404, 405, 403] as const).map((headManifest): ContractSubject => ({
  name: `generic on a registry that refuses HEAD with ${headManifest}`,
  start: async (options) =>
    underContract(await startInMemory({ headManifest }, options), { credential: anonymous, untag: 'done' }),
}));

for (const subject of [...inMemory, ...withoutHead]) describeProvider(subject);

describe('generic over TLS', () => {
  let pki: Pki;
  let running: Running;
  beforeAll(async () => {
    pki = await createPki();
    running = await startInMemory({ tls: pki.tls() }, {});
  });
  afterAll(async () => {
    await running.stop();
    await pki.remove();
  });

  it('does not trust an unknown authority', async () => {
    const provider = openAt(running.url, anonymous, collectLog());
    const failure = await failing(provider.list(undefined, undefined, signal));
    expect(failure).toMatchObject({ kind: 'untrusted', detail: { code: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE' } });
  });

  it('trusts one that the process was started with', async () => {
    const fileOf = (path: string) => JSON.stringify(fileURLToPath(new URL(path, import.meta.url)));
    const script = join(pki.directory, 'list.mts');
    await writeFile(
      script,
      `import { generic } from ${fileOf('../../src/providers/generic/genericType.ts')};
       import { contextOf } from ${fileOf('../unit/providerContext.ts')};
       const connection = { id: 'tls', provider: 'generic', label: 'TLS', url: ${JSON.stringify(running.url)} };
       const provider = generic.open(connection, contextOf({ kind: 'anonymous' }));
       const { items } = await provider.list(undefined, undefined, AbortSignal.timeout(60_000));
       console.log(items.map(({ label }) => label).join());`,
    );
    const env = { ...process.env, NODE_EXTRA_CA_CERTS: pki.ca.certFile };
    const { stdout } = await promisify(execFile)(process.execPath, ['--import', 'tsx', script], { env });
    expect(stdout).toBe('app/multi,app/web,delete/child\n');
  });
});
