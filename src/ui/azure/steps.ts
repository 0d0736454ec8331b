import { t } from '@vscode/l10n';
import { azureOf, resourceIdOf } from '../../azure/azure';
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

/** `isNew`: it is made on the way. `location`: of one that is there. */
export interface ChosenGroup {
  readonly name: string;
  readonly isNew: boolean;
  readonly location?: string;
}

/** One line for the summary. `location`: where a new one is made. */
export function describeGroup({ name, isNew, location: own }: ChosenGroup, location: string): string {
  return isNew
    ? t('New resource group: {0}, in {1}', name, location)
    : t('Resource group: {0}, in {1}', name, own ?? location);
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

/** Asks for the account and for one of its subscriptions, where there are several. */
export async function askSubscription(ask: Ask, accounts: readonly Account[]): Promise<InSubscription> {
  const azure = await ask.choose(t('Account'), () =>
    Promise.resolve(accounts.map((account) => ({ label: account.label, value: account.azure }))),
  );
  const list = async (signal: AbortSignal): Promise<readonly Pick<Subscription>[]> => {
    const { subscriptions } = await azure.subscriptions(signal);
    return subscriptions.map((value) => ({ label: value.name, description: value.id, value }));
  };
  return {
    azure,
    subscription: await ask.choose(t('Subscription'), list, { none: t('There is no subscription.') }),
  };
}

/** What is wrong with the name of something new: a resource of that id is there, and would be overwritten. */
export async function problemOfTaken(
  { azure, subscription }: InSubscription,
  id: string,
  signal: AbortSignal,
): Promise<string | undefined> {
  const isThere = await azure.exists(subscription, id, signal);
  return isThere ? t('This name is already used: go back and choose it, or type another name.') : undefined;
}

/** Asks for a resource group: one that is there, or the name of a new one, for which `proposal` is proposed. */
export async function askGroup(ask: Ask, where: InSubscription, proposal: string): Promise<ChosenGroup> {
  const { azure, subscription } = where;
  const chosen = await ask.choose<ChosenGroup | undefined>(
    t('Resource group'),
    async (signal) =>
      (await azure.resourceGroups(subscription, signal)).map(({ name, location }) => ({
        label: name,
        description: location,
        value: { name, isNew: false, location },
      })),
    { create: { label: t('Create new resource group…'), icon: 'add', value: undefined } },
  );
  if (chosen !== undefined) return chosen;
  const name = await ask.input({
    prompt: t('Name of the new resource group'),
    value: proposal,
    problem: groupProblem,
    check: (text, signal) => problemOfTaken(where, resourceIdOf({ subscription, resourceGroup: text }), signal),
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

/** Asks for a location in which a resource of that type can be made: `Microsoft.Web`, `sites`. That of its group comes first. */
export function askLocation(
  ask: Ask,
  { azure, subscription }: InSubscription,
  { name: group, location: own }: ChosenGroup,
  namespace: string,
  type: string,
): Promise<string> {
  return ask.choose(t('Location'), async (signal) => {
    const locations = await azure.locations(subscription, namespace, type, signal);
    const picks = locations.map(({ name, label }): Pick<string> => {
      const isOfGroup = own !== undefined && (name === own || label === own);
      return isOfGroup
        ? { label, description: t('{0} · location of {1}', name, group), isFirst: true, value: name }
        : { label, description: name, value: name };
    });
    return [...picks.filter(({ isFirst }) => isFirst), ...picks.filter(({ isFirst }) => isFirst !== true)];
  });
}
