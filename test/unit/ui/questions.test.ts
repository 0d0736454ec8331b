import { expect, it } from 'vitest';
import type { ConnectAsk } from '../../../src/providers/provider';
import type { Ask } from '../../../src/ui/ask';
import { askQuestions } from '../../../src/ui/connections/questions';
import type { Flow, Refusal } from '../../../src/ui/connections/questions';
import { user } from './scriptedUser';

const choices = (...labels: readonly string[]) => labels.map((label) => ({ label, value: label }));

/** A kind of drink, what goes into it, and for whom it is. */
const order = async (ask: ConnectAsk) => {
  ask.more(3);
  const kind = await ask.pick('Kind', choices('tea', 'coffee'));
  const added = await ask.pick('With', kind === 'tea' ? choices('lemon', 'milk') : choices('milk', 'sugar'));
  if (added === 'sugar') ask.more(1);
  const spoons = added === 'sugar' ? await ask.input({ prompt: 'Spoons', value: '1' }) : 'no';
  return [kind, added, spoons, await ask.input({ prompt: 'For' })].join(' ');
};

function asking(ask: Ask, changed: Partial<Flow<string>> = {}) {
  const results: string[] = [];
  const flow: Flow<string> = {
    title: 'Order',
    code: order,
    texts: new Map(),
    stepsBefore: 0,
    finish: (result) => (results.push(result), Promise.resolve(undefined)),
    asksElsewhere: () => false,
    refusalOf: (error) => {
      throw error;
    },
    ...changed,
  };
  return { finished: askQuestions(ask, flow), results };
}

it('keeps the answers over Back, also those after it, and counts them', async () => {
  const { ask, seen, proposed } = user('coffee', 'sugar', '2', 'back', 'back', 'back', 'coffee', 'sugar', 'ok', 'Ada');
  const { finished, results } = asking(ask);
  expect([await finished, results]).toEqual([true, ['coffee sugar 2 Ada']]);
  expect(proposed).toEqual(['1', '', '2', '2', '']);
  const there = ['1 of 3', '2 of 3', '3 of 4', '4 of 4'];
  const back = ['3 of 4', '2 of 4', '1 of 4', '2 of 4', '3 of 4', '4 of 4'];
  expect(seen).toEqual([...there, ...back].map((step) => `Order (${step})`));
});

it('asks a choice anew that is not offered any more', async () => {
  const { ask, offered } = user('tea', 'lemon', 'back', 'back', 'coffee', 'milk', 'Ada');
  const { finished, results } = asking(ask);
  expect([await finished, results]).toEqual([true, ['coffee milk no Ada']]);
  expect(offered()).toEqual(['milk', 'sugar']);
});

it('leads to the first question with what is wrong with all, and keeps the last one open for what is wrong there', async () => {
  const refusals: (Refusal | undefined)[] = [
    { at: 'last', problem: 'Ada has one.' },
    { at: 'first', problem: 'There is none.' },
    undefined,
  ];
  const { ask, seen } = user('tea', 'milk', 'Ada', 'Bob', 'tea', 'milk', 'ok');
  const tried: string[] = [];
  const { finished } = asking(ask, {
    finish: (result) => (tried.push(result), Promise.resolve(refusals.shift())),
  });
  expect(await finished).toBe(true);
  expect(tried).toEqual(['tea milk no Ada', 'tea milk no Bob', 'tea milk no Bob']);
  const third = 'Order (3 of 3)';
  expect(seen.slice(2)).toEqual([third, 'Ada has one.', third, 'Order (1 of 3)', 'Order (2 of 3)', third]);
});

it('says at the last answer what the code cannot do with it', async () => {
  const { ask, seen } = user('tea', 'milk', undefined);
  const { finished, results } = asking(ask, {
    code: async (boxes) => {
      boxes.more(2);
      await boxes.pick('Kind', choices('tea'));
      await boxes.pick('With', choices('milk'));
      throw new Error('No milk.');
    },
    refusalOf: (error) => ({ at: 'last', problem: error instanceof Error ? error.message : '' }),
  });
  expect([await finished, results]).toEqual([false, []]);
  expect(seen).toEqual(['Order (1 of 2)', 'Order (2 of 2)', 'No milk.', 'Order (2 of 2)']);
});

it('closes the last box before VS Code asks in one of its own', async () => {
  const open: boolean[] = [];
  let isOpen = false;
  const { ask } = user('tea', 'milk', 'Ada');
  const watched: Ask = {
    ...ask,
    input: async (step, accept) => {
      isOpen = true;
      const answer = await ask.input(step, accept);
      isOpen = false;
      return answer;
    },
  };
  const finish = () => (open.push(isOpen), Promise.resolve(undefined));
  expect(await asking(watched, { finish, asksElsewhere: () => true }).finished).toBe(true);
  expect(open).toEqual([false]);
});

it('is left by Escape, and by Back from its first question', async () => {
  expect(await asking(user('tea', undefined).ask).finished).toBe(false);
  expect(await asking(user('tea', 'back', 'back').ask).finished).toBe('back');
});
