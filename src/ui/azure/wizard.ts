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
import type { App } from '../app';
import { report } from '../report';
import { Replay } from '../flow';
import type { Ask, Boxes, Pick } from '../flow';

/** How many questions to come are counted in a title at the most. */
const mostAhead = 20;

/** Asks one question, the one that the flow waits at. What AzureWizard asks is a class of its own. */
// eslint-disable-next-line no-restricted-syntax
class Step extends AzureWizardPromptStep<IActionContext> {
  constructor(
    private readonly flow: Replay<unknown>,
    private readonly place: number,
    /** What the wizard remembers a box's text by, so that it stands there again after Back. */
    override readonly id: string,
    private readonly boxes: Boxes,
  ) {
    super();
  }

  override shouldPrompt(): boolean {
    return true;
  }

  override async prompt(): Promise<void> {
    const question = await this.flow.next();
    await question?.show(this.boxes);
  }

  override async getSubWizard(): Promise<{ promptSteps: Step[] } | undefined> {
    const next = await this.flow.next();
    return next === undefined ? undefined : { promptSteps: [new Step(this.flow, next.place, next.id, this.boxes)] };
  }

  override undo(): void {
    this.flow.backTo(this.place);
  }
}

/** Stands for a question that is known to come, so that AzureWizard counts it. It is gone before its turn comes. */
// eslint-disable-next-line no-restricted-syntax
class StepAhead extends AzureWizardPromptStep<IActionContext> {
  constructor(
    private readonly flow: Replay<unknown>,
    private readonly index: number,
  ) {
    super();
  }

  override shouldPrompt(): boolean {
    return this.index < this.flow.ahead;
  }

  override prompt(): Promise<void> {
    return Promise.resolve();
  }
}

/**
 * Runs the code of a flow in Microsoft's wizard: its boxes, its count of steps, Back and Escape. Resolves to what the code returns,
 * or to nothing when a question is dismissed. What is asked of a service for an open box is aborted when that box is closed.
 */
export async function runFlow<T>(app: App, title: string, code: (ask: Ask) => Promise<T>): Promise<T | undefined> {
  registerUIExtensionVariables({ context: app.extension, outputChannel: channelOf(app) });
  const context = newContext();
  const flow = new Replay(code);
  try {
    const first = await flow.next();
    if (first !== undefined) {
      const ahead = Array.from({ length: mostAhead }, (_none, index) => new StepAhead(flow, index));
      const promptSteps = [new Step(flow, first.place, first.id, boxesOf(context, app.clean)), ...ahead];
      await new AzureWizard(context, { title: app.clean(title), promptSteps }).prompt();
    }
    return await flow.result;
  } catch (error) {
    if (error instanceof UserCancelledError) return undefined;
    throw error;
  } finally {
    flow.leave();
  }
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
        all.map(({ value, label, description, detail, icon }): IAzureQuickPickItem<V> => ({
          label: clean(label),
          ...(description === undefined ? {} : { description: clean(description) }),
          ...(detail === undefined ? {} : { detail: clean(detail) }),
          ...(icon === undefined ? {} : { iconPath: new ThemeIcon(icon) }),
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
    confirm: async (message, paragraphs, button) => {
      const detail = paragraphs.map(clean).join('\n\n');
      await ui.showWarningMessage(clean(message), { modal: true, detail }, { title: button });
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
