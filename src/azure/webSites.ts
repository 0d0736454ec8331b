import { isDeepStrictEqual } from 'node:util';
import type { Site, SiteConfigResource, SiteContainer, SitePatchResource, User } from '@azure/arm-appservice';
import { listAll, callAzure, requireField } from './arm';
import type { ArmClientIn } from './arm';
import type { Subscription, WebApp } from './azure';

export type WebClient = Awaited<ReturnType<typeof webSites>>;

export async function webSites(clientIn: ArmClientIn, { id, tenantId }: Subscription) {
  const { WebSiteManagementClient } = await import('@azure/arm-appservice');
  const { credential, options } = clientIn(tenantId);
  return new WebSiteManagementClient(credential, id, options);
}

export type Settings = Readonly<Record<string, string>>;

/** A web app or a slot of it. The SDK has a call for each of the two, which do the same: that is said here, and nowhere else. */
export class SiteCalls {
  private readonly webApps: WebClient['webApps'];
  private readonly options: { readonly abortSignal: AbortSignal };

  constructor(
    client: WebClient,
    private readonly app: WebApp,
    private readonly signal: AbortSignal,
  ) {
    this.webApps = client.webApps;
    this.options = { abortSignal: signal };
  }

  site(): Promise<Site> {
    return this.ask(
      (group, name) => this.webApps.get(group, name, this.options),
      (group, name, slot) => this.webApps.getSlot(group, name, slot, this.options),
    );
  }

  updateSite(patch: SitePatchResource): Promise<Site> {
    return this.ask(
      (group, name) => this.webApps.update(group, name, patch, this.options),
      (group, name, slot) => this.webApps.updateSlot(group, name, slot, patch, this.options),
    );
  }

  configuration(): Promise<SiteConfigResource> {
    return this.ask(
      (group, name) => this.webApps.getConfiguration(group, name, this.options),
      (group, name, slot) => this.webApps.getConfigurationSlot(group, name, slot, this.options),
    );
  }

  updateConfiguration(config: SiteConfigResource): Promise<SiteConfigResource> {
    return this.ask(
      (group, name) => this.webApps.updateConfiguration(group, name, config, this.options),
      (group, name, slot) => this.webApps.updateConfigurationSlot(group, name, slot, config, this.options),
    );
  }

  async settings(): Promise<Settings> {
    const { properties } = await this.ask(
      (group, name) => this.webApps.listApplicationSettings(group, name, this.options),
      (group, name, slot) => this.webApps.listApplicationSettingsSlot(group, name, slot, this.options),
    );
    // They are sent back with the changes: Azure deletes the settings that a request leaves out.
    return requireField(properties, `the settings of ${this.app.name}`);
  }

  /** The service takes the whole set or nothing: what is there is read, and kept. Where nothing changes, nothing restarts. */
  async changeSettings(change: (before: Settings) => Settings): Promise<void> {
    const before = await this.settings();
    const properties = { ...change(before) };
    if (isDeepStrictEqual({ ...before }, properties)) return;
    await this.ask(
      (group, name) => this.webApps.updateApplicationSettings(group, name, { properties }, this.options),
      (group, name, slot) =>
        this.webApps.updateApplicationSettingsSlot(group, name, slot, { properties }, this.options),
    );
  }

  /** Of the sidecar model. */
  containers(): Promise<SiteContainer[]> {
    return this.ask(
      (group, name) => listAll(this.webApps.listSiteContainers(group, name, this.options)),
      (group, name, slot) => listAll(this.webApps.listSiteContainersSlot(group, name, slot, this.options)),
    );
  }

  async putContainer(container: string, wish: SiteContainer): Promise<void> {
    await this.ask(
      (group, name) => this.webApps.createOrUpdateSiteContainer(group, name, container, wish, this.options),
      (group, name, slot) =>
        this.webApps.createOrUpdateSiteContainerSlot(group, name, slot, container, wish, this.options),
    );
  }

  /** Whether the deployment site (SCM) is open to basic authentication. */
  async isScmOpen(): Promise<boolean> {
    const { allow } = await this.ask(
      (group, name) => this.webApps.getScmAllowed(group, name, this.options),
      (group, name, slot) => this.webApps.getScmAllowedSlot(group, name, slot, this.options),
    );
    return allow === true;
  }

  async openScm(): Promise<void> {
    const allowed = { allow: true };
    await this.ask(
      (group, name) => this.webApps.updateScmAllowed(group, name, allowed, this.options),
      (group, name, slot) => this.webApps.updateScmAllowedSlot(group, name, slot, allowed, this.options),
    );
  }

  publishingCredentials(): Promise<User> {
    return this.ask(
      (group, name) => this.webApps.listPublishingCredentials(group, name, this.options),
      (group, name, slot) => this.webApps.listPublishingCredentialsSlot(group, name, slot, this.options),
    );
  }

  private ask<T>(
    ofApp: (group: string, name: string) => Promise<T>,
    ofSlot: (group: string, name: string, slot: string) => Promise<T>,
  ): Promise<T> {
    const { resourceGroup, name, slot } = this.app;
    return callAzure(this.signal, () =>
      slot === undefined ? ofApp(resourceGroup, name) : ofSlot(resourceGroup, name, slot),
    );
  }
}

export function isNothing(text: string | null | undefined): text is undefined | null | '' {
  return text === undefined || text === null || text === '';
}
