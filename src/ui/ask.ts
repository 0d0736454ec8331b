import { t } from '@vscode/l10n';

/** What one step of a flow looks like. */
interface Step {
  readonly title: string;
  /** Whether a Back button leads to the step before. */
  readonly canGoBack?: boolean;
}

export interface InputStep extends Step {
  readonly prompt: string;
  readonly value?: string;
  /** The part of `value` that is selected at first, from and to; absent: all of it. */
  readonly selection?: readonly [number, number] | undefined;
  readonly placeholder?: string;
  readonly secret?: boolean;
  /** A page that helps to answer, opened by a button of the title. */
  readonly page?: { readonly title: string; readonly url: URL };
  /** Shown below the box from the start: the problem with the previous answer. */
  readonly problemSoFar?: string | undefined;
  /** Told of the text whenever it changes. */
  readonly typing?: (text: string) => void;
  /** The problem with the text; nothing if it is valid. */
  readonly problem?: (text: string) => string | undefined;
}

export interface PickStep<T> extends Step {
  readonly placeholder: string;
  readonly items: readonly Choice<T>[] | Promise<readonly Choice<T>[]>;
  /** The choice that is selected at first. */
  readonly selected?: T | undefined;
  /** The problem with that choice. */
  readonly problemSoFar?: string | undefined;
  /** The choice that a typed text stands for, in addition to `choices`; nothing if the text only filters these. */
  readonly typed?: (text: string, choices: readonly Choice<T>[]) => TypedChoice<T> | undefined;
}

/** With a problem, it is shown with the reason and cannot be chosen. */
export type TypedChoice<T> = Omit<Choice<T>, 'value' | 'detail' | 'section'> &
  ({ readonly value: T } | { readonly problem: string });

/** A box that shows what is found for a text while it is typed. */
export interface FindStep<T> {
  readonly title: string;
  readonly placeholder: string;
  /**
   * Finds choices for a text. Called at first, and again whenever the text has changed, when the signal of the call before is aborted.
   * `draw` replaces the choices that are shown, in their order. The box is busy until it settles.
   */
  readonly find: Find<T>;
}

type Find<T> = (text: string, draw: (choices: readonly FoundChoice<T>[]) => void, signal: AbortSignal) => Promise<void>;

export interface FoundChoice<T> extends Choice<T> {
  /** What is selected stays selected by it when other choices are drawn. */
  readonly id: string;
  /** What else can be chosen here, by buttons beside it. */
  readonly buttons?: readonly { readonly title: string; readonly icon: string; readonly value: T }[];
}

export interface PickSeveralStep<T> extends Step {
  readonly placeholder: string;
  readonly items: readonly TickedChoice<T>[] | Promise<readonly TickedChoice<T>[]>;
}

export interface TickedChoice<T> extends Choice<T> {
  readonly isTicked: boolean;
}

export interface Choice<T> {
  readonly label: string;
  readonly description?: string | undefined;
  readonly detail?: string | undefined;
  readonly icon?: string;
  /** The heading above it and its neighbours with the same section. */
  readonly section?: string;
  readonly value: T;
}

/** The answer; `back` to go to the previous step; nothing if dismissed. */
export type Answer<T> = { readonly value: T } | 'back' | undefined;

/**
 * Runs after an answer, while the box is still open and busy. If it resolves to a sentence, the box stays open and shows it. The
 * signal is aborted when the user leaves.
 */
export type Accept<T> = (value: T, signal: AbortSignal) => Promise<string | undefined>;

export interface Ask {
  input(step: InputStep, accept?: Accept<string>): Promise<Answer<string>>;
  /** Rejects when `items` does. */
  pick<T>(step: PickStep<T>, accept?: Accept<T>): Promise<Answer<T>>;
  /** What was chosen; nothing if dismissed. Rejects when `find` does, unless that was aborted. */
  find<T>(step: FindStep<T>): Promise<T | undefined>;
  /** The ticked items; nothing if dismissed. Rejects when `items` does. */
  pickSeveral<T>(step: PickSeveralStep<T>): Promise<readonly T[] | undefined>;
  /** A modal question; true when `button` was chosen. `detail`: a paragraph, or several. */
  confirm(message: string, detail: string | readonly string[], button: string): Promise<boolean>;
  /** A modal question with several buttons; the one that was chosen, or nothing. The first is that of the Enter key. */
  choose(message: string, detail: readonly string[], buttons: readonly string[]): Promise<string | undefined>;
}

/** Without numbers while a single step is known: its answer may lead to more. */
export function stepTitle(flow: string, step: number, of: number): string {
  return of === 1 ? flow : t('{0} ({1} of {2})', flow, step, of);
}
