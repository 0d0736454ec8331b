import { createHash } from 'node:crypto';
import type { ContainerRegistryManagementClient, Webhook } from '@azure/arm-containerregistry';
import { t } from '@vscode/l10n';
import pLimit from 'p-limit';
import { Failure } from '../core/failure';
import { listAll, callAzure, followToEnd, withIdentity } from './arm';
import type { ArmClientIn, Identified } from './arm';
import type { AzureRegistry, ContinuousDeployment, Status, Subscription, WebApp } from './azure';
import { registriesClient } from './registriesClient';
import { SiteCalls, webSites } from './webSites';
import type { Settings } from './webSites';

type Hook = Webhook & Identified;

/** Without it the deployment site hears a call and does nothing: https://learn.microsoft.com/en-us/azure/app-service/reference-app-settings#custom-containers */
const listening = 'DOCKER_ENABLE_CI';

/** Where the deployment site is called after a push. */
const hook = '/api/registry/webhook';

export function isOnIn(settings: Settings): boolean {
  return /^(?:true|1)$/i.test(settings[listening] ?? '');
}

export class ContinuousDeployments implements ContinuousDeployment {
  constructor(private readonly client: ArmClientIn) {}

  async now(subscription: Subscription, app: WebApp, signal: AbortSignal) {
    const calls = await this.site(subscription, app, signal);
    const [settings, isOpen, site] = await Promise.all([calls.settings(), calls.isScmOpen(), calls.site()]);
    const host = site.hostNameSslStates?.find(({ hostType }) => hostType === 'Repository')?.name ?? '';
    return { isOn: isOnIn(settings), isOpen, host };
  }

  async open(subscription: Subscription, app: WebApp, signal: AbortSignal): Promise<void> {
    await (await this.site(subscription, app, signal)).openScm();
  }

  async address(subscription: Subscription, app: WebApp, signal: AbortSignal): Promise<string> {
    const calls = await this.site(subscription, app, signal);
    const { scmUri = '' } = await calls.publishingCredentials();
    // If sign-in with the password is switched off, Azure does not return it.
    const site = URL.canParse(scmUri) ? new URL(scmUri) : undefined;
    if (site === undefined || /^(?:redacted)?$/i.test(site.password) || /^(?:redacted)?$/i.test(site.username)) {
      const explanation = t(
        'the publishing password of {0} cannot be read: basic authentication of its deployment site (SCM) is off; an Azure Policy may have switched it off again',
        app.name,
      );
      throw new Failure('rejected', '', { subject: 'Azure', speaker: 'program', explanation });
    }
    return `${scmUri.replace(/\/$/, '')}${hook}`;
  }

  async listen(subscription: Subscription, app: WebApp, isOn: boolean, signal: AbortSignal): Promise<void> {
    const calls = await this.site(subscription, app, signal);
    const change = (before: Settings): Settings => {
      const { [listening]: now, ...others } = before;
      if (isOnIn(before) === isOn && (isOn || now === undefined)) return before;
      return isOn ? { ...others, [listening]: 'true' } : others;
    };
    await calls.changeSettings(change);
  }

  private async site(subscription: Subscription, app: WebApp, signal: AbortSignal): Promise<SiteCalls> {
    return new SiteCalls(await webSites(this.client, subscription), app, signal);
  }

  async call(
    registry: AzureRegistry,
    app: WebApp,
    address: string,
    scope: string,
    status: Status,
    signal: AbortSignal,
  ): Promise<void> {
    const { resourceGroup: group, name: registryName, location } = registry;
    const client = await registriesClient(this.client, registry.subscription);
    const there = await this.webhooks(client, registry, signal);
    const ours = nameFor(app);
    const likely = there.filter((one) => one.scope === scope || one.name.toLowerCase().startsWith(ours));
    const [known] = await this.calling(client, registry, likely, new URL(address).host, signal);
    const options = { abortSignal: signal };
    if (known !== undefined) {
      const actions = [...new Set([...(known.actions ?? []), 'push'])];
      const change = { serviceUri: address, scope, actions, status: 'enabled' };
      const update = () =>
        followToEnd(client.webhooks.update(group, registryName, known.name, change, options), status, signal);
      await callAzure(signal, update);
      return;
    }
    // A PUT would replace any webhook of that name, even one that calls another app.
    const taken = new Set(there.map(({ name }) => name.toLowerCase()));
    let name = ours;
    for (let number = 2; taken.has(name); number++) name = `${ours}${number}`;
    const webhook = { location, serviceUri: address, scope, actions: ['push'], status: 'enabled' };
    await callAzure(signal, () =>
      followToEnd(client.webhooks.create(group, registryName, name, webhook, options), status, signal),
    );
  }

  async stopCalls(registry: AzureRegistry, host: string, status: Status, signal: AbortSignal): Promise<void> {
    const { resourceGroup: group, name: registryName } = registry;
    const client = await registriesClient(this.client, registry.subscription);
    if (host === '') throw noDeploymentSite(registryName);
    const there = await this.webhooks(client, registry, signal);
    for (const { name } of await this.calling(client, registry, there, host, signal))
      await callAzure(signal, () =>
        followToEnd(client.webhooks.delete(group, registryName, name, { abortSignal: signal }), status, signal),
      );
  }

  private async webhooks(
    client: ContainerRegistryManagementClient,
    { resourceGroup, name }: AzureRegistry,
    signal: AbortSignal,
  ): Promise<readonly Hook[]> {
    return withIdentity(
      await callAzure(signal, () => listAll(client.webhooks.list(resourceGroup, name, { abortSignal: signal }))),
    );
  }

  /** The webhooks that call a deployment site. No list has the address of a webhook, so each is asked. One that does not tell is left out. */
  private async calling(
    client: ContainerRegistryManagementClient,
    { resourceGroup, name: registryName }: AzureRegistry,
    webhooks: readonly Hook[],
    host: string,
    signal: AbortSignal,
  ): Promise<readonly Hook[]> {
    const limit = pLimit(asksAtATime);
    const asking = webhooks.map((webhook) =>
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
        return called.host === host.toLowerCase() && called.pathname === hook ? [webhook] : [];
      }),
    );
    return (await Promise.all(asking)).flat();
  }
}

/** The address that the webhooks of an app call cannot be read. */
function noDeploymentSite(registry: string): Failure {
  const explanation = t(
    'the address of the deployment site (SCM) cannot be read, so the webhooks of {0} that call it cannot be found; delete them in the portal',
    registry,
  );
  return new Failure('malformed', '', { subject: 'Azure', speaker: 'program', explanation });
}

/** How many webhooks are asked for their address at a time. */
const asksAtATime = 6;

/** A name has 5 to 50 letters and digits, and only case aside they count: `we-b1`, `web1` and the slot `1` of `web` are told apart by their ids. */
function nameFor({ id, name, slot = '' }: WebApp): string {
  const readable = `${name}${slot}`
    .toLowerCase()
    .replace(/[^a-z0-9]/g, '')
    .slice(0, 30);
  return `webapp${readable}${createHash('sha256').update(id.toLowerCase()).digest('hex').slice(0, 10)}`;
}
