import { t } from '@vscode/l10n';
import { Failure, withDetail } from '../../core/failure';
import { abandonable } from '../../core/shared';
import type { App } from '../app';
import { causes } from '../../core/causes';
import { isCancellation } from '../report';
import type { InSubscription } from './steps';

/** Something that exists afterwards that did not before. */
interface Made {
  /** `the plan asp-web` */
  readonly label: string;
  /** Of a resource with a page of its own in the portal. */
  readonly id?: string;
}

/** A step of the work that a flow does after its last prompt. */
export interface Work {
  /** `Creating the plan asp-web` */
  readonly doing: string;
  readonly makes?: Made;
  /** A long operation that Azure finishes by itself: cancelling does not stop it, and a message says how it ends. */
  readonly goesOn?: boolean;
  /** `say`: tells at once what may go wrong further on, and does not stop the work. */
  readonly run: (status: (text: string) => void, signal: AbortSignal, say: (text: string) => void) => Promise<void>;
}

/** What one step of the work makes or reads, and later ones work with. */
export class HandedOver<T> {
  private made: { readonly value: T } | undefined;

  set(value: T): void {
    this.made = { value };
  }

  /** Throws where no step before has set it: steps in the wrong order must not pass for work that is done. */
  get(): T {
    if (this.made === undefined) throw new Error('A step of the work needs what no step before it has handed over.');
    return this.made.value;
  }
}

/** How long Azure has to tell whether a step that failed has left something behind. */
const lookWithinMs = 10_000;

/**
 * The signal of an operation that Azure finishes by itself: it is never aborted. All other signals here belong to the notification or
 * to a box.
 */
const neverAborted = (): AbortSignal => new AbortController().signal;

/** Runs the steps in order under one notification. If one fails or the user cancels, the message names what exists already. */
export async function work(app: App, title: string, where: InSubscription, steps: readonly Work[]): Promise<void> {
  const made: Made[] = [];
  await app.working(title, async (progress, signal) => {
    for (const [index, step] of steps.entries()) {
      const place = t('{0} of {1} · {2}', index + 1, steps.length, step.doing);
      const goesOn = step.goesOn === true;
      let running: Promise<void> | undefined;
      try {
        signal.throwIfAborted();
        progress(place);
        const status = (text: string) => {
          progress(`${place} · ${text}`);
        };
        const say = (text: string) => {
          app.tell(text, 'warning');
        };
        const begin = async () => step.run(status, goesOn ? neverAborted() : signal, say);
        running = begin();
        await (goesOn ? abandonable(running, signal) : running);
      } catch (error) {
        if (running !== undefined && goesOn && signal.aborted) {
          app.tell(describeAbandoned(title, step, made), 'information');
          void tellEndOf(app, title, where, step, running);
          throw error;
        }
        const behind = running === undefined ? undefined : await leftBehind(app, where, step, error);
        if (behind !== undefined) made.push(behind);
        if (isCancellation(error)) app.tell(describeStopped(title, step, made), 'information');
        throw withPlace(error, where, step, made);
      }
      if (step.makes !== undefined) made.push(step.makes);
    }
  });
}

/** A step may create its resource and still fail, for example because the image cannot be pulled. */
async function leftBehind(
  app: App,
  { azure, subscription }: InSubscription,
  { makes }: Work,
  error: unknown,
): Promise<Made | undefined> {
  const wasThere = error instanceof Failure && error.detail.code === 'EXISTS';
  if (makes?.id === undefined || wasThere) return undefined;
  try {
    return (await azure.exists(subscription, makes.id, AbortSignal.timeout(lookWithinMs))) ? makes : undefined;
  } catch (unknown) {
    app.log.warn(`Could not tell whether there is ${makes.label}\n  ${causes(unknown)}`);
    return { ...makes, label: t('perhaps {0}', makes.label) };
  }
}

function describeExisting(made: readonly Made[]): string {
  return made.length === 0
    ? t('nothing was created')
    : t('what exists already: {0}', made.map(({ label }) => label).join(', '));
}

function describeAbandoned(title: string, { doing }: Work, made: readonly Made[]): string {
  return t('{0}: Azure continues with “{1}”. You will be told how it ends; {2}.', title, doing, describeExisting(made));
}

function describeStopped(title: string, { doing }: Work, made: readonly Made[]): string {
  return t('{0}: stopped at “{1}”; {2}.', title, doing, describeExisting(made));
}

/** Shows how an operation ended after the user cancelled the wait. */
async function tellEndOf(
  app: App,
  title: string,
  where: InSubscription,
  step: Work,
  running: Promise<void>,
): Promise<void> {
  try {
    await running;
    app.tell(t('{0}: “{1}” is done; nothing was done after it.', title, step.doing), 'information');
  } catch (error) {
    const behind = await leftBehind(app, where, step, error);
    app.fail(withPlace(error, where, step, behind === undefined ? [] : [behind]), t('finish “{0}”', step.doing));
  }
}

/** With the step that failed, what exists already, and its page in the portal. */
function withPlace(
  error: unknown,
  { azure, subscription }: InSubscription,
  { doing }: Work,
  made: readonly Made[],
): unknown {
  if (!(error instanceof Failure)) return error;
  const where = t('it failed at “{0}”', doing);
  const explanation = [error.detail.explanation, where, describeExisting(made)]
    .filter((part) => part !== undefined)
    .join('; ');
  const last = made.findLast(({ id }) => id !== undefined)?.id;
  const page =
    last === undefined ? {} : { page: azure.portalPage(subscription.tenantId, last), nextStep: 'openInPortal' };
  return withDetail(error, { explanation, ...page });
}
