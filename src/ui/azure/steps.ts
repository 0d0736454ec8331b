import { t } from '@vscode/l10n';
import { azureOf, idIn } from '../../azure/azure';
import type { Azure, Subscription, WebApp } from '../../azure/azure';
import type { App } from '../app';
import { signedInAs } from '../words';
import type { Ask, Pick } from '../flow';

/** An account of Azure that is connected. */
export interface Account {
  readonly label: string;
  readonly azure: Azure;
}

export interface InSubscription {
  readonly azure: Azure;
  readonly subscription: Subscription;
}

/** `isNew`: it is made on the way. */
export interface ChosenGroup {
  readonly name: string;
  readonly isNew: boolean;
}

/** `shop`, or the slot `shop/staging`. */
export function nameWithSlot({ name, slot }: WebApp): string {
  return slot === undefined ? name : `${name}/${slot}`;
}

export function accountsOf(app: App): readonly Account[] {
  return app.registries.all().flatMap(({ connection, provider }) => {
    const resources = azureOf(provider);
    if (resources === undefined) return [];
    const who = signedInAs(connection);
    return [{ label: who === undefined ? connection.label : `${connection.label} (${who})`, azure: resources.azure }];
  });
}

/** Asks for the account, unless there is only one, and for one of its subscriptions. */
export async function askSubscription(ask: Ask, accounts: readonly Account[]): Promise<InSubscription> {
  const [first, ...others] = accounts;
  if (others.length > 0) ask.more(1);
  const azure =
    first !== undefined && others.length === 0
      ? first.azure
      : await ask.pick(
          t('Account'),
          accounts.map((account) => ({ label: account.label, value: account.azure })),
        );
  const list = async (signal: AbortSignal): Promise<readonly Pick<Subscription>[]> => {
    const { subscriptions } = await azure.subscriptions(signal);
    return subscriptions.map((value) => ({ label: value.name, description: value.id, value }));
  };
  return { azure, subscription: await ask.pick(t('Subscription'), list, t('There is no subscription.')) };
}

/** What is wrong with the name of something new: a resource of that id is there, and would be overwritten. */
export async function problemOfTaken(
  { azure, subscription }: InSubscription,
  id: string,
  signal: AbortSignal,
): Promise<string | undefined> {
  const isThere = await azure.has(subscription, id, signal);
  return isThere ? t('This name is already used: go back and choose it, or type another name.') : undefined;
}

/** Asks for a resource group: one that is there, or the name of a new one, for which `proposal` is proposed. */
export async function askGroup(ask: Ask, where: InSubscription, proposal: string): Promise<ChosenGroup> {
  const { azure, subscription } = where;
  const list = async (signal: AbortSignal): Promise<readonly Pick<string | undefined>[]> => [
    { label: t('Create new resource group…'), icon: 'add', value: undefined },
    ...(await azure.resourceGroups(subscription, signal)).map(({ name, location }) => ({
      label: name,
      description: location,
      value: name,
    })),
  ];
  const chosen = await ask.pick(t('Resource group'), list);
  if (chosen !== undefined) return { name: chosen, isNew: false };
  ask.more(1);
  const name = await ask.input({
    prompt: t('Name of the new resource group'),
    value: proposal,
    problem: groupProblem,
    check: (text, signal) => problemOfTaken(where, idIn({ subscription, resourceGroup: text }), signal),
  });
  return { name, isNew: true };
}

/** https://learn.microsoft.com/en-us/azure/azure-resource-manager/management/resource-name-rules#microsoftresources */
function groupProblem(name: string): string | undefined {
  if (name.length < 1 || name.length > 90) return t('The name of a resource group has 1 to 90 characters.');
  return /^[\p{L}\p{N}_().-]*[\p{L}\p{N}_()-]$/u.test(name)
    ? undefined
    : t('Use letters, digits, _ ( ) . and - only; the name cannot end with a dot.');
}

/** Asks for a location in which a resource of that type can be made: `Microsoft.Web`, `sites`. */
export function askLocation(
  ask: Ask,
  { azure, subscription }: InSubscription,
  namespace: string,
  type: string,
): Promise<string> {
  return ask.pick(t('Location'), async (signal) => {
    const locations = await azure.locations(subscription, namespace, type, signal);
    return locations.map(({ name, label }) => ({ label, description: name, value: name }));
  });
}
