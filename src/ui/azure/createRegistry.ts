import { t } from '@vscode/l10n';
import { resourceIdOf, registrySkus } from '../../azure/azure';
import type { Azure, AzureRegistry, RegistrySku, Subscription } from '../../azure/azure';
import type { App } from '../app';
import { groupWork } from './groupWork';
import type { Ask } from '../flow';
import { askGroup, askLocation, askSubscription, describeGroup } from './steps';
import type { ChosenGroup, InSubscription } from './steps';
import { runFlow } from './wizard';
import { HandedOver, work } from './work';

interface RegistryAnswers extends InSubscription {
  readonly name: string;
  readonly group: ChosenGroup;
  readonly location: string;
  readonly sku: RegistrySku;
}

/** Asks for a new registry and makes it; nothing when dismissed. Without a subscription it asks for one. */
export async function createRegistry(
  app: App,
  azure: Azure,
  subscription: Subscription | undefined,
): Promise<AzureRegistry | undefined> {
  const answers = await runFlow(app, t('Create Registry'), async (ask) => {
    const asked = await askRegistry(ask, azure, subscription);
    await ask.confirm(t('Create Registry'), registrySummary(asked), t('Create'));
    return asked;
  });
  if (answers === undefined) return undefined;
  const { name, location, sku, group } = answers;
  const place = { subscription: answers.subscription, resourceGroup: group.name };
  const created = new HandedOver<AzureRegistry>();
  await work(app, t('Creating the registry {0}', name), answers, [
    ...groupWork(azure, place, group.isNew, location, ['Microsoft.ContainerRegistry']),
    {
      doing: t('Creating the registry'),
      makes: {
        label: t('the registry {0}', name),
        id: resourceIdOf(place, 'Microsoft.ContainerRegistry/registries', name),
      },
      goesOn: true,
      run: async (status, signal) => {
        created.set(await azure.createRegistry({ ...place, name, location, sku }, status, signal));
      },
    },
  ]);
  app.done(t('Created {0}', name));
  return created.get();
}

/** All that will be made. */
function registrySummary({ name, group, location, sku, subscription }: RegistryAnswers): readonly string[] {
  return [
    describeGroup(group, location),
    t('New registry: {0}, {1}, in {2}', name, sku, location),
    t('Subscription: {0}', subscription.name),
  ];
}

async function askRegistry(ask: Ask, azure: Azure, known: Subscription | undefined): Promise<RegistryAnswers> {
  const where =
    known === undefined ? await askSubscription(ask, [{ label: t('Azure'), azure }]) : { azure, subscription: known };
  const name = await ask.input({
    prompt: t('Name of the registry: 5 to 50 letters and digits, unique across Azure'),
    placeholder: 'contosoimages',
    problem: registryNameProblem,
    check: (text, signal) => azure.registryNameProblem(where.subscription, text, signal),
  });
  const group = await askGroup(ask, where, `rg-${name}`);
  const location = await askLocation(ask, where, group, 'Microsoft.ContainerRegistry', 'registries');
  return { ...where, name, group, location, sku: await askSku(ask) };
}

function askSku(ask: Ask): Promise<RegistrySku> {
  const details: Readonly<Record<RegistrySku, string>> = {
    Basic: t('10 GB, for learning and small teams'),
    Standard: t('100 GB, for most uses'),
    Premium: t('500 GB, private endpoints, geo-replication'),
  };
  return ask.pick(
    t('SKU'),
    registrySkus.map((value) => ({ label: value, description: details[value], value })),
  );
}

/** https://learn.microsoft.com/en-us/azure/azure-resource-manager/management/resource-name-rules#microsoftcontainerregistry */
function registryNameProblem(name: string): string | undefined {
  if (!/^[a-z0-9]*$/i.test(name)) return t('Use letters and digits only.');
  return name.length < 5 || name.length > 50 ? t('The name must have 5 to 50 characters.') : undefined;
}
