/**
 * A page, as plain data in the words that the user reads. The extension composes it, and the web view draws it: every text is drawn
 * as text, whoever wrote it.
 */
export interface Page {
  readonly title: string;
  /** What a button beside the title copies; absent: no such button. */
  readonly copy?: string;
  readonly subtitle?: string;
  /** Codicon beside the title. */
  readonly icon: string;
  readonly actions: readonly Action[];
  /** What the page can be switched between: the platforms of an image. */
  readonly choice?: Choice;
  readonly sections: readonly Section[];
}

/** A button. `id` is sent back when it is pressed; `reload` loads the page again. */
export interface Action {
  readonly id: string;
  readonly label: string;
  /** Codicon. */
  readonly icon?: string;
  readonly isPrimary?: boolean;
}

export interface Choice {
  readonly label: string;
  readonly options: readonly { readonly value: string; readonly label: string }[];
  readonly selected: string;
}

export interface Section {
  /** Unique on the page. */
  readonly id: string;
  /** Absent for the first, which needs none. */
  readonly title?: string;
  /** Its content is still being read. */
  readonly isLoading?: boolean;
  readonly blocks: readonly Block[];
}

export type Block = Facts | Note | Lines | Steps | Table;

/** Names with their values, one below the other. */
interface Facts {
  readonly kind: 'facts';
  readonly rows: readonly Fact[];
}

export interface Fact {
  readonly name: string;
  readonly values: readonly Value[];
  /** What the page is asked for: a screen reader says it as soon as it is known. */
  readonly isAnswer?: boolean;
}

export interface Value {
  readonly text: string;
  /** Set in the editor's font, as code is. */
  readonly isCode?: boolean;
  /** The text behind a button that copies; absent: no such button. */
  readonly copy?: string;
  /** An address that is opened, https only. */
  readonly link?: string;
  /** An action of the page. */
  readonly action?: string;
  readonly tone?: Tone;
  /** What stands in front of a changed value, and behind it: `added`. */
  readonly mark?: Mark;
}

/** Colour and icon; the words say the same. */
export type Tone = 'good' | 'warning' | 'bad' | 'quiet';
export type Mark = 'added' | 'removed';

export interface Note {
  readonly kind: 'note';
  readonly tone: Tone;
  readonly text: string;
  /** What the page is asked for: larger than the rest. */
  readonly isAnswer?: boolean;
  readonly actions?: readonly Action[];
}

/** A list of lines, each with facts of its own. */
interface Lines {
  readonly kind: 'lines';
  readonly lines: readonly Line[];
}

export interface Line {
  readonly text: Value;
  /** Codicon. */
  readonly icon?: string;
  readonly detail?: readonly Value[];
  /** Told once the line is opened. */
  readonly facts?: readonly Fact[];
}

/** The steps of a build, from the first. */
export interface Steps {
  readonly kind: 'steps';
  readonly steps: readonly Step[];
}

export interface Step {
  /** `RUN`; absent for text that is no instruction. */
  readonly keyword?: string;
  readonly text: string;
  /** `12 MB`; absent where it made no layer, or its size is not known. */
  readonly size?: string;
  /** Of the largest, from 0 to 1; absent with the size. */
  readonly share?: number;
  /** The largest of all. Said in words, too. */
  readonly isLargest?: boolean;
  readonly mark?: Mark;
}

/** Rows that can be narrowed by typing. */
export interface Table {
  readonly kind: 'table';
  /** Given when the page is sent: its rows come apart from the page, in parts, as there may be tens of thousands. */
  readonly id?: string;
  /** What the table has, for a screen reader. */
  readonly label: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
  readonly filter: string;
}

/** What a page remembers over a reload, so that it can be read again. */
export type Remembered = Readonly<Record<string, unknown>>;

/** What the extension tells the web view. */
export type ToView =
  | { readonly kind: 'page'; readonly page: Page; readonly words: Words }
  /** More rows of a table. `at`: how many came before; 0 begins anew. */
  | { readonly kind: 'rows'; readonly table: string; readonly at: number; readonly rows: Table['rows'] }
  /** `state`: kept by VS Code. */
  | { readonly kind: 'remember'; readonly state: Remembered };

/** The words of the web view's own parts. */
export interface Words {
  /** BCP 47, for numbers. */
  readonly language: string;
  readonly copy: string;
  readonly copied: string;
  readonly largest: string;
  readonly added: string;
  readonly removed: string;
  readonly loading: string;
  readonly more: string;
  readonly ofRows: string;
  readonly noRows: string;
}

/** What the web view tells the extension. */
export type FromView =
  | { readonly kind: 'ready' }
  | { readonly kind: 'action'; readonly id: string }
  | { readonly kind: 'choose'; readonly value: string }
  | { readonly kind: 'copy'; readonly text: string }
  /** A link was followed. VS Code asks whether to open it, as it would not if the web view did it. */
  | { readonly kind: 'open'; readonly link: string };
