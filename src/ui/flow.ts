import { abandonable } from '../core/shared';
import { defined } from '../core/defined';
import { withResolvers } from '../core/withResolvers';

export interface Pick<V> {
  readonly label: string;
  readonly description?: string;
  readonly detail?: string;
  /** Codicon. */
  readonly icon?: string;
  /** Stands first also where another one was chosen the last time. */
  readonly isFirst?: true;
  readonly value: V;
}

/** What there is to choose from. A function is called when the box opens; its signal is aborted when the box is closed. */
type Picks<V> = readonly Pick<V>[] | ((signal: AbortSignal) => Promise<readonly Pick<V>[]>);

type Load<V> = (signal: AbortSignal) => Promise<readonly Pick<V>[]>;

interface Choosing<V> {
  /** Stands for a new one. It is taken where nothing is there. */
  readonly create?: Pick<V>;
  /** Asks also where there is one besides a new one. */
  readonly asksOne?: boolean;
  /** Shown where there is nothing to choose from. */
  readonly none?: string;
}

export interface Input {
  readonly prompt: string;
  readonly value?: string;
  readonly placeholder?: string;
  readonly secret?: boolean;
  /** A page that helps to answer, as a button of the box. */
  readonly page?: { readonly title: string; readonly url: URL };
  readonly problem?: (text: string) => string | undefined;
  /** Asks the service after a pause in typing, and before the text is accepted. Aborted when the box is closed. */
  readonly check?: (text: string, signal: AbortSignal) => Promise<string | undefined>;
}

/**
 * What the code of a flow asks with, one thing after the other. Each call resolves to an answer: the code needs no branch for Back
 * and none for Escape, since it is run again from its beginning, or ends here.
 */
export interface Ask {
  /** `none`: shown where there is nothing to choose from. */
  pick<V>(placeholder: string, picks: Picks<V>, none?: string): Promise<V>;
  /** Asks which of those that are there; a single answer is taken without asking. */
  choose<V>(placeholder: string, there: Load<V>, options?: Choosing<V>): Promise<V>;
  input(input: Input): Promise<string>;
  /** Where something was taken that could be another one, the user may want to change it: then the flow asks for everything. */
  confirm(message: string, paragraphs: readonly string[], button: string): Promise<void>;
  /** Reads what the next question depends on. After Back it is not read again. `what`: a name for it, of the flow alone. */
  read<V>(what: string, load: (signal: AbortSignal) => Promise<V>): Promise<V>;
  /** That many questions come beyond those that were known so far; they are counted in the title. */
  more(questions: number): void;
}

/** The boxes in which questions are shown. Each rejects when the user goes back or dismisses it. The signal is aborted when the box is closed. */
export interface Boxes {
  pick<V>(placeholder: string, picks: Promise<readonly Pick<V>[]>, none?: string): Promise<V>;
  input(input: Input, signal: AbortSignal): Promise<string>;
  /** `canChange`: something was taken that could be another one. */
  confirm(message: string, paragraphs: readonly string[], button: string, canChange: boolean): Promise<void>;
}

/** A question that the code waits at. */
export interface Question {
  /** Unique among the questions so far, and the same whenever this question is asked. */
  readonly id: string;
  /** How many answers are kept before it. */
  readonly place: number;
  /** Asks it; the answer is kept, and the code goes on. Rejects as the box does. */
  show(boxes: Boxes): Promise<void>;
}

type Code<T> = (ask: Ask) => Promise<T>;

interface Kept {
  readonly question: string;
  readonly answer: unknown;
}

/** Code that asks the same thing at the same place gets what it was answered there before, which is of the type that it asks for. */
// eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters
function isAnswerTo<V>(question: string, kept: Kept | undefined): kept is Kept & { readonly answer: V } {
  return kept?.question === question;
}

/**
 * A flow as straight code, which stops at each question until it is answered. To go back is to run the code again, with the answers
 * before the question that is asked again; later answers are forgotten.
 */
export class Replay<T> {
  private run: Run<T>;

  private constructor(
    private readonly code: Code<T>,
    private readonly manner: Manner,
  ) {
    this.run = new Run(code, [], manner);
  }

  static of<T>(code: Code<T>): Replay<T> {
    return new Replay(code, { asksAll: false, proposed: new Map(), typed: new Map() });
  }

  /** The flow from its beginning, which asks also where one answer would be taken, and proposes what was typed. */
  askingAll(): Replay<T> {
    return new Replay(this.code, { asksAll: true, proposed: this.manner.typed, typed: new Map() });
  }

  /** The question that the code waits at; nothing once it is done. Rejects with whatever the code throws. */
  next(): Promise<Question | undefined> {
    return this.run.next();
  }

  /** Asks the question at that place again. */
  backTo(place: number): void {
    this.run.leave();
    this.run = new Run(this.code, this.run.answersBefore(place), this.manner);
  }

  /** Ends the code where it waits, and whatever it reads. */
  leave(): void {
    this.run.leave();
  }

  /** What the code returned. */
  get result(): Promise<T> {
    return this.run.result;
  }

  /** How many questions are known to come. */
  get ahead(): number {
    return this.run.ahead;
  }
}

/** How a flow asks. */
interface Manner {
  /** Asks also where one answer would be taken. */
  readonly asksAll: boolean;
  /** What was typed before, by the prompt. */
  readonly proposed: ReadonlyMap<string, string>;
  /** What is typed now, beyond what is proposed. */
  readonly typed: Map<string, string>;
}

/** The code, run once. */
class Run<T> {
  readonly result: Promise<T>;
  ahead = 0;
  private readonly left = new AbortController();
  private place = 0;
  /** One was taken where another, or a new one, would do as well. */
  private hasTaken = false;
  private turn = withResolvers<Question | undefined>();

  constructor(
    code: Code<T>,
    private readonly kept: Kept[],
    private readonly manner: Manner,
  ) {
    const begin = async () => code(this.ask);
    this.result = begin();
    void this.result.then(
      () => {
        this.ahead = 0;
        this.turn.resolve(undefined);
      },
      (error: unknown) => {
        this.turn.reject(error);
      },
    );
  }

  next(): Promise<Question | undefined> {
    return this.turn.promise;
  }

  leave(): void {
    this.left.abort();
  }

  answersBefore(place: number): Kept[] {
    return this.kept.slice(0, place);
  }

  private readonly ask: Ask = {
    pick: (placeholder, picks, none) =>
      this.question(placeholder, (boxes, signal) => {
        const list = typeof picks === 'function' ? picks(signal) : Promise.resolve(picks);
        return boxes.pick(placeholder, list, none);
      }),
    choose: (placeholder, there, options) => this.choose(placeholder, there, options),
    input: (input) => this.question(input.prompt, (boxes, signal) => this.input(input, boxes, signal)),
    confirm: (message, paragraphs, button) =>
      this.question(message, (boxes) => boxes.confirm(message, paragraphs, button, this.hasTaken)),
    read: (what, load) => this.read(what, load),
    more: (questions) => {
      this.ahead += questions;
    },
  };

  private question<V>(title: string, show: (boxes: Boxes, signal: AbortSignal) => Promise<V>): Promise<V> {
    this.ahead = Math.max(0, this.ahead - 1);
    return this.answered(title, () => {
      const { promise, resolve } = withResolvers<V>();
      this.turn.resolve({
        id: this.idOf(title),
        place: this.place,
        show: async (boxes) => {
          const box = new AbortController();
          try {
            const answer = await show(boxes, box.signal);
            this.keep(title, answer);
            this.turn = withResolvers();
            resolve(answer);
          } finally {
            box.abort();
          }
        },
      });
      return abandonable(promise, this.left.signal);
    });
  }

  private async choose<V>(
    placeholder: string,
    load: Load<V>,
    { create, asksOne = false, none }: Choosing<V> = {},
  ): Promise<V> {
    const there = await this.read(`choices: ${placeholder}`, load);
    const [first, ...others] = there;
    if (first === undefined && create !== undefined) return create.value;
    const isOnly = first !== undefined && others.length === 0;
    if (isOnly && (create === undefined || !(asksOne || this.manner.asksAll))) {
      if (create !== undefined) this.hasTaken = true;
      return first.value;
    }
    return this.ask.pick(placeholder, [...(create === undefined ? [] : [create]), ...there], none);
  }

  private async input(input: Input, boxes: Boxes, signal: AbortSignal): Promise<string> {
    const value = this.manner.proposed.get(input.prompt) ?? input.value;
    const text = await boxes.input({ ...input, ...defined({ value }) }, signal);
    if (text !== input.value && input.secret !== true) this.manner.typed.set(input.prompt, text);
    return text;
  }

  private read<V>(what: string, load: (signal: AbortSignal) => Promise<V>): Promise<V> {
    return this.answered(what, async () => {
      const answer = await abandonable(load(this.left.signal), this.left.signal);
      this.keep(what, answer);
      return answer;
    });
  }

  /** What was answered at this place before, or else what is answered now. */
  private async answered<V>(question: string, answer: () => Promise<V>): Promise<V> {
    this.left.signal.throwIfAborted();
    const kept = this.kept[this.place];
    if (isAnswerTo<V>(question, kept)) {
      this.place++;
      return kept.answer;
    }
    // Another question than before: what was answered from here on was about something else.
    this.kept.length = this.place;
    return answer();
  }

  private keep(question: string, answer: unknown): void {
    this.kept.push({ question, answer });
    this.place = this.kept.length;
  }

  /** Counts how often a question is asked on the way, the kept answers among them. */
  private idOf(title: string): string {
    const before = this.kept.filter(({ question }) => question === title).length;
    return before === 0 ? title : `${title} ${before + 1}`;
  }
}
