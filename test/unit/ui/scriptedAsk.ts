import type { Ask } from '../../../src/ui/flow';

/**
 * Answers each question of a flow of Azure from a script: with the label of what is chosen, or the text that is typed; a proposal is
 * taken by `ok`. `questions`: what was asked, each followed by what was offered.
 */
export function scriptedAsk(...script: readonly string[]): {
  readonly ask: Ask;
  readonly questions: readonly string[];
} {
  const left = [...script];
  const questions: string[] = [];
  const { signal } = new AbortController();
  const ask: Ask = {
    pick: async (placeholder, picks) => {
      const all = typeof picks === 'function' ? await picks(signal) : picks;
      const shown = all.map(({ label, description, detail }) =>
        [label, description, detail].filter((part) => part !== undefined).join(' · '),
      );
      questions.push(placeholder, ...shown);
      const wanted = left.shift();
      const chosen = all.find(({ label }) => label === wanted);
      if (chosen === undefined) throw new Error(`Not offered: ${wanted ?? 'nothing'} among ${shown.join(', ')}`);
      return chosen.value;
    },
    input: async ({ prompt, value = '', problem, check }) => {
      questions.push(prompt);
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
  return { ask, questions };
}
