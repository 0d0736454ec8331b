import { beforeAll, beforeEach } from 'vitest';
import { AzureAccount } from '../../../src/azure/azureAccount';
import type { Azure, AzureDoor, Cloud, ReadAzureToken } from '../../../src/azure/azure';
import { Failure } from '../../../src/core/failure';
import { openRegistry } from '../../../src/providers/acr/acrType';
import { azure as azureType } from '../../../src/providers/azure/azureType';
import type { RegistryProvider } from '../../../src/providers/provider';
import { startAzure, type AzureOptions, type SandboxAzure } from '../../sandbox/azure/azure';
import { createPki, type Pki } from '../../sandbox/pki';
import { trust } from '../../sandbox/trust';
import { collectLog } from '../collectLog';
import { contextOf } from '../providerContext';

export const contoso = '11111111-1111-1111-1111-111111111111';
export const fabrikam = '22222222-2222-2222-2222-222222222222';
export const production = '00000000-0000-0000-0000-00000000000a';
export const staging = '00000000-0000-0000-0000-00000000000b';
export const mona = 'mona@contoso.com';

/** An Azure whose certificate authority is trusted: one for all tests of a suite, or a new one for each test. */
export function useAzure(options: Omit<AzureOptions, 'pki'>, whose: 'suite' | 'each' = 'suite'): () => SandboxAzure {
  let pki: Pki;
  let azure: SandboxAzure;
  beforeAll(async () => {
    pki = await createPki();
    trust(pki);
    return () => pki.remove();
  });
  (whose === 'suite' ? beforeAll : beforeEach)(async () => {
    azure = await startAzure({ ...options, pki });
    return () => azure.stop();
  });
  return () => azure;
}

export function cloudOf({ url }: SandboxAzure): Cloud {
  return {
    armUrl: url,
    armScope: `${url}/.default`,
    portalUrl: `${url}/portal`,
    authorityUrl: url,
    authentication: 'microsoft-sovereign-cloud',
  };
}

/** The Azure of an account, with tokens from the sandbox's Entra. `wanting`: the tenants that refuse a token without a second factor. */
export function accountOf(sandbox: SandboxAzure, upn = mona, wanting: readonly string[] = []): AzureAccount {
  const token: ReadAzureToken = (scopes, tenantId = contoso) =>
    wanting.includes(tenantId)
      ? Promise.reject(new Failure('unauthorized', 'A second factor is missing.', { subject: 'Azure' }))
      : Promise.resolve({
          token: sandbox.tokens.sign({ aud: (scopes[0] ?? '').replace(/\/\.default$/, ''), tid: tenantId, upn }),
          expiresAt: Date.now() + 3_600_000,
        });
  return new AzureAccount(cloudOf(sandbox), token, collectLog());
}

/** A provider for the Azure of an account. `shown`: the chosen subscriptions; `wanting`: as in accountOf. */
export function openAzure(
  sandbox: SandboxAzure,
  shown?: readonly string[],
  upn?: string,
  wanting: readonly string[] = [],
): RegistryProvider {
  const connection = {
    id: 'a',
    provider: 'azure',
    label: 'Azure',
    url: sandbox.url,
    signIn: { kind: 'anonymous' },
  } as const;
  const door = doorTo(accountOf(sandbox, upn, wanting));
  return azureType(door, openRegistry).open(
    connection,
    contextOf({ kind: 'anonymous' }, { shown: () => (shown === undefined ? {} : { groups: shown }) }),
  );
}

/** A door that opens this Azure for every connection. */
export function doorTo(account: Azure): AzureDoor {
  return { cloud: () => account.cloud, open: () => account };
}
