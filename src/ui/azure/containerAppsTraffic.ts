import { t } from '@vscode/l10n';
import { shareOfNewest } from '../../azure/azure';
import type { ContainerApp, Routing } from '../../azure/azure';
import type { Ask, Pick } from '../flow';

/** `stays`: traffic is not moved. `usual`: all traffic goes to the new revision, the default of the service. */
export type RoutingChoice = Routing | 'stays' | 'usual';

/** Asks where traffic goes, if the service would send a new revision of the app no traffic or only a part. */
export async function askRouting(ask: Ask, app: ContainerApp): Promise<RoutingChoice> {
  if (app.mode === 'Labels') return { kind: 'label', label: await askLabel(ask, app) };
  if (app.traffic.length === 0 || shareOfNewest(app) >= 100) return 'usual';
  return ask.pick(t('Where should the traffic of {0} go?', app.name), trafficPicks(app));
}

async function askLabel(ask: Ask, app: ContainerApp): Promise<string> {
  const label = await ask.pick(t('Label for the new revision of {0}', app.name), labelPicks(app));
  if (label !== undefined) return label;
  return ask.input({ prompt: t('Name of the new label'), placeholder: 'staging', problem: labelProblem });
}

function trafficPicks(app: ContainerApp): readonly Pick<RoutingChoice>[] {
  return [
    {
      label: t('All of it to the new revision'),
      detail: t('Once it runs; labels stay where they are'),
      value: { kind: 'newest' },
    },
    { label: t('No change'), detail: trafficText(app), value: 'stays' },
  ];
}

/** The labels that there are; nothing stands for a new one. */
function labelPicks({ traffic }: ContainerApp): readonly Pick<string | undefined>[] {
  return [
    ...traffic.flatMap(({ label, weight, revision }): Pick<string>[] =>
      label === undefined
        ? []
        : [
            {
              label,
              description: t('{0} % of the traffic', String(weight)),
              ...(revision === undefined ? {} : { detail: t('Now on {0}', revision) }),
              value: label,
            },
          ],
    ),
    { label: t('Create new label…'), icon: 'add', detail: t('No traffic goes to it at first'), value: undefined },
  ];
}

/** https://learn.microsoft.com/en-us/azure/container-apps/revisions#labels */
function labelProblem(label: string): string | undefined {
  return /^[a-z]([a-z0-9-]*[a-z0-9])?$/.test(label) && !label.includes('--')
    ? undefined
    : t('Use lower-case letters, digits and single - only; the name must begin with a letter.');
}

/** Where an app's traffic goes now. */
function trafficText({ traffic }: ContainerApp): string {
  return traffic
    .filter(({ weight }) => weight > 0)
    .map(({ weight, revision }) => t('{0} % to {1}', String(weight), revision ?? t('the newest revision')))
    .join(', ');
}

/** What a new revision will get, in a line of the summary; nothing where it gets all, as usual. */
export function describeRouting(app: ContainerApp, choice: RoutingChoice): string | undefined {
  if (choice === 'usual') return undefined;
  if (choice === 'stays')
    return t(
      'The new revision gets {0} % of the traffic. The traffic does not change: {1}.',
      String(shareOfNewest(app)),
      trafficText(app),
    );
  if (choice.kind === 'newest') return t('All of the traffic goes to the new revision.');
  const weight = app.traffic.find(({ label }) => label === choice.label)?.weight ?? 0;
  return t('The new revision takes the label {0}, and with it {1} % of the traffic.', choice.label, String(weight));
}
