import { t } from '@vscode/l10n';
import { resourceIdOf } from '../../azure/azure';
import type { ContainerApp, DeployedImage, Environment, Place, Subscription } from '../../azure/azure';
import type { Deployable } from './deployable';
import { checkWork, describeAccess, identityWork, referenceFor, rightsIn } from './pullAccessPrompts';
import type { AccessChoice, Right } from './pullAccessPrompts';
import { describeRouting } from './containerAppsTraffic';
import type {
  ContainerAppsAnswers,
  ContainerAppThere,
  ContainerAppToMake,
  IngressChoice,
  NewEnvironment,
} from './containerAppsPrompts';
import { groupWork } from './groupWork';
import { describeGroup } from './steps';
import { HandedOver } from './work';
import type { Work } from './work';

const appType = 'Microsoft.App/containerApps';
const environmentType = 'Microsoft.App/managedEnvironments';

/** All that will be made and changed. */
export function containerAppsSummary({ image }: Deployable, answers: ContainerAppsAnswers): readonly string[] {
  const { target, access, subscription } = answers;
  const reference = referenceFor(image);
  const lines =
    target.kind === 'new'
      ? [...describeNewApp(target, reference), describeAccess(access)]
      : [
          ...describeRevision(target, reference),
          ...describeAccessOf(access, target.app),
          describeGroup({ name: target.app.resourceGroup, isNew: false }, target.app.location),
        ];
  return [...lines, t('Subscription: {0}', subscription.name)];
}

function describeNewApp(target: ContainerAppToMake, reference: string): string[] {
  const { name, group, environment, ingress, variables } = target;
  const names = Object.keys(variables);
  return [
    describeGroup(group, environment.location),
    'isNew' in environment
      ? t('New environment: {0}, in {1}', environment.name, environment.location)
      : t('Environment: {0}, in {1}', environment.name, environment.location),
    t('New container app: {0}, running {1}', name, reference),
    describeIngress(ingress),
    ...(names.length === 0 ? [] : [t('Environment variables: {0}', names.join(', '))]),
  ];
}

function describeIngress(ingress: IngressChoice): string {
  switch (ingress.reach) {
    case 'none':
      return t('It is not reachable from outside.');
    case 'external':
      return t('Port {0} is open to the internet.', String(ingress.port));
    case 'internal':
      return t('Port {0} is open to the other apps of the environment.', String(ingress.port));
  }
}

function describeRevision({ app, container, routing }: ContainerAppThere, reference: string): string[] {
  const traffic = describeRouting(app, routing);
  return [
    t('A new revision of {0} runs {1} in its container {2}; everything else stays.', app.name, reference, container),
    ...(traffic === undefined ? [] : [traffic]),
  ];
}

/** Who pulls, and what becomes of a password that an identity takes the place of. */
function describeAccessOf(choice: AccessChoice, app: ContainerApp): string[] {
  if (choice.kind !== 'identity') return [describeAccess(choice)];
  const { name, loginServer } = choice.registry;
  return [
    describeAccess(choice, chosenIdentity(choice, app)),
    ...(app.passwordsFor.includes(loginServer)
      ? [t('The password of {0} is removed from its secrets, unless it is used elsewhere.', name)]
      : []),
  ];
}

/** The identity chosen for a registry, if it is not the app's own. */
function chosenIdentity(choice: AccessChoice, app: ContainerApp): string | undefined {
  const chosen = choice.kind === 'identity' ? app.pullsAs[choice.registry.loginServer] : undefined;
  if (chosen === undefined || chosen === 'system') return undefined;
  return chosen === 'system-environment'
    ? t('the identity of its environment')
    : chosen.slice(chosen.lastIndexOf('/') + 1);
}

/** What the steps hand over: the image with its secret, and the app once it is there. */
interface Passed {
  readonly image: HandedOver<DeployedImage>;
  readonly app: HandedOver<ContainerApp>;
}

/** What is done once all is answered. `deployed`: the app, once the work is done. */
export function containerAppsWork(
  deployable: Deployable,
  answers: ContainerAppsAnswers,
): { readonly steps: readonly Work[]; readonly deployed: () => ContainerApp } {
  const { target, access, subscription } = answers;
  const passed: Passed = { image: new HandedOver(), app: new HandedOver() };
  const deployed = () => passed.app.get();
  const check = (rights: readonly Right[]) => checkWork(deployable, answers, rights, access, passed.image);
  if (target.kind === 'new')
    return { steps: [check(rightsToMake(target, subscription)), ...newAppWork(answers, target, passed)], deployed };
  const { app } = target;
  passed.app.set(app);
  const steps = [
    check(rightsToChange(app, access)),
    ...identityOf(answers, app.name, passed.app, chosenIdentity(access, app)),
    revisionOf(answers, app.name, target, passed),
  ];
  return { steps, deployed };
}

function rightsToChange({ id: scope, name }: ContainerApp, choice: AccessChoice): readonly Right[] {
  const actions = [`${appType}/write`, ...(choice.kind === 'none' ? [] : [`${appType}/listSecrets/action`])];
  return actions.map((action) => ({ action, scope, label: name }));
}

/** What it takes to make an app, and its environment unless that is there. */
function rightsToMake({ group, environment }: ContainerAppToMake, subscription: Subscription): readonly Right[] {
  const place = { subscription, resourceGroup: group.name };
  if ('isNew' in environment) return rightsIn(place, group.isNew, [appType, environmentType]);
  const { id: scope, name } = environment;
  const join = { action: `${environmentType}/join/action`, scope, label: t('the environment {0}', name) };
  return [...rightsIn(place, group.isNew, [appType]), join];
}

function newAppWork(
  answers: ContainerAppsAnswers,
  { name, group, environment: chosen, ingress, variables }: ContainerAppToMake,
  { image, app }: Passed,
): readonly Work[] {
  const { azure, subscription, access } = answers;
  const place = { subscription, resourceGroup: group.name };
  const environment = new HandedOver<Environment>();
  const creation: Work = {
    doing: t('Creating the container app {0}', name),
    makes: { label: t('the container app {0}', name), id: resourceIdOf(place, appType, name) },
    goesOn: true,
    run: async (status, signal) => {
      const { reach } = ingress;
      const reached = reach === 'none' ? {} : { ingress: { port: ingress.port, isExternal: reach === 'external' } };
      const wish = { ...place, name, environment: environment.get(), variables, ...reached };
      app.set(await azure.containerApps.create(wish, image.get(), status, signal));
    },
  };
  return [
    ...groupWork(azure, place, group.isNew, chosen.location, ['Microsoft.App']),
    ...environmentWork(answers, place, chosen, environment),
    creation,
    ...identityOf(answers, name, app),
    // With an identity, its own image comes once that may pull it.
    ...(access.kind === 'identity'
      ? [revisionOf(answers, name, { container: name, routing: 'usual' }, { image, app })]
      : []),
  ];
}

/** Makes the environment, or waits for one that is there and not ready. */
function environmentWork(
  { azure: { containerApps }, subscription }: ContainerAppsAnswers,
  place: Place,
  chosen: Environment | NewEnvironment,
  environment: HandedOver<Environment>,
): readonly Work[] {
  const { name, location } = chosen;
  if ('isNew' in chosen)
    return [
      {
        doing: t('Creating the environment {0}', name),
        makes: { label: t('the environment {0}', name), id: resourceIdOf(place, environmentType, name) },
        goesOn: true,
        run: async (status, signal) => {
          environment.set(await containerApps.createEnvironment(place, { name, location }, status, signal));
        },
      },
    ];
  environment.set(chosen);
  if (chosen.notReady === undefined) return [];
  return [
    {
      doing: t('Waiting for the environment {0}', name),
      run: (status, signal) => containerApps.awaitEnvironment(subscription, chosen, status, signal),
    },
  ];
}

function revisionOf(
  { azure, subscription }: ContainerAppsAnswers,
  name: string,
  { container, routing }: Pick<ContainerAppThere, 'container' | 'routing'>,
  { image, app }: Passed,
): Work {
  return {
    doing: t('Creating a new revision of {0}', name),
    goesOn: true,
    run: async (status, signal) => {
      const wish = { container, image: image.get(), ...(typeof routing === 'object' ? { routing } : {}) };
      app.set(await azure.containerApps.setImage(subscription, app.get(), wish, status, signal));
    },
  };
}

/** `chosen`: the identity chosen for the app. */
function identityOf(
  { azure, subscription, access }: ContainerAppsAnswers,
  name: string,
  app: HandedOver<ContainerApp>,
  chosen?: string,
): readonly Work[] {
  if (access.kind !== 'identity') return [];
  const { registry } = access;
  return identityWork(
    access,
    name,
    (status, signal) => azure.containerApps.pullIdentity(subscription, app.get(), registry, status, signal),
    chosen,
  );
}
