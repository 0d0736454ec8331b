import { t } from '@vscode/l10n';
import { resourceIdOf } from '../../azure/azure';
import type { AppServicePlan, DeployedImage, Place, PullState, Subscription, WebApp } from '../../azure/azure';
import type { Deployable } from './deployable';
import {
  checkWork,
  describeAccess,
  identityWork,
  referenceFor,
  rightsIn,
  rightsToSet,
  serverOf,
} from './pullAccessPrompts';
import type { AccessChoice, Right } from './pullAccessPrompts';
import type { AppServiceAnswers, NewPlan, WebAppThere, WebAppToMake } from './appServicePrompts';
import { groupWork } from './groupWork';
import { describeGroup, nameWithSlot } from './steps';
import { HandedOver } from './work';
import type { Work } from './work';

const planType = 'Microsoft.Web/serverfarms';

/** All that will be made and changed. */
export function appServiceSummary({ image }: Deployable, answers: AppServiceAnswers): readonly string[] {
  const { target, access, subscription } = answers;
  const last = t('Subscription: {0}', subscription.name);
  const reference = referenceFor(image);
  if (target.kind === 'new') return [...describeNewApp(target, reference), describeAccess(access), last];
  const { resourceGroup, location, container } = target.app;
  return [
    ...describeChange(target, reference),
    ...(container?.port === undefined ? [] : [describePort(container.port)]),
    describeAccess(access, target.pull.pullsAs),
    ...describeCredential(image, target, access),
    describeGroup({ name: resourceGroup, isNew: false }, location),
    last,
  ];
}

function describeNewApp({ name, group, plan, port }: WebAppToMake, reference: string): readonly string[] {
  return [
    describeGroup(group, plan.location),
    'isNew' in plan
      ? t('New Linux plan: {0}, {1}, in {2}', plan.name, plan.sku, plan.location)
      : t('Plan: {0}, {1}, in {2}', plan.name, plan.sku, plan.location),
    t('New web app: {0}, running {1}', name, reference),
    describePort(port),
  ];
}

function describePort(port: number): string {
  return t('The container listens on port {0}.', String(port));
}

function describeChange({ app, now, container }: WebAppThere, reference: string): readonly string[] {
  const which = nameWithSlot(app);
  const replaced =
    container === undefined
      ? t('The image of {0} is replaced by {1}; its other settings stay.', which, reference)
      : container.isNew
        ? t('{0} gets its main container, {1}, running {2}.', which, container.name, reference)
        : t(
            'The image of the container {0} of {1} is replaced by {2}; its other containers and settings stay.',
            container.name,
            which,
            reference,
          );
  return [
    replaced,
    ...(now.runsSeveral ? [t('{0} runs several containers now: this one replaces all of them.', which)] : []),
    ...(now.restartsOnPush === true
      ? [t('Continuous deployment stays on: {0} pulls its image again when a webhook calls it.', which)]
      : []),
  ];
}

/** What becomes of the credential that is there. */
function describeCredential(
  image: Deployable['image'],
  { pull: { credential }, container }: WebAppThere,
  access: AccessChoice,
): readonly string[] {
  if (credential === undefined) return [];
  if (access.kind === 'identity' || access.kind === 'none')
    return [t('The credential of {0} is removed from its settings: it is no longer used.', credential.server)];
  if (!credential.isUsed || container !== undefined || isSameCredential(image, access, credential)) return [];
  return [
    t(
      'The credential of {0} is replaced first. If Azure restarts the app before the image is replaced too, the new credential cannot pull the old image.',
      credential.server,
    ),
  ];
}

/** Whether what is pulled with the credential that is there is pulled with the new one as well. */
function isSameCredential(
  { host }: Deployable['image'],
  access: Exclude<AccessChoice, { kind: 'identity' | 'none' }>,
  { server, username }: NonNullable<PullState['credential']>,
): boolean {
  const user = access.kind === 'admin' ? access.registry.name : access.username;
  return server.split('/')[0] === serverOf(host) && username === user;
}

/** What is done once all is answered. `deployed`: the app, once the work is done. */
export function appServiceWork(
  deployable: Deployable,
  answers: AppServiceAnswers,
): { readonly steps: readonly Work[]; readonly deployed: () => WebApp } {
  const { azure, subscription, target, access } = answers;
  const image = new HandedOver<DeployedImage>();
  const app = new HandedOver<WebApp>();
  const deployed = () => app.get();
  const check = (rights: readonly Right[]) => checkWork(deployable, answers, rights, access, image);
  const setting = (name: string): readonly Work[] => [
    ...identityWork(access, name, (_status, signal) => azure.appService.pullIdentity(subscription, app.get(), signal)),
    {
      doing: t('Setting the image of {0}', name),
      run: (_status, signal) => azure.appService.setImage(subscription, app.get(), image.get(), signal),
    },
  ];
  if (target.kind === 'new')
    return {
      steps: [check(rightsToMake(target, subscription)), ...newAppWork(answers, target, app), ...setting(target.name)],
      deployed,
    };
  app.set(target.app);
  return { steps: [check(rightsToSet(target.app)), ...setting(nameWithSlot(target.app))], deployed };
}

/** What it takes to make an app, and its plan unless that is there. */
function rightsToMake({ group, plan }: WebAppToMake, subscription: Subscription): readonly Right[] {
  const place = { subscription, resourceGroup: group.name };
  if ('isNew' in plan) return rightsIn(place, group.isNew, ['Microsoft.Web/sites', planType]);
  const join = { action: `${planType}/join/action`, scope: plan.id, label: t('the plan {0}', plan.name) };
  return [...rightsIn(place, group.isNew, ['Microsoft.Web/sites']), join];
}

function newAppWork(
  { azure, subscription, access }: AppServiceAnswers,
  { name, group, plan: chosen, port }: WebAppToMake,
  app: HandedOver<WebApp>,
): readonly Work[] {
  const place = { subscription, resourceGroup: group.name };
  const plan = new HandedOver<AppServicePlan>();
  if (!('isNew' in chosen)) plan.set(chosen);
  return [
    ...groupWork(azure, place, group.isNew, chosen.location, ['Microsoft.Web']),
    ...('isNew' in chosen ? [planWork(azure, place, chosen, plan)] : []),
    {
      doing: t('Creating the web app {0}', name),
      makes: { label: t('the web app {0}', name), id: resourceIdOf(place, 'Microsoft.Web/sites', name) },
      goesOn: true,
      run: async (status, signal) => {
        const its = plan.get();
        const wish = {
          ...{ ...place, name, location: its.location, plan: its, hasIdentity: access.kind === 'identity' },
          // The default port is 80.
          port: port === 80 ? undefined : port,
        };
        app.set(await azure.appService.create(wish, status, signal));
      },
    },
  ];
}

function planWork(
  azure: AppServiceAnswers['azure'],
  place: Place,
  { name, sku, location }: NewPlan,
  plan: HandedOver<AppServicePlan>,
): Work {
  return {
    doing: t('Creating the plan {0}', name),
    makes: { label: t('the plan {0}', name), id: resourceIdOf(place, planType, name) },
    goesOn: true,
    run: async (status, signal) => {
      plan.set(await azure.appService.createPlan(place, { name, sku, location }, status, signal));
    },
  };
}
