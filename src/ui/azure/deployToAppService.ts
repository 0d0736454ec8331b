import { t } from '@vscode/l10n';
import type { WebApp } from '../../azure/azure';
import { printReference } from '../../core/reference';
import type { App } from '../app';
import type { Deployable } from './deployable';
import { askAppService } from './appServicePrompts';
import type { AppServiceAnswers } from './appServicePrompts';
import { appServiceSummary, appServiceWork } from './appServiceWork';
import { connectAzure } from './connectAzure';
import { continuousDeployment } from './continuousDeployment';
import { runFlow } from './wizard';
import { work } from './work';

/** Runs an image in a web app: a new one, or an existing one whose image is replaced. */
export async function deployToAppService(app: App, deployable: Deployable): Promise<void> {
  const accounts = await connectAzure(app);
  if (accounts === undefined) return;
  const title = t('Deploy {0} to App Service', printReference(deployable.image));
  const answers = await runFlow(app, title, async (ask) => {
    const asked = await askAppService(ask, app, accounts, deployable);
    await ask.confirm(title, appServiceSummary(deployable, asked), t('Deploy'));
    return asked;
  });
  if (answers === undefined) return;
  const { steps, deployed } = appServiceWork(deployable, answers);
  await work(app, title, answers, steps);
  tellWhereItRuns(app, answers, deployable, deployed());
}

/** Says where it runs, and offers what can be done next. */
function tellWhereItRuns(
  app: App,
  { azure, subscription, access }: AppServiceAnswers,
  { image }: Deployable,
  webApp: WebApp,
): void {
  const browse = t('Browse');
  const portal = t('Open in Portal');
  // What a digest names no push changes.
  const continuous = image.digest === undefined ? [t('Set Up Continuous Deployment')] : [];
  const found = access.kind === 'identity' || access.kind === 'admin' ? access : undefined;
  const done = t('{0} runs at {1}', printReference(image), webApp.url);
  void app.message('information', done, browse, portal, ...continuous).then(async (chosen) => {
    if (chosen === browse) await app.browse(new URL(webApp.url));
    if (chosen === portal) await app.browse(azure.portalPage(subscription.tenantId, webApp.id));
    if (chosen === continuous[0] && chosen !== undefined)
      await continuousDeployment(app, {
        ...{ azure, subscription, webApp, found },
        scope: `${image.path}:${image.tag ?? 'latest'}`,
      });
  });
}
