import { t } from '@vscode/l10n';
import { printReference } from '../../core/reference';
import type { App } from '../app';
import type { Deployable } from '../commands/deploy';
import { connectAzure } from './connectAzure';
import { containerAppsPrompts } from './containerAppsPrompts';
import type { ContainerAppsAnswers } from './containerAppsPrompts';
import { containerAppsSummary, containerAppsWork } from './containerAppsWork';
import { askAll } from './wizard';
import { work } from './work';

/** Runs an image in a container app: one that is there, as a new revision, or a new one. */
export async function deployToContainerApps(app: App, deployable: Deployable): Promise<void> {
  const accounts = await connectAzure(app);
  if (accounts === undefined) return;
  const title = t('Deploy {0} to Container Apps', printReference(deployable.image));
  const told = await askAll<ContainerAppsAnswers>(app, title, [
    ...containerAppsPrompts(app, accounts, deployable),
    {
      ask: async (boxes, answers) => {
        await boxes.confirm(title, containerAppsSummary(deployable, answers), t('Deploy'));
        return {};
      },
    },
  ]);
  if (told?.azure === undefined || told.subscription === undefined) return;
  const { azure, subscription } = told;
  const { steps, deployed } = containerAppsWork(deployable, told);
  await work(app, title, { azure, subscription }, steps);
  const containerApp = deployed();
  if (containerApp === undefined) return;
  const { id, name, url } = containerApp;
  const browse = t('Browse');
  const portal = t('Open in Portal');
  const runs =
    url === undefined
      ? t('{0} runs in {1}', printReference(deployable.image), name)
      : t('{0} runs at {1}', printReference(deployable.image), url);
  const buttons = [...(url === undefined ? [] : [browse]), portal];
  void app.message('information', runs, ...buttons).then(async (pressed) => {
    if (pressed === browse && url !== undefined) await app.browse(new URL(url));
    if (pressed === portal) await app.browse(azure.portalPage(subscription.tenantId, id));
  });
}
