import { t } from '@vscode/l10n';
import { setTimeout as delay } from 'node:timers/promises';
import type { ContainerApp as AppAnswer, Configuration, EnvironmentVar, Template } from '@azure/arm-appcontainers';
import { Failure } from '../core/failure';
import {
  listAll,
  callAzure,
  followToEnd,
  withIdAndName,
  noContainer,
  principalOf,
  resourceGroupOf,
  withId,
  withOwnIdentity,
} from './arm';
import type { ArmClientArgumentsOf, Identified } from './arm';
import { AppCredentials, passwordEntryOf, pullSettingsOf } from './appCredentials';
import type { AppsClient } from './appCredentials';
import { trafficToNewest, labelPolicy, trafficOf } from './appTraffic';
import { resourceIdOf } from './azure';
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
import type { ExistingResources } from './existingResources';

/** The image that runs until the app's identity may pull the real one; the Azure CLI does the same. */
const placeholderImage = 'mcr.microsoft.com/k8se/quickstart:latest';

/** The final states of an environment in which the service lets no app be created. */
const deadStates = ['Failed', 'Canceled', 'ScheduledForDelete', 'UpgradeFailed'];

/** Creating an environment takes some minutes; one that takes this long is stuck. */
const environmentWithinMs = 30 * 60_000;
const environmentPollMs = 3_000;

/** https://learn.microsoft.com/en-us/azure/container-apps/ */
export class AzureContainerApps implements ContainerApps {
  constructor(
    private readonly clientArgumentsOf: ArmClientArgumentsOf,
    private readonly existingResources: ExistingResources,
  ) {}

  async environments(subscription: Subscription, signal: AbortSignal): Promise<readonly Environment[]> {
    const client = await this.appsClient(subscription);
    const list = await callAzure(signal, () =>
      listAll(client.managedEnvironments.listBySubscription({ abortSignal: signal })),
    );
    return withIdAndName(list)
      .filter(({ provisioningState = '' }) => !deadStates.includes(provisioningState))
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
    await this.existingResources.rejectIfExists(
      subscription,
      resourceIdOf(place, 'Microsoft.App/managedEnvironments', name),
      signal,
    );
    const client = await this.appsClient(subscription);
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
    const client = await this.appsClient(subscription);
    const deadline = Date.now() + environmentWithinMs;
    for (;;) {
      const { provisioningState: state = 'Succeeded' } = await callAzure(signal, () =>
        client.managedEnvironments.get(resourceGroup, name, { abortSignal: signal }),
      );
      if (state === 'Succeeded') return;
      if (deadStates.includes(state) || Date.now() > deadline) {
        const explanation = t('the environment {0} cannot take apps: its state is {1}', name, state);
        throw new Failure('rejected', '', { subject: 'Azure', speaker: 'program', explanation });
      }
      status(state);
      await delay(environmentPollMs, undefined, { signal });
    }
  }

  async apps(subscription: Subscription, signal: AbortSignal): Promise<readonly ContainerApp[]> {
    const client = await this.appsClient(subscription);
    const list = await callAzure(signal, () =>
      listAll(client.containerApps.listBySubscription({ abortSignal: signal })),
    );
    return withIdAndName(list).map(appOf);
  }

  async create(app: NewContainerApp, image: DeployedImage, status: Status, signal: AbortSignal): Promise<ContainerApp> {
    const { subscription, name, environment, ingress, variables } = app;
    await this.existingResources.rejectIfExists(
      subscription,
      resourceIdOf(app, 'Microsoft.App/containerApps', name),
      signal,
    );
    const client = await this.appsClient(subscription);
    const usesIdentity = image.access.kind === 'identity';
    const env = Object.entries(variables).map(([key, value]) => ({ name: key, value }));
    const credential = image.access.kind === 'password' ? passwordEntryOf(image.access) : undefined;
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
          { name, image: usesIdentity ? placeholderImage : image.reference, ...(env.length === 0 ? {} : { env }) },
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
    const client = await this.appsClient(subscription);
    const options = { abortSignal: signal };
    const now = await callAzure(signal, () => client.containerApps.get(resourceGroup, name, options));
    const { principalId } = await new AppCredentials(client, withId(now, name), signal).identityFor(loginServer);
    if (principalId !== undefined) return principalId;
    const { location, identity } = now;
    const patch = { location, identity: withOwnIdentity(identity, 'SystemAssigned,UserAssigned') };
    const updated = await this.patchApp(client, resourceGroup, name, patch, status, signal);
    return principalOf(updated.identity, name);
  }

  async setImage(
    subscription: Subscription,
    { resourceGroup, name }: ContainerApp,
    { container, image: { reference, access }, routing }: NewRevision,
    status: Status,
    signal: AbortSignal,
  ): Promise<ContainerApp> {
    const client = await this.appsClient(subscription);
    const now = await callAzure(signal, () => client.containerApps.get(resourceGroup, name, { abortSignal: signal }));
    const configuration: Configuration = {
      ...(await new AppCredentials(client, withId(now, name), signal).changeFor(access)),
      ...(routing?.kind === 'newest'
        ? { ingress: { traffic: trafficToNewest(trafficOf(now.configuration?.ingress)) } }
        : {}),
    };
    const body = {
      location: now.location,
      ...(Object.keys(configuration).length === 0 ? {} : { configuration }),
      template: templateWith(withId(now, name), container, reference),
    };
    if (routing?.kind === 'label') client.pipeline.addPolicy(labelPolicy(routing.label));
    return appOf(withId(await this.patchApp(client, resourceGroup, name, body, status, signal), name));
  }

  /**
   * Changes an app and returns it as it is then. The end of a patch is reported at another address, whose answer has the app or
   * nothing, so the app is read afterwards.
   */
  private async patchApp(
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

  private async appsClient({ id, tenantId }: Subscription): Promise<AppsClient> {
    const { ContainerAppsAPIClient } = await import('@azure/arm-appcontainers');
    const { credential, options } = this.clientArgumentsOf(tenantId);
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
    // A suffix names one revision, so it must be cleared for the new one: a field that is left out would stay.
    ...(revisionSuffix === '' ? {} : { revisionSuffix: '' }),
    containers: containers.map((each) => ({
      ...each,
      ...((each.env ?? []).length === 0 ? {} : { env: (each.env ?? []).map(withValue) }),
      ...(each.name === container ? { image } : {}),
    })),
  };
}

/** Adds an empty value where it is missing: the service leaves it out of its answers, but requires it in requests. https://github.com/Azure/azure-cli/blob/dev/src/azure-cli/azure/cli/command_modules/containerapp/custom.py */
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
    ...pullSettingsOf(app),
  };
}
