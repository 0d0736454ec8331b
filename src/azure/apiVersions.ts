/**
 * The API version for each part of the Resource Manager: the newest stable one that the SDK in package.json knows, looked up on
 * 2026-11-26. A unit test checks that the SDKs send these. docs/azure.md describes what newer versions would change.
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

/** The version of Microsoft.App that can give a label to a new revision. No stable version can; looked up on the same day. */
export const labelsVersion = '2025-10-02-preview';

/** The API version for a resource type such as `Microsoft.Web/sites`, in any case; undefined for a service not listed here. */
export function apiVersionOf(type: string): string | undefined {
  const namespace = type.replace(/\/.*/s, '').toLowerCase();
  return Object.entries(apiVersions).find(([known]) => known.toLowerCase() === namespace)?.[1];
}
