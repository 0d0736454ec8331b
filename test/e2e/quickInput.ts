import type { Locator } from 'playwright-core';
import { texts } from './texts';
import type { Workbench } from './workbench';

/** The box at the top of the window: a quick pick or an input box. */
export interface QuickInput {
  /** Waits for the box with this title, `Connect Registry (2 of 3)`. */
  titled: (title: string) => Promise<void>;
  title: () => Promise<string>;
  placeholder: () => Promise<string>;
  /** The line under an input box: the prompt, or why the value will not do. */
  message: () => Promise<string>;
  /** Waits until the line under the box contains this. */
  says: (text: string) => Promise<void>;
  value: () => Promise<string>;
  /** The part of the value that is selected. */
  selection: () => Promise<string>;
  /** Replaces what the box holds. */
  type: (text: string) => Promise<void>;
  accept: () => Promise<void>;
  /** The rows on offer, in order: label, description and detail. */
  rows: () => Promise<readonly QuickPickRow[]>;
  /** Whether a row with this label is among those on offer now. */
  offers: (label: string) => Promise<boolean>;
  /** Chooses the row with this label. */
  pick: (label: string) => Promise<void>;
  /** Ticks or unticks the row of a quick pick that takes many. */
  toggle: (label: string) => Promise<void>;
  back: () => Promise<void>;
  /** A button of the title bar or beside the box. */
  button: (name: string) => Promise<void>;
  /** Waits for such a button. */
  offersButton: (name: string) => Promise<void>;
  escape: () => Promise<void>;
  /** Waits until no quick input is on screen. */
  closed: () => Promise<void>;
}

interface QuickPickRow {
  readonly label: string;
  readonly description: string;
  readonly detail: string;
}

export function quickInput(workbench: Workbench): QuickInput {
  const widget = (): Locator => workbench.page.locator('.quick-input-widget').filter({ visible: true });
  const box = (): Locator => widget().locator('.quick-input-box input');
  const row = (label: string): Locator =>
    widget()
      .locator('.quick-input-list .monaco-list-row')
      .filter({
        has: workbench.page
          .locator('.quick-input-list-row')
          .first()
          .locator('.label-name')
          .getByText(label, { exact: true }),
      })
      .first();
  return {
    titled: async (title) => {
      await widget().locator('.quick-input-title').getByText(title, { exact: true }).waitFor();
    },
    title: () => widget().locator('.quick-input-title').innerText(),
    placeholder: async () => (await box().getAttribute('placeholder')) ?? '',
    message: () => widget().locator('.quick-input-message').innerText(),
    says: async (text) => {
      await widget().locator('.quick-input-message').getByText(text).waitFor();
    },
    value: () => box().inputValue(),
    selection: () =>
      box().evaluate((element) => {
        const { value, selectionStart, selectionEnd } = element as unknown as Record<string, string & number>;
        return String(value).slice(selectionStart, selectionEnd);
      }),
    type: async (text) => {
      await box().fill(text);
    },
    accept: async () => {
      await box().press('Enter');
    },
    rows: async () => {
      const rows = widget().locator('.quick-input-list .monaco-list-row');
      await rows.first().waitFor();
      return Promise.all(
        (await rows.all()).map(async (each) => ({
          label: await texts(each.locator('.quick-input-list-row').first().locator('.label-name')),
          description: await texts(each.locator('.label-description')),
          detail: await texts(each.locator('.quick-input-list-label-meta')),
        })),
      );
    },
    offers: async (label) => {
      // When nothing matches, a row says so.
      await widget().locator('.quick-input-list .monaco-list-row').first().waitFor();
      return row(label).isVisible();
    },
    pick: async (label) => {
      // Where the pointer has come to rest, a tooltip may lie over the row.
      await workbench.page.mouse.move(0, 0);
      await row(label).click();
    },
    toggle: async (label) => {
      await row(label).getByRole('checkbox').click();
    },
    back: async () => {
      await widget().getByRole('button', { name: /^Back/ }).click();
    },
    button: async (name) => {
      await widget().getByRole('button', { name }).click();
    },
    offersButton: async (name) => {
      await widget().getByRole('button', { name }).waitFor();
    },
    escape: async () => {
      await box().press('Escape');
    },
    closed: async () => {
      await widget().waitFor({ state: 'hidden' });
    },
  };
}
