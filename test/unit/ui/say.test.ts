import { afterEach, describe, expect, it, vi } from 'vitest';
import { Redaction } from '../../../src/core/network/redaction';
import { Say } from '../../../src/ui/say';
import { eventually } from '../eventually';

/** What VS Code was given, by the place where it is shown. */
const shown = vi.hoisted(() => ({ texts: [] as [place: string, text: unknown][], boxes: [] as Box[] }));

interface Box extends Record<string, unknown> {
  readonly listeners: Record<string, (value: unknown) => unknown>;
}

vi.mock('vscode', () => {
  const note = (place: string) => (text: string, options?: unknown) => {
    shown.texts.push([place, text]);
    if (typeof options === 'object') shown.texts.push([`${place} detail`, (options as { detail?: string }).detail]);
    return Promise.resolve(undefined);
  };
  const box = (): Box => {
    const listeners: Box['listeners'] = {};
    const event = (name: string) => (listener: (value: unknown) => unknown) => {
      listeners[name] = listener;
      return { dispose: () => undefined };
    };
    const made = {
      ...{ listeners, show: () => undefined, dispose: () => undefined, items: [], selectedItems: [], value: '' },
      onDidChangeValue: event('change'),
      onDidTriggerButton: event('button'),
      onDidAccept: event('accept'),
      onDidHide: event('hide'),
    };
    shown.boxes.push(made);
    return made;
  };
  return {
    ProgressLocation: { Notification: 15 },
    QuickInputButtons: { Back: 'back' },
    Uri: { parse: (text: string) => text },
    env: { openExternal: (url: string) => Promise.resolve(shown.texts.push(['browser', url])) },
    QuickPickItemKind: { Separator: -1 },
    ThemeIcon: class {
      constructor(readonly id: string) {}
    },
    window: {
      showInformationMessage: note('information'),
      showWarningMessage: note('warning'),
      showErrorMessage: note('error'),
      setStatusBarMessage: note('status bar'),
      createInputBox: box,
      createQuickPick: box,
      showQuickPick: async (items: Promise<unknown>, options: unknown) => {
        shown.texts.push(['several', [await items, options]]);
      },
      withProgress: async (
        options: { title: string },
        task: (progress: unknown, token: unknown) => Promise<unknown>,
      ) => {
        shown.texts.push(['progress title', options.title]);
        const progress = { report: ({ message }: { message: string }) => shown.texts.push(['progress', message]) };
        return task(progress, { onCancellationRequested: () => ({ dispose: () => undefined }) });
      },
    },
  };
});
afterEach(() => {
  shown.texts.length = 0;
  shown.boxes.length = 0;
  vi.useRealTimers();
});

const redaction = new Redaction();
redaction.add('wonder-land');
const say = new Say((text) => redaction.redact(text));
const hostile = '[Retry](command:evil)\n$(verified)\u202e wonder%2Dland wonder\u200b-land';
const text = '[Retry] (command:evil) $ (verified) *** ***';

describe('what is said', () => {
  it.each(['information', 'warning', 'error'] as const)('is text in a notification: %s', async (kind) => {
    await say.message(kind, hostile, 'Retry');
    expect(shown.texts[0]).toEqual([kind, text]);
  });

  it('is text in the status bar', () => {
    say.status(hostile);
    expect(shown.texts).toEqual([['status bar', text]]);
  });

  it('is text in a modal question, each paragraph on a line of its own', async () => {
    await say.ask.confirm(hostile, [hostile, 'Nothing else goes.'], 'Delete');
    expect(shown.texts).toEqual([
      ['warning', text],
      ['warning detail', `${text}\n\nNothing else goes.`],
    ]);
  });

  it('is text in a modal question with several buttons', async () => {
    await say.ask.choose(hostile, [hostile, 'Nothing else goes.'], ['Delete', 'Delete All']);
    expect(shown.texts).toEqual([
      ['warning', text],
      ['warning detail', `${text}\n\nNothing else goes.`],
    ]);
  });

  it('is text in progress, from the start and later', async () => {
    let end: () => void = () => undefined;
    const ended = new Promise<void>((resolve) => {
      end = resolve;
    });
    let later: (message: string) => void = () => undefined;
    const running = say.working(hostile, async (progress) => {
      progress(hostile);
      later = progress;
      await ended;
    });
    await eventually(() => {
      expect(shown.texts).toEqual([
        ['progress title', text],
        ['progress', text],
      ]);
    });
    later(`${hostile}!`);
    end();
    await running;
    expect(shown.texts.at(-1)).toEqual(['progress', `${text}!`]);
  });

  it('is text in an input box, whatever of it is shown', async () => {
    const answering = say.ask.input(
      {
        title: hostile,
        prompt: hostile,
        placeholder: hostile,
        value: hostile,
        problemSoFar: hostile,
        problem: () => hostile,
      },
      () => Promise.resolve(hostile),
    );
    const [box] = shown.boxes;
    expect(box).toMatchObject({ title: text, prompt: text, placeholder: text, value: text, validationMessage: text });
    await box?.listeners.change?.('x');
    expect(box?.validationMessage).toBe(text);
    box?.listeners.hide?.(undefined);
    await answering;
  });

  it('is text under an input box whose answer was refused', async () => {
    const answering = say.ask.input({ title: 't', prompt: 'p' }, () => Promise.resolve(hostile));
    const [box] = shown.boxes;
    await box?.listeners.accept?.(undefined);
    expect(box?.validationMessage).toBe(text);
    box?.listeners.hide?.(undefined);
    await answering;
  });

  const choice = { label: hostile, description: hostile, detail: hostile, section: hostile, icon: 'package', value: 1 };
  const item = { label: text, description: text, detail: text, iconPath: { id: 'package' }, value: 1 };

  it('is text in a picker, also where a choice is refused', async () => {
    const answering = say.ask.pick({ title: hostile, placeholder: hostile, items: [choice] }, () =>
      Promise.resolve(hostile),
    );
    const [box] = shown.boxes;
    await eventually(() => {
      expect(box?.items).toEqual([{ label: text, kind: -1 }, item]);
    });
    expect([box?.title, box?.placeholder]).toEqual([text, text]);
    if (box !== undefined) box.selectedItems = [(box.items as unknown[])[1]];
    await box?.listeners.accept?.(undefined);
    expect((box?.items as unknown[])[1]).toEqual(item);
    box?.listeners.hide?.(undefined);
    await answering;
  });

  describe('is a choice made of what is typed', () => {
    const choices = ['near', 'far'].map((label) => ({ label, value: label }));
    const typed = (typedText: string) =>
      typedText.includes('bad')
        ? { label: `Use ${typedText}`, problem: hostile }
        : typedText === 'far'
          ? undefined
          : { label: `Use ${typedText}`, value: `as typed: ${typedText}` };
    const opened = async (accept?: () => Promise<string | undefined>) => {
      const answer = say.ask.pick({ title: 't', placeholder: 'p', items: choices, typed, selected: 'far' }, accept);
      const [box] = shown.boxes;
      if (box === undefined) throw new Error('No box is shown.');
      const labels = () => (box.items as { label: string }[]).map(({ label }) => label);
      await eventually(() => {
        expect(labels()).toEqual(['near', 'far']);
      });
      const type = (value: string) => {
        box.value = value;
        return box.listeners.change?.(value);
      };
      /** Accepts what VS Code has drawn at that place; nothing if it has not drawn the choice yet. */
      const enter = (at?: number) => {
        box.selectedItems = at === undefined ? [] : [(box.items as unknown[])[at]];
        return box.listeners.accept?.(undefined);
      };
      return { answer, box, labels, type, enter };
    };

    it('which comes and goes with the text, behind all others, so that their places stay', async () => {
      const { box, labels, type, enter, answer } = await opened();
      type(' x');
      expect(labels()).toEqual(['near', 'far', 'Use x']);
      expect((box.items as unknown[]).at(-1)).toMatchObject({ alwaysShow: true });
      type('far');
      expect(labels()).toEqual(['near', 'far']);
      type('');
      expect(box.activeItems).toEqual([expect.objectContaining({ label: 'far' })]);
      type('x');
      await enter(2);
      expect(await answer).toEqual({ value: 'as typed: x' });
    });

    it.each([[2], [undefined]])('from the text of now, if Enter comes before it is drawn: %j', async (at) => {
      const { box, type, enter, answer } = await opened();
      type('x');
      box.value = 'xyz';
      await enter(at);
      expect(await answer).toEqual({ value: 'as typed: xyz' });
    });

    it('that says what is wrong, and is not taken', async () => {
      const { box, type, enter, answer } = await opened();
      type('bad');
      expect((box.items as unknown[]).at(-1)).toMatchObject({ label: 'Use bad', detail: text });
      await enter(2);
      await enter();
      type('x');
      await enter(2);
      expect(await answer).toEqual({ value: 'as typed: x' });
    });

    it('that shows why it was refused', async () => {
      const { box, type, enter, answer } = await opened(() => Promise.resolve(hostile));
      type('x');
      await enter(2);
      expect((box.items as unknown[]).at(-1)).toMatchObject({ label: 'Use x', detail: text });
      box.listeners.hide?.(undefined);
      expect(await answer).toBeUndefined();
    });
  });

  it('is text in a picker of several', async () => {
    await say.ask.pickSeveral({ title: hostile, placeholder: hostile, items: [{ ...choice, isTicked: true }] });
    expect(shown.texts).toMatchObject([
      ['several', [[{ ...item, picked: true }], { title: text, placeHolder: text, canPickMany: true }]],
    ]);
  });
});

it('is known to wait for an answer while a box is shown', async () => {
  expect(say.isAsking()).toBe(false);
  const answer = say.ask.input({ title: 'T', prompt: 'P' });
  expect(say.isAsking()).toBe(true);
  shown.boxes[0]?.listeners.hide?.(undefined);
  await answer;
  expect(say.isAsking()).toBe(false);
});

describe('a box with a page that helps', () => {
  it('has a button that opens the page, and stays open', async () => {
    const url = new URL('https://github.com/settings/tokens/new?scopes=read:packages');
    const answer = say.ask.input({ title: 'T', prompt: 'P', canGoBack: true, page: { title: hostile, url } });
    const [box] = shown.boxes;
    const [back, page] = box?.buttons as readonly unknown[];
    expect([back, page]).toEqual(['back', { iconPath: { id: 'link-external' }, tooltip: text }]);
    box?.listeners.button?.(page);
    expect(shown.texts).toEqual([['browser', url.href]]);
    box?.listeners.button?.(back);
    expect(await answer).toBe('back');
  });
});
