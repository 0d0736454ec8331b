import { isDeepStrictEqual } from 'node:util';
import type { Site, SiteConfigResource, SiteContainer, SitePatchResource, User } from '@azure/arm-appservice';
import { listAll, callAzure, requireField } from './arm';
import type { ArmClientArgumentsOf } from './arm';
import type { Subscription, WebApp } from './azure';

export type WebClient = Awaited<ReturnType<typeof webSitesClient>>;

export async function webSitesClient(argumentsOf: ArmClientArgumentsOf, { id, tenantId }: Subscription) {
  const { WebSiteManagementClient } = await import('@azure/arm-appservice');
  const { credential, options } = argumentsOf(tenantId);
  return new WebSiteManagementClient(credential, id, options);
}

export type AppSettings = Readonly<Record<string, string>>;

/** Calls for a web app or one of its slots. For each call, the SDK has one method for apps and one for slots; only this class knows both. */
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

  readSite(): Promise<Site> {
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

  readConfiguration(): Promise<SiteConfigResource> {
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

  async readSettings(): Promise<AppSettings> {
    const { properties } = await this.ask(
      (group, name) => this.webApps.listApplicationSettings(group, name, this.options),
      (group, name, slot) => this.webApps.listApplicationSettingsSlot(group, name, slot, this.options),
    );
    // Required, because they are sent back with the changes: Azure deletes the settings that a request leaves out.
    return requireField(properties, `the settings of ${this.app.name}`);
  }

  /** The service accepts only the whole set, so the settings are read first. If nothing changes, nothing is sent: that would restart the app. */
  async changeSettings(change: (before: AppSettings) => AppSettings): Promise<void> {
    const before = await this.readSettings();
    const properties = { ...change(before) };
    if (isDeepStrictEqual({ ...before }, properties)) return;
    await this.ask(
      (group, name) => this.webApps.updateApplicationSettings(group, name, { properties }, this.options),
      (group, name, slot) =>
        this.webApps.updateApplicationSettingsSlot(group, name, slot, { properties }, this.options),
    );
  }

  /** The containers of an app of the sidecar model. */
  listContainers(): Promise<SiteContainer[]> {
    return this.ask(
      (group, name) => listAll(this.webApps.listSiteContainers(group, name, this.options)),
      (group, name, slot) => listAll(this.webApps.listSiteContainersSlot(group, name, slot, this.options)),
    );
  }

  async putContainer(container: string, desired: SiteContainer): Promise<void> {
    await this.ask(
      (group, name) => this.webApps.createOrUpdateSiteContainer(group, name, container, desired, this.options),
      (group, name, slot) =>
        this.webApps.createOrUpdateSiteContainerSlot(group, name, slot, container, desired, this.options),
    );
  }

  /** Whether the deployment site (SCM) accepts the publishing password (basic authentication). */
  async isPasswordEnabled(): Promise<boolean> {
    const { allow } = await this.ask(
      (group, name) => this.webApps.getScmAllowed(group, name, this.options),
      (group, name, slot) => this.webApps.getScmAllowedSlot(group, name, slot, this.options),
    );
    return allow === true;
  }

  async enablePassword(): Promise<void> {
    const allowed = { allow: true };
    await this.ask(
      (group, name) => this.webApps.updateScmAllowed(group, name, allowed, this.options),
      (group, name, slot) => this.webApps.updateScmAllowedSlot(group, name, slot, allowed, this.options),
    );
  }

  readPublishingCredentials(): Promise<User> {
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

export function isEmpty(text: string | null | undefined): text is undefined | null | '' {
  return text === undefined || text === null || text === '';
}
