import { t } from '@vscode/l10n';
import { idIn } from '../../azure/azure';
import type { ContainerApp, DeployedImage } from '../../azure/azure';
import type { Deployable } from './deployable';
import { accessLine, checkWork, identityWork, referenceFor, rightsIn } from './pullAccessPrompts';
import type { AccessChoice, Right } from './pullAccessPrompts';
import { routingLine } from './containerAppsTraffic';
import type { ContainerAppsAnswers } from './containerAppsPrompts';
import { groupWork } from './groupWork';
import { placeOf } from './steps';
import type { Told } from './wizard';
import type { Work } from './work';

/** All that will be made and changed. */
export function containerAppsSummary({ image }: Deployable, told: Told<ContainerAppsAnswers>): readonly string[] {
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
    const routing = routingLine(target, told.routing);
    if (routing !== undefined) lines.push(routing);
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
  if (access !== undefined) lines.push(...accessLines(access, target));
  lines.push(t('Subscription: {0}', told.subscription?.name ?? ''));
  return lines;
}

/** Who pulls, and what becomes of a password that an identity takes the place of. */
function accessLines(choice: AccessChoice, target: ContainerApp | 'new' | undefined): readonly string[] {
  if (choice.kind !== 'identity' || target === undefined || target === 'new') return [accessLine(choice)];
  const { name, loginServer } = choice.registry;
  return [
    accessLine(choice, chosenIdentity(choice, target)),
    ...(target.passwordsFor.includes(loginServer)
      ? [t('The password of {0} goes from its secrets, unless it is used elsewhere.', name)]
      : []),
  ];
}

/** The identity that somebody chose for a registry, other than the app's own. */
function chosenIdentity(choice: AccessChoice, target: ContainerApp | 'new'): string | undefined {
  if (choice.kind !== 'identity' || target === 'new') return undefined;
  const chosen = target.pullsAs[choice.registry.loginServer];
  if (chosen === undefined || chosen === 'system') return undefined;
  return chosen === 'system-environment'
    ? t('the identity of its environment')
    : chosen.slice(chosen.lastIndexOf('/') + 1);
}

/** What is done once all is told. `deployed`: the app, once it is there. */
export function containerAppsWork(
  deployable: Deployable,
  told: Told<ContainerAppsAnswers>,
): { readonly steps: readonly Work[]; readonly deployed: () => ContainerApp | undefined } {
  const { azure, subscription, target, access: choice, group } = told;
  const nothing = { steps: [], deployed: () => undefined };
  if (azure === undefined || subscription === undefined || target === undefined || choice === undefined) return nothing;
  const { containerApps } = azure;
  const appType = 'Microsoft.App/containerApps';
  let image: DeployedImage | undefined;
  let app: ContainerApp | undefined = target === 'new' ? undefined : target;
  const check = (rights: readonly Right[]) =>
    checkWork(deployable, { azure, subscription }, rights, choice, (ready) => {
      image = ready;
    });
  const identity = (name: string) =>
    identityWork(
      choice,
      name,
      async (status, signal) =>
        app === undefined || choice.kind !== 'identity'
          ? ''
          : containerApps.pullIdentity(subscription, app, choice.registry, status, signal),
      chosenIdentity(choice, target),
    );
  const revision = (name: string): Work => ({
    doing: t('Making a new revision of {0}', name),
    goesOn: true,
    run: async (status, signal) => {
      if (app === undefined || image === undefined) return;
      const container = told.container ?? app.containers[0] ?? name;
      const { routing } = told;
      const wish = { container, image, ...(typeof routing === 'object' ? { routing } : {}) };
      app = await containerApps.setImage(subscription, app, wish, status, signal);
    },
  });
  const deployed = () => app;
  if (target !== 'new') {
    const { id: scope, name } = target;
    const actions = [`${appType}/write`, ...(choice.kind === 'none' ? [] : [`${appType}/listSecrets/action`])];
    const rights = actions.map((action) => ({ action, scope, label: name }));
    return { steps: [check(rights), ...identity(name), revision(name)], deployed };
  }
  const place = placeOf(told);
  if (place === undefined || group === undefined || group === 'new') return nothing;
  const { name = '', newEnvironment, ingress, port = 80, variables = {} } = told;
  let environment = told.environment === 'new' ? undefined : told.environment;
  const location = told.location ?? environment?.location ?? '';
  const environmentType = 'Microsoft.App/managedEnvironments';
  const rights = [
    ...rightsIn(place, group.isNew, [appType, ...(environment === undefined ? [environmentType] : [])]),
    ...(environment === undefined
      ? []
      : [
          {
            action: `${environmentType}/join/action`,
            scope: environment.id,
            label: t('the environment {0}', environment.name),
          },
        ]),
  ];
  const steps = [check(rights), ...groupWork(azure, place, group.isNew, location, ['Microsoft.App'])];
  if (environment === undefined && newEnvironment !== undefined)
    steps.push({
      doing: t('Creating the environment {0}', newEnvironment),
      makes: {
        label: t('the environment {0}', newEnvironment),
        id: idIn(place, environmentType, newEnvironment),
      },
      goesOn: true,
      run: async (status, signal) => {
        const wish = { name: newEnvironment, location };
        environment = await containerApps.createEnvironment(place, wish, status, signal);
      },
    });
  if (environment?.notReady !== undefined) {
    const there = environment;
    steps.push({
      doing: t('Waiting for the environment {0}', there.name),
      run: (status, signal) => containerApps.awaitEnvironment(subscription, there, status, signal),
    });
  }
  steps.push({
    doing: t('Creating the container app {0}', name),
    makes: { label: t('the container app {0}', name), id: idIn(place, appType, name) },
    goesOn: true,
    run: async (status, signal) => {
      if (environment === undefined || image === undefined) return;
      const reach = ingress === 'none' ? {} : { ingress: { port, isExternal: ingress === 'external' } };
      const wish = { ...place, name, environment, variables, ...reach };
      app = await containerApps.create(wish, image, status, signal);
    },
  });
  // With an identity, its own image comes once that may pull it.
  return { steps: [...steps, ...identity(name), ...(choice.kind === 'identity' ? [revision(name)] : [])], deployed };
}
