import Module, { createRequire } from 'node:module';
import { vi } from 'vitest';

/**
 * Microsoft's own wizard, as it is in the bundle, on a VS Code that shows nothing: a test reads the box that is open, and does what a
 * user would.
 */

type Listener = (value: unknown) => unknown;

interface Item {
  readonly label: string;
  readonly description?: string;
}

/** A quick pick or an input box, as VS Code has it. */
class Box {
  title?: string;
  step?: number;
  totalSteps?: number;
  placeholder?: string;
  prompt?: string;
  validationMessage?: string;
  value = '';
  password = false;
  enabled = true;
  busy = false;
  items: readonly Item[] = [];
  selectedItems: readonly Item[] = [];
  buttons: readonly unknown[] = [];
  isOpen = false;
  private readonly listeners = new Map<string, Listener>();

  readonly onDidAccept = this.event('accept');
  readonly onDidTriggerButton = this.event('button');
  readonly onDidChangeValue = this.event('value');
  readonly onDidHide = this.event('hide');

  show(): void {
    this.isOpen = true;
    boxes.push(this);
  }

  dispose(): void {
    this.isOpen = false;
    this.listeners.clear();
  }

  fire(name: string, value?: unknown): void {
    this.listeners.get(name)?.(value);
  }

  private event(name: string) {
    return (listener: Listener) => {
      this.listeners.set(name, listener);
      return { dispose: () => this.listeners.delete(name) };
    };
  }
}

interface Dialog {
  readonly message: string;
  readonly detail: string;
  readonly buttons: readonly string[];
  readonly press: (button: string | undefined) => void;
}

const boxes: Box[] = [];
const dialogs: Dialog[] = [];
const back = { name: 'back' };

const window = {
  createQuickPick: () => new Box(),
  createInputBox: () => new Box(),
  showWarningMessage: (message: string, { detail }: { detail: string }, ...items: readonly { title: string }[]) =>
    new Promise((resolve) => {
      const press = (button: string | undefined) => {
        dialogs.pop();
        resolve(items.find(({ title }) => title === button));
      };
      dialogs.push({ message, detail, buttons: items.map(({ title }) => title), press });
    }),
};

class Emitter {
  private readonly listeners = new Set<Listener>();
  readonly event = (listener: Listener) => {
    this.listeners.add(listener);
    return { dispose: () => this.listeners.delete(listener) };
  };
  fire(value: unknown): void {
    for (const listener of this.listeners) listener(value);
  }
}

const parts: Record<string, unknown> = {
  __esModule: true,
  window,
  l10n: { t: (text: string) => text },
  EventEmitter: Emitter,
  QuickInputButtons: { Back: back },
  CancellationTokenSource: class {
    readonly token = { isCancellationRequested: false };
    dispose = () => undefined;
  },
  Disposable: {
    from: (...all: readonly { dispose: () => unknown }[]) => ({
      dispose: () => {
        for (const one of all) one.dispose();
      },
    }),
  },
  version: '1.105.0',
};

/** Stands for what of VS Code is loaded, extended or made, and has nothing to do here. */
class Nothing {
  readonly isNothing = true;
}
const everything = new Proxy(parts, { get: (known, name: string) => (name in known ? known[name] : Nothing) });

/** For `vi.mock('vscode', …)`. */
export const vscode = { ThemeIcon: Nothing, window };

/** Every module that is required comes by here, which Node does not declare. */
interface Loader {
  _load: (request: string, ...more: readonly unknown[]) => unknown;
}

function loads(module: object): module is Loader {
  return '_load' in module;
}

/** For `vi.mock('@microsoft/vscode-azext-utils', …)`: Microsoft's library itself, which reports nothing home, as in the bundle. */
export function microsoftLibrary(): object {
  if (!loads(Module)) throw new Error('Node loads modules in another way.');
  const loader = Module;
  const load = loader._load;
  loader._load = (request, ...more) => {
    if (request === 'vscode') return everything;
    if (request.endsWith('/createTelemetryReporter'))
      return { createTelemetryReporter: () => ({ sendTelemetryErrorEvent: () => undefined }) };
    return load(request, ...more);
  };
  try {
    return createRequire(import.meta.url)('@microsoft/vscode-azext-utils') as object;
  } finally {
    loader._load = load;
  }
}

/** As `eventually`, with what the check returns. */
const found = <T>(check: () => T): Promise<T> => vi.waitFor(check, { timeout: 60_000, interval: 5 });

/** The box that is open and shows this as its question. */
async function box(question: string): Promise<Box> {
  return found(() => {
    const last = boxes.at(-1);
    const shown = last?.prompt ?? last?.placeholder;
    if (last?.isOpen !== true || shown !== question)
      throw new Error(`“${question}” is not asked, but ${shown ?? 'nothing'}`);
    return last;
  });
}

/** What somebody does who sits before the boxes. */
export const user = {
  choose: async (question: string, label: string) => {
    const open = await box(question);
    open.selectedItems = [
      await found(() => {
        const item = open.items.find((one) => one.label === label);
        if (item === undefined)
          throw new Error(`${label} is not offered: ${open.items.map((one) => one.label).join()}`);
        return item;
      }),
    ];
    open.fire('accept');
  },
  /** Without a text: takes what stands there. */
  type: async (question: string, text?: string) => {
    const open = await box(question);
    if (text !== undefined) {
      open.value = text;
      open.fire('value', text);
    }
    open.fire('accept');
  },
  /** Types, and does not press Enter. */
  begin: async (question: string, text: string) => {
    const open = await box(question);
    open.value = text;
    open.fire('value', text);
  },
  back: async (question: string) => {
    const open = await box(question);
    if (!open.buttons.includes(back)) throw new Error(`“${question}” has no way back`);
    open.fire('button', back);
  },
  escape: async (question: string) => {
    (await box(question)).fire('hide');
  },
  /** `3/5`; nothing where the box has no title. */
  count: async (question: string) => {
    const { title, step, totalSteps } = await box(question);
    return title === undefined ? undefined : `${step ?? ''}/${totalSteps ?? ''}`;
  },
  value: async (question: string) => (await box(question)).value,
  hasBack: async (question: string) => (await box(question)).buttons.includes(back),
  dialog: () =>
    found(() => {
      const open = dialogs.at(-1);
      if (open === undefined) throw new Error('There is no dialog.');
      return open;
    }),
  /** How many boxes are open now. */
  open: () => boxes.filter(({ isOpen }) => isOpen).length,
};
