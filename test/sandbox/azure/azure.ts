import { createFaults, type Faults } from '../faults';
import type { Pki } from '../pki';
import type { SeedRepository } from '../seed';
import { serve } from '../serve';
import type { Grants } from '../tokenServer';
import { startAcr, type AcrOptions, type SandboxAcr } from './acr';
import { armAnswer } from './arm';
import { registryResource, takesArmTokens } from './armRegistries';
import { put, type ArmState, type Resource, type SandboxSubscription, type SandboxTenant } from './armState';
import { entraAnswer, type Application } from './entra';
import { createEntraTokens, type EntraTokens } from './entraTokens';

export interface SeedRegistry {
  readonly name: string;
  readonly subscription: string;
  readonly group?: string;
  readonly location?: string;
  readonly sku?: string;
  /** What it holds; absent: nothing answers at its login server. */
  readonly repositories?: readonly SeedRepository[];
  /** What its description says besides. */
  readonly properties?: Readonly<Record<string, unknown>>;
  /** What users may do in it, where that is not everything. */
  readonly grants?: Grants;
  readonly options?: Pick<AcrOptions, 'pageCap' | 'deleteEnabled' | 'users' | 'anonymous'>;
}

export interface AzureOptions {
  readonly pki: Pki;
  readonly tenants: readonly SandboxTenant[];
  readonly subscriptions: readonly SandboxSubscription[];
  readonly registries: readonly SeedRegistry[];
  readonly applications?: readonly Application[];
  readonly port?: number;
}

interface SeenCall {
  readonly method: string;
  readonly path: string;
  /** What was sent, and what was answered; nothing where that is nothing. */
  readonly body: unknown;
  answer: unknown;
  status: number;
}

function jsonOf(text: Buffer | string): unknown {
  return text.length === 0 ? undefined : JSON.parse(text.toString());
}

export interface SandboxAzure {
  readonly url: string;
  readonly state: ArmState;
  readonly tokens: EntraTokens;
  /** What was asked of the Resource Manager, in order. */
  readonly calls: readonly SeenCall[];
  readonly registry: (name: string) => SandboxAcr;
  readonly resource: (idEnd: string) => Resource | undefined;
  /** VS Code's settings that lead to it. */
  readonly settings: Readonly<Record<string, unknown>>;
  readonly fail: Faults['fail'];
  readonly clearFaults: () => void;
  readonly stop: () => Promise<void>;
}

/** Entra, the Resource Manager and the registries of an Azure of its own, over https. */
export async function startAzure(options: AzureOptions): Promise<SandboxAzure> {
  const { pki, applications = [] } = options;
  const tokens = createEntraTokens();
  const faults = createFaults();
  const calls: SeenCall[] = [];
  const users = [
    ...new Set(options.tenants.flatMap((tenant) => tenant.users)),
    ...applications.map(({ clientId }) => clientId),
  ];
  const open = async (seed: Pick<SeedRegistry, 'repositories' | 'grants' | 'options'>) => {
    const { repositories = [], grants, options: more } = seed;
    let host = '';
    const audiences = () => {
      const registry = [...state.resources.values()].find(({ properties }) => properties.loginServer === host);
      return [registryAudience, ...(registry === undefined || takesArmTokens(registry) ? [state.url] : [])];
    };
    const acr = await startAcr({
      repositories,
      tls: pki.tls(),
      entra: { tokens, users, audiences, ...(grants === undefined ? {} : { grants }) },
      ...more,
    });
    host = acr.host;
    return acr;
  };
  const state: ArmState = {
    url: '',
    tenants: [...options.tenants],
    subscriptions: [...options.subscriptions],
    resources: new Map(),
    operations: new Map(),
    registrations: new Map(),
    secrets: new Map(),
    assignments: [],
    denied: new Map(),
    untold: new Map(),
    replicated: new Map(),
    unknownFor: 1,
    registeringFor: 1,
    registries: new Map(),
    taken: new Set(),
    quotas: new Map(),
    closedHosts: new Set(),
    restarts: [],
    overwritten: [],
    polls: 1,
    openRegistry: () => open({}),
  };
  const server = await serve(
    async (request) => {
      const entra = entraAnswer(applications, tokens, request);
      if (entra !== undefined) return entra;
      const { method, path, body } = request;
      const call: SeenCall = { method, path, body: jsonOf(body), answer: undefined, status: 0 };
      calls.push(call);
      const reply = await armAnswer(state, tokens, request);
      call.status = reply.status;
      call.answer = jsonOf(reply.body ?? '');
      return reply;
    },
    faults,
    { port: options.port ?? 0, tls: pki.tls() },
  );
  state.url = server.url;
  const byName = new Map<string, SandboxAcr>();
  for (const seed of options.registries) {
    const { name, subscription, group = 'rg-images', location = 'westeurope', sku = 'Standard', repositories } = seed;
    const groupId = `/subscriptions/${subscription}/resourceGroups/${group}`;
    put(state, {
      id: groupId,
      name: group,
      type: 'Microsoft.Resources/resourceGroups',
      location,
      properties: { provisioningState: 'Succeeded' },
    });
    let loginServer = `${name}.azurecr.io`;
    if (repositories !== undefined) {
      const acr = await open(seed);
      byName.set(name, acr);
      state.registries.set(acr.host, acr);
      loginServer = acr.host;
    }
    put(
      state,
      registryResource(
        `${groupId}/providers/Microsoft.ContainerRegistry/registries/${name}`,
        location,
        sku,
        loginServer,
        seed.properties,
      ),
    );
  }
  return {
    url: server.url,
    state,
    tokens,
    calls,
    registry: (name) => {
      const acr = byName.get(name);
      if (acr === undefined) throw new Error(`No registry ${name} answers.`);
      return acr;
    },
    resource: (idEnd) => [...state.resources.values()].find(({ id }) => id.toLowerCase().endsWith(idEnd.toLowerCase())),
    settings: settingsFor(server.url),
    fail: faults.fail,
    clearFaults: () => {
      faults.clear();
    },
    stop: async () => {
      await Promise.all([server.stop(), ...[...state.registries.values()].map((acr) => acr.stop())]);
    },
  };
}

/** What tokens for registries are for, but in Microsoft's other clouds. */
const registryAudience = 'https://containerregistry.azure.net';

/** https://github.com/microsoft/vscode/blob/1.105.0/extensions/microsoft-authentication/package.json `microsoft-sovereign-cloud` */
export function settingsFor(url: string) {
  return {
    'microsoft-sovereign-cloud.environment': 'custom',
    'microsoft-sovereign-cloud.customEnvironment': {
      name: 'sandbox',
      portalUrl: 'https://portal.sandbox.example',
      managementEndpointUrl: url,
      resourceManagerEndpointUrl: `${url}/`,
      activeDirectoryEndpointUrl: `${url}/`,
      activeDirectoryResourceId: `${url}/`,
    },
  };
}
