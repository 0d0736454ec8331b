import { t } from '@vscode/l10n';
import type { WebApp } from '../../azure/azure';
import { printReference } from '../../core/reference';
import type { App } from '../app';
import type { Deployable } from '../commands/deploy';
import type { FoundRegistry } from './access';
import { appServicePrompts } from './appServicePrompts';
import type { AppServiceAnswers } from './appServicePrompts';
import { appServiceSummary, appServiceWork } from './appServiceWork';
import { connectAzure } from './connectAzure';
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
  const continuous = t('Set Up Continuous Deployment');
  const found = choice?.kind === 'identity' || choice?.kind === 'admin' ? choice : undefined;
  const done = t('{0} runs at {1}', printReference(image), webApp.url);
  void app.message('information', done, browse, portal, continuous).then(async (chosen) => {
    if (chosen === browse) await app.browse(new URL(webApp.url));
    if (chosen === portal) await app.browse(azure.portalPage(subscription.tenantId, webApp.id));
    if (chosen === continuous)
      await setUpContinuous(app, told, webApp, found, `${image.path}:${image.tag ?? 'latest'}`);
  });
}

/** After each push to the tag, the registry calls the app, which then pulls it again. */
async function setUpContinuous(
  app: App,
  { azure, subscription }: Told<AppServiceAnswers>,
  webApp: WebApp,
  found: FoundRegistry | undefined,
  scope: string,
): Promise<void> {
  if (azure === undefined || subscription === undefined) return;
  const title = t('Setting up continuous deployment of {0}', webApp.name);
  const name = `webapp${webApp.name}${webApp.slot ?? ''}`.replace(/[^a-z0-9]/gi, '').slice(0, 50);
  try {
    let address = '';
    const registry = found?.registry;
    await work(app, title, { azure, subscription }, [
      {
        doing: t('Asking for the address to call'),
        run: async (_status, signal) => {
          address = await azure.appService.webhook(subscription, webApp, signal);
        },
      },
      ...(found === undefined || registry === undefined
        ? []
        : [
            {
              doing: t('Making a webhook in {0}', registry.name),
              makes: { label: t('the webhook {0}', name) },
              run: (status: (text: string) => void, signal: AbortSignal) =>
                found.azure.appService.createWebhook(registry, name, address, scope, status, signal),
            },
          ]),
    ]);
    if (registry !== undefined) {
      app.tell(t('{0} calls {1} after each push to {2}.', registry.name, webApp.name, scope), 'information');
      return;
    }
    await app.copy(address);
    app.tell(
      t(
        'The address to call after a push is on the clipboard. It holds a password: add it as a webhook in your registry.',
      ),
      'information',
    );
  } catch (error) {
    app.fail(error, t('set up continuous deployment'));
  }
}
