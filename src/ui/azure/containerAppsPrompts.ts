import { t } from '@vscode/l10n';
import type { ContainerApp, Environment } from '../../azure/azure';
import type { App } from '../app';
import type { Deployable } from './deployable';
import { accessPrompts } from './pullAccessPrompts';
import type { AccessChoice } from './pullAccessPrompts';
import { routingPrompts } from './containerAppsTraffic';
import type { RoutingAsked, RoutingChoice } from './containerAppsTraffic';
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
import type { Pick, Prompt } from './wizard';

type Ingress = 'external' | 'internal' | 'none';

export interface ContainerAppsAnswers extends InGroup {
  readonly target: ContainerApp | 'new';
  readonly container: string;
  readonly routing: RoutingChoice;
  readonly name: string;
  readonly environment: Environment | 'new';
  readonly newEnvironment: string;
  readonly location: string;
  readonly ingress: Ingress;
  readonly port: number;
  readonly variables: Readonly<Record<string, string>>;
  readonly access: AccessChoice;
}

/** All that is asked before the summary. */
export function containerAppsPrompts(
  app: App,
  accounts: readonly Account[],
  deployable: Deployable,
): readonly Prompt<ContainerAppsAnswers>[] {
  return [
    ...subscriptionPrompts<ContainerAppsAnswers>(accounts),
    ...targetPrompts,
    ...routingPrompts.map((prompt) => widened<ContainerAppsAnswers, RoutingAsked>(prompt)),
    ...newAppPrompts(app, deployable),
    ...accessPrompts<ContainerAppsAnswers>(app, deployable),
  ];
}

const targetPrompts: readonly Prompt<ContainerAppsAnswers>[] = [
  {
    ask: async (boxes, { azure, subscription }) => {
      if (azure === undefined || subscription === undefined) return {};
      const list = azure.containerApps.apps(subscription, flowSignal()).then((apps): Pick<ContainerApp | 'new'>[] => [
        { label: t('Create new container app…'), icon: 'add', value: 'new' },
        ...apps.map((value) => ({
          label: value.name,
          description: `${value.resourceGroup} · ${value.location}`,
          value,
        })),
      ]);
      return { target: await boxes.pick(t('Container app'), list) };
    },
  },
  {
    when: ({ target }) => target !== undefined && target !== 'new' && target.containers.length > 1,
    ask: async (boxes, { target }) => {
      if (target === undefined || target === 'new') return {};
      const containers = target.containers.map((value) => ({ label: value, value }));
      return { container: await boxes.pick(t('Container whose image is replaced'), containers) };
    },
  },
];

function newAppPrompts(app: App, deployable: Deployable): readonly Prompt<ContainerAppsAnswers>[] {
  const prompts: Prompt<ContainerAppsAnswers>[] = [
    // The group first: in it alone the name of the app must be the only one.
    ...groupPrompts(() => `rg-${deployable.image.path.split('/').at(-1) ?? 'apps'}`).map((prompt) =>
      widened<ContainerAppsAnswers, InGroup>(prompt),
    ),
    {
      ask: async (boxes, told) => ({
        name: await boxes.input({
          prompt: t('Name of the container app'),
          placeholder: 'contoso-web',
          problem: appNameProblem,
          check: (text) => taken(placeOf(told), told.azure, 'Microsoft.App/containerApps', text),
        }),
      }),
    },
    {
      ask: async (boxes, { azure, subscription }) => {
        if (azure === undefined || subscription === undefined) return {};
        const list = azure.containerApps
          .environments(subscription, flowSignal())
          .then((all): Pick<Environment | 'new'>[] => [
            { label: t('Create new environment…'), icon: 'add', value: 'new' },
            ...all.map((value) => ({
              label: value.name,
              description: `${value.location} · ${value.resourceGroup}`,
              ...(value.notReady === undefined
                ? {}
                : { detail: t('It is not ready ({0}), and is waited for', value.notReady) }),
              value,
            })),
          ]);
        return { environment: await boxes.pick(t('Container Apps environment'), list) };
      },
    },
    {
      when: ({ environment }) => environment === 'new',
      ask: async (boxes, told) => ({
        newEnvironment: await boxes.input({
          prompt: t('Name of the new environment'),
          value: `cae-${told.name ?? 'apps'}`,
          problem: appNameProblem,
          check: (text) => taken(placeOf(told), told.azure, 'Microsoft.App/managedEnvironments', text),
        }),
      }),
    },
    {
      when: ({ environment }) => environment === 'new',
      ask: async (boxes, { azure, subscription }) => {
        if (azure === undefined || subscription === undefined) return {};
        const picks = locationPicks(azure, subscription, 'Microsoft.App', 'managedEnvironments');
        return { location: await boxes.pick(t('Location'), picks) };
      },
    },
    {
      ask: async (boxes) => ({
        ingress: await boxes.pick<Ingress>(t('Who reaches the app?'), [
          { label: t('Everybody, over https'), value: 'external' },
          { label: t('Other apps of the environment'), value: 'internal' },
          { label: t('Nobody: it has no ingress'), value: 'none' },
        ]),
      }),
    },
    {
      ...portPrompt<ContainerAppsAnswers>(app, deployable),
      when: ({ ingress }) => ingress !== 'none',
    },
    {
      ask: async (boxes) => {
        const text = await boxes.input({
          prompt: t('Environment variables, with commas between; empty for none'),
          placeholder: 'LOG_LEVEL=debug, REGION=eu',
          problem: (typed) => ('problem' in variablesOf(typed) ? t('Each is NAME=value.') : undefined),
        });
        const parsed = variablesOf(text);
        return { variables: 'problem' in parsed ? {} : parsed };
      },
    },
  ];
  return prompts.map((prompt) => onlyNew(prompt));
}

/** https://learn.microsoft.com/en-us/azure/azure-resource-manager/management/resource-name-rules#microsoftapp */
function appNameProblem(name: string): string | undefined {
  if (name.length < 2 || name.length > 32) return t('It has 2 to 32 characters.');
  return /^[a-z]([a-z0-9-]*[a-z0-9])?$/.test(name) && !name.includes('--')
    ? undefined
    : t('It has lower-case letters, digits and single -, and begins with a letter.');
}

function variablesOf(text: string): Readonly<Record<string, string>> | { readonly problem: true } {
  const parts = text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
  const pairs = parts.map((part) => /^([A-Za-z_][\w.-]*)=(.*)$/.exec(part));
  if (pairs.some((pair) => pair === null)) return { problem: true };
  return Object.fromEntries(pairs.map((pair) => [pair?.[1] ?? '', pair?.[2] ?? '']));
}
