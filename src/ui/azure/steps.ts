import { t } from '@vscode/l10n';
import { azureOf, idIn } from '../../azure/azure';
import type { Azure, Place, Subscription } from '../../azure/azure';
import type { App } from '../app';
import { signedInAs } from '../words';
import type { Pick, Prompt, Told } from './wizard';

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

export interface InGroup extends InSubscription {
  readonly group: ChosenGroup | 'new';
}

/** Flows are not cancelled by a signal: their boxes are closed. */
export const flowSignal = (): AbortSignal => new AbortController().signal;

export function accountsOf(app: App): readonly Account[] {
  return app.registries.all().flatMap(({ connection, provider }) => {
    const resources = azureOf(provider);
    if (resources === undefined) return [];
    const who = signedInAs(connection);
    return [{ label: who === undefined ? connection.label : `${connection.label} (${who})`, azure: resources.azure }];
  });
}

/** Which account and which of its subscriptions; what there is only one of is not asked. */
export function subscriptionPrompts<T extends InSubscription>(accounts: readonly Account[]): readonly Prompt<T>[] {
  const [first] = accounts;
  const isOnly = accounts.length === 1 && first !== undefined;
  const azureOf = (told: Told<InSubscription>) => told.azure ?? first?.azure;
  const ask: Prompt<InSubscription>[] = [
    {
      when: () => !isOnly,
      ask: async (boxes) => ({
        azure: await boxes.pick(
          t('Account'),
          accounts.map(({ label, azure }) => ({ label, value: azure })),
        ),
      }),
    },
    {
      ask: async (boxes, told) => {
        const azure = azureOf(told);
        if (azure === undefined) return {};
        const list = azure
          .subscriptions(flowSignal())
          .then(({ subscriptions }) =>
            subscriptions.map((value) => ({ label: value.name, description: value.id, value })),
          );
        return { azure, subscription: await boxes.pick(t('Subscription'), list, t('There is no subscription.')) };
      },
    },
  ];
  return ask.map((prompt) => widened<T, InSubscription>(prompt));
}

/** A question about a part of what a flow is told. */
export function widened<T extends S, S>({ when, ask }: Prompt<S>): Prompt<T> {
  return {
    ...(when === undefined ? {} : { when: (told) => when(told) }),
    ask: async (boxes, told) => {
      const answer: Told<S> = await ask(boxes, told);
      return { ...told, ...answer };
    },
  };
}

/** Asked only where something new is to be made. */
export function onlyNew<T extends { readonly target: unknown }>(prompt: Prompt<T>): Prompt<T> {
  return { ...prompt, when: (told) => told.target === 'new' && (prompt.when?.(told) ?? true) };
}

/** What is wrong with a name of something new: what is there would be overwritten. */
export async function taken(place: Place | undefined, azure: Azure | undefined, type?: string, name?: string) {
  if (place === undefined || azure === undefined) return undefined;
  const isThere = await azure.has(place.subscription, idIn(place, type, name), flowSignal());
  return isThere ? t('There is one of that name: go back and choose it, or type another name.') : undefined;
}

/** The place that was chosen; nothing before it was. */
export function placeOf({ subscription, group }: Told<InGroup>): Place | undefined {
  if (subscription === undefined || group === undefined || group === 'new') return undefined;
  return { subscription, resourceGroup: group.name };
}

/** A resource group: one that is there, or the name of a new one. */
export function groupPrompts(proposal: (told: Told<InGroup>) => string): readonly Prompt<InGroup>[] {
  return [
    {
      ask: async (boxes, { azure, subscription }) => {
        if (azure === undefined || subscription === undefined) return {};
        const list = azure.resourceGroups(subscription, flowSignal()).then((groups): Pick<ChosenGroup | 'new'>[] => [
          { label: t('Create new resource group…'), icon: 'add', value: 'new' },
          ...groups.map(({ name, location }) => ({
            label: name,
            description: location,
            value: { name, isNew: false },
          })),
        ]);
        return { group: await boxes.pick(t('Resource group'), list) };
      },
    },
    {
      when: ({ group }) => group === 'new' || group?.isNew === true,
      ask: async (boxes, told) => {
        const name = await boxes.input({
          prompt: t('Name of the new resource group'),
          value: proposal(told),
          problem: groupProblem,
          check: (text) => taken(placeOf({ ...told, group: { name: text, isNew: true } }), told.azure),
        });
        return { group: { name, isNew: true } };
      },
    },
  ];
}

/** https://learn.microsoft.com/en-us/azure/azure-resource-manager/management/resource-name-rules#microsoftresources */
export function groupProblem(name: string): string | undefined {
  if (name.length < 1 || name.length > 90) return t('The name of a resource group has 1 to 90 characters.');
  return /^[\p{L}\p{N}_().-]*[\p{L}\p{N}_()-]$/u.test(name)
    ? undefined
    : t('It has letters, digits, _ ( ) . or -, and does not end with a dot.');
}

export async function locationPicks(
  azure: Azure,
  subscription: Subscription,
  namespace: string,
  type: string,
): Promise<readonly Pick<string>[]> {
  const locations = await azure.locations(subscription, namespace, type, flowSignal());
  return locations.map(({ name, label }) => ({ label, description: name, value: name }));
}
