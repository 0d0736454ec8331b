import type { Ask, Input } from '../../../src/ui/flow';

/**
 * Answers each question of a flow from a script: with the label of what is chosen, or the text that is typed; a proposal is
 * taken by `ok`. What there is only one of is not asked. `questions`: what was asked, each followed by what was offered; `prompts`: that without the offers; `inputs`: the
 * questions for a text.
 */
export function scriptedAsk(...script: readonly string[]): {
  readonly ask: Ask;
  readonly questions: readonly string[];
  readonly prompts: readonly string[];
  readonly inputs: readonly Input[];
} {
  const left = [...script];
  const questions: string[] = [];
  const prompts: string[] = [];
  const inputs: Input[] = [];
  const { signal } = new AbortController();
  const ask: Ask = {
    pick: async (placeholder, picks) => {
      const all = typeof picks === 'function' ? await picks(signal) : picks;
      const shown = all.map(({ label, description, detail }) =>
        [label, description, detail].filter((part) => part !== undefined).join(' · '),
      );
      questions.push(placeholder, ...shown);
      prompts.push(placeholder);
      const wanted = left.shift();
      const chosen = all.find(({ label }) => label === wanted);
      if (chosen === undefined) throw new Error(`Not offered: ${wanted ?? 'nothing'} among ${shown.join(', ')}`);
      return chosen.value;
    },
    choose: async (placeholder, there, { create, asksOne = false } = {}) => {
      const all = await there(signal);
      const [first] = all;
      if (first === undefined && create !== undefined) return create.value;
      if (first !== undefined && all.length === 1 && (create === undefined || !asksOne)) return first.value;
      return ask.pick(placeholder, [...(create === undefined ? [] : [create]), ...all]);
    },
    input: async (input) => {
      const { prompt, value = '', problem, check } = input;
      questions.push(prompt);
      prompts.push(prompt);
      inputs.push(input);
      const answer = left.shift() ?? '';
      const text = answer === 'ok' ? value : answer;
      const wrong = problem?.(text) ?? (await check?.(text, signal));
      if (wrong !== undefined) throw new Error(wrong);
      return text;
    },
    confirm: (message, paragraphs) => {
      questions.push(message, ...paragraphs);
      return Promise.resolve();
    },
    read: (_what, load) => load(signal),
    more: () => undefined,
  };
  return { ask, questions, prompts, inputs };
}
