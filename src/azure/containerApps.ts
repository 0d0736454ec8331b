import type { ContainerApp as AppAnswer, Secret } from '@azure/arm-appcontainers';
import { all, asked, finished, resourceGroupOf } from './arm';
import type {
  ContainerApp,
  ContainerApps,
  DeployedImage,
  Environment,
  NewContainerApp,
  Place,
  Status,
  Subscription,
} from './azure';
import type { ArmClientIn, PullAccessOf } from './pullAccess';

/** What runs until the app's identity may pull its own image; Microsoft's own command does the same. */
const placeholder = 'mcr.microsoft.com/k8se/quickstart:latest';

/** https://learn.microsoft.com/en-us/azure/container-apps/ */
export class ContainerAppsOf implements ContainerApps {
  constructor(
    private readonly client: ArmClientIn,
    private readonly access: PullAccessOf,
  ) {}

  async environments(subscription: Subscription, signal: AbortSignal): Promise<readonly Environment[]> {
    const client = await this.sdk(subscription);
    const list = await asked(signal, () => all(client.managedEnvironments.listBySubscription({ abortSignal: signal })));
    return list.map(({ id = '', name = '', location }) => ({ id, name, location, resourceGroup: resourceGroupOf(id) }));
  }

  async createEnvironment(
    { subscription, resourceGroup }: Place,
    { name, location }: { readonly name: string; readonly location: string },
    status: Status,
    signal: AbortSignal,
  ): Promise<Environment> {
    const client = await this.sdk(subscription);
    const environment = {
      location,
      workloadProfiles: [{ name: 'Consumption', workloadProfileType: 'Consumption' }],
    };
    const { id = '' } = await asked(signal, async () =>
      finished(
        await client.managedEnvironments.beginCreateOrUpdate(resourceGroup, name, environment, { abortSignal: signal }),
        status,
        signal,
      ),
    );
    return { id, name, location, resourceGroup };
  }

  async apps(subscription: Subscription, signal: AbortSignal): Promise<readonly ContainerApp[]> {
    const client = await this.sdk(subscription);
    const list = await asked(signal, () => all(client.containerApps.listBySubscription({ abortSignal: signal })));
    return list.map(appOf);
  }

  async create(app: NewContainerApp, image: DeployedImage, status: Status, signal: AbortSignal): Promise<ContainerApp> {
    const { subscription, resourceGroup, name, environment, ingress, variables } = app;
    const client = await this.sdk(subscription);
    const { access, reference } = image;
    const env = Object.entries(variables).map(([key, value]) => ({ name: key, value }));
    const whole = (container: string, registries: Registries, secrets: Secret[]): AppAnswer => ({
      location: environment.location,
      environmentId: environment.id,
      ...(access.kind === 'identity' ? { identity: { type: 'SystemAssigned' } } : {}),
      configuration: {
        activeRevisionsMode: 'Single',
        ...(secrets.length === 0 ? {} : { secrets }),
        ...(registries.length === 0 ? {} : { registries }),
        ...(ingress === undefined
          ? {}
          : { ingress: { external: ingress.isExternal, targetPort: ingress.port, transport: 'auto' } }),
      },
      template: { containers: [{ name, image: container, ...(env.length === 0 ? {} : { env }) }] },
    });
    const put = (body: AppAnswer) =>
      asked(signal, async () =>
        finished(
          await client.containerApps.beginCreateOrUpdate(resourceGroup, name, body, { abortSignal: signal }),
          status,
          signal,
        ),
      );
    if (access.kind !== 'identity') {
      const { registries, secrets } = passwordOf(access);
      return appOf(await put(whole(reference, registries, secrets)));
    }
    // An identity is there once the app is: first with a public image, then, when it may pull, with its own.
    const { identity } = await put(whole(placeholder, [], []));
    if (identity?.principalId !== undefined) await this.access.grantPull(access.registry, identity.principalId, signal);
    const server = access.registry.loginServer;
    return appOf(await put(whole(reference, [{ server, identity: 'system' }], [])));
  }

  async setImage(
    subscription: Subscription,
    { resourceGroup, name }: ContainerApp,
    container: string,
    { reference, access }: DeployedImage,
    status: Status,
    signal: AbortSignal,
  ): Promise<ContainerApp> {
    const client = await this.sdk(subscription);
    const options = { abortSignal: signal };
    const now = await asked(signal, () => client.containerApps.get(resourceGroup, name, options));
    const patch = (body: AppAnswer) =>
      asked(signal, async () =>
        finished(await client.containerApps.beginUpdate(resourceGroup, name, body, options), status, signal),
      );
    let principal = now.identity?.principalId;
    if (access.kind === 'identity' && principal === undefined) {
      const type = now.identity?.type === 'UserAssigned' ? 'SystemAssigned,UserAssigned' : 'SystemAssigned';
      const users = now.identity?.userAssignedIdentities;
      const identity = { type, ...(users === undefined ? {} : { userAssignedIdentities: users }) };
      const updated = await patch({ location: now.location, identity });
      principal = updated.identity?.principalId;
    }
    if (access.kind === 'identity' && principal !== undefined)
      await this.access.grantPull(access.registry, principal, signal);
    const added = access.kind === 'identity' ? identityOf(access.registry.loginServer) : passwordOf(access);
    const configuration = await this.configurationWith(client, now, added, signal);
    // Lists are replaced as a whole, so all containers go back as they came.
    const containers = (now.template?.containers ?? []).map((each) =>
      each.name === container ? { ...each, image: reference } : each,
    );
    return appOf(await patch({ location: now.location, ...configuration, template: { ...now.template, containers } }));
  }

  /** With the registry among those there are; nothing where it needs none. Secrets must come with their values. */
  private async configurationWith(
    client: Awaited<ReturnType<ContainerAppsOf['sdk']>>,
    { id, name = '', configuration }: AppAnswer,
    { registries, secrets }: { readonly registries: Registries; readonly secrets: Secret[] },
    signal: AbortSignal,
  ): Promise<Pick<AppAnswer, 'configuration'>> {
    if (registries.length === 0) return {};
    const known = await asked(signal, () =>
      client.containerApps.listSecrets(resourceGroupOf(id), name, { abortSignal: signal }),
    );
    const others = (configuration?.registries ?? []).filter(({ server }) => server !== registries[0]?.server);
    const kept = known.value.filter((secret) => !secrets.some((one) => one.name === secret.name));
    const merged = [...kept, ...secrets];
    return {
      configuration: {
        ...configuration,
        registries: [...others, ...registries],
        ...(merged.length === 0 ? {} : { secrets: merged }),
      },
    };
  }

  private async sdk({ id, tenantId }: Subscription) {
    const { ContainerAppsAPIClient } = await import('@azure/arm-appcontainers');
    const { credential, options } = this.client(tenantId);
    return new ContainerAppsAPIClient(credential, id, options);
  }
}

type Registries = { server: string; identity?: string; username?: string; passwordSecretRef?: string }[];

function identityOf(server: string): { registries: Registries; secrets: Secret[] } {
  return { registries: [{ server, identity: 'system' }], secrets: [] };
}

/** Names of secrets are lower case, with dashes. */
function passwordOf(access: DeployedImage['access']): { registries: Registries; secrets: Secret[] } {
  if (access.kind !== 'password') return { registries: [], secrets: [] };
  const { server, username, secret } = access;
  const passwordSecretRef = `${server}-${username}`
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '')
    .slice(0, 250);
  return {
    registries: [{ server, username, passwordSecretRef }],
    secrets: [{ name: passwordSecretRef, value: secret }],
  };
}

function appOf({ id = '', name = '', location, template, configuration }: AppAnswer): ContainerApp {
  const fqdn = configuration?.ingress?.fqdn;
  return {
    id,
    name,
    location,
    resourceGroup: resourceGroupOf(id),
    containers: (template?.containers ?? []).flatMap((container) => container.name ?? []),
    ...(fqdn === undefined || fqdn === '' ? {} : { url: `https://${fqdn}` }),
  };
}
