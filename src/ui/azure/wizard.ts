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

/** What a flow has been told so far; Back forgets what came after. */
export type Told<T> = Partial<T>;

/** A question of a flow. */
export interface Prompt<T> {
  /** Whether to ask, given the answers before. */
  readonly when?: (told: Told<T>) => boolean;
  readonly ask: (boxes: Boxes, told: Told<T>) => Promise<Told<T>>;
}

export interface Pick<V> {
  readonly label: string;
  readonly description?: string;
  readonly detail?: string;
  /** Codicon. */
  readonly icon?: string;
  readonly value: V;
}

/** The boxes of a flow, as AzureWizard draws them: with steps and Back. */
export interface Boxes {
  pick<V>(placeholder: string, items: Promise<readonly Pick<V>[]> | readonly Pick<V>[], none?: string): Promise<V>;
  input(options: {
    readonly prompt: string;
    readonly value?: string;
    readonly placeholder?: string;
    readonly secret?: boolean;
    readonly problem?: (text: string) => string | undefined;
    /** Asked of the service when nobody has typed for a moment, and before the text is accepted. */
    readonly check?: (text: string) => Promise<string | undefined>;
  }): Promise<string>;
  confirm(message: string, paragraphs: readonly string[], button: string): Promise<void>;
}

type Context<T> = IActionContext & { told?: Told<T> };

// What AzureWizard asks is a class of its own.
// eslint-disable-next-line no-restricted-syntax
class Step<T> extends AzureWizardPromptStep<Context<T>> {
  private before: Told<T> | undefined;

  constructor(
    private readonly question: Prompt<T>,
    /** Makes what others wrote fit to be shown. */
    private readonly clean: App['clean'],
    readonly title: string,
    /** What the wizard remembers a box's text by: by default the class, which all of them share. */
    override readonly id: string,
  ) {
    super();
  }

  override shouldPrompt({ told = {} }: Context<T>): boolean {
    return this.question.when?.(told) ?? true;
  }

  override async prompt(context: Context<T>): Promise<void> {
    this.before = context.told ?? {};
    const answer = await this.question.ask(boxesOf(context, this.clean), this.before);
    context.told = { ...this.before, ...answer };
  }

  override undo(context: Context<T>): void {
    if (this.before !== undefined) context.told = this.before;
  }
}

/** Asks one question after another. Nothing when dismissed. */
export async function askAll<T>(app: App, title: string, prompts: readonly Prompt<T>[]): Promise<Told<T> | undefined> {
  registerUIExtensionVariables({ context: app.extension, outputChannel: channelOf(app) });
  const context = newContext<T>();
  const shownTitle = app.clean(title);
  const promptSteps = prompts.map((prompt, index) => new Step(prompt, app.clean, shownTitle, `${index}`));
  const wizard = new AzureWizard<Context<T>>(context, { title: shownTitle, promptSteps });
  try {
    await wizard.prompt();
    return context.told ?? {};
  } catch (error) {
    if (error instanceof UserCancelledError) return undefined;
    throw error;
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
function newContext<T>(): Context<T> {
  const context: Context<T> = {
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
function boxesOf<T>({ ui }: Context<T>, clean: App['clean']): Boxes {
  const cleaned = (text: string | undefined) => (text === undefined ? undefined : clean(text));
  return {
    pick: async <V>(placeHolder: string, items: Promise<readonly Pick<V>[]> | readonly Pick<V>[], none?: string) => {
      const picks = Promise.resolve(items).then((all) =>
        all.map(({ value, label, description, detail, icon }): IAzureQuickPickItem<V> => ({
          label: clean(label),
          ...(description === undefined ? {} : { description: clean(description) }),
          ...(detail === undefined ? {} : { detail: clean(detail) }),
          ...(icon === undefined ? {} : { iconPath: new ThemeIcon(icon) }),
          data: value,
        })),
      );
      const options = {
        placeHolder: clean(placeHolder),
        matchOnDescription: true,
        // A look at another window, or a menu that closes late, must not end the flow.
        ignoreFocusOut: true,
        ...(none === undefined ? {} : { noPicksMessage: clean(none) }),
      };
      return (await ui.showQuickPick(picks, options)).data;
    },
    input: ({ prompt, value, placeholder, secret, problem, check }) => {
      const checked = check === undefined ? undefined : new Checked(check);
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

/** How long nobody types before the service is asked. */
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
