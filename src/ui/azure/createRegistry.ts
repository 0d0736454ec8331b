import { t } from '@vscode/l10n';
import { idIn, registrySkus } from '../../azure/azure';
import type { Azure, AzureRegistry, RegistrySku, Subscription } from '../../azure/azure';
import type { App } from '../app';
import { groupWork } from './groupWork';
import { flowSignal, groupPrompts, locationPicks, subscriptionPrompts, widened } from './steps';
import type { InGroup, InSubscription } from './steps';
import { askAll } from './wizard';
import type { Prompt } from './wizard';
import { work } from './work';

interface NewRegistryAnswers extends InGroup {
  readonly name: string;
  readonly location: string;
  readonly sku: RegistrySku;
}

/** Asks for a new registry and makes it; nothing when dismissed. Without a subscription it asks for one. */
export async function createRegistry(
  app: App,
  azure: Azure,
  subscription: Subscription | undefined,
): Promise<AzureRegistry | undefined> {
  const title = t('Create Registry');
  const where: readonly Prompt<NewRegistryAnswers>[] =
    subscription === undefined ? subscriptionPrompts<NewRegistryAnswers>([{ label: t('Azure'), azure }]) : [];
  const told = await askAll<NewRegistryAnswers>(
    app,
    title,
    [...where, ...prompts].map((prompt) => ({
      ...prompt,
      ask: (boxes, answers) => prompt.ask(boxes, { azure, ...(subscription && { subscription }), ...answers }),
    })),
  );
  if (told === undefined) return undefined;
  const { name, location, sku, group } = told;
  const chosen = told.subscription ?? subscription;
  if (chosen === undefined || name === undefined || location === undefined || sku === undefined) return undefined;
  if (group === undefined || group === 'new') return undefined;
  const place = { subscription: chosen, resourceGroup: group.name };
  let created: AzureRegistry | undefined;
  await work(app, t('Creating the registry {0}', name), { azure, subscription: chosen }, [
    ...groupWork(azure, place, group.isNew, location, ['Microsoft.ContainerRegistry']),
    {
      doing: t('Creating the registry'),
      makes: {
        label: t('the registry {0}', name),
        id: idIn(place, 'Microsoft.ContainerRegistry/registries', name),
      },
      goesOn: true,
      run: async (status, signal) => {
        created = await azure.createRegistry({ ...place, name, location, sku }, status, signal);
      },
    },
  ]);
  app.done(t('Created {0}', name));
  return created;
}

const nameOf: Prompt<InSubscription & { readonly name: string }> = {
  ask: async (boxes, { azure, subscription }) => {
    const name = await boxes.input({
      prompt: t('Name of the registry: 5 to 50 letters and digits, the only one of that name in Azure'),
      placeholder: 'contosoimages',
      problem: registryNameProblem,
      check: async (text) =>
        azure === undefined || subscription === undefined
          ? undefined
          : azure.registryNameProblem(subscription, text, flowSignal()),
    });
    return { name };
  },
};

const placeOf: Prompt<InGroup & { readonly location: string; readonly sku: RegistrySku }> = {
  ask: async (boxes, { azure, subscription }) => {
    if (azure === undefined || subscription === undefined) return {};
    const picks = locationPicks(azure, subscription, 'Microsoft.ContainerRegistry', 'registries');
    return { location: await boxes.pick(t('Location'), picks) };
  },
};

const skuOf: Prompt<{ readonly sku: RegistrySku }> = {
  ask: async (boxes) => {
    const details: Readonly<Record<RegistrySku, string>> = {
      Basic: t('10 GB, for learning and small teams'),
      Standard: t('100 GB, for most'),
      Premium: t('500 GB, private endpoints, geo-replication'),
    };
    return {
      sku: await boxes.pick(
        t('SKU'),
        registrySkus.map((value) => ({ label: value, description: details[value], value })),
      ),
    };
  },
};

const prompts: readonly Prompt<NewRegistryAnswers>[] = [
  widened(nameOf),
  ...groupPrompts((told) => ('name' in told && typeof told.name === 'string' ? `rg-${told.name}` : 'rg-registry')).map(
    (prompt) => widened<NewRegistryAnswers, InGroup>(prompt),
  ),
  widened(placeOf),
  widened(skuOf),
];

/** https://learn.microsoft.com/en-us/azure/azure-resource-manager/management/resource-name-rules#microsoftcontainerregistry */
export function registryNameProblem(name: string): string | undefined {
  if (!/^[a-z0-9]*$/i.test(name)) return t('It has letters and digits only.');
  return name.length < 5 || name.length > 50 ? t('It has 5 to 50 characters.') : undefined;
}
