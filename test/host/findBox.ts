import { setTimeout as delay } from 'node:timers/promises';
import { commands, env, window, type QuickPick, type QuickPickItem } from 'vscode';

const beat = 100;

/** The box of Go to Image… as the user works with it. */
export interface FindBox {
  readonly labels: () => readonly string[];
  /** Types a text in place of what the box holds. */
  readonly type: (text: string) => Promise<void>;
  /** Presses Enter; resolves when that has led where it leads. */
  readonly accept: () => Promise<void>;
}

type AnyBox = Pick<QuickPick<QuickPickItem>, 'items' | 'value' | 'hide'>;

/** Tells of every box that the extension makes; returns what ends that. What VS Code gives the tests is what it gives the extension. */
function followBoxes(made: (box: AnyBox) => void): () => void {
  const create = window.createQuickPick;
  window.createQuickPick = <T extends QuickPickItem>() => {
    const box = create<T>();
    made(box);
    return box;
  };
  return () => {
    window.createQuickPick = create;
  };
}

/** Opens the box. What is typed and accepted goes through VS Code, as from the keyboard. */
export async function openFindBox(): Promise<FindBox> {
  const made: AnyBox[] = [];
  const end = followBoxes((box) => made.push(box));
  try {
    const done = commands.executeCommand('registryExplorer.goToImage');
    const box = await until('the box is there', () => made[0]);
    return {
      labels: () => box.items.map(({ label }) => label),
      type: async (text) => {
        box.value = text;
        // What is set is sent in the next turn, and so before a command that is called after it.
        await delay(0);
      },
      accept: async () => {
        await commands.executeCommand('workbench.action.acceptSelectedQuickOpenItem');
        await done;
      },
    };
  } finally {
    end();
  }
}

/** Runs a command on the selected row of the Registries view, as a key does. It does nothing where no row is selected. */
export async function runOnSelected(command: string): Promise<void> {
  // Without a row, it would ask for one.
  const end = followBoxes((box) => {
    setTimeout(() => {
      box.hide();
    });
  });
  try {
    await commands.executeCommand(`registryExplorer.${command}`, [undefined, 'registries']);
  } finally {
    end();
  }
}

/** Waits until the tag is the selected row: until it is what is copied of that. */
export async function tagIsSelected(reference: string): Promise<void> {
  await until(`${reference} is selected`, async () => {
    await runOnSelected('copyFullTag');
    return (await env.clipboard.readText()) === reference ? reference : undefined;
  });
}

/** What `look` finds, which is tried again until it finds something. */
export async function until<T>(what: string, look: () => T | undefined | Promise<T | undefined>): Promise<T> {
  for (let attempt = 0; attempt < 200; attempt++) {
    const found = await look();
    if (found !== undefined) return found;
    await delay(beat);
  }
  throw new Error(`Waited in vain until ${what}.`);
}
