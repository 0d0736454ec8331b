import { t } from '@vscode/l10n';
import type { AppServicePlan, PullNow, WebApp, WebAppNow } from '../../azure/azure';
import type { Deployable } from './deployable';
import type { App } from '../app';
import { accessPrompts } from './pullAccessPrompts';
import type { AccessChoice } from './pullAccessPrompts';
import { portPrompt } from './ports';
import {
  flowSignal,
  groupPrompts,
  locationPicks,
  onlyNew,
  placeOf,
  subscriptionPrompts,
  taken,
  widened,
} from './steps';
import type { Account, InGroup } from './steps';
import type { Pick, Prompt, Told } from './wizard';

interface NewPlan {
  readonly name: string;
  readonly sku: string;
}

export interface AppServiceAnswers extends InGroup {
  /** An app or slot that is there, or a new one. */
  readonly target: WebApp | 'new';
  /** How the target is set up, where it is there. */
  readonly now: WebAppNow;
  /** Which container of the target, where it has several of its own. */
  readonly container: string;
  readonly name: string;
  readonly plan: AppServicePlan | 'new';
  readonly newPlan: NewPlan;
  readonly location: string;
  readonly port: number;
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

/** All that is asked before the summary. */
export function appServicePrompts(
  app: App,
  accounts: readonly Account[],
  deployable: Deployable,
): readonly Prompt<AppServiceAnswers>[] {
  return [
    ...subscriptionPrompts<AppServiceAnswers>(accounts),
    ...targetPrompts,
    emptyPrompt(app, deployable),
    ...newAppPrompts(app, deployable),
    ...accessPrompts<AppServiceAnswers>(app, deployable, 'appService'),
  ];
}

const targetPrompts: readonly Prompt<AppServiceAnswers>[] = [
  {
    ask: async (boxes, { azure, subscription }) => {
      if (azure === undefined || subscription === undefined) return {};
      const list = azure.appService.webApps(subscription, flowSignal()).then((apps): Pick<WebApp | 'new'>[] => [
        { label: t('Create new web app…'), icon: 'add', value: 'new' },
        ...apps.map((value) => ({
          label: value.name,
          description: [value.resourceGroup, value.location, ...(value.isWindows === true ? ['Windows'] : [])].join(
            ' · ',
          ),
          value,
        })),
      ]);
      return { target: await boxes.pick(t('Web app'), list) };
    },
  },
  {
    when: ({ target }) => target !== undefined && target !== 'new',
    ask: async (boxes, { azure, subscription, target }) => {
      if (azure === undefined || subscription === undefined || target === undefined || target === 'new') return {};
      const slots = await azure.appService.slots(subscription, target, flowSignal());
      const picks: readonly Pick<WebApp>[] = [
        { label: t('Production'), description: target.url, value: target },
        ...slots.map((value) => ({ label: value.slot ?? value.name, description: value.url, value })),
      ];
      const chosen = slots.length === 0 ? target : await boxes.pick(t('Slot of {0}', target.name), picks);
      return { target: chosen, now: await azure.appService.now(subscription, chosen, flowSignal()) };
    },
  },
  {
    when: ({ now }) => (now?.containers?.length ?? 0) > 1,
    ask: async (boxes, { target, now }) => {
      if (target === undefined || target === 'new') return {};
      const picks = (now?.containers ?? []).map(({ name, image, isMain }) => ({
        label: name,
        description: image,
        ...(isMain ? { detail: t('The main one: it gets the requests from outside') } : {}),
        value: name,
      }));
      return { container: await boxes.pick(t('Container of {0}', target.name), picks) };
    },
  },
];

/** An app of the sidecar model whose first container is made. */
function emptyPrompt(app: App, deployable: Deployable): Prompt<AppServiceAnswers> {
  return { ...portPrompt<AppServiceAnswers>(app, deployable), when: ({ now }) => now?.containers?.length === 0 };
}

/** What of the target is to have its image replaced, with how that is pulled now. */
export function chosenNow({ target, now, container, port }: Told<AppServiceAnswers>): {
  readonly app: WebApp | undefined;
  readonly pull: PullNow;
  /** Of the sidecar model; `isNew`: the app has none yet. */
  readonly container?: { readonly name: string; readonly isNew: boolean };
} {
  const app = target === 'new' ? undefined : target;
  if (app === undefined || now?.containers === undefined) return { app, pull: now ?? {} };
  const found = now.containers.find(({ name }) => name === container) ?? now.containers[0];
  const name = found?.name ?? 'main';
  const isNew = found === undefined;
  const place = isNew && port !== undefined ? { name, port } : { name };
  return { app: { ...app, container: place }, pull: found ?? {}, container: { name, isNew } };
}

function newAppPrompts(app: App, deployable: Deployable): readonly Prompt<AppServiceAnswers>[] {
  const prompts: Prompt<AppServiceAnswers>[] = [
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
      (prompt) => widened<AppServiceAnswers, InGroup>(prompt),
    ),
    {
      ask: async (boxes, { azure, subscription }) => {
        if (azure === undefined || subscription === undefined) return {};
        const plans = azure.appService
          .plans(subscription, flowSignal())
          .then((list): Pick<AppServicePlan | 'new'>[] => [
            { label: t('Create new Linux plan…'), icon: 'add', value: 'new' },
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
      ask: async (boxes, told) => {
        const plan = await boxes.input({
          prompt: t('Name of the new plan'),
          value: `asp-${told.name ?? 'web'}`,
          problem: planNameProblem,
          check: (text) => taken(placeOf(told), told.azure, 'Microsoft.Web/serverfarms', text),
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
    portPrompt<AppServiceAnswers>(app, deployable),
  ];
  return prompts.map((prompt) => onlyNew(prompt));
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
