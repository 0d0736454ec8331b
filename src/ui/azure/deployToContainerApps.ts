import { t } from '@vscode/l10n';
import { shareOfNewest } from '../../azure/azure';
import type { ContainerApp } from '../../azure/azure';
import { printReference } from '../../core/reference';
import type { App } from '../app';
import type { Deployable } from './deployable';
import { connectAzure } from './connectAzure';
import { askContainerApps } from './containerAppsPrompts';
import { containerAppsSummary, containerAppsWork } from './containerAppsWork';
import { runFlow } from './wizard';
import { work } from './work';

/** Runs an image in a container app: one that is there, as a new revision, or a new one. */
export async function deployToContainerApps(app: App, deployable: Deployable): Promise<void> {
  const accounts = await connectAzure(app);
  if (accounts === undefined) return;
  const title = t('Deploy {0} to Container Apps', printReference(deployable.image));
  const answers = await runFlow(app, title, async (ask) => {
    const asked = await askContainerApps(ask, app, accounts, deployable);
    await ask.confirm(title, containerAppsSummary(deployable, asked), t('Deploy'));
    return asked;
  });
  if (answers === undefined) return;
  const { azure, subscription } = answers;
  const { steps, deployed } = containerAppsWork(deployable, answers);
  await work(app, title, answers, steps);
  const containerApp = deployed();
  const { id, url } = containerApp;
  const browse = t('Browse');
  const portal = t('Open in Portal');
  const runs = describeWhereItRuns(printReference(deployable.image), containerApp);
  const isReached = url !== undefined && shareOfNewest(containerApp, containerApp.newest) > 0;
  const buttons = [...(isReached ? [browse] : []), portal];
  void app.message('information', runs, ...buttons).then(async (pressed) => {
    if (pressed === browse && url !== undefined) await app.browse(new URL(url));
    if (pressed === portal) await app.browse(azure.portalPage(subscription.tenantId, id));
  });
}

/** At its address only what traffic goes to. */
function describeWhereItRuns(image: string, app: ContainerApp): string {
  const { name, url, newest } = app;
  if (url === undefined) return t('{0} runs in {1}', image, name);
  const share = shareOfNewest(app, newest);
  if (share === 0) return t('{0} runs in {1}, in a revision that no traffic goes to', image, name);
  return share < 100
    ? t('{0} runs in {1}, in a revision that {2} % of the traffic goes to', image, name, String(share))
    : t('{0} runs at {1}', image, url);
}
