import { t } from '@vscode/l10n';
import { resourceIdOf } from '../../azure/azure';
import type { ContainerApp, Environment } from '../../azure/azure';
import type { App } from '../app';
import type { Deployable } from './deployable';
import { askAccess } from './pullAccessPrompts';
import type { AccessChoice } from './pullAccessPrompts';
import { askRouting } from './containerAppsTraffic';
import type { RoutingChoice } from './containerAppsTraffic';
import { askPort } from './ports';
import type { Ask } from '../flow';
import { askGroup, askLocation, askSubscription, problemOfTaken } from './steps';
import type { Account, ChosenGroup, InSubscription } from './steps';

type Reach = 'external' | 'internal' | 'none';

/** Who reaches an app, and at which of its ports. */
export type IngressChoice =
  { readonly reach: 'none' } | { readonly reach: 'external' | 'internal'; readonly port: number };

/** An environment that is made on the way. */
export interface NewEnvironment {
  readonly isNew: true;
  readonly name: string;
  readonly location: string;
}

/** An app that is there: the image of one of its containers is replaced, in a new revision. */
export interface ContainerAppThere {
  readonly kind: 'there';
  readonly app: ContainerApp;
  readonly container: string;
  readonly routing: RoutingChoice;
}

export interface ContainerAppToMake {
  readonly kind: 'new';
  readonly name: string;
  readonly group: ChosenGroup;
  readonly environment: Environment | NewEnvironment;
  readonly ingress: IngressChoice;
  readonly variables: Readonly<Record<string, string>>;
}

export interface ContainerAppsAnswers extends InSubscription {
  readonly target: ContainerAppThere | ContainerAppToMake;
  readonly access: AccessChoice;
}

/** Asks all that there is to ask before the summary. */
export async function askContainerApps(
  ask: Ask,
  app: App,
  accounts: readonly Account[],
  deployable: Deployable,
): Promise<ContainerAppsAnswers> {
  const where = await askSubscription(ask, accounts);
  const chosen = await askContainerApp(ask, where);
  const target =
    chosen === 'new' ? await askNewContainerApp(ask, app, where, deployable) : await askRevision(ask, chosen);
  const access = await askAccess(ask, app, deployable, where.subscription, 'containerApps');
  return { ...where, target, access };
}

function askContainerApp(ask: Ask, { azure, subscription }: InSubscription): Promise<ContainerApp | 'new'> {
  return ask.choose<ContainerApp | 'new'>(
    t('Container app'),
    async (signal) =>
      (await azure.containerApps.apps(subscription, signal)).map((value) => ({
        label: value.name,
        description: `${value.resourceGroup} · ${value.location}`,
        value,
      })),
    { create: { label: t('Create new container app…'), icon: 'add', value: 'new' }, asksOne: true },
  );
}

/** Which container of an app gets the image, where it has several, and where its traffic goes then. */
async function askRevision(ask: Ask, app: ContainerApp): Promise<ContainerAppThere> {
  const names = app.containers.length === 0 ? [app.name] : app.containers;
  const picks = names.map((value) => ({ label: value, value }));
  const container = await ask.choose(t('Container whose image is replaced'), () => Promise.resolve(picks));
  return { kind: 'there', app, container, routing: await askRouting(ask, app) };
}

async function askNewContainerApp(
  ask: Ask,
  app: App,
  where: InSubscription,
  deployable: Deployable,
): Promise<ContainerAppToMake> {
  // The group first: in it alone the name of the app must be the only one.
  const group = await askGroup(ask, where, `rg-${deployable.image.path.split('/').at(-1) ?? 'apps'}`);
  const place = { subscription: where.subscription, resourceGroup: group.name };
  const name = await ask.input({
    prompt: t('Name of the container app'),
    placeholder: 'contoso-web',
    problem: appNameProblem,
    check: (text, signal) => problemOfTaken(where, resourceIdOf(place, 'Microsoft.App/containerApps', text), signal),
  });
  const chosen = await askEnvironment(ask, where);
  const environment = chosen === 'new' ? await askNewEnvironment(ask, where, group, name) : chosen;
  const ingress = await askIngress(ask, app, deployable);
  return { kind: 'new', name, group, environment, ingress, variables: await askVariables(ask) };
}

function askEnvironment(ask: Ask, { azure, subscription }: InSubscription): Promise<Environment | 'new'> {
  return ask.choose<Environment | 'new'>(
    t('Container Apps environment'),
    async (signal) =>
      (await azure.containerApps.environments(subscription, signal)).map((value) => ({
        label: value.name,
        description: `${value.location} · ${value.resourceGroup}`,
        ...(value.notReady === undefined
          ? {}
          : { detail: t('Not ready yet ({0}); the deployment waits for it', value.notReady) }),
        value,
      })),
    { create: { label: t('Create new environment…'), icon: 'add', value: 'new' } },
  );
}

async function askNewEnvironment(
  ask: Ask,
  where: InSubscription,
  group: ChosenGroup,
  app: string,
): Promise<NewEnvironment> {
  const place = { subscription: where.subscription, resourceGroup: group.name };
  const name = await ask.input({
    prompt: t('Name of the new environment'),
    value: `cae-${app}`,
    problem: appNameProblem,
    check: (text, signal) =>
      problemOfTaken(where, resourceIdOf(place, 'Microsoft.App/managedEnvironments', text), signal),
  });
  return { isNew: true, name, location: await askLocation(ask, where, group, 'Microsoft.App', 'managedEnvironments') };
}

async function askIngress(ask: Ask, app: App, deployable: Deployable): Promise<IngressChoice> {
  const reach = await ask.pick<Reach>(t('Who can reach the app?'), [
    { label: t('Everyone, over https'), value: 'external' },
    { label: t('Other apps of the environment'), value: 'internal' },
    { label: t('No one: it has no ingress'), value: 'none' },
  ]);
  return reach === 'none' ? { reach } : { reach, port: await askPort(ask, app, deployable) };
}

async function askVariables(ask: Ask): Promise<Readonly<Record<string, string>>> {
  const text = await ask.input({
    prompt: t('Environment variables, separated by commas; leave empty for none'),
    placeholder: 'LOG_LEVEL=debug, REGION=eu',
    problem: (typed) => (variablesOf(typed) === undefined ? t('Write each as NAME=value.') : undefined),
  });
  // The box takes nothing else.
  return variablesOf(text) ?? {};
}

/** https://learn.microsoft.com/en-us/azure/azure-resource-manager/management/resource-name-rules#microsoftapp */
function appNameProblem(name: string): string | undefined {
  if (name.length < 2 || name.length > 32) return t('The name must have 2 to 32 characters.');
  return /^[a-z]([a-z0-9-]*[a-z0-9])?$/.test(name) && !name.includes('--')
    ? undefined
    : t('Use lower-case letters, digits and single - only; the name must begin with a letter.');
}

/** Nothing where a part is not `NAME=value`. */
function variablesOf(text: string): Readonly<Record<string, string>> | undefined {
  const parts = text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
  const pairs = parts.map((part) => /^([A-Za-z_][\w.-]*)=(.*)$/.exec(part));
  const variables: Record<string, string> = {};
  for (const pair of pairs) {
    if (pair === null) return undefined;
    const [, name = '', value = ''] = pair;
    variables[name] = value;
  }
  return variables;
}
