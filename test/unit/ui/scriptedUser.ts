import type { Accept, Ask } from '../../../src/ui/ask';

/** What a scripted user was asked. */
export interface Asked {
  /** The title of each step, and whatever kept a box open. */
  readonly seen: readonly string[];
  /** The labels of the choices of the last pick. */
  readonly offered: () => readonly string[];
  /** The placeholder of each pick. */
  readonly placeholders: readonly (string | undefined)[];
  /** The choice that is selected at first, of the last pick. */
  readonly selected: () => string | undefined;
  /** Every value that an input box proposed. */
  readonly proposed: readonly string[];
  /** The selected part of each. */
  readonly marked: readonly string[];
  /** Message, detail and buttons of each modal question. */
  readonly questions: readonly { readonly message: string; readonly detail: string; readonly button: string }[];
}

/**
 * A user who answers each step from a script: a text, a label, what is typed in place of one, `back`, or nothing for dismissal. A proposal is taken by
 * answering `ok`. Where something is found, the text comes first, and then the label, with the title of a button behind `» `. Modal questions are answered by `confirms`.
 */
export function user(...script: readonly (string | undefined)[]): { readonly ask: Ask } & Asked {
  return userWho(true, script);
}

/** `confirms`: also the button that is chosen of several; true: the last. */
export function userWho(
  confirms: boolean | string,
  script: readonly (string | undefined)[],
): { readonly ask: Ask } & Asked {
  const left = [...script];
  const seen: string[] = [];
  const proposed: string[] = [];
  const marked: string[] = [];
  const placeholders: (string | undefined)[] = [];
  const questions: { message: string; detail: string; button: string }[] = [];
  let offered: readonly string[] = [];
  let selected: string | undefined;
  const answer = async <T>(title: string, choose: (text: string) => T, accept?: Accept<T>) => {
    for (;;) {
      const text = left.shift();
      seen.push(title);
      if (text === undefined) return undefined;
      if (text === 'back') return 'back' as const;
      const value = choose(text);
      const refusal = await accept?.(value, new AbortController().signal);
      if (refusal === undefined) return { value };
      seen.push(refusal);
    }
  };
  const ask: Ask = {
    input: (step, accept) => {
      const { title, value = '', selection, problem } = step;
      proposed.push(value);
      marked.push(value.slice(...(selection ?? [])));
      const choose = (text: string) => {
        const typed = text === 'ok' ? value : text;
        const wrong = problem?.(typed);
        if (wrong !== undefined) throw new Error(`The box does not take "${typed}": ${wrong}`);
        return typed;
      };
      return answer(title, choose, accept);
    },
    pick: async (step, accept) => {
      const items = await step.items;
      offered = items.map(({ label }) => label);
      placeholders.push(step.placeholder);
      selected = (items.find(({ value }) => value === step.selected) ?? items[0])?.label;
      const choose = (label: string) => {
        const item = items.find((candidate) => candidate.label === label) ?? step.typed?.(label, items);
        if (item === undefined) throw new Error(`There is no choice "${label}" among ${offered.join(', ')}.`);
        if (!('value' in item)) throw new Error(`The list does not take "${label}": ${item.problem}`);
        return item.value;
      };
      return answer(step.title, choose, accept);
    },
    find: async ({ title, find }) => {
      const text = left.shift();
      seen.push(title);
      if (text === undefined) return undefined;
      let found: Parameters<Parameters<typeof find>[1]>[0] = [];
      const draw = (choices: typeof found) => {
        found = choices;
      };
      await find(text, draw, new AbortController().signal);
      offered = found.map(({ label, description, section }) =>
        [section, label, description].filter((part) => part !== undefined).join(' | '),
      );
      const [label, button] = left.shift()?.split(' » ') ?? [];
      if (label === undefined) return undefined;
      const choice = found.find((each) => each.label === label);
      if (choice === undefined) throw new Error(`Nothing was found as "${label}" among ${offered.join(', ')}.`);
      if (button === undefined) return choice.value;
      const pressed = choice.buttons?.find((each) => each.title === button);
      if (pressed === undefined) throw new Error(`"${label}" has no button "${button}".`);
      return pressed.value;
    },
    pickSeveral: async ({ title, items }) => {
      const all = await items;
      offered = all.map(({ label, isTicked }) => `${isTicked ? '☑' : '☐'} ${label}`);
      const labels = left.shift()?.split(', ');
      seen.push(title);
      return labels && all.filter(({ label }) => labels.includes(label)).map(({ value }) => value);
    },
    confirm: (message, detail, button) => {
      questions.push({ message, detail: [detail].flat().join('\n\n'), button });
      return Promise.resolve(confirms !== false);
    },
    choose: (message, detail, buttons) => {
      questions.push({ message, detail: detail.join('\n\n'), button: buttons.join(' / ') });
      if (typeof confirms === 'string' && !buttons.includes(confirms))
        throw new Error(`There is no button "${confirms}" among ${buttons.join(', ')}.`);
      return Promise.resolve(typeof confirms === 'string' ? confirms : confirms ? buttons.at(-1) : undefined);
    },
  };
  return { ask, seen, placeholders, proposed, marked, questions, offered: () => offered, selected: () => selected };
}
