import { t } from '@vscode/l10n';
import { shareOfNewest } from '../../azure/azure';
import type { ContainerApp, Routing } from '../../azure/azure';
import type { Pick, Prompt } from './wizard';

/** `stays`: traffic goes where it went; `newLabel`: its name is asked for. */
export type RoutingChoice = Routing | 'stays' | 'newLabel';

export interface RoutingAsked {
  readonly target: ContainerApp | 'new';
  readonly routing: RoutingChoice;
}

/** Asked of apps that are there, where the service would send a new revision no traffic, or less than all. */
export const routingPrompts: readonly Prompt<RoutingAsked>[] = [
  {
    when: ({ target }) => isAsked(target),
    ask: async (boxes, { target }) => {
      if (target === undefined || target === 'new') return {};
      return target.mode === 'Labels'
        ? { routing: await boxes.pick(t('Label that the new revision of {0} takes', target.name), labelPicks(target)) }
        : { routing: await boxes.pick(t('Where does the traffic of {0} go?', target.name), trafficPicks(target)) };
    },
  },
  {
    when: ({ target, routing }) => isAsked(target) && isNewLabel(target, routing),
    ask: async (boxes) => {
      const label = await boxes.input({
        prompt: t('Name of the new label'),
        placeholder: 'staging',
        problem: labelProblem,
      });
      return { routing: { kind: 'label', label } };
    },
  },
];

function isAsked(target: ContainerApp | 'new' | undefined): boolean {
  if (target === undefined || target === 'new') return false;
  return target.mode === 'Labels' || (target.traffic.length > 0 && shareOfNewest(target) < 100);
}

function isLabel(routing: RoutingChoice | undefined): routing is Extract<Routing, { kind: 'label' }> {
  return typeof routing === 'object' && routing.kind === 'label';
}

/** One that is to be typed, or was: so it may be typed again after Back. */
function isNewLabel(target: ContainerApp | 'new' | undefined, routing: RoutingChoice | undefined): boolean {
  if (target === undefined || target === 'new' || !isLabel(routing)) return routing === 'newLabel';
  return target.traffic.every(({ label }) => label !== routing.label);
}

function trafficPicks(app: ContainerApp): readonly Pick<RoutingChoice>[] {
  return [
    {
      label: t('All of it to the new revision'),
      detail: t('Once that runs; labels stay where they are'),
      value: { kind: 'newest' },
    },
    { label: t('As it goes now'), detail: trafficText(app), value: 'stays' },
  ];
}

function labelPicks({ traffic }: ContainerApp): readonly Pick<RoutingChoice>[] {
  return [
    ...traffic.flatMap(({ label, weight, revision }): Pick<RoutingChoice>[] =>
      label === undefined
        ? []
        : [
            {
              label,
              description: t('{0} % of the traffic', String(weight)),
              ...(revision === undefined ? {} : { detail: t('Now {0} has it', revision) }),
              value: { kind: 'label', label },
            },
          ],
    ),
    { label: t('Create new label…'), icon: 'add', detail: t('No traffic goes to it at first'), value: 'newLabel' },
  ];
}

/** https://learn.microsoft.com/en-us/azure/container-apps/revisions#labels */
function labelProblem(label: string): string | undefined {
  return /^[a-z]([a-z0-9-]*[a-z0-9])?$/.test(label) && !label.includes('--')
    ? undefined
    : t('It has lower-case letters, digits and single -, and begins with a letter.');
}

/** Where an app's traffic goes now. */
function trafficText({ traffic }: ContainerApp): string {
  return traffic
    .filter(({ weight }) => weight > 0)
    .map(({ weight, revision }) => t('{0} % to {1}', String(weight), revision ?? t('the newest revision')))
    .join(', ');
}

/** What a new revision will get, in a line of the summary; nothing where it gets all, as usual. */
export function routingLine(app: ContainerApp, choice: RoutingChoice | undefined): string | undefined {
  if (!isAsked(app) || choice === undefined) return undefined;
  if (isLabel(choice)) {
    const weight = app.traffic.find(({ label }) => label === choice.label)?.weight ?? 0;
    return t('The new revision takes the label {0}, and with it {1} % of the traffic.', choice.label, String(weight));
  }
  if (choice !== 'stays') return t('All of the traffic goes to the new revision.');
  return t(
    'The new revision gets {0} % of the traffic, which goes on as it does now: {1}.',
    String(shareOfNewest(app)),
    trafficText(app),
  );
}
