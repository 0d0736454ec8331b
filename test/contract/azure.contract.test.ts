import { beforeAll } from 'vitest';
import { AzureAccount } from '../../src/azure/azureAccount';
import { notSignedIn } from '../../src/azure/azureTokens';
import type { Connection, Credential } from '../../src/core/model';
import { openRegistry } from '../../src/providers/acr/acrType';
import { azure } from '../../src/providers/azure/azureType';
import { startAzure } from '../sandbox/azure/azure';
import { startRecorder } from '../sandbox/recorder';
import { createPki, type Pki } from '../sandbox/pki';
import { trust } from '../sandbox/trust';
import { cloudOf, contoso, production } from '../unit/azure/azureRig';
import { collectLog } from '../unit/collectLog';
import { contextOf } from '../unit/providerContext';
import { contractRepositories } from './content';
import { describeProvider } from './provider.contract';

const upn = 'alice@contoso.com';
/** Stand for an account that is signed in, and for one whose tokens nobody signed: tokens are all that is used. */
const alice: Credential = { kind: 'basic', username: upn, secret: 'correct:horse' };
const forger: Credential = { kind: 'basic', username: upn, secret: 'correct-hose' };

let pki: Pki;
// The process trusts the authority for good, so it is removed with the process's own files.
beforeAll(async () => {
  pki = await createPki();
  trust(pki);
  return pki.remove;
});

describeProvider({
  name: 'an account of Azure',
  start: async ({ readOnly = false }) => {
    const sandbox = await startAzure({
      pki,
      tenants: [{ id: contoso, name: 'Contoso', users: [upn] }],
      subscriptions: [{ id: production, name: 'Production', tenantId: contoso }],
      registries: [
        {
          name: 'contract',
          subscription: production,
          repositories: contractRepositories,
          options: { pageCap: 3, deleteEnabled: !readOnly },
        },
      ],
    });
    const traffic = await startRecorder(sandbox.registry('contract').url, { tls: pki.tls(), ca: pki.ca.cert });
    const listed = sandbox.resource('/registries/contract');
    if (listed !== undefined) Object.assign(listed.properties, { loginServer: new URL(traffic.url).host });
    const log = collectLog();
    return {
      credential: alice,
      wrongCredential: forger,
      untag: 'done',
      listsTagsOfDigests: true,
      hasNamespaces: true,
      isAccount: true,
      traffic,
      log: log.lines,
      open: (credential) => {
        const connection: Connection = {
          id: 'contract',
          provider: 'azure',
          label: 'Contract',
          url: sandbox.url,
          signIn: { kind: 'anonymous' },
        };
        const token = (scopes: readonly string[]) => {
          const aud = (scopes[0] ?? '').replace(/\/\.default$/, '');
          const genuine = sandbox.tokens.sign({ aud, tid: contoso, upn });
          return Promise.resolve({ token: credential === forger ? `${genuine}x` : genuine, expiresAt: Infinity });
        };
        const account = new AzureAccount(cloudOf(sandbox), credential.kind === 'anonymous' ? notSignedIn : token, log);
        return azure({ cloud: () => account.cloud, open: () => account }, openRegistry).open(
          connection,
          contextOf({ kind: 'anonymous' }, { log }),
        );
      },
      stop: async () => {
        await traffic.stop();
        await sandbox.stop();
      },
    };
  },
});
