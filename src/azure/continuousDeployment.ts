import { createHash } from 'node:crypto';
import type { ContainerRegistryManagementClient, Webhook } from '@azure/arm-containerregistry';
import { t } from '@vscode/l10n';
import pLimit from 'p-limit';
import { Failure } from '../core/failure';
import { listAll, callAzure, followToEnd, withIdAndName } from './arm';
import type { ArmClientArgumentsOf, Identified } from './arm';
import type { AzureRegistry, ContinuousDeployment, Status, Subscription, WebApp } from './azure';
import { registriesClient } from './registriesClient';
import { SiteCalls, webSitesClient } from './siteCalls';
import type { AppSettings } from './siteCalls';

type NamedWebhook = Webhook & Identified;

/** The setting without which the deployment site ignores a call: https://learn.microsoft.com/en-us/azure/app-service/reference-app-settings#custom-containers */
const enableSetting = 'DOCKER_ENABLE_CI';

/** The path at the deployment site that a registry calls after a push. */
const webhookPath = '/api/registry/webhook';

/** Whether an app with these settings restarts when a registry calls it. */
export function isEnabledIn(settings: AppSettings): boolean {
  return /^(?:true|1)$/i.test(settings[enableSetting] ?? '');
}

export class AzureContinuousDeployment implements ContinuousDeployment {
  constructor(private readonly clientArgumentsOf: ArmClientArgumentsOf) {}

  async readState(subscription: Subscription, app: WebApp, signal: AbortSignal) {
    const calls = await this.site(subscription, app, signal);
    const [settings, isPasswordEnabled, site] = await Promise.all([
      calls.readSettings(),
      calls.isPasswordEnabled(),
      calls.readSite(),
    ]);
    const host = site.hostNameSslStates?.find(({ hostType }) => hostType === 'Repository')?.name ?? '';
    return { isOn: isEnabledIn(settings), isPasswordEnabled, host };
  }

  async enablePassword(subscription: Subscription, app: WebApp, signal: AbortSignal): Promise<void> {
    await (await this.site(subscription, app, signal)).enablePassword();
  }

  async readAddress(subscription: Subscription, app: WebApp, signal: AbortSignal): Promise<string> {
    const calls = await this.site(subscription, app, signal);
    const { scmUri = '' } = await calls.readPublishingCredentials();
    // If basic authentication is switched off, Azure does not return the password.
    const site = URL.canParse(scmUri) ? new URL(scmUri) : undefined;
    if (site === undefined || /^(?:redacted)?$/i.test(site.password) || /^(?:redacted)?$/i.test(site.username)) {
      const explanation = t(
        'the publishing password of {0} cannot be read: basic authentication of its deployment site (SCM) is off; an Azure Policy may have switched it off again',
        app.name,
      );
      throw new Failure('rejected', '', { subject: 'Azure', speaker: 'program', explanation });
    }
    return `${scmUri.replace(/\/$/, '')}${webhookPath}`;
  }

  async setListening(subscription: Subscription, app: WebApp, isOn: boolean, signal: AbortSignal): Promise<void> {
    const calls = await this.site(subscription, app, signal);
    const change = (before: AppSettings): AppSettings => {
      const { [enableSetting]: now, ...others } = before;
      if (isEnabledIn(before) === isOn && (isOn || now === undefined)) return before;
      return isOn ? { ...others, [enableSetting]: 'true' } : others;
    };
    await calls.changeSettings(change);
  }

  private async site(subscription: Subscription, app: WebApp, signal: AbortSignal): Promise<SiteCalls> {
    return new SiteCalls(await webSitesClient(this.clientArgumentsOf, subscription), app, signal);
  }

  async startCalls(
    registry: AzureRegistry,
    app: WebApp,
    address: string,
    scope: string,
    status: Status,
    signal: AbortSignal,
  ): Promise<void> {
    const { resourceGroup: group, name: registryName, location } = registry;
    const client = await registriesClient(this.clientArgumentsOf, registry.subscription);
    const webhooks = await this.webhooks(client, registry, signal);
    const baseName = webhookNameOf(app);
    const candidates = webhooks.filter((one) => one.scope === scope || one.name.toLowerCase().startsWith(baseName));
    const [current] = await this.webhooksThatCall(client, registry, candidates, new URL(address).host, signal);
    const options = { abortSignal: signal };
    if (current !== undefined) {
      const actions = [...new Set([...(current.actions ?? []), 'push'])];
      const change = { serviceUri: address, scope, actions, status: 'enabled' };
      const update = () =>
        followToEnd(client.webhooks.update(group, registryName, current.name, change, options), status, signal);
      await callAzure(signal, update);
      return;
    }
    // A PUT would replace any webhook of that name, even one that calls another app.
    const taken = new Set(webhooks.map(({ name }) => name.toLowerCase()));
    let name = baseName;
    for (let number = 2; taken.has(name); number++) name = `${baseName}${number}`;
    const webhook = { location, serviceUri: address, scope, actions: ['push'], status: 'enabled' };
    await callAzure(signal, () =>
      followToEnd(client.webhooks.create(group, registryName, name, webhook, options), status, signal),
    );
  }

  async stopCalls(registry: AzureRegistry, host: string, status: Status, signal: AbortSignal): Promise<void> {
    const { resourceGroup: group, name: registryName } = registry;
    const client = await registriesClient(this.clientArgumentsOf, registry.subscription);
    if (host === '') throw noDeploymentSite(registryName);
    const webhooks = await this.webhooks(client, registry, signal);
    for (const { name } of await this.webhooksThatCall(client, registry, webhooks, host, signal))
      await callAzure(signal, () =>
        followToEnd(client.webhooks.delete(group, registryName, name, { abortSignal: signal }), status, signal),
      );
  }

  private async webhooks(
    client: ContainerRegistryManagementClient,
    { resourceGroup, name }: AzureRegistry,
    signal: AbortSignal,
  ): Promise<readonly NamedWebhook[]> {
    return withIdAndName(
      await callAzure(signal, () => listAll(client.webhooks.list(resourceGroup, name, { abortSignal: signal }))),
    );
  }

  /**
   * The webhooks that call a deployment site. A list does not have their addresses, so each address is read by a request of its own. A
   * webhook whose address may not be read is left out.
   */
  private async webhooksThatCall(
    client: ContainerRegistryManagementClient,
    { resourceGroup, name: registryName }: AzureRegistry,
    webhooks: readonly NamedWebhook[],
    host: string,
    signal: AbortSignal,
  ): Promise<readonly NamedWebhook[]> {
    const limit = pLimit(requestsAtOnce);
    const checks = webhooks.map((webhook) =>
      limit(async () => {
        const config = await callAzure(signal, () =>
          client.webhooks.getCallbackConfig(resourceGroup, registryName, webhook.name, { abortSignal: signal }),
        ).catch((error: unknown) => {
          if (error instanceof Failure && (error.kind === 'forbidden' || error.kind === 'notFound')) return undefined;
          throw error;
        });
        const { serviceUri = '' } = config ?? {};
        if (!URL.canParse(serviceUri)) return [];
        const called = new URL(serviceUri);
        return called.host === host.toLowerCase() && called.pathname === webhookPath ? [webhook] : [];
      }),
    );
    return (await Promise.all(checks)).flat();
  }
}

/** The failure when the host of a deployment site, which the webhooks of an app call, cannot be read. */
function noDeploymentSite(registry: string): Failure {
  const explanation = t(
    'the address of the deployment site (SCM) cannot be read, so the webhooks of {0} that call it cannot be found; delete them in the portal',
    registry,
  );
  return new Failure('malformed', '', { subject: 'Azure', speaker: 'program', explanation });
}

/** How many webhooks are asked for their address at a time. */
const requestsAtOnce = 6;

/**
 * A name for the webhook of an app. Azure allows 5 to 50 letters and digits, and ignores case. The hash of the app's id keeps apart
 * names that would be the same: `we-b1`, `web1` and the slot `1` of `web`.
 */
function webhookNameOf({ id, name, slot = '' }: WebApp): string {
  const readable = `${name}${slot}`
    .toLowerCase()
    .replace(/[^a-z0-9]/g, '')
    .slice(0, 30);
  return `webapp${readable}${createHash('sha256').update(id.toLowerCase()).digest('hex').slice(0, 10)}`;
}
