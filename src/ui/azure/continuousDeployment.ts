import { t } from '@vscode/l10n';
import type { Azure, Subscription, WebApp } from '../../azure/azure';
import type { App } from '../app';
import type { FoundRegistry } from './pullAccessPrompts';
import type { Ask, Pick } from '../flow';
import { nameWithSlot } from './steps';
import { runFlow } from './wizard';
import { HandedOver, work } from './work';
import type { Work } from './work';

/** A web app that is to run what is pushed to a tag. */
export interface Continuous {
  readonly azure: Azure;
  readonly subscription: Subscription;
  readonly webApp: WebApp;
  /** The registry of Azure that the image is in; absent: its owner is given the address to call. */
  readonly found: FoundRegistry | undefined;
  /** `web:1.4` */
  readonly scope: string;
}

type Way = 'call' | 'restart' | 'off';

type Now = Awaited<ReturnType<Azure['appService']['continuous']['readState']>>;

/** Has a web app pull its image again after each push, or puts an end to that. What is opened for it is asked first. */
export async function continuousDeployment(app: App, wish: Continuous): Promise<void> {
  const title = t('Continuous deployment of {0}', nameWithSlot(wish.webApp));
  try {
    const answers = await runFlow(app, title, (ask) => askWay(ask, wish, title));
    if (answers === undefined) return;
    const { way, now } = answers;
    switch (way) {
      case 'restart':
        await app.copy(restartCommand(wish));
        break;
      case 'off':
        await work(app, title, wish, offWork(wish, now));
        break;
      case 'call': {
        const address = new HandedOver<string>();
        await work(app, title, wish, callWork(wish, now, address));
        if (wish.found === undefined) await app.copy(address.get());
      }
    }
    app.tell(describeDone(wish, way), 'information');
  } catch (error) {
    app.fail(error, t('set up continuous deployment'));
  }
}

/** Which way, and whether what it opens or ends is agreed to. */
async function askWay(ask: Ask, wish: Continuous, title: string): Promise<{ readonly now: Now; readonly way: Way }> {
  const { azure, subscription, webApp } = wish;
  const { way, now } = await ask.pick(title, async (signal) => {
    const found = await azure.appService.continuous.readState(subscription, webApp, signal);
    return wayPicks(wish, found).map((pick) => ({ ...pick, value: { way: pick.value, now: found } }));
  });
  if (way === 'restart') return { now, way };
  const isCall = way === 'call';
  await ask.confirm(
    title,
    isCall ? describeCall(wish, now) : describeOff(wish),
    isCall ? t('Set Up') : t('Switch Off'),
  );
  return { now, way };
}

function wayPicks({ webApp, found, scope }: Continuous, { isOn, isPasswordEnabled }: Now): readonly Pick<Way>[] {
  const which = nameWithSlot(webApp);
  const off: Pick<Way> = {
    label: t('Switch it off'),
    detail: t('{0} no longer listens to calls', which),
    value: 'off',
  };
  return [
    {
      label:
        found === undefined
          ? t('Copy the address to call after each push')
          : t('{0} calls {1} after each push to {2}', found.registry.name, which, scope),
      detail: isPasswordEnabled
        ? t('Its deployment site already accepts basic authentication, which the call needs')
        : t('Opens its deployment site to basic authentication: the call holds a password'),
      value: 'call',
    },
    {
      label: t('Copy the command that restarts {0}', which),
      detail: t('For a pipeline that pushes and signs in to Azure itself; nothing is opened or changed'),
      value: 'restart',
    },
    ...(isOn ? [off] : []),
  ];
}

function describeCall({ webApp, found }: Continuous, { isOn, isPasswordEnabled }: Now): readonly string[] {
  const which = nameWithSlot(webApp);
  return [
    ...(isPasswordEnabled
      ? []
      : [
          t(
            'The deployment site (SCM) of {0} is opened to basic authentication: anyone with its publishing password can then deploy there, and see its files and settings. An Azure Policy may forbid this.',
            which,
          ),
        ]),
    found === undefined
      ? t('The address to call is copied. It holds the publishing password.')
      : t('{0} gets a webhook that holds the publishing password.', found.registry.name),
    ...(isOn ? [] : [t('The setting DOCKER_ENABLE_CI of {0} is set to true, and the app restarts.', which)]),
    t('After each call, {0} pulls the image that it is set to run, and restarts.', which),
  ];
}

function describeOff({ webApp, found }: Continuous): readonly string[] {
  const which = nameWithSlot(webApp);
  return [
    t('The setting DOCKER_ENABLE_CI of {0} is removed, and the app restarts.', which),
    ...(found === undefined ? [] : [t('The webhooks by which {0} calls {1} are deleted.', found.registry.name, which)]),
    t('Basic authentication of its deployment site (SCM) stays as it is: others may use it to deploy.'),
  ];
}

/** Hands over the address to call, which holds a password. */
function callWork(
  { azure, subscription, webApp, found, scope }: Continuous,
  { isPasswordEnabled, isOn }: Now,
  address: HandedOver<string>,
): readonly Work[] {
  const { continuous } = azure.appService;
  const which = nameWithSlot(webApp);
  const steps: Work[] = [];
  if (!isPasswordEnabled)
    steps.push({
      doing: t('Opening the deployment site to basic authentication'),
      makes: { label: t('basic authentication of the deployment site of {0}', which) },
      run: (_status, signal) => continuous.enablePassword(subscription, webApp, signal),
    });
  steps.push({
    doing: t('Asking for the address to call'),
    run: async (_status, signal) => {
      address.set(await continuous.readAddress(subscription, webApp, signal));
    },
  });
  if (!isOn)
    steps.push({
      doing: t('Switching on continuous deployment of {0}', which),
      makes: { label: t('the setting DOCKER_ENABLE_CI of {0}', which) },
      run: (_status, signal) => continuous.setListening(subscription, webApp, true, signal),
    });
  if (found !== undefined)
    steps.push({
      doing: t('Creating a webhook in {0}', found.registry.name),
      makes: { label: t('a webhook in {0}', found.registry.name) },
      run: (status, signal) =>
        found.azure.appService.continuous.startCalls(found.registry, webApp, address.get(), scope, status, signal),
    });
  return steps;
}

function offWork({ azure, subscription, webApp, found }: Continuous, { host }: Now): readonly Work[] {
  const steps: Work[] = [
    {
      doing: t('Switching off continuous deployment of {0}', nameWithSlot(webApp)),
      run: (_status, signal) => azure.appService.continuous.setListening(subscription, webApp, false, signal),
    },
  ];
  if (found !== undefined)
    steps.push({
      doing: t('Deleting the webhooks in {0}', found.registry.name),
      run: (status, signal) => found.azure.appService.continuous.stopCalls(found.registry, host, status, signal),
    });
  return steps;
}

function describeDone({ webApp, found, scope }: Continuous, way: Way): string {
  const which = nameWithSlot(webApp);
  if (way === 'restart')
    return t('The command is on the clipboard: {0} pulls its image again each time it runs.', which);
  if (way === 'off') return t('Continuous deployment of {0} is off.', which);
  if (found !== undefined)
    return t('{0} calls {1} after each push to {2}, which {1} then runs.', found.registry.name, which, scope);
  return t(
    'The address to call after a push is on the clipboard. It holds a password: add it as a webhook in your registry.',
  );
}

/** A start pulls the image anew: https://learn.microsoft.com/en-us/azure/app-service/configure-custom-container */
function restartCommand({ subscription, webApp: { name, resourceGroup, slot } }: Continuous): string {
  const place = `--name "${name}" --resource-group "${resourceGroup}" --subscription "${subscription.id}"`;
  return `az webapp restart ${place}${slot === undefined ? '' : ` --slot "${slot}"`}`;
}
