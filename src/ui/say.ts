import * as vscode from 'vscode';
import { isSettledWithin } from '../core/pause';
import { harmless, seen } from '../core/plainText';
import type {
  Accept,
  Answer,
  Ask,
  Choice,
  FindStep,
  FoundChoice,
  InputStep,
  PickSeveralStep,
  PickStep,
  TypedChoice,
} from './ask';
import { browse } from './browse';
import { findInBox } from './findBox';
import type { FoundLine } from './findBox';
import type { Progress, Working } from './working';
import { withResolvers } from '../core/withResolvers';

export type Kind = 'information' | 'warning' | 'error';

/** Work that ends sooner shows no notification: VS Code would leave it on screen too long. */
const quietMs = 700;
const statusMs = 5000;

/**
 * The only door to what VS Code shows outside of views and documents: messages, progress, boxes, questions, the status bar. Every
 * text is shown as plain text on one line: no link, no icon, no secret.
 */
export class Say {
  private boxes = 0;

  /** `redact`: removes secrets from a text. */
  constructor(private readonly redact: (text: string) => string) {}

  /** Makes a text safe to show anywhere. */
  readonly clean = (text: string): string => harmless(this.redact(seen(text)));

  /** A notification. Resolves to the button that was pressed, once it is closed. */
  readonly message = async (kind: Kind, text: string, ...buttons: readonly string[]): Promise<string | undefined> => {
    const show = {
      information: vscode.window.showInformationMessage,
      warning: vscode.window.showWarningMessage,
      error: vscode.window.showErrorMessage,
    }[kind];
    return show(this.clean(text), ...buttons);
  };

  /** In the status bar, for a moment. */
  readonly status = (text: string): void => {
    vscode.window.setStatusBarMessage(this.clean(text), statusMs);
  };

  readonly working: Working = async (title, task) => {
    const controller = new AbortController();
    let message: string | undefined;
    let report: Progress = (text) => {
      message = text;
    };
    const running = task((text) => {
      report(text);
    }, controller.signal);
    if (await isSettledWithin(running, quietMs)) return running;
    const options = {
      location: vscode.ProgressLocation.Notification,
      title: this.clean(title),
      cancellable: true,
    };
    return vscode.window.withProgress(options, async (progress, token) => {
      report = (text) => {
        progress.report({ message: this.clean(text) });
      };
      if (message !== undefined) report(message);
      const subscription = token.onCancellationRequested(() => {
        controller.abort();
      });
      try {
        return await running;
      } finally {
        subscription.dispose();
      }
    });
  };

  /** Whether a box waits for the user, who types there. */
  readonly isAsking = (): boolean => this.boxes > 0;

  readonly ask: Ask = {
    input: (step, accept) => this.counted(() => this.input(step, accept)),
    pick: (step, accept) => this.counted(() => this.pick(step, accept)),
    find: (step) => this.counted(() => this.find(step)),
    pickSeveral: (step) => this.counted(() => this.pickSeveral(step)),
    confirm: async (message, detail, button) => (await this.ask.choose(message, [detail].flat(), [button])) === button,
    choose: async (message, detail, buttons) => {
      const options = { modal: true, detail: detail.map(this.clean).join('\n\n') };
      return vscode.window.showWarningMessage(this.clean(message), options, ...buttons);
    },
  };

  private async counted<T>(show: () => Promise<T>): Promise<T> {
    this.boxes++;
    try {
      return await show();
    } finally {
      this.boxes--;
    }
  }

  private input(step: InputStep, accept?: Accept<string>): Promise<Answer<string>> {
    const box = vscode.window.createInputBox();
    box.title = this.clean(step.title);
    box.prompt = this.clean(step.prompt);
    box.value = this.clean(step.value ?? '');
    box.valueSelection = step.selection;
    box.placeholder = this.clean(step.placeholder ?? '');
    box.password = step.secret ?? false;
    box.ignoreFocusOut = true;
    const { page } = step;
    const toPage = page && { iconPath: new vscode.ThemeIcon('link-external'), tooltip: this.clean(page.title) };
    box.buttons = [...(step.canGoBack ? [vscode.QuickInputButtons.Back] : []), ...(toPage ? [toPage] : [])];
    const say = (problem: string | undefined) => {
      box.validationMessage = problem === undefined ? undefined : this.clean(problem);
    };
    if (step.problemSoFar !== undefined) say(step.problemSoFar);
    const problem = step.problem ?? (() => undefined);
    return showUntilSettled(box, (settle, signal) => [
      // An empty box is not a mistake until it is accepted.
      box.onDidChangeValue((text) => {
        say(text === '' ? undefined : problem(text));
        step.typing?.(text);
      }),
      box.onDidTriggerButton((button) => {
        if (page !== undefined && button === toPage) void browse(page.url);
        else settle('back');
      }),
      box.onDidAccept(async () => {
        const { value } = box;
        say(problem(value));
        if (box.validationMessage !== undefined) return;
        const refusal = await whileBusy(box, () => accept?.(value, signal));
        if (refusal === undefined) settle({ value });
        else say(refusal);
      }),
    ]);
  }

  private async pick<T>(step: PickStep<T>, accept?: Accept<T>): Promise<Answer<T>> {
    const box = vscode.window.createQuickPick<Line<T>>();
    box.title = this.clean(step.title);
    box.placeholder = this.clean(step.placeholder);
    box.ignoreFocusOut = true;
    box.matchOnDescription = true;
    box.matchOnDetail = true;
    box.buttons = step.canGoBack ? [vscode.QuickInputButtons.Back] : [];
    let failed: { readonly error: unknown } | undefined;
    const answer = await showUntilSettled<T>(box, (settle, signal) => {
      let choices: readonly Choice<T>[] = [];
      const typed = () => (box.value.trim() === '' ? undefined : step.typed?.(box.value, choices));
      const draw = () => {
        this.draw(box, step, choices, typed());
      };
      void (async () => {
        try {
          await whileBusy(box, async () => {
            choices = await step.items;
            draw();
          });
        } catch (error) {
          failed = { error };
          settle(undefined);
        }
      })();
      return [
        box.onDidTriggerButton(() => {
          settle('back');
        }),
        box.onDidChangeValue(() => {
          if (typed() !== undefined || box.items.some(isTyped)) draw();
        }),
        box.onDidAccept(async () => {
          const accepted = box.selectedItems[0];
          // Enter may come before VS Code has drawn the choice for the last letters, so it is made from the text of now.
          const chosen = accepted === undefined || isTyped(accepted) ? this.typedLine(typed()) : accepted;
          if (!isItem<T>(chosen)) return;
          const refusal = await whileBusy(box, () => accept?.(chosen.value, signal));
          // A quick pick has no line for messages, so the choice itself shows the problem.
          const refused = (problem: string) => ({ ...chosen, detail: this.clean(problem) });
          if (refusal === undefined) settle({ value: chosen.value });
          else box.items = box.items.map((item) => (isSame(item, chosen) ? refused(refusal) : item));
        }),
      ];
    });
    if (failed !== undefined) throw failed.error;
    return answer;
  }

  private draw<T>(
    box: vscode.QuickPick<Line<T>>,
    step: PickStep<T>,
    choices: readonly Choice<T>[],
    typed: TypedChoice<T> | undefined,
  ): void {
    const items = choices.map((choice) => {
      const problem = choice.value === step.selected ? step.problemSoFar : undefined;
      return this.quickPickItem(problem === undefined ? choice : { ...choice, detail: problem });
    });
    const lines = items.flatMap((item, at): Line<T>[] => [...this.headings(choices, at), item]);
    // VS Code tells what was chosen by its place in this list, so what comes and goes is last here. On screen it is first, because
    // it contains the typed text.
    const last = this.typedLine(typed);
    box.items = last === undefined ? lines : [...lines, last];
    const active = items.find(({ value }) => value === step.selected) ?? items[0];
    // Without an active item, Enter would do nothing.
    if (active !== undefined && box.value === '') box.activeItems = [active];
  }

  private typedLine<T>(typed: TypedChoice<T> | undefined): Line<T> | undefined {
    if (typed === undefined) return undefined;
    const shown = { alwaysShow: true, isTyped: true };
    return 'value' in typed
      ? { ...this.quickPickItem(typed), ...shown }
      : { ...this.lookOf({ ...typed, detail: typed.problem }), ...shown };
  }

  private find<T>(step: FindStep<T>): Promise<T | undefined> {
    const box = vscode.window.createQuickPick<FoundLine<T>>();
    box.title = this.clean(step.title);
    box.placeholder = this.clean(step.placeholder);
    return findInBox(box, step, (choices) =>
      choices.flatMap((choice, at): FoundLine<T>[] => [...this.headings(choices, at), this.foundLine(choice)]),
    );
  }

  private foundLine<T>({ id, buttons = [], ...choice }: FoundChoice<T>): FoundLine<T> {
    return {
      ...this.quickPickItem(choice),
      id,
      alwaysShow: true,
      buttons: buttons.map(({ title, icon }) => ({
        iconPath: new vscode.ThemeIcon(icon),
        tooltip: this.clean(title),
      })),
      buttonValues: buttons.map(({ value }) => value),
    };
  }

  private async pickSeveral<T>({ title, placeholder, items }: PickSeveralStep<T>): Promise<readonly T[] | undefined> {
    const choices = Promise.resolve(items).then((all) =>
      all.map((choice) => ({ ...this.quickPickItem(choice), picked: choice.isTicked })),
    );
    const options = {
      title: this.clean(title),
      placeHolder: this.clean(placeholder),
      canPickMany: true,
      ignoreFocusOut: true,
      matchOnDescription: true,
    };
    const [chosen] = await Promise.all([
      vscode.window.showQuickPick(choices, { ...options, canPickMany: true }),
      choices,
    ]);
    return chosen?.map(({ value }) => value);
  }

  /** The heading above the choice, if it is the first of its section. */
  private headings<T>(choices: readonly Choice<T>[], at: number): readonly vscode.QuickPickItem[] {
    const section = choices[at]?.section;
    if (section === undefined || section === choices[at - 1]?.section) return [];
    return [{ label: this.clean(section), kind: vscode.QuickPickItemKind.Separator }];
  }

  private quickPickItem<T>(choice: Choice<T>): Item<T> {
    return { ...this.lookOf(choice), value: choice.value };
  }

  private lookOf({ label, description, detail, icon }: Omit<Choice<unknown>, 'value'>): vscode.QuickPickItem {
    return {
      label: this.clean(label),
      ...(description === undefined ? {} : { description: this.clean(description) }),
      ...(detail === undefined ? {} : { detail: this.clean(detail) }),
      ...(icon === undefined ? {} : { iconPath: new vscode.ThemeIcon(icon) }),
    };
  }
}

type Item<T> = vscode.QuickPickItem & { readonly value: T };
/** An item, or what has no value: a heading, or a typed text that cannot be taken. */
type Line<T> = Item<T> | vscode.QuickPickItem;

function isItem<T>(line: Line<T> | undefined): line is Item<T> {
  return line !== undefined && 'value' in line;
}

function isTyped(line: vscode.QuickPickItem): boolean {
  return 'isTyped' in line;
}

/** The line of the typed text is made anew again and again. */
function isSame(line: vscode.QuickPickItem, other: vscode.QuickPickItem): boolean {
  return line === other || (isTyped(line) && isTyped(other));
}

async function whileBusy<T>(box: vscode.QuickInput, work: () => T | Promise<T>): Promise<T> {
  box.busy = true;
  box.enabled = false;
  try {
    return await work();
  } finally {
    box.busy = false;
    box.enabled = true;
  }
}

/** Shows a box until it is settled or hidden, then disposes everything. */
async function showUntilSettled<T>(
  box: vscode.QuickInput,
  listen: (settle: (answer: Answer<T>) => void, signal: AbortSignal) => vscode.Disposable[],
): Promise<Answer<T>> {
  const controller = new AbortController();
  const { promise, resolve } = withResolvers<Answer<T>>();
  const subscriptions = listen(resolve, controller.signal);
  subscriptions.push(
    box.onDidHide(() => {
      resolve(undefined);
    }),
  );
  box.show();
  try {
    return await promise;
  } finally {
    controller.abort();
    for (const subscription of subscriptions) subscription.dispose();
    box.dispose();
  }
}
