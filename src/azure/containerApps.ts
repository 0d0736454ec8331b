import { t } from '@vscode/l10n';
import { setTimeout as delay } from 'node:timers/promises';
import type { ContainerApp as AppAnswer, Configuration, EnvironmentVar, Template } from '@azure/arm-appcontainers';
import { Failure } from '../core/failure';
import {
  listAll,
  callAzure,
  followToEnd,
  withIdentity,
  noContainer,
  principalOf,
  resourceGroupOf,
  withId,
  withOwnIdentity,
} from './arm';
import type { ArmClientIn, Identified } from './arm';
import { AppCredentials, passwordOf, pullingOf } from './appCredentials';
import type { AppsClient } from './appCredentials';
import { allToNewest, labelPolicy, trafficOf } from './appTraffic';
import { idIn } from './azure';
import type {
  AzureRegistry,
  ContainerApp,
  ContainerApps,
  DeployedImage,
  Environment,
  NewContainerApp,
  NewRevision,
  Place,
  Status,
  Subscription,
} from './azure';
import type { Existing } from './existing';

/** What runs until the app's identity may pull its own image; Microsoft's own command does the same. */
const placeholder = 'mcr.microsoft.com/k8se/quickstart:latest';

/** What an environment does not come back from: the service lets no app into it. */
const away = ['Failed', 'Canceled', 'ScheduledForDelete', 'UpgradeFailed'];

/** An environment takes some minutes; one that takes this long is stuck. */
const environmentWithinMs = 30 * 60_000;
const environmentPollMs = 3_000;

/** https://learn.microsoft.com/en-us/azure/container-apps/ */
export class ContainerAppsOf implements ContainerApps {
  constructor(
    private readonly client: ArmClientIn,
    private readonly existing: Existing,
  ) {}

  async environments(subscription: Subscription, signal: AbortSignal): Promise<readonly Environment[]> {
    const client = await this.sdk(subscription);
    const list = await callAzure(signal, () =>
      listAll(client.managedEnvironments.listBySubscription({ abortSignal: signal })),
    );
    return withIdentity(list)
      .filter(({ provisioningState = '' }) => !away.includes(provisioningState))
      .map(({ id, name, location, provisioningState = 'Succeeded' }) => ({
        ...{ id, name, location, resourceGroup: resourceGroupOf(id) },
        ...(provisioningState === 'Succeeded' ? {} : { notReady: provisioningState }),
      }));
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
    const made = await callAzure(signal, async () =>
      followToEnd(
        await client.managedEnvironments.beginCreateOrUpdate(resourceGroup, name, environment, { abortSignal: signal }),
        status,
        signal,
      ),
    );
    return { id: withId(made, name).id, name, location, resourceGroup };
  }

  async awaitEnvironment(
    subscription: Subscription,
    { resourceGroup, name }: Environment,
    status: Status,
    signal: AbortSignal,
  ): Promise<void> {
    const client = await this.sdk(subscription);
    const deadline = Date.now() + environmentWithinMs;
    for (;;) {
      const { provisioningState: state = 'Succeeded' } = await callAzure(signal, () =>
        client.managedEnvironments.get(resourceGroup, name, { abortSignal: signal }),
      );
      if (state === 'Succeeded') return;
      if (away.includes(state) || Date.now() > deadline) {
        const explanation = t('the environment {0} cannot take apps: its state is {1}', name, state);
        throw new Failure('rejected', '', { subject: 'Azure', speaker: 'program', explanation });
      }
      status(state);
      await delay(environmentPollMs, undefined, { signal });
    }
  }

  async apps(subscription: Subscription, signal: AbortSignal): Promise<readonly ContainerApp[]> {
    const client = await this.sdk(subscription);
    const list = await callAzure(signal, () =>
      listAll(client.containerApps.listBySubscription({ abortSignal: signal })),
    );
    return withIdentity(list).map(appOf);
  }

  async create(app: NewContainerApp, image: DeployedImage, status: Status, signal: AbortSignal): Promise<ContainerApp> {
    const { subscription, name, environment, ingress, variables } = app;
    await this.existing.refuse(subscription, idIn(app, 'Microsoft.App/containerApps', name), signal);
    const client = await this.sdk(subscription);
    const usesIdentity = image.access.kind === 'identity';
    const env = Object.entries(variables).map(([key, value]) => ({ name: key, value }));
    const credential = image.access.kind === 'password' ? passwordOf(image.access) : undefined;
    const body: AppAnswer = {
      location: environment.location,
      environmentId: environment.id,
      ...(usesIdentity ? { identity: { type: 'SystemAssigned' } } : {}),
      configuration: {
        activeRevisionsMode: 'Single',
        ...(credential === undefined ? {} : { secrets: [credential.secret], registries: [credential.registry] }),
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
    const made = await callAzure(signal, async () =>
      followToEnd(
        await client.containerApps.beginCreateOrUpdate(app.resourceGroup, name, body, { abortSignal: signal }),
        status,
        signal,
      ),
    );
    return appOf(withId(made, name));
  }

  async pullIdentity(
    subscription: Subscription,
    { resourceGroup, name }: ContainerApp,
    { loginServer }: AzureRegistry,
    status: Status,
    signal: AbortSignal,
  ): Promise<string> {
    const client = await this.sdk(subscription);
    const options = { abortSignal: signal };
    const now = await callAzure(signal, () => client.containerApps.get(resourceGroup, name, options));
    const { principalId } = await new AppCredentials(client, withId(now, name), signal).pullsAs(loginServer);
    if (principalId !== undefined) return principalId;
    const { location, identity } = now;
    const patch = { location, identity: withOwnIdentity(identity, 'SystemAssigned,UserAssigned') };
    const updated = await this.patched(client, resourceGroup, name, patch, status, signal);
    return principalOf(updated.identity, name);
  }

  async setImage(
    subscription: Subscription,
    { resourceGroup, name }: ContainerApp,
    { container, image: { reference, access }, routing }: NewRevision,
    status: Status,
    signal: AbortSignal,
  ): Promise<ContainerApp> {
    const client = await this.sdk(subscription);
    const now = await callAzure(signal, () => client.containerApps.get(resourceGroup, name, { abortSignal: signal }));
    const configuration: Configuration = {
      ...(await new AppCredentials(client, withId(now, name), signal).changedFor(access)),
      ...(routing?.kind === 'newest'
        ? { ingress: { traffic: allToNewest(trafficOf(now.configuration?.ingress)) } }
        : {}),
    };
    const body = {
      location: now.location,
      ...(Object.keys(configuration).length === 0 ? {} : { configuration }),
      template: templateWith(withId(now, name), container, reference),
    };
    if (routing?.kind === 'label') client.pipeline.addPolicy(labelPolicy(routing.label));
    return appOf(withId(await this.patched(client, resourceGroup, name, body, status, signal), name));
  }

  /**
   * What it is once it was changed. Of how a patch ends the service tells at another place, which answers with the app or with
   * nothing: so it is read.
   */
  private async patched(
    client: AppsClient,
    resourceGroup: string,
    name: string,
    patch: AppAnswer,
    status: Status,
    signal: AbortSignal,
  ): Promise<AppAnswer> {
    const options = { abortSignal: signal };
    return callAzure(signal, async () => {
      await followToEnd(await client.containerApps.beginUpdate(resourceGroup, name, patch, options), status, signal);
      return client.containerApps.get(resourceGroup, name, options);
    });
  }

  private async sdk({ id, tenantId }: Subscription): Promise<AppsClient> {
    const { ContainerAppsAPIClient } = await import('@azure/arm-appcontainers');
    const { credential, options } = this.client(tenantId);
    return new ContainerAppsAPIClient(credential, id, options);
  }
}

/**
 * The template with the image in one container. The service replaces lists as a whole, so all containers are sent as they were read.
 * Throws a Failure if the named container is not among them.
 */
function templateWith({ template, name }: AppAnswer & Identified, container: string, image: string): Template {
  const { revisionSuffix = '', containers = [] } = template ?? {};
  if (!containers.some((each) => each.name === container)) throw noContainer(name, container);
  return {
    // It names one revision, the new one is another, and what is left out stays.
    ...(revisionSuffix === '' ? {} : { revisionSuffix: '' }),
    containers: containers.map((each) => ({
      ...each,
      ...((each.env ?? []).length === 0 ? {} : { env: (each.env ?? []).map(withValue) }),
      ...(each.name === container ? { image } : {}),
    })),
  };
}

/** An empty value is not told, and yet asked for: https://github.com/Azure/azure-cli/blob/dev/src/azure-cli/azure/cli/command_modules/containerapp/custom.py */
function withValue(variable: EnvironmentVar): EnvironmentVar {
  return variable.secretRef === undefined ? { ...variable, value: variable.value ?? '' } : variable;
}

function appOf(app: AppAnswer & Identified): ContainerApp {
  const { id, name, location, template, configuration } = app;
  const newest = app.latestRevisionName ?? '';
  const fqdn = configuration?.ingress?.fqdn;
  return {
    id,
    name,
    location,
    resourceGroup: resourceGroupOf(id),
    containers: (template?.containers ?? []).flatMap((container) => container.name ?? []),
    ...(fqdn === undefined || fqdn === '' ? {} : { url: `https://${fqdn}` }),
    mode: configuration?.activeRevisionsMode ?? 'Single',
    traffic: trafficOf(configuration?.ingress),
    ...(newest === '' ? {} : { newest }),
    ...pullingOf(app),
  };
}
