import { defined } from '../../core/defined';
import type { ConnectAsk } from '../../providers/provider';
import { stepTitle } from '../ask';
import type { Accept, Answer, Ask, Choice } from '../ask';
import { Replay } from '../flow';
import type { Boxes, Input, Question } from '../flow';

/** Why the answers were not accepted, and the question at which to show it. */
export interface Refusal {
  readonly at: 'first' | 'last';
  readonly problem: string;
}

/** What was answered to each question, by its id: the text that was typed, or the label of what was chosen. */
export type Texts = Map<string, string>;

export interface Flow<T> {
  readonly title: string;
  /** Asks at least one question, and does nothing else: it is run as often as it takes. */
  readonly code: (ask: ConnectAsk) => Promise<T>;
  /** Kept when the flow is asked again. */
  readonly texts: Texts;
  /** Why they did not do before, where they were given once. */
  readonly refused?: Refusal | undefined;
  /** The number of steps before these. If there are any, the first question has a Back button. */
  readonly stepsBefore: number;
  /** The answer to the first question, if it was given already: the second is asked next. */
  readonly firstAnswer?: string;
  /** Runs when all are answered, with the last box still open. `more`: the code has another question now. */
  readonly finish: (result: T, signal: AbortSignal) => Promise<Refusal | 'more' | undefined>;
  /** Whether finishing opens a box of VS Code, which would close ours: then it runs after our last box. */
  readonly asksElsewhere: (result: T) => boolean;
  /** The problem to show when the code throws; throws it again if the user cannot do anything about it. */
  readonly refusalOf: (error: unknown) => Refusal;
}

/** Asks one question after another. Back keeps what was answered; a refusal leads to the question it is about. True when finished. */
export async function askQuestions<T>(ask: Ask, flow: Flow<T>): Promise<boolean | 'back'> {
  let refusal = flow.refused;
  let place = refusal?.at === 'last' ? (await walk(flow, flow.texts)).steps - 1 : 0;
  if (flow.firstAnswer !== undefined && (await answerFirst(flow, flow.firstAnswer))) place = 1;
  for (;;) {
    const outcome = await askOne(ask, flow, place, refusal?.problem);
    if (outcome === undefined) return false;
    if (outcome === 'back') {
      if (place === 0) return 'back';
      refusal = undefined;
      place--;
      continue;
    }
    refusal = outcome.refusal;
    if (refusal === undefined && outcome.isLast) return true;
    if (refusal === undefined) place++;
    else if (refusal.at === 'first') place = 0;
  }
}

/** Answers the first question; false if it does not take that answer, or if no other question follows. */
async function answerFirst<T>(flow: Flow<T>, answer: string): Promise<boolean> {
  const first = await walk(flow, flow.texts, 0);
  if (first.kind !== 'asks' || !(await takes(first.question, answer))) return false;
  const texts = new Map(flow.texts).set(first.question.id, answer);
  if ((await walk(flow, texts, 1)).kind !== 'asks') return false;
  flow.texts.set(first.question.id, answer);
  return true;
}

/** What came of an answer. */
interface Outcome {
  readonly isLast: boolean;
  readonly refusal?: Refusal | undefined;
}

/** Asks the question at that place, counted from 0. Nothing when it is dismissed. */
async function askOne<T>(
  ask: Ask,
  flow: Flow<T>,
  place: number,
  problemSoFar: string | undefined,
): Promise<Outcome | 'back' | undefined> {
  const { texts, stepsBefore } = flow;
  const walked = await walk(flow, texts, place);
  if (walked.kind === 'failed') throw walked.error;
  if (walked.kind === 'done') throw new Error('There is no question at that place.');
  const { question } = walked;
  const { steps } = await walk(flow, texts);
  const step = stepsBefore + place + 1;
  const shown = { title: stepTitle(flow.title, step, stepsBefore + steps), canGoBack: step > 1, problemSoFar };
  const before = texts.get(question.id);
  const tried: { last?: Tried } = {};
  const accept: Accept<string> = async (text, signal) => {
    const next = await walk(flow, new Map(texts).set(question.id, text), place + 1);
    const outcome = await tryWith(flow, next, signal);
    tried.last = outcome;
    return outcome.refusal?.at === 'last' || place === 0 ? outcome.refusal?.problem : undefined;
  };
  const answer = await show(question, {
    pick: (placeholder, items) => ask.pick({ ...shown, placeholder, items, selected: before }, accept),
    input: ({ prompt, value, placeholder, secret, page, problem }) =>
      ask.input(
        { ...shown, prompt, ...defined({ value: before ?? value, placeholder, secret, page, problem }) },
        accept,
      ),
  });
  if (answer === undefined || answer === 'back') return answer;
  texts.set(question.id, answer.value);
  if (tried.last === undefined) throw new Error('The box was closed before its answer was tried.');
  return tried.last.afterwards?.() ?? tried.last;
}

interface Tried extends Outcome {
  /** What is left to do once the box is closed. */
  readonly afterwards?: () => Promise<Outcome>;
}

async function tryWith<T>(flow: Flow<T>, walked: Walked<T>, signal: AbortSignal): Promise<Tried> {
  if (walked.kind === 'asks') return { isLast: false };
  if (walked.kind === 'failed') return { isLast: true, refusal: flow.refusalOf(walked.error) };
  const { result } = walked;
  const finish = async (until: AbortSignal): Promise<Outcome> => {
    const refusal = await flow.finish(result, until);
    return refusal === 'more' ? { isLast: false } : { isLast: true, refusal };
  };
  if (!flow.asksElsewhere(result)) return finish(signal);
  return { isLast: true, afterwards: () => finish(new AbortController().signal) };
}

/** How far the code comes with the texts that are given. `steps`: the questions up to there, and those known to come. */
type Walked<T> = { readonly steps: number } & (
  | { readonly kind: 'asks'; readonly question: Question }
  | { readonly kind: 'done'; readonly result: T }
  | { readonly kind: 'failed'; readonly error: unknown }
);

/** Runs the code until a question has no text, at the latest at that place. */
async function walk<T>({ code }: Flow<T>, texts: ReadonlyMap<string, string>, last = Infinity): Promise<Walked<T>> {
  const run = Replay.of(code);
  let steps = 0;
  try {
    for (;;) {
      const question = await run.next();
      if (question === undefined) return { kind: 'done', steps, result: await run.result };
      const text = steps < last ? texts.get(question.id) : undefined;
      if (text === undefined || !(await takes(question, text)))
        return { kind: 'asks', steps: steps + 1 + run.ahead, question };
      steps++;
    }
  } catch (error) {
    return { kind: 'failed', steps, error };
  } finally {
    run.leave();
  }
}

/** Answers the question by that text; false where it is no choice any more. */
async function takes(question: Question, text: string): Promise<boolean> {
  const given = () => Promise.resolve({ value: text });
  return (await show(question, { pick: given, input: given })) !== undefined;
}

/** Boxes whose answers are texts: of a choice, its label. */
interface TextBoxes {
  readonly pick: (placeholder: string, items: readonly Choice<string>[]) => Promise<Answer<string>>;
  readonly input: (input: Input) => Promise<Answer<string>>;
}

/** A question was closed without an answer to it. */
class Unanswered extends Error {}

/** Shows the question in such a box, and answers it. Resolves to what the box did; to nothing where that is no answer. */
async function show(question: Question, box: TextBoxes): Promise<Answer<string>> {
  let closed: Answer<string>;
  const boxes: Boxes = {
    pick: async (placeholder, picks) => {
      const items = await picks;
      const labels = items.map(({ label, description, detail, icon }) => ({
        ...{ label, description, detail, value: label },
        ...defined({ icon }),
      }));
      const answer = await box.pick(placeholder, labels);
      const chosen = items.find(({ label }) => label === textOf(answer));
      closed = chosen === undefined && answer !== 'back' ? undefined : answer;
      if (chosen === undefined) throw new Unanswered();
      return chosen.value;
    },
    input: async (input) => {
      closed = await box.input(input);
      const text = textOf(closed);
      if (text === undefined) throw new Unanswered();
      return text;
    },
    confirm: () => Promise.reject(new Error('No kind of registry asks that.')),
  };
  try {
    await question.show(boxes);
  } catch (error) {
    if (!(error instanceof Unanswered)) throw error;
  }
  return closed;
}

function textOf(answer: Answer<string>): string | undefined {
  return answer === undefined || answer === 'back' ? undefined : answer.value;
}
