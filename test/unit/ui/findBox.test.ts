import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { FindStep, FoundChoice } from '../../../src/ui/ask';
import { Say } from '../../../src/ui/say';

interface Line {
  readonly id?: string;
  readonly label: string;
  readonly description?: string;
  readonly kind?: number;
  readonly alwaysShow?: boolean;
  readonly buttons?: readonly { readonly tooltip: string }[];
}

/** A quick pick as VS Code gives it, and what the user does in it. */
class FakeBox {
  title = '';
  placeholder = '';
  value = '';
  busy = false;
  items: readonly Line[] = [];
  activeItems: readonly Line[] = [];
  selectedItems: readonly Line[] = [];
  private readonly listeners = new Map<string, (news: unknown) => void>();
  readonly onDidChangeValue = this.event('value');
  readonly onDidAccept = this.event('accept');
  readonly onDidTriggerItemButton = this.event('button');
  readonly onDidHide = this.event('hide');

  show(): void {
    this.value = '';
  }

  dispose(): void {
    this.listeners.clear();
  }

  type(text: string): void {
    this.value = text;
    this.listeners.get('value')?.(text);
  }

  /** As VS Code does, what is active is selected. */
  enter(): void {
    this.selectedItems = this.activeItems;
    this.listeners.get('accept')?.(undefined);
  }

  press(item: Line | undefined, at: number): void {
    this.listeners.get('button')?.({ item, button: item?.buttons?.[at] });
  }

  hide(): void {
    this.listeners.get('hide')?.(undefined);
  }

  get labels(): readonly string[] {
    return this.items.map(({ label, kind }) => (kind === -1 ? `— ${label}` : label));
  }

  get active(): string | undefined {
    return this.activeItems[0]?.label;
  }

  private event(name: string) {
    return (listener: (news: unknown) => void) => {
      this.listeners.set(name, listener);
      return { dispose: () => this.listeners.delete(name) };
    };
  }
}

const shown = vi.hoisted((): { box: unknown } => ({ box: undefined }));
vi.mock('vscode', () => ({
  QuickPickItemKind: { Separator: -1 },
  ThemeIcon: class {
    constructor(readonly id: string) {}
  },
  window: { createQuickPick: () => shown.box },
}));

const choice = (label: string, more: Partial<FoundChoice<string>> = {}): FoundChoice<string> => ({
  ...{ id: label, label, value: label },
  ...more,
});

describe('a box that finds while typing', () => {
  let box: FakeBox;
  beforeEach(() => {
    vi.useFakeTimers();
    box = new FakeBox();
    shown.box = box;
    return () => vi.useRealTimers();
  });

  /** Shows the box; `finds` has what each call of `find` was given. */
  function opened() {
    const finds: {
      text: string;
      draw: (...labels: readonly (string | FoundChoice<string>)[]) => void;
      end: () => void;
      signal: AbortSignal;
    }[] = [];
    const find: FindStep<string>['find'] = (text, draw, signal) =>
      new Promise<void>((resolve) => {
        const drawAll = (...all: readonly (string | FoundChoice<string>)[]) => {
          draw(all.map((each) => (typeof each === 'string' ? choice(each) : each)));
        };
        finds.push({ text, draw: drawAll, end: resolve, signal });
      });
    const say = new Say((text) => text);
    const answer = say.ask.find({ title: 'Find', placeholder: 'Type', find });
    const latest = () => {
      const last = finds.at(-1);
      if (last === undefined) throw new Error('Nothing was searched for.');
      return last;
    };
    return { finds, answer, latest };
  }

  it('searches at first and after each change, and gives up the text of before', async () => {
    const { finds, latest } = opened();
    expect(finds.map(({ text }) => text)).toEqual(['']);
    box.type('we');
    expect([finds.map(({ text }) => text), finds[0]?.signal.aborted, box.busy]).toEqual([['', 'we'], true, true]);
    finds[0]?.draw('late');
    expect(box.labels).toEqual([]);
    latest().draw('web');
    latest().end();
    await vi.advanceTimersByTimeAsync(0);
    expect([box.labels, box.busy]).toEqual([['web'], true]);
    // Until then, Enter might be meant for a line of before.
    await vi.advanceTimersByTimeAsync(150);
    expect(box.busy).toBe(false);
  });

  it('shows all that was found as it was found, under headings', () => {
    const { latest } = opened();
    latest().draw(choice('b', { section: 'One' }), choice('c', { section: 'One' }), choice('a', { section: 'Two' }));
    expect(box.labels).toEqual(['— One', 'b', 'c', '— Two', 'a']);
    expect(box.items.filter(({ kind }) => kind === undefined).every(({ alwaysShow }) => alwaysShow)).toBe(true);
    expect(box).toMatchObject({ sortByLabel: false });
  });

  it('leaves selected what is selected when more is found, and begins anew with a new text', async () => {
    const { latest } = opened();
    latest().draw('b', 'c');
    expect(box.active).toBe('b');
    box.activeItems = box.items.slice(1);
    latest().draw('a', 'b', 'c');
    await vi.advanceTimersByTimeAsync(100);
    expect([box.labels, box.active]).toEqual([['a', 'b', 'c'], 'c']);
    box.type('x');
    latest().draw('a', 'c');
    expect(box.active).toBe('a');
  });

  it('draws together what comes soon after each other', async () => {
    const { latest } = opened();
    latest().draw('a');
    latest().draw('a', 'b');
    latest().draw('a', 'b', 'c');
    expect(box.labels).toEqual(['a']);
    await vi.advanceTimersByTimeAsync(100);
    expect(box.labels).toEqual(['a', 'b', 'c']);
  });

  it('draws nothing that stands there already', async () => {
    const { latest } = opened();
    latest().draw('a', 'b');
    const drawn = box.items;
    latest().draw('a', 'b');
    await vi.advanceTimersByTimeAsync(100);
    expect(box.items).toBe(drawn);
    latest().draw('a', choice('b', { description: 'now known' }));
    await vi.advanceTimersByTimeAsync(100);
    expect(box.items.map(({ description }) => description)).toEqual([undefined, 'now known']);
    expect(box.items).not.toBe(drawn);
  });

  it('is answered by Enter, by a button, or not at all', async () => {
    const one = opened();
    one.latest().draw('a', 'b');
    await vi.advanceTimersByTimeAsync(150);
    box.activeItems = box.items.slice(1);
    box.enter();
    expect(await one.answer).toBe('b');

    const two = opened();
    two.latest().draw(choice('a', { buttons: [{ title: 'Copy', icon: 'copy', value: 'copied' }] }));
    box.press(box.items[0], 0);
    expect(await two.answer).toBe('copied');

    const three = opened();
    box.hide();
    expect([await three.answer, three.latest().signal.aborted]).toEqual([undefined, true]);
  });

  it('takes the first that is found when Enter comes before anything was drawn', async () => {
    const { answer, latest } = opened();
    latest().draw('old');
    box.type('web');
    box.enter();
    latest().draw('web', 'website');
    expect(await answer).toBe('web');
  });

  it('takes no other line for that whose place it has just taken, but the selected one, and any after a while', async () => {
    const { answer, latest } = opened();
    let answered: string | undefined;
    void answer.then((value) => (answered = value));
    const settled = async () => (await vi.advanceTimersByTimeAsync(0), answered);
    const copy = { buttons: [{ title: 'Copy', icon: 'copy', value: 'copied' }] };
    latest().draw('b', 'c');
    await vi.advanceTimersByTimeAsync(200);
    latest().draw(choice('a', copy), 'b', 'c', 'd');
    expect([box.labels, box.active]).toEqual([['b', 'c'], 'b']);
    await vi.advanceTimersByTimeAsync(80);
    // The first line was b when Enter or the button was pressed.
    box.activeItems = box.items.slice(0, 1);
    box.enter();
    box.press(box.items[0], 0);
    expect(await settled()).toBeUndefined();
    await vi.advanceTimersByTimeAsync(150);
    box.enter();
    expect(await settled()).toBe('a');
  });

  it('takes the selected line wherever it has gone, and one that has kept its place', async () => {
    const one = opened();
    one.latest().draw('b');
    one.latest().draw('a', 'b');
    await vi.advanceTimersByTimeAsync(80);
    box.enter();
    expect(await one.answer).toBe('b');

    const two = opened();
    two.latest().draw('b', 'c');
    two.latest().draw('b', 'c', 'd');
    await vi.advanceTimersByTimeAsync(80);
    box.activeItems = box.items.slice(1, 2);
    box.enter();
    expect(await two.answer).toBe('c');
  });

  it('takes no line of a new text for one of the text of before', async () => {
    const { answer, latest } = opened();
    latest().draw('a', 'b');
    await vi.advanceTimersByTimeAsync(200);
    box.type('x');
    latest().draw('x', 'xy');
    box.activeItems = box.items.slice(1);
    box.enter();
    box.activeItems = box.items.slice(0, 1);
    box.enter();
    expect(await answer).toBe('x');
  });

  it('fails as the search does', async () => {
    const say = new Say((text) => text);
    const answer = say.ask.find({
      title: 'Find',
      placeholder: 'Type',
      find: () => Promise.reject(new Error('defect')),
    });
    await expect(answer).rejects.toThrow('defect');
  });
});
