import type { ContainerApp as AppAnswer, EnvironmentVar, Secret, Template } from '@azure/arm-appcontainers';
import { all, asked, finished, principalOf, resourceGroupOf, withOwnIdentity } from './arm';
import { idIn } from './azure';
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
import type { Existing } from './existing';
import type { ArmClientIn } from './pullAccess';

/** What runs until the app's identity may pull its own image; Microsoft's own command does the same. */
const placeholder = 'mcr.microsoft.com/k8se/quickstart:latest';

/** https://learn.microsoft.com/en-us/azure/container-apps/ */
export class ContainerAppsOf implements ContainerApps {
  constructor(
    private readonly client: ArmClientIn,
    private readonly existing: Existing,
  ) {}

  async environments(subscription: Subscription, signal: AbortSignal): Promise<readonly Environment[]> {
    const client = await this.sdk(subscription);
    const list = await asked(signal, () => all(client.managedEnvironments.listBySubscription({ abortSignal: signal })));
    return list.map(({ id = '', name = '', location }) => ({ id, name, location, resourceGroup: resourceGroupOf(id) }));
  }

  async createEnvironment(
    place: Place,
    { name, location }: { readonly name: string; readonly location: string },
    status: Status,
    signal: AbortSignal,
  ): Promise<Environment> {
    const { subscription, resourceGroup } = place;
    await this.existing.refuse(subscription, idIn(place, 'Microsoft.App/managedEnvironments', name), signal);
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
    const { subscription, name, environment, ingress, variables } = app;
    await this.existing.refuse(subscription, idIn(app, 'Microsoft.App/containerApps', name), signal);
    const client = await this.sdk(subscription);
    const usesIdentity = image.access.kind === 'identity';
    const env = Object.entries(variables).map(([key, value]) => ({ name: key, value }));
    const { registries, secrets } = passwordOf(image.access);
    const body: AppAnswer = {
      location: environment.location,
      environmentId: environment.id,
      ...(usesIdentity ? { identity: { type: 'SystemAssigned' } } : {}),
      configuration: {
        activeRevisionsMode: 'Single',
        ...(secrets.length === 0 ? {} : { secrets }),
        ...(registries.length === 0 ? {} : { registries }),
        ...(ingress === undefined
          ? {}
          : { ingress: { external: ingress.isExternal, targetPort: ingress.port, transport: 'auto' } }),
      },
      template: {
        containers: [
          { name, image: usesIdentity ? placeholder : image.reference, ...(env.length === 0 ? {} : { env }) },
        ],
      },
    };
    const made = await asked(signal, async () =>
      finished(
        await client.containerApps.beginCreateOrUpdate(app.resourceGroup, name, body, { abortSignal: signal }),
        status,
        signal,
      ),
    );
    return appOf(made);
  }

  async pullIdentity(
    subscription: Subscription,
    { resourceGroup, name }: ContainerApp,
    status: Status,
    signal: AbortSignal,
  ): Promise<string> {
    const client = await this.sdk(subscription);
    const options = { abortSignal: signal };
    const { location, identity } = await asked(signal, () => client.containerApps.get(resourceGroup, name, options));
    if (identity?.principalId !== undefined) return identity.principalId;
    const patch = { location, identity: withOwnIdentity(identity, 'SystemAssigned,UserAssigned') };
    const updated = await asked(signal, async () =>
      finished(await client.containerApps.beginUpdate(resourceGroup, name, patch, options), status, signal),
    );
    return principalOf(updated.identity, name);
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
    const added = access.kind === 'identity' ? identityOf(access.registry.loginServer) : passwordOf(access);
    const configuration = await this.configurationWith(client, now, added, signal);
    const body = { location: now.location, ...configuration, template: templateWith(now, container, reference) };
    return asked(signal, async () =>
      appOf(await finished(await client.containerApps.beginUpdate(resourceGroup, name, body, options), status, signal)),
    );
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

/** Lists are replaced as a whole, so all containers go back as they came. */
function templateWith({ template }: AppAnswer, container: string, image: string): Template {
  const { revisionSuffix = '', containers = [] } = template ?? {};
  return {
    ...template,
    // It names one revision, the new one is another, and what is left out stays.
    ...(revisionSuffix === '' ? {} : { revisionSuffix: '' }),
    containers: containers.map((each) => ({
      ...each,
      ...(each.env === undefined ? {} : { env: each.env.map(withValue) }),
      ...(each.name === container ? { image } : {}),
    })),
  };
}

/** An empty value is not told, and yet asked for: https://github.com/Azure/azure-cli/blob/dev/src/azure-cli/azure/cli/command_modules/containerapp/custom.py */
function withValue(variable: EnvironmentVar): EnvironmentVar {
  return variable.secretRef === undefined ? { ...variable, value: variable.value ?? '' } : variable;
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
