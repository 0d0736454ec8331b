import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Connection, Credential } from '../../src/core/model';
import { generic } from '../../src/providers/generic/type';
import type { RegistryProvider } from '../../src/providers/provider';
import { hasDockerRegistry, startDockerRegistry, type DockerRegistryOptions } from '../sandbox/dockerRegistry';
import { createPki, type Pki } from '../sandbox/pki';
import { startRecorder } from '../sandbox/recorder';
import { seedFilesystem } from '../sandbox/seed';
import { tempDir } from '../sandbox/tempDir';
import { startTokenServer, type TokenServer } from '../sandbox/tokenServer';
import type { V2ServerOptions } from '../sandbox/v2Options';
import { startV2Server } from '../sandbox/v2Server';
import { collectLog, type CollectedLog } from '../unit/collectLog';
import { failing } from '../unit/failing';
import { contextOf } from '../unit/providerContext';
import { contractRepositories } from './content';
import {
  describeProvider,
  type ContractOptions,
  type ContractRegistry,
  type ContractSubject,
} from './provider.contract';

const { signal } = new AbortController();
const anonymous: Credential = { kind: 'anonymous' };
const alice: Credential = { kind: 'basic', username: 'alice', secret: 'correct:horse' };
const mistyped: Credential = { kind: 'basic', username: 'alice', secret: 'correct-hose' };

function openAt(url: string, credential: Credential, log: CollectedLog): RegistryProvider {
  const connection: Connection = { id: 'contract', provider: 'generic', label: 'Contract', url };
  return generic.open(connection, contextOf(credential, { log }));
}

/** A registry program, and what is stopped with it. */
interface Running {
  readonly url: string;
  readonly stop: () => Promise<void>;
}

async function underContract(
  running: Running,
  facts: Pick<ContractRegistry, 'credential' | 'untag'> & { readonly wrongCredential?: Credential },
): Promise<ContractRegistry> {
  const traffic = await startRecorder(running.url);
  const log = collectLog();
  return {
    ...facts,
    traffic,
    log: log.lines,
    open: (credential) => openAt(traffic.url, credential, log),
    stop: async () => {
      await traffic.stop();
      await running.stop();
    },
  };
}

async function startTokens(): Promise<TokenServer> {
  const everything = { repositories: { '*': ['*'] }, catalog: true };
  return startTokenServer({ users: { alice: { password: 'correct:horse', ...everything } } });
}

async function startSeeded(options: DockerRegistryOptions, { readOnly }: ContractOptions): Promise<Running> {
  const root = await tempDir('contract');
  await seedFilesystem(root.path, contractRepositories);
  const deleteEnabled = readOnly !== true;
  const registry = await startDockerRegistry({ root: root.path, catalogMaxEntries: 3, deleteEnabled, ...options });
  return {
    url: registry.url,
    stop: async () => {
      await registry.stop();
      await root.remove();
    },
  };
}

async function startInMemory(options: V2ServerOptions, { readOnly }: ContractOptions): Promise<Running> {
  return startV2Server({
    repositories: contractRepositories,
    pageCap: 3,
    deleteEnabled: readOnly !== true,
    ...options,
  });
}

const onDockerRegistry: readonly ContractSubject[] = [
  {
    name: 'generic on docker-registry, open to everybody',
    start: async (options) =>
      underContract(await startSeeded({}, options), { credential: anonymous, untag: 'refused' }),
  },
  {
    name: 'generic on docker-registry, below a path',
    start: async (options) =>
      underContract(await startSeeded({ prefix: '/team/registry/' }, options), {
        credential: anonymous,
        untag: 'refused',
      }),
  },
  {
    name: 'generic on docker-registry, with passwords',
    start: async (options) => {
      const auth = { kind: 'basic', users: { alice: 'correct:horse' } } as const;
      const facts = { credential: alice, wrongCredential: mistyped, untag: 'refused' } as const;
      return underContract(await startSeeded({ auth }, options), facts);
    },
  },
  {
    name: 'generic on docker-registry, with tokens',
    start: async (options) => {
      const tokenServer = await startTokens();
      const registry = await startSeeded({ auth: { kind: 'token', tokenServer } }, options);
      const stop = async () => {
        await registry.stop();
        await tokenServer.stop();
      };
      const facts = { credential: alice, wrongCredential: mistyped, untag: 'refused' } as const;
      return underContract({ url: registry.url, stop }, facts);
    },
  },
];

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

describe.skipIf(!hasDockerRegistry())('docker-registry', () => {
  for (const subject of onDockerRegistry) describeProvider(subject);
});
for (const subject of inMemory) describeProvider(subject);

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
    const moduleAt = (path: string) => JSON.stringify(fileURLToPath(new URL(path, import.meta.url)));
    const script = join(pki.directory, 'list.mts');
    await writeFile(
      script,
      `import { generic } from ${moduleAt('../../src/providers/generic/type.ts')};
       import { axiosHttp } from ${moduleAt('../../src/core/http.ts')};
       const log = { debug() {}, info() {}, warn() {}, error() {} };
       const connection = { id: 'tls', provider: 'generic', label: 'TLS', url: ${JSON.stringify(running.url)} };
       const context = { credential: async () => ({ kind: 'anonymous' }), pinned: () => [], http: axiosHttp(log), log };
       const provider = generic.open(connection, context);
       const { items } = await provider.list(undefined, undefined, AbortSignal.timeout(20_000));
       console.log(items.map(({ label }) => label).join());`,
    );
    const env = { ...process.env, NODE_EXTRA_CA_CERTS: pki.ca.certFile };
    const { stdout } = await promisify(execFile)(process.execPath, ['--import', 'tsx', script], { env });
    expect(stdout).toBe('app/multi,app/web,delete/forbidden\n');
  });
});
