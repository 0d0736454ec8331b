import type { Locator } from 'playwright-core';
import { texts } from './texts';
import type { Workbench } from './workbench';

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
  return {
    saying: async (text) => {
      await toast(text).first().waitFor();
      return message(toast(text).first());
    },
    buttons: async (text) => {
      await toast(text).first().waitFor();
      const buttons = await toast(text)
        .first()
        .locator('.notification-list-item-buttons-container .monaco-button')
        .all();
      return Promise.all(buttons.map(texts));
    },
    press: async (text, button) => {
      await toast(text)
        .first()
        .locator('.notification-list-item-buttons-container')
        .getByRole('button', { name: button, exact: true })
        .click();
    },
    gone: async (text) => {
      await toast(text).first().waitFor({ state: 'hidden' });
    },
    all: async () => Promise.all((await toasts().all()).map(message)),
    clear: async () => {
      await workbench.runCommand('Notifications: Clear All Notifications');
      await toasts().first().waitFor({ state: 'hidden' });
    },
  };
}
