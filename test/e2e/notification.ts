import type { Locator } from 'playwright-core';
import { press } from './press';
import { texts } from './texts';
import type { Workbench } from './launch';

/** The messages in the lower right corner. */
export interface Notifications {
  /** Waits for the message that contains this, and gives back its whole text. */
  saying: (text: string) => Promise<string>;
  /** The buttons of the message that contains this. */
  buttons: (text: string) => Promise<readonly string[]>;
  /** Presses a button of the message that contains this. */
  press: (text: string, button: string) => Promise<void>;
  /** Waits until no message contains this. */
  gone: (text: string) => Promise<void>;
  /** The texts of all messages on screen now. */
  all: () => Promise<readonly string[]>;
  /** Closes every message. */
  clear: () => Promise<void>;
}

export function notifications(workbench: Workbench): Notifications {
  const toasts = (): Locator =>
    workbench.page.locator('.notification-toast .notification-list-item').filter({ visible: true });
  const toast = (text: string): Locator => toasts().filter({ hasText: text });
  const message = (of: Locator): Promise<string> => texts(of.locator('.notification-list-item-message'));
  const all = async (): Promise<readonly string[]> => Promise.all((await toasts().all()).map(message));
  const shown = async (text: string): Promise<Locator> => {
    const wanted = toast(text).first();
    await wanted.waitFor().catch(async (cause: unknown) => {
      const others = (await all()).join('\n');
      throw new Error(`No message says “${text}”. These are on screen:\n${others}`, { cause });
    });
    return wanted;
  };
  return {
    saying: async (text) => message(await shown(text)),
    buttons: async (text) => {
      const wanted = await shown(text);
      const buttons = await wanted.locator('.notification-list-item-buttons-container .monaco-button').all();
      return Promise.all(buttons.map(texts));
    },
    press: async (text, button) => {
      const wanted = await shown(text);
      const buttons = wanted.locator('.notification-list-item-buttons-container');
      await press(buttons.getByRole('button', { name: button, exact: true }));
    },
    gone: async (text) => {
      await toast(text).first().waitFor({ state: 'hidden' });
    },
    all,
    clear: async () => {
      await workbench.runCommand('Notifications: Clear All Notifications');
      await toasts().first().waitFor({ state: 'hidden' });
    },
  };
}
