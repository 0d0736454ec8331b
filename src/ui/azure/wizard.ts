import {
  AzExtUserInput,
  AzureWizard,
  AzureWizardPromptStep,
  registerUIExtensionVariables,
  UserCancelledError,
} from '@microsoft/vscode-azext-utils';
import type { IActionContext, IAzureQuickPickItem, UIExtensionVariables } from '@microsoft/vscode-azext-utils';
import { t } from '@vscode/l10n';
import { setTimeout as delay } from 'node:timers/promises';
import { ThemeIcon } from 'vscode';
import { abandonable } from '../../core/shared';
import type { App } from '../app';
import { report } from '../report';
import { Replay } from '../flow';
import type { Ask, Boxes, Pick, Question } from '../flow';

/** What the steps of a wizard have in common. */
interface Frame {
  readonly flow: Replay<unknown>;
  /** The question that the flow waits at. */
  readonly next: () => Promise<Question | undefined>;
  readonly boxes: Boxes;
}

/** Asks one question, the one that the flow waits at. What AzureWizard asks is a class of its own. */
// eslint-disable-next-line no-restricted-syntax
class Step extends AzureWizardPromptStep<IActionContext> {
  constructor(
    private readonly frame: Frame,
    private readonly place: number,
    /** What the wizard remembers a box's text by, so that it stands there again after Back. */
    override readonly id: string,
  ) {
    super();
  }

  override shouldPrompt(): boolean {
    return true;
  }

  override async prompt(): Promise<void> {
    const question = await this.frame.next();
    await question?.show(this.frame.boxes);
  }

  override async getSubWizard(): Promise<{ promptSteps: Step[] } | undefined> {
    const next = await this.frame.next();
    return next === undefined ? undefined : { promptSteps: [new Step(this.frame, next.place, next.id)] };
  }

  override undo(): void {
    this.frame.flow.backTo(this.place);
  }
}

/** Comes last and asks nothing. The wizard gives its boxes a title only as long as another step is to come. */
// eslint-disable-next-line no-restricted-syntax
class LastStep extends AzureWizardPromptStep<IActionContext> {
  override shouldPrompt(): boolean {
    return true;
  }

  override prompt(): Promise<void> {
    return Promise.resolve();
  }
}

/** The user wants to change what was taken without asking. */
class ChangeWanted extends Error {}

/**
 * Runs the code of a flow in Microsoft's wizard: its boxes, Back and Escape. Steps are not counted: how many there are depends on the
 * answers. Resolves to what the code returns, or to nothing when a question is dismissed. What is asked of a service for an open box
 * is aborted when that box is closed.
 */
export async function runFlow<T>(app: App, title: string, code: (ask: Ask) => Promise<T>): Promise<T | undefined> {
  registerUIExtensionVariables({ context: app.extension, outputChannel: channelOf(app) });
  for (let flow = Replay.of(code); ; flow = flow.askingAll()) {
    try {
      await runOnce(app, title, flow);
      return await flow.result;
    } catch (error) {
      if (error instanceof UserCancelledError) return undefined;
      if (!(error instanceof ChangeWanted)) throw error;
    } finally {
      flow.leave();
    }
  }
}

async function runOnce(app: App, title: string, flow: Replay<unknown>): Promise<void> {
  const context = newContext();
  const next = () => nextQuestion(app, title, flow);
  const first = await next();
  if (first === undefined) return;
  const boxes = boxesOf(context, app.clean);
  const promptSteps = [new Step({ flow, next, boxes }, first.place, first.id), new LastStep()];
  await new AzureWizard(context, { title: app.clean(title), promptSteps, hideStepCount: true }).prompt();
}

/** What the next question depends on may take a while to read, and no box is open then: so a notification shows it. */
async function nextQuestion(app: App, title: string, flow: Replay<unknown>): Promise<Question | undefined> {
  return app.working(title, async (progress, signal) => {
    progress(t('Loading…'));
    try {
      return await abandonable(flow.next(), signal);
    } catch (error) {
      throw signal.aborted ? new UserCancelledError() : error;
    }
  });
}

/** What the wizards have to tell, in our own log. */
function channelOf({ log, showLog }: App): UIExtensionVariables['outputChannel'] {
  const write = (text: string) => {
    log.info(text);
  };
  const nothing = () => undefined;
  const channel = {
    name: 'Registry Explorer',
    append: write,
    appendLine: write,
    appendLog: write,
    replace: write,
    clear: nothing,
    show: showLog,
    hide: nothing,
    dispose: nothing,
  };
  return channel;
}

/** Its parts for telemetry go nowhere: nothing of it is sent. */
function newContext(): IActionContext {
  const context: IActionContext = {
    telemetry: { properties: {}, measurements: {}, suppressAll: true },
    errorHandling: { issueProperties: {} },
    valuesToMask: [],
    // The boxes know their context, and the context its boxes.
    get ui() {
      return boxes;
    },
  };
  const boxes = new AzExtUserInput(context);
  return context;
}

/** Microsoft's boxes, which show VS Code's; what they are given passes `clean` as elsewhere. */
function boxesOf({ ui }: IActionContext, clean: App['clean']): Boxes {
  const cleaned = (text: string | undefined) => (text === undefined ? undefined : clean(text));
  return {
    pick: async <V>(placeHolder: string, items: Promise<readonly Pick<V>[]>, none?: string) => {
      const picks = items.then((all) =>
        all.map(({ value, label, description, detail, icon, isFirst }): IAzureQuickPickItem<V> => ({
          label: clean(label),
          ...(description === undefined ? {} : { description: clean(description) }),
          ...(detail === undefined ? {} : { detail: clean(detail) }),
          ...(icon === undefined ? {} : { iconPath: new ThemeIcon(icon) }),
          ...(isFirst === true ? { priority: 'highest' as const } : {}),
          data: value,
        })),
      );
      // Microsoft's box awaits them a moment later. Until then a rejection would be unhandled.
      picks.catch(() => undefined);
      const options = {
        placeHolder: clean(placeHolder),
        matchOnDescription: true,
        // A look at another window, or a menu that closes late, must not end the flow.
        ignoreFocusOut: true,
        ...(none === undefined ? {} : { noPicksMessage: clean(none) }),
      };
      return (await ui.showQuickPick(picks, options)).data;
    },
    input: ({ prompt, value, placeholder, secret, problem, check }, signal) => {
      const checked = check === undefined ? undefined : new Checked((text) => check(text, signal));
      return ui.showInputBox({
        prompt: clean(prompt),
        ignoreFocusOut: true,
        password: secret ?? false,
        ...(value === undefined ? {} : { value: clean(value) }),
        ...(placeholder === undefined ? {} : { placeHolder: clean(placeholder) }),
        validateInput: async (text) =>
          text === '' ? undefined : cleaned(problem?.(text) ?? (await checked?.whileTyping(text))),
        asyncValidationTask: async (text) => cleaned(problem?.(text) ?? (await checked?.of(text))),
      });
    },
    confirm: async (message, paragraphs, button, canChange) => {
      const detail = paragraphs.map(clean).join('\n\n');
      const [agreed, change] = [{ title: button }, { title: t('Change…') }];
      const buttons = canChange ? [agreed, change] : [agreed];
      if ((await ui.showWarningMessage(clean(message), { modal: true, detail }, ...buttons)) === change)
        throw new ChangeWanted();
    },
  };
}

/** The pause in typing before the service is asked. */
const pauseMs = 400;

/** What a service says of a text: asked once for each, however often it is wanted. */
class Checked {
  private typed = '';
  private last: { readonly text: string; readonly answer: Promise<string | undefined> } | undefined;

  constructor(private readonly check: (text: string) => Promise<string | undefined>) {}

  /** Of what cannot be asked just now nothing is said, since Enter asks again. */
  async whileTyping(text: string): Promise<string | undefined> {
    this.typed = text;
    await delay(pauseMs);
    return this.typed === text ? this.answerTo(text).catch(() => undefined) : undefined;
  }

  async of(text: string): Promise<string | undefined> {
    try {
      return await this.answerTo(text);
    } catch (error) {
      return report(error, t('check this'))?.message;
    }
  }

  private answerTo(text: string): Promise<string | undefined> {
    if (this.last?.text !== text) this.last = { text, answer: this.ask(text) };
    return this.last.answer;
  }

  private async ask(text: string): Promise<string | undefined> {
    try {
      return await this.check(text);
    } catch (error) {
      this.last = undefined;
      throw error;
    }
  }
}
