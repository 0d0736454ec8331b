import { t } from '@vscode/l10n';
import { resourceIdOf } from '../../azure/azure';
import type { AppServicePlan, PullState, WebApp, WebAppState } from '../../azure/azure';
import type { Deployable } from './deployable';
import type { App } from '../app';
import { askAccess } from './pullAccessPrompts';
import type { AccessChoice } from './pullAccessPrompts';
import { askPort } from './ports';
import type { Ask } from '../flow';
import { askGroup, askLocation, askSubscription, problemOfTaken } from './steps';
import type { Account, ChosenGroup, InSubscription } from './steps';

/** A plan that is made on the way. */
export interface NewPlan {
  readonly isNew: true;
  readonly name: string;
  readonly sku: string;
  readonly location: string;
}

/** An app or slot that is there: its image is replaced, or that of one of its containers. */
export interface WebAppThere {
  readonly kind: 'there';
  /** With the chosen container, if the app has its own containers. */
  readonly app: WebApp;
  readonly now: WebAppState;
  /** How what is replaced is pulled now. */
  readonly pull: PullState;
  /** Of the sidecar model; `isNew`: the app has none yet. */
  readonly container?: { readonly name: string; readonly isNew: boolean };
}

export interface WebAppToMake {
  readonly kind: 'new';
  readonly name: string;
  readonly group: ChosenGroup;
  readonly plan: AppServicePlan | NewPlan;
  readonly port: number;
}

export interface AppServiceAnswers extends InSubscription {
  readonly target: WebAppThere | WebAppToMake;
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
  { value: 'F1', detail: () => t('Free: shared, 60 CPU minutes a day') },
];

/** Asks all that there is to ask before the summary. */
export async function askAppService(
  ask: Ask,
  app: App,
  accounts: readonly Account[],
  deployable: Deployable,
): Promise<AppServiceAnswers> {
  const where = await askSubscription(ask, accounts);
  const chosen = await askWebApp(ask, where);
  const target =
    chosen === 'new'
      ? await askNewWebApp(ask, app, where, deployable)
      : await askContainer(ask, app, deployable, await askSlot(ask, where, chosen), where);
  const access = await askAccess(ask, app, deployable, where.subscription, 'appService');
  return { ...where, target, access };
}

function askWebApp(ask: Ask, { azure, subscription }: InSubscription): Promise<WebApp | 'new'> {
  return ask.choose<WebApp | 'new'>(
    t('Web app'),
    async (signal) =>
      (await azure.appService.webApps(subscription, signal)).map((value) => ({
        label: value.name,
        description: [value.resourceGroup, value.location, ...(value.isWindows === true ? ['Windows'] : [])].join(
          ' · ',
        ),
        value,
      })),
    { create: { label: t('Create new web app…'), icon: 'add', value: 'new' }, asksOne: true },
  );
}

/** Which slot of an app, the app itself among them; not asked where it has none. */
async function askSlot(ask: Ask, { azure, subscription }: InSubscription, app: WebApp): Promise<WebApp> {
  const slots = await ask.read('slots', (signal) => azure.appService.slots(subscription, app, signal));
  if (slots.length === 0) return app;
  return ask.pick(t('Slot of {0}', app.name), [
    { label: t('Production'), description: app.url, value: app },
    ...slots.map((value) => ({ label: value.slot ?? value.name, description: value.url, value })),
  ]);
}

/** Asks for the container if the app has several; for the port of the first one if it has none yet. */
export async function askContainer(
  ask: Ask,
  app: App,
  deployable: Deployable,
  target: WebApp,
  { azure, subscription }: InSubscription,
): Promise<WebAppThere> {
  const now = await ask.read('now', (signal) => azure.appService.readState(subscription, target, signal));
  if (now.containers === undefined) return { kind: 'there', app: target, now, pull: now };
  const [first] = now.containers;
  if (first === undefined) {
    const container = { name: 'main', port: await askPort(ask, app, deployable) };
    return { kind: 'there', app: { ...target, container }, now, pull: {}, container: { name: 'main', isNew: true } };
  }
  const picks = now.containers.map((value) => ({
    label: value.name,
    description: value.image,
    ...(value.isMain ? { detail: t('Main container: it receives the requests from outside') } : {}),
    value,
  }));
  const chosen = await ask.choose(t('Container of {0}', target.name), () => Promise.resolve(picks));
  const { name } = chosen;
  return {
    ...{ kind: 'there', app: { ...target, container: { name } } },
    ...{ now, pull: chosen, container: { name, isNew: false } },
  };
}

async function askNewWebApp(ask: Ask, app: App, where: InSubscription, deployable: Deployable): Promise<WebAppToMake> {
  const { azure, subscription } = where;
  const name = await ask.input({
    prompt: t('Name of the web app; it must be unique across Azure'),
    placeholder: 'contoso-web',
    problem: appNameProblem,
    check: (text, signal) => azure.appService.nameProblem(subscription, text, signal),
  });
  const group = await askGroup(ask, where, `rg-${name}`);
  const chosen = await askPlan(ask, where);
  const plan = chosen === 'new' ? await askNewPlan(ask, where, group, name) : chosen;
  const port = await askPort(ask, app, deployable);
  return { kind: 'new', name, group, plan, port };
}

function askPlan(ask: Ask, { azure, subscription }: InSubscription): Promise<AppServicePlan | 'new'> {
  return ask.choose<AppServicePlan | 'new'>(
    t('App Service plan'),
    async (signal) =>
      (await azure.appService.plans(subscription, signal)).map((value) => ({
        label: value.name,
        description: `${value.sku} · ${value.location} · ${value.resourceGroup}`,
        value,
      })),
    { create: { label: t('Create new Linux plan…'), icon: 'add', value: 'new' } },
  );
}

async function askNewPlan(ask: Ask, where: InSubscription, group: ChosenGroup, app: string): Promise<NewPlan> {
  const place = { subscription: where.subscription, resourceGroup: group.name };
  const name = await ask.input({
    prompt: t('Name of the new plan'),
    value: `asp-${app}`,
    problem: planNameProblem,
    check: (text, signal) => problemOfTaken(where, resourceIdOf(place, 'Microsoft.Web/serverfarms', text), signal),
  });
  const sku = await ask.pick(
    t('SKU of the plan'),
    skus.map(({ value, detail }) => ({ label: value, description: detail(), value })),
  );
  return { isNew: true, name, sku, location: await askLocation(ask, where, group, 'Microsoft.Web', 'sites') };
}

/** https://learn.microsoft.com/en-us/azure/azure-resource-manager/management/resource-name-rules#microsoftweb */
function appNameProblem(name: string): string | undefined {
  if (name.length < 2 || name.length > 60) return t('The name must have 2 to 60 characters.');
  return /^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/i.test(name)
    ? undefined
    : t('Use letters, digits and - only; the name cannot begin or end with -.');
}

function planNameProblem(name: string): string | undefined {
  return /^[\w-]{1,60}$/.test(name) ? undefined : t('Use 1 to 60 letters, digits, _ or -.');
}
