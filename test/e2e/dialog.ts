import type { Locator } from 'playwright-core';
import { press } from './press';
import { texts } from './texts';
import type { Workbench } from './launch';

/** The modal question in the middle of the window. */
export interface Dialog {
  /** Waits for the question, and gives back its message. */
  message: () => Promise<string>;
  /** The smaller text under the message. */
  detail: () => Promise<string>;
  buttons: () => Promise<readonly string[]>;
  /** Presses a button and waits until the question has gone. */
  press: (button: string) => Promise<void>;
}

export function dialog({ page }: Workbench): Dialog {
  const box = (): Locator => page.locator('.monaco-dialog-box');
  return {
    message: async () => {
      await box().waitFor();
      return texts(box().locator('.dialog-message-text'));
    },
    detail: async () => {
      await box().waitFor();
      return texts(box().locator('.dialog-message-detail'));
    },
    buttons: async () => {
      await box().waitFor();
      const buttons = await box().locator('.dialog-buttons .monaco-button').all();
      return Promise.all(buttons.map(texts));
    },
    press: async (button) => {
      await press(box().getByRole('button', { name: button, exact: true }));
      await box().waitFor({ state: 'hidden' });
    },
  };
}
