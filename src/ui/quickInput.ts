import * as vscode from 'vscode';
import type { Accept, Answer, Ask, Choice, InputStep, PickSeveralStep, PickStep } from './ask';

/** Asks with VS Code's own boxes. */
export const ask: Ask = { input, pick, pickSeveral, confirm };

function input(step: InputStep, accept?: Accept<string>): Promise<Answer<string>> {
  const box = vscode.window.createInputBox();
  box.title = step.title;
  box.prompt = step.prompt;
  box.value = step.value ?? '';
  box.placeholder = step.placeholder ?? '';
  box.password = step.secret ?? false;
  box.ignoreFocusOut = true;
  box.buttons = step.canGoBack ? [vscode.QuickInputButtons.Back] : [];
  if (step.problemSoFar !== undefined) box.validationMessage = step.problemSoFar;
  const problem = step.problem ?? (() => undefined);
  return shown(box, (settle, signal) => [
    // An empty box is no mistake yet; it becomes one when accepted.
    box.onDidChangeValue((text) => {
      box.validationMessage = text === '' ? undefined : problem(text);
    }),
    box.onDidTriggerButton(() => {
      settle('back');
    }),
    box.onDidAccept(async () => {
      const { value } = box;
      box.validationMessage = problem(value);
      if (box.validationMessage !== undefined) return;
      const refusal = await busily(box, () => accept?.(value, signal));
      if (refusal === undefined) settle({ value });
      else box.validationMessage = refusal;
    }),
  ]);
}

type Item<T> = vscode.QuickPickItem & { readonly value: T };
/** A heading between items has no value. */
type Line<T> = Item<T> | vscode.QuickPickItem;

async function pick<T>(step: PickStep<T>, accept?: Accept<T>): Promise<Answer<T>> {
  const box = vscode.window.createQuickPick<Line<T>>();
  box.title = step.title;
  box.placeholder = step.placeholder;
  box.ignoreFocusOut = true;
  box.matchOnDescription = true;
  box.matchOnDetail = true;
  box.buttons = step.canGoBack ? [vscode.QuickInputButtons.Back] : [];
  let failed: { readonly error: unknown } | undefined;
  const answer = await shown<T>(box, (settle, signal) => {
    void (async () => {
      try {
        await busily(box, async () => {
          const choices = await step.items;
          const items = choices.map(quickPickItem).map((item) => {
            const problem = item.value === step.selected ? step.problemSoFar : undefined;
            return problem === undefined ? item : refused(item, problem);
          });
          box.items = items.flatMap((item, at): Line<T>[] => [...headings(choices, at), item]);
          const active = items.find(({ value }) => value === step.selected) ?? items[0];
          // None at all would leave Enter without anything to take.
          if (active !== undefined) box.activeItems = [active];
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
      box.onDidAccept(async () => {
        const chosen = box.selectedItems[0];
        if (chosen === undefined || !('value' in chosen)) return;
        const refusal = await busily(box, () => accept?.(chosen.value, signal));
        if (refusal === undefined) settle({ value: chosen.value });
        else box.items = box.items.map((item) => (item === chosen ? refused(item, refusal) : item));
      }),
    ];
  });
  if (failed !== undefined) throw failed.error;
  return answer;
}

async function pickSeveral<T>({ title, placeholder, items }: PickSeveralStep<T>): Promise<readonly T[] | undefined> {
  const choices = Promise.resolve(items).then((all) =>
    all.map((choice) => ({ ...quickPickItem(choice), picked: choice.isTicked })),
  );
  const options = {
    title,
    placeHolder: placeholder,
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

/** What stands above the choice: the heading of its section, once. */
function headings<T>(choices: readonly Choice<T>[], at: number): readonly vscode.QuickPickItem[] {
  const section = choices[at]?.section;
  if (section === undefined || section === choices[at - 1]?.section) return [];
  return [{ label: section, kind: vscode.QuickPickItemKind.Separator }];
}

function quickPickItem<T>({ label, description, detail, icon, value }: Choice<T>) {
  return {
    label,
    value,
    ...(description === undefined ? {} : { description }),
    ...(detail === undefined ? {} : { detail }),
    ...(icon === undefined ? {} : { iconPath: new vscode.ThemeIcon(icon) }),
  };
}

/** A pick has no line for messages: the choice itself says why it will not do. */
function refused<I extends vscode.QuickPickItem>(item: I, problem: string): I {
  return { ...item, detail: `$(error) ${problem}` };
}

async function busily<T>(box: vscode.QuickInput, work: () => T | Promise<T>): Promise<T> {
  box.busy = true;
  box.enabled = false;
  try {
    return await work();
  } finally {
    box.busy = false;
    box.enabled = true;
  }
}

/** Shows a box until it is settled or hidden, and lets go of everything after. */
async function shown<T>(
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

/** Promise.withResolvers, which the oldest VS Code we run in lacks. */
function withResolvers<T>(): { promise: Promise<T>; resolve: (value: T) => void } {
  let resolve: (value: T) => void = () => undefined;
  const promise = new Promise<T>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}

async function confirm(message: string, detail: string, button: string): Promise<boolean> {
  return (await vscode.window.showWarningMessage(message, { modal: true, detail }, button)) === button;
}
