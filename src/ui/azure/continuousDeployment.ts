import { t } from '@vscode/l10n';
import type { Azure, Subscription, WebApp } from '../../azure/azure';
import type { App } from '../app';
import type { FoundRegistry } from './pullAccessPrompts';
import { flowSignal } from './steps';
import { askAll } from './wizard';
import type { Pick, Prompt } from './wizard';
import { work } from './work';
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

interface Answers {
  readonly now: Awaited<ReturnType<Azure['appService']['continuous']['now']>>;
  readonly way: Way;
}

/** Has a web app pull its image again after each push, or puts an end to that. What is opened for it is asked first. */
export async function continuousDeployment(app: App, wish: Continuous): Promise<void> {
  const { azure, subscription, webApp } = wish;
  const title = t('Continuous deployment of {0}', whichOf(webApp));
  try {
    const told = await askAll<Answers>(app, title, prompts(wish, title));
    if (told?.now === undefined || told.way === undefined) return;
    if (told.way === 'restart') {
      await app.copy(restartCommand(wish));
      app.tell(
        t('The command is on the clipboard: {0} pulls its image again each time it runs.', whichOf(webApp)),
        'information',
      );
      return;
    }
    const { steps, address } = told.way === 'off' ? offWork(wish, told.now) : onWork(wish, told.now);
    await work(app, title, { azure, subscription }, steps);
    const copied = wish.found === undefined ? address() : '';
    if (copied !== '') await app.copy(copied);
    app.tell(doneWith(wish, told.way), 'information');
  } catch (error) {
    app.fail(error, t('set up continuous deployment'));
  }
}

function prompts({ azure, subscription, webApp, found, scope }: Continuous, title: string): readonly Prompt<Answers>[] {
  const { continuous } = azure.appService;
  const which = whichOf(webApp);
  const registry = found?.registry.name;
  return [
    {
      ask: async (boxes) => {
        const asking = continuous.now(subscription, webApp, flowSignal());
        const picks = asking.then(({ isOn, isOpen }): readonly Pick<Way>[] => [
          {
            label:
              registry === undefined
                ? t('Copy the address to call after each push')
                : t('{0} calls {1} after each push to {2}', registry, which, scope),
            detail: isOpen
              ? t('Its deployment site is open to basic authentication already, which the call needs')
              : t('Opens its deployment site to basic authentication: the call holds a password'),
            value: 'call',
          },
          {
            label: t('Copy the command that restarts {0}', which),
            detail: t('For the pipeline that pushes, with a sign-in of its own; nothing is opened or changed'),
            value: 'restart',
          },
          ...(isOn
            ? [{ label: t('Switch it off'), detail: t('{0} no longer listens to calls', which), value: 'off' as const }]
            : []),
        ]);
        const way = await boxes.pick(title, picks);
        return { now: await asking, way };
      },
    },
    {
      when: ({ way }) => way === 'call',
      ask: async (boxes, { now }) => {
        await boxes.confirm(
          title,
          [
            ...(now?.isOpen === false
              ? [
                  t(
                    'The deployment site (SCM) of {0} is opened to basic authentication: whoever has its publishing password may then deploy there, and see its files and settings. A policy of Azure may forbid it.',
                    which,
                  ),
                ]
              : []),
            registry === undefined
              ? t('The address to call is copied. It holds the publishing password.')
              : t('{0} gets a webhook that holds the publishing password.', registry),
            ...(now?.isOn === false
              ? [t('The setting DOCKER_ENABLE_CI of {0} becomes true, and it starts anew.', which)]
              : []),
            t('After each call {0} pulls the image that it is set to run, and starts anew.', which),
          ],
          t('Set Up'),
        );
        return {};
      },
    },
    {
      when: ({ way }) => way === 'off',
      ask: async (boxes) => {
        await boxes.confirm(
          title,
          [
            t('The setting DOCKER_ENABLE_CI of {0} goes, and it starts anew.', which),
            ...(registry === undefined ? [] : [t('The webhooks by which {0} calls {1} are deleted.', registry, which)]),
            t(
              'Whether its deployment site (SCM) is open to basic authentication stays as it is: others may deploy with it.',
            ),
          ],
          t('Switch Off'),
        );
        return {};
      },
    },
  ];
}

interface Doing {
  readonly steps: readonly Work[];
  /** The address to call, once it is told. */
  readonly address: () => string;
}

function onWork({ azure, subscription, webApp, found, scope }: Continuous, { isOpen, isOn }: Answers['now']): Doing {
  const { continuous } = azure.appService;
  const which = whichOf(webApp);
  let address = '';
  const steps: Work[] = [];
  if (!isOpen)
    steps.push({
      doing: t('Opening the deployment site to basic authentication'),
      makes: { label: t('basic authentication of the deployment site of {0}', which) },
      run: (_status, signal) => continuous.open(subscription, webApp, signal),
    });
  steps.push({
    doing: t('Asking for the address to call'),
    run: async (_status, signal) => {
      address = await continuous.address(subscription, webApp, signal);
    },
  });
  if (!isOn)
    steps.push({
      doing: t('Having {0} listen to calls', which),
      makes: { label: t('the setting DOCKER_ENABLE_CI of {0}', which) },
      run: (_status, signal) => continuous.listen(subscription, webApp, true, signal),
    });
  if (found !== undefined)
    steps.push({
      doing: t('Making a webhook in {0}', found.registry.name),
      makes: { label: t('a webhook in {0}', found.registry.name) },
      run: (status, signal) =>
        found.azure.appService.continuous.call(found.registry, webApp, address, scope, status, signal),
    });
  return { steps, address: () => address };
}

function offWork({ azure, subscription, webApp, found }: Continuous, { host }: Answers['now']): Doing {
  const steps: Work[] = [
    {
      doing: t('Having {0} listen to calls no more', whichOf(webApp)),
      run: (_status, signal) => azure.appService.continuous.listen(subscription, webApp, false, signal),
    },
  ];
  if (found !== undefined && host !== '')
    steps.push({
      doing: t('Deleting the webhooks in {0}', found.registry.name),
      run: (status, signal) => found.azure.appService.continuous.stopCalls(found.registry, host, status, signal),
    });
  return { steps, address: () => '' };
}

function doneWith({ webApp, found, scope }: Continuous, way: Way): string {
  const which = whichOf(webApp);
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

function whichOf({ name, slot }: WebApp): string {
  return slot === undefined ? name : `${name}/${slot}`;
}
