import { t } from '@vscode/l10n';
import type { WebApp } from '../../azure/azure';
import { printReference } from '../../core/reference';
import type { App } from '../app';
import type { Deployable } from './deployable';
import { appServicePrompts } from './appServicePrompts';
import type { AppServiceAnswers } from './appServicePrompts';
import { appServiceSummary, appServiceWork } from './appServiceWork';
import { connectAzure } from './connectAzure';
import { continuousDeployment } from './continuousDeployment';
import { askAll } from './wizard';
import type { Told } from './wizard';
import { work } from './work';

/** Runs an image in a web app: one that is there, whose image is replaced, or a new one. */
export async function deployToAppService(app: App, deployable: Deployable): Promise<void> {
  const accounts = await connectAzure(app);
  if (accounts === undefined) return;
  const title = t('Deploy {0} to App Service', printReference(deployable.image));
  const told = await askAll<AppServiceAnswers>(app, title, [
    ...appServicePrompts(app, accounts, deployable),
    {
      ask: async (boxes, answers) => {
        await boxes.confirm(title, appServiceSummary(deployable, answers), t('Deploy'));
        return {};
      },
    },
  ]);
  if (told?.azure === undefined || told.subscription === undefined) return;
  const { steps, deployed } = appServiceWork(deployable, told);
  await work(app, title, { azure: told.azure, subscription: told.subscription }, steps);
  const webApp = deployed();
  if (webApp !== undefined) finishedWith(app, told, deployable, webApp);
}

/** Says where it runs, and what can be done next. */
function finishedWith(app: App, told: Told<AppServiceAnswers>, { image }: Deployable, webApp: WebApp): void {
  const { azure, subscription, access: choice } = told;
  if (azure === undefined || subscription === undefined) return;
  const browse = t('Browse');
  const portal = t('Open in Portal');
  // What a digest names no push changes.
  const continuous = image.digest === undefined ? [t('Set Up Continuous Deployment')] : [];
  const found = choice?.kind === 'identity' || choice?.kind === 'admin' ? choice : undefined;
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
