import { isDeepStrictEqual } from 'node:util';
import type { Site } from '@azure/arm-appservice';
import { asked } from './arm';
import type { ArmClientIn } from './arm';
import type { Subscription, WebApp } from './azure';

/** What all that has to do with web apps asks of the SDK, where an app and a slot of it each have a call of their own. */

export type WebClient = Awaited<ReturnType<typeof webSites>>;

export async function webSites(clientIn: ArmClientIn, { id, tenantId }: Subscription) {
  const { WebSiteManagementClient } = await import('@azure/arm-appservice');
  const { credential, options } = clientIn(tenantId);
  return new WebSiteManagementClient(credential, id, options);
}

export function siteOf(client: WebClient, { resourceGroup, name, slot }: WebApp, signal: AbortSignal): Promise<Site> {
  const options = { abortSignal: signal };
  return asked(signal, () =>
    slot === undefined
      ? client.webApps.get(resourceGroup, name, options)
      : client.webApps.getSlot(resourceGroup, name, slot, options),
  );
}

export function configOf(client: WebClient, { resourceGroup, name, slot }: WebApp, signal: AbortSignal) {
  const options = { abortSignal: signal };
  return asked(signal, () =>
    slot === undefined
      ? client.webApps.getConfiguration(resourceGroup, name, options)
      : client.webApps.getConfigurationSlot(resourceGroup, name, slot, options),
  );
}

export type Settings = Readonly<Record<string, string>>;

export async function settingsOf(
  client: WebClient,
  { resourceGroup, name, slot }: WebApp,
  signal: AbortSignal,
): Promise<Settings> {
  const options = { abortSignal: signal };
  const answer = await asked(signal, () =>
    slot === undefined
      ? client.webApps.listApplicationSettings(resourceGroup, name, options)
      : client.webApps.listApplicationSettingsSlot(resourceGroup, name, slot, options),
  );
  return answer.properties ?? {};
}

/** The service takes the whole set or nothing: what is there is read, and kept. Where nothing changes, nothing restarts. */
export async function changeSettings(
  client: WebClient,
  app: WebApp,
  change: (before: Settings) => Settings,
  signal: AbortSignal,
): Promise<void> {
  const before = await settingsOf(client, app, signal);
  const properties = { ...change(before) };
  if (isDeepStrictEqual({ ...before }, properties)) return;
  const { resourceGroup: group, name, slot } = app;
  const options = { abortSignal: signal };
  await asked(signal, () =>
    slot === undefined
      ? client.webApps.updateApplicationSettings(group, name, { properties }, options)
      : client.webApps.updateApplicationSettingsSlot(group, name, slot, { properties }, options),
  );
}

export function isNothing(text: string | null | undefined): text is undefined | null | '' {
  return text === undefined || text === null || text === '';
}
