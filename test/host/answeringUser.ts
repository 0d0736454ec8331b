import { EventEmitter, window } from 'vscode';

/** Tells nobody anything, and says yes to every question, as nobody is there to read. Returns what ends that. */
export function agreeToAll(): () => void {
  const { showInformationMessage, showWarningMessage, showErrorMessage, setStatusBarMessage } = window;
  const answer = (_text: string, ...rest: readonly unknown[]): Promise<unknown> => {
    const [options] = rest;
    const isQuestion = typeof options === 'object' && options !== null && 'modal' in options;
    return Promise.resolve(isQuestion ? rest.at(-1) : undefined);
  };
  Object.assign(window, {
    ...{ showInformationMessage: answer, showWarningMessage: answer, showErrorMessage: answer },
    setStatusBarMessage: () => ({ dispose: () => undefined }),
  });
  return () => {
    Object.assign(window, { showInformationMessage, showWarningMessage, showErrorMessage, setStatusBarMessage });
  };
}

/** Answers the boxes that come while `work` runs: a label is chosen, a text is typed. */
export async function answering(answers: readonly string[], work: () => PromiseLike<unknown>): Promise<void> {
  const { createInputBox, createQuickPick } = window;
  const left = [...answers];
  const make = () => fakeBox(left.shift() ?? '');
  Object.assign(window, { createInputBox: make, createQuickPick: make });
  try {
    await work();
  } finally {
    Object.assign(window, { createInputBox, createQuickPick });
  }
}

interface Item {
  readonly label: string;
}

/** A box that gives this answer as soon as it can. */
function fakeBox(answer: string) {
  const accepted = new EventEmitter<void>();
  const never = new EventEmitter<never>();
  let items: readonly Item[] | undefined;
  let isShown = false;
  const accept = () => {
    if (!isShown) return;
    setImmediate(() => {
      box.value = answer;
      accepted.fire();
    });
  };
  const box = {
    value: '',
    onDidAccept: accepted.event,
    onDidHide: never.event,
    onDidChangeValue: never.event,
    onDidTriggerButton: never.event,
    onDidTriggerItemButton: never.event,
    get items() {
      return items ?? [];
    },
    set items(now: readonly Item[]) {
      if (items === undefined && now.length > 0) accept();
      items = now;
    },
    get selectedItems() {
      return (items ?? []).filter(({ label }) => label === answer);
    },
    show: () => {
      isShown = true;
      accept();
    },
    hide: () => undefined,
    dispose: () => {
      accepted.dispose();
      never.dispose();
    },
  };
  return box;
}
