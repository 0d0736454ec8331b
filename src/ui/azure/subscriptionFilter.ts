import { userSetting } from '../settings';

/** The setting of the extension Azure Resources that names the subscriptions it shows: `tenant/subscription` each. */
export const subscriptionFilter = 'azureResourceGroups.selectedSubscriptions';

/** Ids of the subscriptions that the extension Azure Resources shows; nothing when it shows all. */
export function filteredSubscriptions(): readonly string[] | undefined {
  const chosen = userSetting(subscriptionFilter);
  const ids = Array.isArray(chosen)
    ? chosen.flatMap((id) => (typeof id === 'string' ? (id.split('/')[1] ?? []) : []))
    : [];
  return ids.length === 0 ? undefined : ids;
}
