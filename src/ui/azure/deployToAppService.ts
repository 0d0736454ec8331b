import { t } from '@vscode/l10n';
import * as vscode from 'vscode';
import type { AppServicePlan, AzureRegistry, DeployedImage, WebApp } from '../../azure/azure';
import { printReference } from '../../core/reference';
import type { App } from '../app';
import type { Deployable } from '../commands/deploy';
import { accessLine, accessPrompts, checkRights, deployedImage, referenceFor } from './access';
import type { AccessChoice } from './access';
import { connectAzure } from './connectAzure';
import { groupWork } from './groupWork';
import { portOf, portProblem } from './ports';
import { flowSignal, groupPrompts, locationPicks, subscriptionPrompts, widened } from './steps';
import type { InGroup } from './steps';
import { askAll, work } from './wizard';
import type { Pick, Prompt, Told, Work } from './wizard';

interface NewPlan {
  readonly name: string;
  readonly sku: string;
}

interface Answers extends InGroup {
  /** An app or slot that is there, or a new one. */
  readonly target: WebApp | 'new';
  readonly isSlotChosen: boolean;
  readonly name: string;
  readonly plan: AppServicePlan | 'new';
  readonly newPlan: NewPlan;
  readonly location: string;
  readonly port: number | 'default';
  readonly access: AccessChoice;
}

/** https://learn.microsoft.com/en-us/azure/app-service/overview-hosting-plans */
const skus: readonly { readonly value: string; readonly detail: () => string }[] = [
  { value: 'B1', detail: () => t('Basic: 1 core, 1.75 GB') },
  { value: 'B2', detail: () => t('Basic: 2 cores, 3.5 GB') },
  { value: 'B3', detail: () => t('Basic: 4 cores, 7 GB') },
  { value: 'S1', detail: () => t('Standard, with slots: 1 core, 1.75 GB') },
  { value: 'P0v3', detail: () => t('Premium, with slots: 1 core, 4 GB') },
  { value: 'P1v3', detail: () => t('Premium, with slots: 2 cores, 8 GB') },
  { value: 'P2v3', detail: () => t('Premium, with slots: 4 cores, 16 GB') },
  { value: 'F1', detail: () => t('Free: shared, 60 minutes of work a day') },
];

/** Runs an image in a web app: one that is there, whose image is replaced, or a new one. */
export async function deployToAppService(app: App, deployable: Deployable): Promise<void> {
  const accounts = await connectAzure(app);
  if (accounts === undefined) return;
  const title = t('Deploy {0} to App Service', printReference(deployable.image));
  const told = await askAll<Answers>(app, title, [
    ...subscriptionPrompts<Answers>(accounts),
    ...targetPrompts,
    ...newAppPrompts(deployable),
    ...accessPrompts<Answers>(app, deployable),
    {
      ask: async (boxes, answers) => {
        await boxes.confirm(title, summary(deployable, answers).join('\n\n'), t('Deploy'));
        return {};
      },
    },
  ]);
  if (told !== undefined) await deploy(app, title, deployable, told);
}

const targetPrompts: readonly Prompt<Answers>[] = [
  {
    ask: async (boxes, { azure, subscription }) => {
      if (azure === undefined || subscription === undefined) return {};
      const list = azure.appService.webApps(subscription, flowSignal()).then((apps): Pick<WebApp | 'new'>[] => [
        { label: t('$(add) Create new web app…'), value: 'new' },
        ...apps.map((value) => ({
          label: value.name,
          description: `${value.resourceGroup} · ${value.location}`,
          value,
        })),
      ]);
      return { target: await boxes.pick(t('Web app'), list), isSlotChosen: false };
    },
  },
  {
    when: ({ target }) => target !== undefined && target !== 'new',
    ask: async (boxes, { azure, subscription, target }) => {
      if (azure === undefined || subscription === undefined || target === undefined || target === 'new') return {};
      const production: WebApp = { ...target };
      const slots = azure.appService
        .slots(subscription, target, flowSignal())
        .then((list): Pick<WebApp>[] => [
          { label: t('Production'), description: target.url, value: production },
          ...list.map((value) => ({ label: value.slot ?? value.name, description: value.url, value })),
        ]);
      return { target: await boxes.pick(t('Slot of {0}', target.name), slots), isSlotChosen: true };
    },
  },
];

function isNew({ target }: Told<Answers>): boolean {
  return target === 'new';
}

function newAppPrompts({ image, from }: Deployable): readonly Prompt<Answers>[] {
  const onlyNew = (prompt: Prompt<Answers>): Prompt<Answers> => ({
    ...prompt,
    when: (told) => isNew(told) && (prompt.when?.(told) ?? true),
  });
  const prompts: Prompt<Answers>[] = [
    {
      ask: async (boxes, { azure, subscription }) => ({
        name: await boxes.input({
          prompt: t('Name of the web app, the only one of that name in Azure'),
          placeholder: 'contoso-web',
          problem: appNameProblem,
          check: async (text) =>
            azure === undefined || subscription === undefined
              ? undefined
              : azure.appService.nameProblem(subscription, text, flowSignal()),
        }),
      }),
    },
    ...groupPrompts((told) => ('name' in told && typeof told.name === 'string' ? `rg-${told.name}` : 'rg-web')).map(
      (prompt) => widened<Answers, InGroup>(prompt),
    ),
    {
      ask: async (boxes, { azure, subscription }) => {
        if (azure === undefined || subscription === undefined) return {};
        const plans = azure.appService
          .plans(subscription, flowSignal())
          .then((list): Pick<AppServicePlan | 'new'>[] => [
            { label: t('$(add) Create new Linux plan…'), value: 'new' },
            ...list.map((value) => ({
              label: value.name,
              description: `${value.sku} · ${value.location} · ${value.resourceGroup}`,
              value,
            })),
          ]);
        return { plan: await boxes.pick(t('App Service plan'), plans) };
      },
    },
    {
      when: ({ plan }) => plan === 'new',
      ask: async (boxes, { name = 'web' }) => {
        const plan = await boxes.input({
          prompt: t('Name of the new plan'),
          value: `asp-${name}`,
          problem: planNameProblem,
        });
        return { newPlan: { name: plan, sku: '' } };
      },
    },
    {
      when: ({ plan }) => plan === 'new',
      ask: async (boxes, { newPlan }) => {
        const sku = await boxes.pick(
          t('SKU of the plan'),
          skus.map(({ value, detail }) => ({ label: value, description: detail(), value })),
        );
        return { newPlan: { name: newPlan?.name ?? '', sku } };
      },
    },
    {
      when: ({ plan }) => plan === 'new',
      ask: async (boxes, { azure, subscription }) => {
        if (azure === undefined || subscription === undefined) return {};
        return {
          location: await boxes.pick(t('Location'), locationPicks(azure, subscription, 'Microsoft.Web', 'sites')),
        };
      },
    },
    {
      ask: async (boxes) => {
        const text = await boxes.input({
          prompt: t('Port that the container listens on'),
          value: String((await portOf(image, from)) ?? 80),
          problem: portProblem,
        });
        return { port: Number(text) };
      },
    },
  ];
  return prompts.map(onlyNew);
}

/** https://learn.microsoft.com/en-us/azure/azure-resource-manager/management/resource-name-rules#microsoftweb */
function appNameProblem(name: string): string | undefined {
  if (name.length < 2 || name.length > 60) return t('It has 2 to 60 characters.');
  return /^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/i.test(name)
    ? undefined
    : t('It has letters, digits and -, and neither begins nor ends with -.');
}

function planNameProblem(name: string): string | undefined {
  return /^[\w-]{1,60}$/.test(name) ? undefined : t('It has 1 to 60 letters, digits, _ or -.');
}

/** All that will be made and changed. */
function summary({ image }: Deployable, told: Told<Answers>): readonly string[] {
  const { target, name = '', plan, newPlan, group, access, location, subscription } = told;
  const reference = referenceFor(image);
  const lines: string[] = [];
  if (target !== undefined && target !== 'new') {
    const which = target.slot === undefined ? target.name : `${target.name}/${target.slot}`;
    lines.push(t('The image of {0} is replaced by {1}; its other settings stay.', which, reference));
  } else {
    if (group !== undefined && group !== 'new' && group.isNew) lines.push(t('New resource group: {0}', group.name));
    if (plan === 'new')
      lines.push(t('New Linux plan: {0}, {1}, in {2}', newPlan?.name ?? '', newPlan?.sku ?? '', location ?? ''));
    lines.push(t('New web app: {0}, running {1}', name, reference));
  }
  if (access !== undefined) lines.push(accessLine(access));
  lines.push(t('Subscription: {0}', subscription?.name ?? ''));
  return lines;
}

async function deploy(app: App, title: string, deployable: Deployable, told: Told<Answers>): Promise<void> {
  const { azure, subscription, target, access: choice } = told;
  if (azure === undefined || subscription === undefined || target === undefined || choice === undefined) return;
  const { group } = told;
  const chosen = group === 'new' ? undefined : group;
  const resourceGroup = target === 'new' ? (chosen?.name ?? '') : target.resourceGroup;
  const place = { subscription, resourceGroup };
  const port = typeof told.port === 'number' && told.port !== 80 ? told.port : undefined;
  let image: DeployedImage | undefined;
  let deployed: WebApp | undefined = target === 'new' ? undefined : target;
  let plan = told.plan === 'new' ? undefined : told.plan;
  const types = ['Microsoft.Web/sites', ...(told.plan === 'new' ? ['Microsoft.Web/serverfarms'] : [])];
  const steps: Work[] = [
    {
      doing: t('Checking rights'),
      run: async (_status, signal) => {
        await checkRights(azure, { place, isNewGroup: chosen?.isNew ?? false, types, choice }, signal);
        image = await deployedImage(azure, deployable, choice, signal);
      },
    },
  ];
  const location = told.location ?? plan?.location ?? '';
  if (target === 'new') {
    steps.push(...groupWork(azure, place, chosen?.isNew ?? false, location));
    const { newPlan, name = '' } = told;
    if (plan === undefined && newPlan !== undefined)
      steps.push({
        doing: t('Creating the plan {0}', newPlan.name),
        makes: t('the plan {0}', newPlan.name),
        run: async (status, signal) => {
          plan = await azure.appService.createPlan(place, { ...newPlan, location }, status, signal);
        },
      });
    steps.push({
      doing: t('Creating the web app {0}', name),
      makes: t('the web app {0}', name),
      run: async (status, signal) => {
        if (plan === undefined || image === undefined) return;
        const wish = { ...place, name, location: plan.location, plan, port };
        deployed = await azure.appService.create(wish, image, status, signal);
      },
    });
  } else
    steps.push({
      doing: t('Setting the image of {0}', target.name),
      run: async (_status, signal) => {
        if (image !== undefined) await azure.appService.setImage(subscription, target, image, undefined, signal);
      },
    });
  await work(app, title, steps);
  if (deployed !== undefined) finishedWith(app, told, deployable, deployed, choice);
}

/** Says where it runs, and what can be done next. */
function finishedWith(
  app: App,
  told: Told<Answers>,
  { image }: Deployable,
  webApp: WebApp,
  choice: AccessChoice,
): void {
  const { azure, subscription } = told;
  if (azure === undefined || subscription === undefined) return;
  const browse = t('Browse');
  const portal = t('Open in Portal');
  const continuous = t('Set Up Continuous Deployment');
  const registry = choice.kind === 'identity' || choice.kind === 'admin' ? choice.registry : undefined;
  const done = t('{0} runs at {1}', printReference(image), webApp.url);
  void vscode.window.showInformationMessage(done, browse, portal, continuous).then(async (chosen) => {
    if (chosen === browse) await app.browse(new URL(webApp.url));
    if (chosen === portal) await app.browse(azure.portalPage(subscription.tenantId, webApp.id));
    if (chosen === continuous)
      await setUpContinuous(app, told, webApp, registry, `${image.path}:${image.tag ?? 'latest'}`);
  });
}

/** After each push to the tag, the registry calls the app, which then pulls it again. */
async function setUpContinuous(
  app: App,
  { azure, subscription }: Told<Answers>,
  webApp: WebApp,
  registry: AzureRegistry | undefined,
  scope: string,
): Promise<void> {
  if (azure === undefined || subscription === undefined) return;
  const title = t('Setting up continuous deployment of {0}', webApp.name);
  const name = `webapp${webApp.name}${webApp.slot ?? ''}`.replace(/[^a-z0-9]/gi, '').slice(0, 50);
  try {
    let address = '';
    await work(app, title, [
      {
        doing: t('Asking for the address to call'),
        run: async (_status, signal) => {
          address = await azure.appService.webhook(subscription, webApp, signal);
        },
      },
      ...(registry === undefined
        ? []
        : [
            {
              doing: t('Making a webhook in {0}', registry.name),
              makes: t('the webhook {0}', name),
              run: (status: (text: string) => void, signal: AbortSignal) =>
                azure.appService.createWebhook(registry, name, address, scope, status, signal),
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
