import { t } from '@vscode/l10n';
import { idIn } from '../../azure/azure';
import type { DeployedImage, PullNow, WebApp } from '../../azure/azure';
import type { Deployable } from './deployable';
import {
  accessLine,
  checkWork,
  identityWork,
  referenceFor,
  rightsIn,
  rightsToSet,
  serverOf,
} from './pullAccessPrompts';
import type { AccessChoice, Right } from './pullAccessPrompts';
import { chosenNow } from './appServicePrompts';
import type { AppServiceAnswers } from './appServicePrompts';
import { groupWork } from './groupWork';
import { placeOf } from './steps';
import type { Told } from './wizard';
import type { Work } from './work';

/** All that will be made and changed. */
export function appServiceSummary({ image }: Deployable, told: Told<AppServiceAnswers>): readonly string[] {
  const { target, name = '', plan, newPlan, group, access, location, subscription, now } = told;
  const { pull, container } = chosenNow(told);
  const reference = referenceFor(image);
  const lines: string[] = [];
  if (target !== undefined && target !== 'new') {
    const which = whichOf(target);
    if (container?.isNew === true)
      lines.push(t('{0} gets its main container, {1}, running {2}.', which, container.name, reference));
    else if (container !== undefined)
      lines.push(
        t(
          'The image of the container {0} of {1} is replaced by {2}; its other containers and settings stay.',
          container.name,
          which,
          reference,
        ),
      );
    else lines.push(t('The image of {0} is replaced by {1}; its other settings stay.', which, reference));
    if (now?.runsSeveral === true)
      lines.push(t('{0} runs several containers now: this one takes the place of all of them.', which));
    if (now?.restartsOnPush === true)
      lines.push(t('Continuous deployment stays on: {0} pulls its image again when a webhook calls it.', which));
  } else {
    if (group !== undefined && group !== 'new' && group.isNew) lines.push(t('New resource group: {0}', group.name));
    if (plan === 'new')
      lines.push(t('New Linux plan: {0}, {1}, in {2}', newPlan?.name ?? '', newPlan?.sku ?? '', location ?? ''));
    lines.push(t('New web app: {0}, running {1}', name, reference));
  }
  if (access !== undefined) lines.push(accessLine(access, pull.pullsAs));
  const { credential } = pull;
  const isUnused = access?.kind === 'identity' || access?.kind === 'none';
  if (isUnused && credential !== undefined)
    lines.push(t('The credential of {0} goes from its settings: it is used no more.', credential.server));
  if (!isUnused && credential?.isUsed === true && container === undefined && access !== undefined)
    if (!isSameCredential(image, access, credential))
      lines.push(
        t(
          'The credential of {0} is replaced first: what runs now cannot be pulled with the new one, should Azure start it anew before the image is replaced as well.',
          credential.server,
        ),
      );
  lines.push(t('Subscription: {0}', subscription?.name ?? ''));
  return lines;
}

/** Whether what is pulled with the credential that is there is pulled with the new one as well. */
function isSameCredential(
  { host }: Deployable['image'],
  access: AccessChoice,
  { server, username }: NonNullable<PullNow['credential']>,
): boolean {
  const user = access.kind === 'admin' ? access.registry.name : 'username' in access ? access.username : '';
  return server.split('/')[0] === serverOf(host) && username === user;
}

/** What is done once all is told. `deployed`: the app, once it is there. */
export function appServiceWork(
  deployable: Deployable,
  told: Told<AppServiceAnswers>,
): { readonly steps: readonly Work[]; readonly deployed: () => WebApp | undefined } {
  const { azure, subscription, target, access: choice, group } = told;
  const nothing = { steps: [], deployed: () => undefined };
  if (azure === undefined || subscription === undefined || target === undefined || choice === undefined) return nothing;
  const { appService } = azure;
  let image: DeployedImage | undefined;
  let { app } = chosenNow(told);
  const check = (rights: readonly Right[]) =>
    checkWork(deployable, { azure, subscription }, rights, choice, (ready) => {
      image = ready;
    });
  const imageWork = (name: string): readonly Work[] => [
    ...identityWork(choice, name, async (_status, signal) =>
      app === undefined ? '' : appService.pullIdentity(subscription, app, signal),
    ),
    {
      doing: t('Setting the image of {0}', name),
      run: async (_status, signal) => {
        if (app !== undefined && image !== undefined) await appService.setImage(subscription, app, image, signal);
      },
    },
  ];
  const deployed = () => app;
  if (target !== 'new') return { steps: [check(rightsToSet(app ?? target)), ...imageWork(whichOf(target))], deployed };
  const place = placeOf(told);
  if (place === undefined || group === undefined || group === 'new') return nothing;
  const { name = '', newPlan } = told;
  let plan = told.plan === 'new' ? undefined : told.plan;
  const location = told.location ?? plan?.location ?? '';
  const planType = 'Microsoft.Web/serverfarms';
  const rights = [
    ...rightsIn(place, group.isNew, ['Microsoft.Web/sites', ...(plan === undefined ? [planType] : [])]),
    ...(plan === undefined
      ? []
      : [{ action: `${planType}/join/action`, scope: plan.id, label: t('the plan {0}', plan.name) }]),
  ];
  const steps = [check(rights), ...groupWork(azure, place, group.isNew, location, ['Microsoft.Web'])];
  if (plan === undefined && newPlan !== undefined)
    steps.push({
      doing: t('Creating the plan {0}', newPlan.name),
      makes: { label: t('the plan {0}', newPlan.name), id: idIn(place, planType, newPlan.name) },
      goesOn: true,
      run: async (status, signal) => {
        plan = await appService.createPlan(place, { ...newPlan, location }, status, signal);
      },
    });
  steps.push({
    doing: t('Creating the web app {0}', name),
    makes: { label: t('the web app {0}', name), id: idIn(place, 'Microsoft.Web/sites', name) },
    goesOn: true,
    run: async (status, signal) => {
      if (plan === undefined) return;
      // It listens on 80 unless told otherwise.
      const port = told.port === 80 ? undefined : told.port;
      const wish = { ...place, name, location: plan.location, plan, port, hasIdentity: choice.kind === 'identity' };
      app = await appService.create(wish, status, signal);
    },
  });
  return { steps: [...steps, ...imageWork(name)], deployed };
}

function whichOf({ name, slot }: WebApp): string {
  return slot === undefined ? name : `${name}/${slot}`;
}
