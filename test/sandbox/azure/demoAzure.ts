import { demoRepositories } from '../demo';
import { createPki, type Pki } from '../pki';
import type { SeedRepository } from '../seed';
import { put, type ArmState } from './armState';
import { startAzure, type SandboxAzure, type SeedRegistry } from './azure';

export const contoso = '11111111-1111-1111-1111-111111111111';
export const fabrikam = '22222222-2222-2222-2222-222222222222';
export const production = '00000000-0000-0000-0000-00000000000a';
export const staging = '00000000-0000-0000-0000-00000000000b';
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

export interface DemoAzureOptions {
  readonly port?: number;
  /** What the registries hold. */
  readonly repositories?: readonly SeedRepository[];
  /** Registries besides. */
  readonly registries?: readonly SeedRegistry[];
  /** Ids of tenants that want more of somebody than to be signed in elsewhere. */
  readonly asking?: readonly string[];
}

/** A company's Azure: two tenants, two subscriptions, three registries, a plan, a web app and a container app. */
export async function startDemoAzure(options: DemoAzureOptions = {}): Promise<DemoAzure> {
  const { port = 0, registries = [], asking = [] } = options;
  const pki = await createPki();
  const demo = options.repositories ?? demoRepositories(new Date()).filter(({ name }) => /^(acme|charts)\//.test(name));
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
      ...registries,
    ],
    applications: [application],
    port,
  });
  seedServices(azure.state);
  const tenants = { [contoso]: [mona], [fabrikam]: [mona] };
  return {
    azure,
    pki,
    env: {
      NODE_EXTRA_CA_CERTS: pki.ca.certFile,
      MICROSOFT_ACCOUNTS: JSON.stringify({ key: azure.tokens.key, tenants, asking }),
    },
    application,
    stop: async () => {
      await azure.stop();
      await pki.remove();
    },
  };
}

/** What images are deployed to: a plan, a web app with a slot, and a container app of two containers. */
function seedServices(state: ArmState): void {
  const group = `/subscriptions/${production}/resourceGroups/rg-web`;
  put(state, {
    id: group,
    name: 'rg-web',
    type: 'Microsoft.Resources/resourceGroups',
    location: 'westeurope',
    properties: {},
  });
  const web = `${group}/providers/Microsoft.Web`;
  put(state, {
    id: `${web}/serverfarms/asp-there`,
    name: 'asp-there',
    type: 'Microsoft.Web/serverfarms',
    kind: 'linux',
    location: 'West Europe',
    sku: { name: 'B1' },
    properties: { reserved: true },
  });
  const site = {
    type: 'Microsoft.Web/sites',
    kind: 'app,linux,container',
    location: 'West Europe',
    properties: {
      serverFarmId: `${web}/serverfarms/asp-there`,
      reserved: true,
      defaultHostName: 'contoso-there.azurewebsites.net',
      siteConfig: {},
    },
  };
  put(state, { ...site, id: `${web}/sites/contoso-there`, name: 'contoso-there' });
  put(state, {
    ...site,
    id: `${web}/sites/contoso-there/slots/staging`,
    name: 'contoso-there/staging',
    type: 'Microsoft.Web/sites/slots',
    properties: { ...site.properties, defaultHostName: 'contoso-there-staging.azurewebsites.net' },
  });
  state.secrets.set(`${web}/sites/contoso-there/slots/staging/config/appsettings`.toLowerCase(), { FEATURE: 'on' });
  const app = `${group}/providers/Microsoft.App`;
  put(state, {
    id: `${app}/managedEnvironments/cae-there`,
    name: 'cae-there',
    type: 'Microsoft.App/managedEnvironments',
    location: 'westeurope',
    properties: { provisioningState: 'Succeeded' },
  });
  put(state, {
    id: `${app}/containerApps/app-there`,
    name: 'app-there',
    type: 'Microsoft.App/containerApps',
    location: 'westeurope',
    properties: {
      environmentId: `${app}/managedEnvironments/cae-there`,
      configuration: { ingress: { external: true, targetPort: 80, fqdn: 'app-there.sandbox.azurecontainerapps.io' } },
      template: {
        containers: [
          { name: 'web', image: 'docker.io/library/nginx:1' },
          { name: 'proxy', image: 'docker.io/library/envoy:1' },
        ],
      },
    },
  });
}
