import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TlsOptions } from '../../src/core/model';
import { unless } from '../leftOut';
import { goPrograms, whyNotBuilt } from '../rig/goPrograms';
import { startDockerRegistry, whyNoDockerRegistry, type DockerRegistryOptions } from '../sandbox/dockerRegistry';
import { createPki, type Pki } from '../sandbox/pki';
import { seedFilesystem } from '../sandbox/seed';
import { tempDir } from '../sandbox/tempDir';
import { collectLog } from '../unit/collectLog';
import { failing } from '../unit/failing';
import { contractRepositories } from './content';
import { alice, anonymous, mistyped, openAt, startTokens, underContract, type Running } from './genericSubject';
import { describeProvider, tagNames, type ContractOptions, type ContractSubject } from './provider.contract';

const { signal } = new AbortController();

interface Program {
  readonly name: string;
  readonly program: string;
  readonly untag: 'done' | 'refused';
  /** Why it is not on this machine. */
  readonly whyNot: string | undefined;
}

/** Registries that people run, each in every way in which it lets people in. */
const programs: readonly Program[] = [
  {
    name: 'docker-registry',
    program: 'docker-registry',
    untag: 'refused',
    whyNot: whyNoDockerRegistry(),
  },
  {
    name: 'Distribution 3',
    program: goPrograms.distribution3.path,
    untag: 'done',
    whyNot: whyNotBuilt(goPrograms.distribution3),
  },
];

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

const passwords = { kind: 'basic', users: { alice: 'correct:horse' } } as const;

let pki: Pki;
beforeAll(async () => {
  pki = await createPki();
});
afterAll(() => pki.remove());

const authority = (): TlsOptions => ({ caFile: pki.ca.certFile });
const clientCertificate = (): TlsOptions => {
  const { certFile, keyFile } = pki.client;
  return { ...authority(), certFile, keyFile };
};

function subjectsOf({ name, program, untag }: Program): readonly ContractSubject[] {
  const open = { credential: anonymous, untag };
  const withPassword = { credential: alice, wrongCredential: mistyped, untag };
  return [
    {
      name: `${name}, open to everybody`,
      start: async (options) => underContract(await startSeeded({ program }, options), open),
    },
    {
      name: `${name}, below a path`,
      start: async (options) => underContract(await startSeeded({ program, prefix: '/team/registry/' }, options), open),
    },
    {
      name: `${name}, with passwords`,
      start: async (options) => underContract(await startSeeded({ program, auth: passwords }, options), withPassword),
    },
    {
      name: `${name}, with tokens`,
      start: async (options) => {
        const tokenServer = await startTokens();
        const { url, stop } = await startSeeded({ program, auth: { kind: 'token', tokenServer } }, options);
        const stopBoth = async () => {
          await stop();
          await tokenServer.stop();
        };
        return underContract({ url, stop: stopBoth }, withPassword);
      },
    },
    {
      name: `${name}, over TLS`,
      start: async (options) => {
        const tls = pki.tls();
        const running = await startSeeded({ program, auth: passwords, tls }, options);
        return underContract(running, withPassword, { tls, ca: pki.ca.cert }, authority());
      },
    },
    {
      name: `${name}, with client certificates`,
      start: async (options) => {
        const tls = pki.tls('mutual');
        const running = await startSeeded({ program, tls }, options);
        return underContract(running, open, { tls, ca: pki.ca.cert, client: pki.client }, clientCertificate());
      },
    },
  ];
}

for (const registry of programs) {
  const { name, program, whyNot } = registry;
  describe(name, unless(whyNot), () => {
    for (const subject of subjectsOf(registry)) describeProvider(subject);

    // The recorder of the contract speaks TLS in the registry's place; here nobody stands between.
    describe('its own TLS', () => {
      let running: Running;
      beforeAll(async () => {
        running = await startSeeded({ program, auth: passwords, tls: pki.tls() }, {});
      });
      afterAll(() => running.stop());

      it('is spoken with', async () => {
        const provider = openAt(running.url, alice, collectLog(), authority());
        expect(await tagNames(provider, 'delete/untag')).toEqual(['a', 'b']);
      });

      it('is told from a wrong password', async () => {
        const listing = openAt(running.url, mistyped, collectLog(), authority()).list(undefined, undefined, signal);
        expect(await failing(listing)).toMatchObject({ kind: 'unauthorized' });
      });

      it('is not trusted where nobody vouches for it', async () => {
        const listing = openAt(running.url, alice, collectLog()).list(undefined, undefined, signal);
        expect(await failing(listing)).toMatchObject({ kind: 'untrusted' });
      });
    });

    describe('its own mTLS', () => {
      let running: Running;
      beforeAll(async () => {
        running = await startSeeded({ program, tls: pki.tls('mutual') }, {});
      });
      afterAll(() => running.stop());

      it('takes the client certificate of the connection', async () => {
        const provider = openAt(running.url, anonymous, collectLog(), clientCertificate());
        expect(await tagNames(provider, 'delete/untag')).toEqual(['a', 'b']);
      });

      it('tells that one is missing', async () => {
        const listing = openAt(running.url, anonymous, collectLog(), authority()).list(undefined, undefined, signal);
        const code = 'CLIENT_CERTIFICATE';
        expect(await failing(listing)).toMatchObject({ kind: 'untrusted', detail: { code } });
      });
    });
  });
}
