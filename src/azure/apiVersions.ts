/**
 * With which version each part of the Resource Manager is spoken to: the newest stable one that its SDK here knows, looked up on
 * 2026-11-26. A unit test holds the SDKs to it; docs/azure.md tells what newer ones would change.
 */
export const apiVersions = {
  'Microsoft.App': '2025-07-01',
  'Microsoft.Authorization': '2022-04-01',
  'Microsoft.ContainerRegistry': '2025-11-01',
  /** Resource groups and the registration of services. */
  'Microsoft.Resources': '2025-04-01',
  'Microsoft.Web': '2025-05-01',
  subscriptions: '2022-12-01',
} as const satisfies Readonly<Record<string, string>>;

/** Of Microsoft.App where a new revision takes a label, which no stable version knows; looked up on the same day. */
export const labelsVersion = '2025-10-02-preview';

/** The API version for a resource type such as `Microsoft.Web/sites`, in any case; undefined for a service not listed here. */
export function apiVersionOf(type: string): string | undefined {
  const namespace = type.replace(/\/.*/s, '').toLowerCase();
  return Object.entries(apiVersions).find(([known]) => known.toLowerCase() === namespace)?.[1];
}
