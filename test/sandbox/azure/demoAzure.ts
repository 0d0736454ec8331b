import { demoRepositories } from '../demo';
import { createPki, type Pki } from '../pki';
import type { SeedRepository } from '../seed';
import { startAzure, type SandboxAzure } from './azure';

export const contoso = '11111111-1111-1111-1111-111111111111';
const fabrikam = '22222222-2222-2222-2222-222222222222';
export const production = '00000000-0000-0000-0000-00000000000a';
const staging = '00000000-0000-0000-0000-00000000000b';
export const mona = 'mona@contoso.com';
const application = {
  tenantId: contoso,
  clientId: '33333333-3333-3333-3333-333333333333',
  secret: 'secret of the application',
};

export interface DemoAzure {
  readonly azure: SandboxAzure;
  readonly pki: Pki;
  /** What VS Code must run with to trust it and to have somebody's account: see test/e2e/microsoft. */
  readonly env: Readonly<Record<string, string>>;
  readonly application: typeof application;
  readonly stop: () => Promise<void>;
}

/** A company's Azure: two tenants, two subscriptions, three registries, a plan, a web app and a container app. */
export async function startDemoAzure(port = 0, repositories?: readonly SeedRepository[]): Promise<DemoAzure> {
  const pki = await createPki();
  const demo = repositories ?? demoRepositories(new Date()).filter(({ name }) => /^(acme|charts)\//.test(name));
  const azure = await startAzure({
    pki,
    tenants: [
      { id: contoso, name: 'Contoso', users: [mona] },
      { id: fabrikam, name: 'Fabrikam', users: [mona] },
    ],
    subscriptions: [
      { id: production, name: 'Contoso Production', tenantId: contoso },
      { id: staging, name: 'Fabrikam Staging', tenantId: fabrikam },
    ],
    registries: [
      { name: 'contosomain', subscription: production, repositories: demo, properties: { adminUserEnabled: true } },
      { name: 'contosoempty', subscription: production, repositories: [], sku: 'Basic', location: 'northeurope' },
      { name: 'fabrikamstaging', subscription: staging, repositories: demo.slice(0, 1), sku: 'Premium' },
    ],
    applications: [application],
    port,
  });
  const tenants = { [contoso]: [mona], [fabrikam]: [mona] };
  return {
    azure,
    pki,
    env: {
      NODE_EXTRA_CA_CERTS: pki.ca.certFile,
      MICROSOFT_ACCOUNTS: JSON.stringify({ key: azure.tokens.key, tenants }),
    },
    application,
    stop: async () => {
      await azure.stop();
      await pki.remove();
    },
  };
}
