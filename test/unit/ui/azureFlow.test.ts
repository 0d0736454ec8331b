import { describe, expect, it, vi } from 'vitest';
import type { Ask } from '../../../src/ui/flow';
import type { Working } from '../../../src/ui/working';
import { runFlow } from '../../../src/ui/azure/wizard';
import type { ExtensionContext } from 'vscode';
import { eventually } from '../eventually';
import { stub } from '../stub';
import { fakeApp } from './fakeApp';
import { user } from './microsoftBoxes';

vi.mock('vscode', async () => (await import('./microsoftBoxes')).vscode);
vi.mock('@microsoft/vscode-azext-utils', async () => (await import('./microsoftBoxes')).microsoftLibrary());

/** Runs a flow in Microsoft's wizard. */
function run<T>(code: (ask: Ask) => Promise<T>, working?: Working): Promise<T | undefined> {
  const memory = new Map<string, unknown>();
  const globalState = stub<ExtensionContext['globalState']>('globalState', {
    get: (key: string) => memory.get(key),
    update: (key, value) => Promise.resolve(void memory.set(key, value)),
  });
  const extension = stub<ExtensionContext>('context', { globalState });
  const { app } = fakeApp({ extension, clean: (text) => text, showLog: () => undefined, ...(working && { working }) });
  return runFlow(app, 'Deploy', code);
}

const picks = (...labels: readonly string[]) => labels.map((label) => ({ label, value: label }));
const never = new Promise<never>(() => undefined);

describe('a flow of Azure', () => {
  /** A place, a kind, a name that depends on the kind, and a colour. */
  const whole = async (ask: Ask) => {
    const place = await ask.pick('Place', picks('here', 'there'));
    const kind = await ask.pick('Kind', picks('small', 'large'));
    let name = kind;
    if (kind === 'large') name = await ask.input({ prompt: 'Name', value: `${place}-${kind}` });
    return { place, kind, name, colour: await ask.pick('Colour', picks('red', 'blue')) };
  };

  it('asks one thing after the other, and resolves to all answers', async () => {
    const flow = run(whole);
    await user.choose('Place', 'here');
    await user.choose('Kind', 'large');
    await user.type('Name', 'mine');
    await user.choose('Colour', 'red');
    expect(await flow).toEqual({ place: 'here', kind: 'large', name: 'mine', colour: 'red' });
    expect(user.open()).toBe(0);
  });

  it('gives every box a title without a count of steps, which would change on the way, and a way back', async () => {
    const flow = run(whole);
    expect([await user.count('Place'), await user.hasBack('Place')]).toEqual(['/', false]);
    await user.choose('Place', 'here');
    expect([await user.count('Kind'), await user.hasBack('Kind')]).toEqual(['/', true]);
    await user.choose('Kind', 'large');
    await user.type('Name');
    expect([await user.count('Colour'), await user.hasBack('Colour')]).toEqual(['/', true]);
    await user.back('Colour');
    expect(await user.count('Name')).toBe('/');
    await user.back('Name');
    await user.escape('Kind');
    expect(await flow).toBeUndefined();
  });

  it('goes back to the question before, with what was typed there, and keeps the answers before it', async () => {
    const flow = run(whole);
    await user.choose('Place', 'there');
    await user.choose('Kind', 'large');
    expect(await user.value('Name')).toBe('there-large');
    await user.type('Name', 'mine');
    await user.back('Colour');
    expect(await user.value('Name')).toBe('mine');
    await user.type('Name', 'other');
    await user.choose('Colour', 'blue');
    expect(await flow).toEqual({ place: 'there', kind: 'large', name: 'other', colour: 'blue' });
  });

  it('goes back twice, and forgets what depended on an answer that is another now', async () => {
    const flow = run(whole);
    await user.choose('Place', 'here');
    await user.choose('Kind', 'large');
    await user.type('Name', 'mine');
    await user.back('Colour');
    await user.back('Name');
    await user.choose('Kind', 'small');
    await user.choose('Colour', 'red');
    expect(await flow).toEqual({ place: 'here', kind: 'small', name: 'small', colour: 'red' });
  });

  it('proposes no text that was typed as an answer to another question', async () => {
    const flow = run(async (ask) => {
      const kind = await ask.pick('Kind', picks('one', 'other'));
      return ask.input({ prompt: `Name of ${kind}` });
    });
    await user.choose('Kind', 'one');
    await user.begin('Name of one', 'mine');
    await user.back('Name of one');
    await user.choose('Kind', 'other');
    expect(await user.value('Name of other')).toBe('');
    await user.type('Name of other', 'its');
    expect(await flow).toBe('its');
  });

  it('asks the same question twice where the code does', async () => {
    const flow = run(async (ask) => [
      await ask.input({ prompt: 'Again' }),
      await ask.input({ prompt: 'Again' }),
      await ask.pick('Last', picks('end')),
    ]);
    await user.type('Again', 'one');
    await vi.waitFor(async () => {
      expect([await user.hasBack('Again'), await user.value('Again')]).toEqual([true, '']);
    });
    await user.type('Again', 'two');
    await user.choose('Last', 'end');
    expect(await flow).toEqual(['one', 'two', 'end']);
  });

  it('is over at once where nothing has to be asked', async () => {
    expect(await run(() => Promise.resolve('all of it'))).toBe('all of it');
  });

  it('passes over what is not asked, also on the way back', async () => {
    const flow = run(async (ask) => {
      const first = await ask.pick('First', picks('a', 'b'));
      const only = await ask.read('only', () => Promise.resolve(['x']));
      const [second] = only.length === 1 ? only : [await ask.pick('Never', picks('y'))];
      return [first, second, await ask.pick('Third', picks('c'))];
    });
    await user.choose('First', 'a');
    await user.back('Third');
    await user.choose('First', 'b');
    await user.choose('Third', 'c');
    expect(await flow).toEqual(['b', 'x', 'c']);
  });

  it('reads anew only what comes after the answer that is changed', async () => {
    const read: string[] = [];
    const flow = run(async (ask) => {
      const first = await ask.pick('First', picks('a', 'b'));
      const of = await ask.read('detail', () => Promise.resolve(read.push(first)));
      await ask.pick('Second', picks('c'));
      await ask.pick('Third', picks('d'));
      return of;
    });
    await user.choose('First', 'a');
    await user.choose('Second', 'c');
    await user.back('Third');
    await user.hasBack('Second');
    expect(read).toEqual(['a']);
    await user.back('Second');
    await user.choose('First', 'b');
    await user.choose('Second', 'c');
    await user.choose('Third', 'd');
    expect([await flow, read]).toEqual([2, ['a', 'b']]);
  });

  it('resolves to nothing when it is dismissed, and the code goes no further', async () => {
    const after: string[] = [];
    let ended = 0;
    const flow = run(async (ask) => {
      try {
        await ask.pick('First', picks('a'));
        await ask.pick('Second', picks('b'));
        after.push('second');
      } finally {
        ended++;
      }
    });
    await user.choose('First', 'a');
    await user.escape('Second');
    expect(await flow).toBeUndefined();
    await eventually(() => {
      expect([after, ended]).toEqual([[], 1]);
    });
  });

  it.each([
    ['Deploy', 'done'],
    [undefined, undefined],
  ])('asks whether to go ahead, with a way back: %s', async (button, expected) => {
    const flow = run(async (ask) => {
      const first = await ask.pick('First', picks('a', 'b'));
      await ask.confirm('Really?', [`It is ${first}.`, 'And no more.'], 'Deploy');
      return 'done';
    });
    await user.choose('First', 'a');
    (await user.dialog()).press('Back');
    await user.choose('First', 'b');
    const dialog = await user.dialog();
    expect([dialog.message, dialog.detail]).toEqual(['Really?', 'It is b.\n\nAnd no more.']);
    dialog.press(button);
    expect(await flow).toBe(expected);
  });

  describe('takes what there is only one of', () => {
    const create = { label: 'New…', value: 'new' };
    const list = (...labels: readonly string[]) => Promise.resolve(picks(...labels));
    /** One group, or as many as are there. */
    const made = async (ask: Ask, ...groups: readonly string[]) => {
      const place = await ask.choose('Place', () => list('here'));
      const group = await ask.choose('Group', () => list(...groups), { create });
      const app = await ask.choose('App', () => list('shop'), { create, asksOne: true });
      const name = await ask.input({ prompt: 'Name', value: 'proposed' });
      await ask.confirm('Really?', [place, group, app, name], 'Deploy');
      return [place, group, app, name];
    };

    it('without asking, and asks for it when the user wants to change it, with what was typed', async () => {
      const flow = run((ask) => made(ask, 'only'));
      await user.choose('App', 'shop');
      await user.type('Name', 'mine');
      const dialog = await user.dialog();
      expect([dialog.detail, dialog.buttons]).toEqual(['here\n\nonly\n\nshop\n\nmine', ['Deploy', 'Change…', 'Back']]);
      dialog.press('Change…');
      await user.choose('Group', 'New…');
      await user.choose('App', 'shop');
      expect(await user.value('Name')).toBe('mine');
      await user.type('Name');
      const again = await user.dialog();
      expect([again.detail, again.buttons]).toEqual(['here\n\nnew\n\nshop\n\nmine', ['Deploy', 'Back']]);
      again.press('Deploy');
      expect(await flow).toEqual(['here', 'new', 'shop', 'mine']);
      expect(user.open()).toBe(0);
    });

    it.each([
      [[], ['here', 'new', 'shop', 'proposed']],
      [
        ['one', 'two'],
        ['here', 'two', 'shop', 'proposed'],
      ],
    ])('but for several, and there is nothing to change: %j', async (groups, expected) => {
      const flow = run((ask) => made(ask, ...groups));
      if (groups.length > 0) await user.choose('Group', 'two');
      await user.choose('App', 'shop');
      await user.type('Name');
      const dialog = await user.dialog();
      expect(dialog.buttons).toEqual(['Deploy', 'Back']);
      dialog.press('Deploy');
      expect(await flow).toEqual(expected);
    });
  });

  it('shows that it reads something, which the user may cancel', async () => {
    const cancelled = new AbortController();
    const shown: string[] = [];
    const working: Working = (title, task) =>
      task((text) => {
        shown.push(`${title}: ${text}`);
      }, cancelled.signal);
    const flow = run(async (ask) => [await ask.read<string>('slow', () => never)], working);
    await eventually(() => {
      expect(shown).toEqual(['Deploy: Loading…']);
    });
    cancelled.abort();
    expect(await flow).toBeUndefined();
  });

  it.each(['before a question', 'for a box', 'between questions'])('rejects with what fails %s', async (when) => {
    const refuse = () => Promise.reject(new Error('no right'));
    const flow = run(async (ask) => {
      if (when === 'before a question') await ask.read('first', refuse);
      await ask.pick('First', when === 'for a box' ? refuse : picks('a'));
      await ask.read('last', refuse);
    });
    const outcome = expect(flow).rejects.toThrow('no right');
    if (when === 'between questions') await user.choose('First', 'a');
    await outcome;
    expect(user.open()).toBe(0);
  });

  describe('aborts what is asked of Azure for a box', () => {
    /** A question whose list, or whose check of what is typed, never comes. */
    const asking = async (kind: string, leave: (question: string) => Promise<void>) => {
      let signal: AbortSignal | undefined;
      const wait = (given: AbortSignal) => {
        signal = given;
        return never;
      };
      const flow = run(async (ask) => {
        await ask.pick('First', picks('a'));
        if (kind === 'list') await ask.pick('Second', wait);
        else await ask.input({ prompt: 'Second', check: (_text, given) => wait(given) });
      });
      await user.choose('First', 'a');
      if (kind === 'check') await user.type('Second', 'text');
      await eventually(() => {
        expect(signal?.aborted).toBe(false);
      });
      await leave('Second');
      await eventually(() => {
        expect(signal?.aborted).toBe(true);
      });
      return { flow };
    };

    it.each(['list', 'check'])('when the flow is dismissed: %s', async (kind) => {
      const { flow } = await asking(kind, user.escape);
      expect(await flow).toBeUndefined();
    });

    it.each(['list', 'check'])('when somebody goes back: %s', async (kind) => {
      const { flow } = await asking(kind, user.back);
      await user.escape('First');
      expect(await flow).toBeUndefined();
    });
  });
});
