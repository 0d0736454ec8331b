import type * as vscode from 'vscode';
import type { FindStep, FoundChoice } from './ask';
import { withResolvers } from '../core/withResolvers';

/** A line of the box: a choice, or a heading, which has no value. */
export interface FoundLine<T> extends vscode.QuickPickItem {
  readonly id?: string;
  readonly value?: T;
  /** What each of its buttons chooses. */
  readonly buttonValues?: readonly T[];
}

/** Choices that come sooner after each other are drawn together. */
const drawEveryMs = 80;
/** VS Code names what is chosen by its place: for so long after a change, that may be its place among the lines of before. */
const settlesMs = 150;

/**
 * Shows the box until something is chosen or it is closed. The lines are shown as they were found: VS Code neither filters nor sorts them.
 * What is selected stays selected when more is found. A choice that may be meant for a line of before is not taken; the box is busy until
 * every choice is.
 */
export async function findInBox<T>(
  box: vscode.QuickPick<FoundLine<T>>,
  { find }: FindStep<T>,
  linesOf: (choices: readonly FoundChoice<T>[]) => readonly FoundLine<T>[],
): Promise<T | undefined> {
  box.ignoreFocusOut = true;
  // Without it, VS Code shows no headings as soon as something is typed. Not among its types, though all versions have it.
  Object.assign(box, { sortByLabel: false });
  const { promise, resolve, reject } = withResolvers<T | undefined>();
  let drawing: Drawing<T> | undefined;
  const start = () => {
    drawing?.stop();
    const current = new Drawing(box, linesOf);
    drawing = current;
    box.busy = true;
    void find(box.value, current.draw, current.signal)
      .then(
        () => {
          current.finish();
          return current.settled();
        },
        (error: unknown) => {
          if (!current.signal.aborted) reject(error);
        },
      )
      .finally(() => {
        if (drawing === current) box.busy = false;
      });
  };
  const subscriptions = [
    box.onDidChangeValue(start),
    box.onDidAccept(() => {
      drawing?.choose((line) => {
        if (line.value !== undefined) resolve(line.value);
      });
    }),
    box.onDidTriggerItemButton(({ item, button }) => {
      if (drawing?.isMeant(item) === true) resolve(item.buttonValues?.[item.buttons?.indexOf(button) ?? -1]);
    }),
    box.onDidHide(() => {
      resolve(undefined);
    }),
  ];
  box.show();
  start();
  try {
    return await promise;
  } finally {
    drawing?.stop();
    for (const subscription of subscriptions) subscription.dispose();
    box.dispose();
  }
}

/** What is drawn for one text. */
class Drawing<T> {
  private readonly controller = new AbortController();
  private waiting: readonly FoundChoice<T>[] | undefined;
  private timer: NodeJS.Timeout | undefined;
  private isDrawn = false;
  private drawnAt = 0;
  /** What stood there before the last change. */
  private before: readonly FoundLine<T>[] = [];
  /** Id of the line that was selected before it, and still is; of a new text, the first. */
  private kept: string | undefined;
  private chosen: ((line: FoundLine<T>) => void) | undefined;

  constructor(
    private readonly box: vscode.QuickPick<FoundLine<T>>,
    private readonly linesOf: (choices: readonly FoundChoice<T>[]) => readonly FoundLine<T>[],
  ) {}

  get signal(): AbortSignal {
    return this.controller.signal;
  }

  readonly draw = (choices: readonly FoundChoice<T>[]): void => {
    if (this.signal.aborted) return;
    this.waiting = choices;
    if (this.isDrawn) this.timer ??= setTimeout(this.show, drawEveryMs);
    else this.show();
  };

  /** Calls back with the selected line. If none of this text is drawn yet, as when Enter follows at once, with the first one that is. */
  choose(take: (line: FoundLine<T>) => void): void {
    const line = this.box.selectedItems[0] ?? this.box.activeItems[0];
    if (!this.isDrawn || line === undefined) this.chosen = take;
    else if (this.isMeant(line)) take(line);
  }

  /** Whether a line is surely the one that the user sees: the selected one, one that stood there before, or any after a while. */
  isMeant(line: FoundLine<T>): boolean {
    if (Date.now() - this.drawnAt >= settlesMs || line.id === this.kept) return true;
    return line.id === this.before[this.box.items.indexOf(line)]?.id;
  }

  /** Nothing more is found. */
  finish(): void {
    if (this.waiting !== undefined || !this.isDrawn) this.show();
  }

  /** Resolves when every choice is taken. */
  settled(): Promise<void> {
    return new Promise((resolve) => setTimeout(resolve, this.drawnAt + settlesMs - Date.now()));
  }

  stop(): void {
    this.controller.abort();
    clearTimeout(this.timer);
  }

  private readonly show = (): void => {
    clearTimeout(this.timer);
    this.timer = undefined;
    const lines = this.linesOf(this.waiting ?? []);
    this.waiting = undefined;
    const isFirst = !this.isDrawn;
    // Drawing the same again would take the keyboard from the button of a line.
    if (!isFirst && looksLike(lines, this.box.items)) return;
    const selected = isFirst ? undefined : this.box.activeItems[0]?.id;
    this.box.keepScrollPosition = !isFirst;
    this.isDrawn = true;
    this.drawnAt = Date.now();
    this.before = this.box.items;
    this.box.items = lines;
    const choices = lines.filter(({ id }) => id !== undefined);
    const active = choices.find(({ id }) => id === selected) ?? choices[0];
    this.kept = isFirst || active?.id === selected ? active?.id : undefined;
    if (active === undefined) return;
    this.box.activeItems = [active];
    this.chosen?.(active);
  };
}

function looksLike<T>(lines: readonly FoundLine<T>[], others: readonly FoundLine<T>[]): boolean {
  return lines.length === others.length && lines.every((line, at) => lookOf(line) === lookOf(others[at]));
}

function lookOf<T>(line: FoundLine<T> | undefined): string {
  return JSON.stringify([line?.id, line?.kind, line?.label, line?.description, line?.detail]);
}
