import { t } from '@vscode/l10n';
import * as vscode from 'vscode';
import type { ContainerApp, DeployedImage, Environment } from '../../azure/azure';
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

type Ingress = 'external' | 'internal' | 'none';

interface Answers extends InGroup {
  readonly target: ContainerApp | 'new';
  readonly container: string;
  readonly name: string;
  readonly environment: Environment | 'new';
  readonly newEnvironment: string;
  readonly location: string;
  readonly ingress: Ingress;
  readonly port: number;
  readonly variables: Readonly<Record<string, string>>;
  readonly access: AccessChoice;
}

/** Runs an image in a container app: one that is there, as a new revision, or a new one. */
export async function deployToContainerApps(app: App, deployable: Deployable): Promise<void> {
  const accounts = await connectAzure(app);
  if (accounts === undefined) return;
  const title = t('Deploy {0} to Container Apps', printReference(deployable.image));
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
      const list = azure.containerApps.apps(subscription, flowSignal()).then((apps): Pick<ContainerApp | 'new'>[] => [
        { label: t('$(add) Create new container app…'), value: 'new' },
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

function newAppPrompts({ image, from }: Deployable): readonly Prompt<Answers>[] {
  const onlyNew = (prompt: Prompt<Answers>): Prompt<Answers> => ({
    ...prompt,
    when: (told) => told.target === 'new' && (prompt.when?.(told) ?? true),
  });
  const prompts: Prompt<Answers>[] = [
    {
      ask: async (boxes) => ({
        name: await boxes.input({
          prompt: t('Name of the container app'),
          placeholder: 'contoso-web',
          problem: appNameProblem,
        }),
      }),
    },
    ...groupPrompts((told) => ('name' in told && typeof told.name === 'string' ? `rg-${told.name}` : 'rg-apps')).map(
      (prompt) => widened<Answers, InGroup>(prompt),
    ),
    {
      ask: async (boxes, { azure, subscription }) => {
        if (azure === undefined || subscription === undefined) return {};
        const list = azure.containerApps
          .environments(subscription, flowSignal())
          .then((all): Pick<Environment | 'new'>[] => [
            { label: t('$(add) Create new environment…'), value: 'new' },
            ...all.map((value) => ({
              label: value.name,
              description: `${value.location} · ${value.resourceGroup}`,
              value,
            })),
          ]);
        return { environment: await boxes.pick(t('Container Apps environment'), list) };
      },
    },
    {
      when: ({ environment }) => environment === 'new',
      ask: async (boxes, { name = 'apps' }) => ({
        newEnvironment: await boxes.input({
          prompt: t('Name of the new environment'),
          value: `cae-${name}`,
          problem: appNameProblem,
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
      when: ({ ingress }) => ingress !== 'none',
      ask: async (boxes) => {
        const text = await boxes.input({
          prompt: t('Port that the container listens on'),
          value: String((await portOf(image, from)) ?? 80),
          problem: portProblem,
        });
        return { port: Number(text) };
      },
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
  return prompts.map(onlyNew);
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

function summary({ image }: Deployable, told: Told<Answers>): readonly string[] {
  const {
    target,
    container,
    name = '',
    environment,
    newEnvironment = '',
    location = '',
    group,
    ingress,
    port,
    access,
  } = told;
  const reference = referenceFor(image);
  const lines: string[] = [];
  if (target !== undefined && target !== 'new') {
    const which = container ?? target.containers[0] ?? target.name;
    lines.push(
      t('A new revision of {0} runs {1} in its container {2}; all else stays.', target.name, reference, which),
    );
  } else {
    if (group !== undefined && group !== 'new' && group.isNew) lines.push(t('New resource group: {0}', group.name));
    if (environment === 'new') lines.push(t('New environment: {0}, in {1}', newEnvironment, location));
    lines.push(t('New container app: {0}, running {1}', name, reference));
    if (ingress === 'none') lines.push(t('Nobody reaches it.'));
    else
      lines.push(
        ingress === 'external'
          ? t('Everybody reaches its port {0}.', String(port))
          : t('Other apps of the environment reach its port {0}.', String(port)),
      );
  }
  if (access !== undefined) lines.push(accessLine(access));
  lines.push(t('Subscription: {0}', told.subscription?.name ?? ''));
  return lines;
}

async function deploy(app: App, title: string, deployable: Deployable, told: Told<Answers>): Promise<void> {
  const { azure, subscription, target, access: choice, name = '', group } = told;
  if (azure === undefined || subscription === undefined || target === undefined || choice === undefined) return;
  const chosen = group === 'new' ? undefined : group;
  const place = { subscription, resourceGroup: target === 'new' ? (chosen?.name ?? '') : target.resourceGroup };
  const types = [
    'Microsoft.App/containerApps',
    ...(told.environment === 'new' ? ['Microsoft.App/managedEnvironments'] : []),
  ];
  let image: DeployedImage | undefined;
  let deployed: ContainerApp | undefined;
  const steps: Work[] = [
    {
      doing: t('Checking rights'),
      run: async (_status, signal) => {
        await checkRights(azure, { place, isNewGroup: chosen?.isNew ?? false, types, choice }, signal);
        image = await deployedImage(azure, deployable, choice, signal);
      },
    },
  ];
  if (target === 'new') {
    let environment = told.environment === 'new' ? undefined : told.environment;
    const location = told.location ?? environment?.location ?? '';
    steps.push(...groupWork(azure, place, chosen?.isNew ?? false, location));
    const { newEnvironment } = told;
    if (environment === undefined && newEnvironment !== undefined)
      steps.push({
        doing: t('Creating the environment {0}', newEnvironment),
        makes: t('the environment {0}', newEnvironment),
        run: async (status, signal) => {
          environment = await azure.containerApps.createEnvironment(
            place,
            { name: newEnvironment, location },
            status,
            signal,
          );
        },
      });
    const { ingress, port = 80, variables = {} } = told;
    steps.push({
      doing: t('Creating the container app {0}', name),
      makes: t('the container app {0}', name),
      run: async (status, signal) => {
        if (environment === undefined || image === undefined) return;
        const reach = ingress === 'none' ? {} : { ingress: { port, isExternal: ingress === 'external' } };
        deployed = await azure.containerApps.create(
          { ...place, name, environment, variables, ...reach },
          image,
          status,
          signal,
        );
      },
    });
  } else {
    const container = told.container ?? target.containers[0] ?? target.name;
    steps.push({
      doing: t('Making a new revision of {0}', target.name),
      run: async (status, signal) => {
        if (image !== undefined)
          deployed = await azure.containerApps.setImage(subscription, target, container, image, status, signal);
      },
    });
  }
  await work(app, title, steps);
  if (deployed === undefined) return;
  const { id, url } = deployed;
  const browse = t('Browse');
  const portal = t('Open in Portal');
  const runs =
    url === undefined
      ? t('{0} runs in {1}', printReference(deployable.image), deployed.name)
      : t('{0} runs at {1}', printReference(deployable.image), url);
  void vscode.window
    .showInformationMessage(runs, ...(url === undefined ? [] : [browse]), portal)
    .then(async (pressed) => {
      if (pressed === browse && url !== undefined) await app.browse(new URL(url));
      if (pressed === portal) await app.browse(azure.portalPage(subscription.tenantId, id));
    });
}
