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
  readonly placeholder?: string;
  readonly secret?: boolean;
  /** Shown under the box from the start: what was wrong with this answer. */
  readonly problemSoFar?: string | undefined;
  /** What is wrong with the text; nothing when it will do. */
  readonly problem?: (text: string) => string | undefined;
}

export interface PickStep<T> extends Step {
  readonly placeholder: string;
  readonly items: readonly Choice<T>[] | Promise<readonly Choice<T>[]>;
  /** The choice that stands selected. */
  readonly selected?: T | undefined;
  /** What was wrong with that choice. */
  readonly problemSoFar?: string | undefined;
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
  /** Stands under this heading, with its neighbours of the same. */
  readonly section?: string;
  readonly value: T;
}

/** The answer; `back` to the step before; nothing when dismissed. */
export type Answer<T> = { readonly value: T } | 'back' | undefined;

/**
 * Runs after an answer, with the box still open and busy; a sentence keeps it open with that sentence under it. The signal
 * is aborted when the user leaves.
 */
export type Accept<T> = (value: T, signal: AbortSignal) => Promise<string | undefined>;

export interface Ask {
  input(step: InputStep, accept?: Accept<string>): Promise<Answer<string>>;
  /** Rejects when `items` does. */
  pick<T>(step: PickStep<T>, accept?: Accept<T>): Promise<Answer<T>>;
  /** Those of the items that are ticked; nothing when dismissed. Rejects when `items` does. */
  pickSeveral<T>(step: PickSeveralStep<T>): Promise<readonly T[] | undefined>;
  /** A modal question; true when `button` was chosen. `detail`: a paragraph, or several. */
  confirm(message: string, detail: string | readonly string[], button: string): Promise<boolean>;
}

export function stepTitle(flow: string, step: number, of: number): string {
  return t('{0} ({1} of {2})', flow, step, of);
}
