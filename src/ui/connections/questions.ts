import { defined } from '../../core/defined';
import type { Answers, Question } from '../../providers/provider';
import { stepTitle } from '../ask';
import type { Accept, Answer, Ask } from '../ask';

/** Why the answers were not accepted, and the question at which to show it. */
export interface Refusal {
  readonly at: string;
  readonly problem: string;
}

export interface Flow {
  readonly title: string;
  readonly questions: readonly Question[];
  /** The initial values of the boxes. */
  readonly initial: Answers;
  /** Why these answers were refused before, if they were. */
  readonly refused?: Refusal | undefined;
  /** The number of steps before these. If there are any, the first question has a Back button. */
  readonly stepsBefore: number;
  /** Runs when all questions are answered, with the last box still open. */
  readonly finish: (answers: Answers, signal: AbortSignal) => Promise<Refusal | undefined>;
  /** Whether finishing opens a box of VS Code, which would close ours. Then it runs after the last box is closed. */
  readonly asksElsewhere: (answers: Answers) => boolean;
}

/** Asks one question after another. Back keeps the answers; a refusal leads to its question. True if finished. */
export async function askQuestions(ask: Ask, flow: Flow): Promise<boolean | 'back'> {
  let answers = flow.initial;
  let refusal = flow.refused;
  let question = flow.questions.find(({ key }) => key === flow.refused?.at) ?? flow.questions[0];
  while (question !== undefined) {
    const asked = question;
    const accept: Accept<string> = async (value, signal) => {
      const given = { ...answers, [asked.key]: value };
      const isLast = nextQuestion(flow.questions, asked, given) === undefined && !flow.asksElsewhere(given);
      refusal = isLast ? await flow.finish(given, signal) : undefined;
      return refusal?.at === asked.key ? refusal.problem : undefined;
    };
    const answer = await askOne(ask, flow, asked, answers, refusal?.problem, accept);
    if (answer === undefined) return false;
    if (answer === 'back') {
      refusal = undefined;
      question = questionBefore(flow.questions, asked, answers);
      if (question === undefined) return 'back';
      continue;
    }
    answers = { ...answers, [asked.key]: answer.value };
    if (nextQuestion(flow.questions, asked, answers) === undefined && flow.asksElsewhere(answers))
      refusal = await flow.finish(answers, new AbortController().signal);
    const at = refusal?.at;
    question =
      at === undefined ? nextQuestion(flow.questions, asked, answers) : flow.questions.find(({ key }) => key === at);
  }
  return true;
}

function askOne(
  ask: Ask,
  flow: Flow,
  question: Question,
  answers: Answers,
  problemSoFar: string | undefined,
  accept: Accept<string>,
): Promise<Answer<string>> {
  const asked = flow.questions.filter((candidate) => isAsked(candidate, answers));
  const step = flow.stepsBefore + asked.indexOf(question) + 1;
  const canGoBack = step > 1;
  const title = stepTitle(flow.title, step, flow.stepsBefore + asked.length);
  const value = answers[question.key];
  if (question.choices !== undefined) {
    return ask.pick(
      { title, canGoBack, placeholder: question.prompt, items: question.choices, selected: value, problemSoFar },
      accept,
    );
  }
  const { prompt, placeholder, secret, problem } = question;
  return ask.input(
    {
      title,
      canGoBack,
      prompt,
      problemSoFar,
      ...defined({ value, placeholder, secret, problem }),
    },
    accept,
  );
}

function isAsked(question: Question, answers: Answers): boolean {
  return question.when?.(answers) ?? true;
}

function nextQuestion(questions: readonly Question[], after: Question, answers: Answers): Question | undefined {
  return questions.slice(questions.indexOf(after) + 1).find((question) => isAsked(question, answers));
}

function questionBefore(questions: readonly Question[], before: Question, answers: Answers): Question | undefined {
  return questions.slice(0, questions.indexOf(before)).findLast((question) => isAsked(question, answers));
}
