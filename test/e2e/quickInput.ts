import type { Locator } from 'playwright-core';
import { press } from './press';
import { texts } from './texts';
import type { Workbench } from './launch';

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
  /** Opens the palette until it has the command. */
  findCommand: (title: string) => Promise<void>;
  /** Runs it from there. */
  runCommand: (title: string) => Promise<void>;
  /** Replaces what the box holds. */
  type: (text: string) => Promise<void>;
  accept: () => Promise<void>;
  /** The rows on offer, in order: label, description and detail. */
  rows: () => Promise<readonly QuickPickRow[]>;
  /** Whether a row with this label is among those on offer now. */
  offers: (label: string) => Promise<boolean>;
  /** Chooses the row with this label. */
  pick: (label: string) => Promise<void>;
  /** Presses Enter until the box is closed: for a moment after its rows have changed, Go to Image takes no choice. */
  choose: () => Promise<void>;
  /** Makes the row with this label the active one by the arrow keys. */
  arrowTo: (label: string) => Promise<void>;
  /** Chooses it then by Enter. */
  pickByKeys: (label: string) => Promise<void>;
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
  const arrowTo = async (label: string): Promise<void> => {
    await row(label).waitFor();
    const isActive = async () => /\bfocused\b/.test((await row(label).getAttribute('class')) ?? '');
    for (let turns = 0; turns < 100 && !(await isActive()); turns++) await workbench.page.keyboard.press('ArrowDown');
    await row(label).and(workbench.page.locator('.focused')).waitFor();
  };
  const pick = async (label: string): Promise<void> => {
    await press(row(label));
  };
  const findCommand = async (title: string): Promise<void> => {
    for (const deadline = Date.now() + 60_000; Date.now() < deadline;) {
      await workbench.page.keyboard.press('F1');
      // VS Code gives the keyboard back to a tree that it has just drawn anew, which closes the palette: whoever uses it opens it again.
      const found = await box()
        .fill(`>${title}`, { timeout: 5_000 })
        .then(() => row(title).waitFor({ timeout: 1_500 }))
        .then(
          () => true,
          () => false,
        );
      if (found) return;
      // An open palette does not learn of new commands.
      await workbench.page.keyboard.press('Escape');
      await widget().waitFor({ state: 'hidden' });
    }
    throw new Error(`No command "${title}" came.`);
  };
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
    findCommand,
    runCommand: async (title) => {
      await findCommand(title);
      await pick(title);
    },
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
    pick,
    choose: async () => {
      const isClosed = () =>
        widget()
          .waitFor({ state: 'hidden', timeout: 1_000 })
          .then(
            () => true,
            () => false,
          );
      for (let turns = 0; turns < 30; turns++) {
        // It may close just now.
        await box()
          .press('Enter', { timeout: 1_000 })
          .catch(() => undefined);
        if (await isClosed()) return;
      }
      throw new Error('The box takes no choice.');
    },
    arrowTo,
    pickByKeys: async (label) => {
      await arrowTo(label);
      await workbench.page.keyboard.press('Enter');
    },
    toggle: async (label) => {
      await press(row(label).getByRole('checkbox'));
    },
    back: async () => {
      await press(widget().getByRole('button', { name: /^Back/ }));
    },
    button: async (name) => {
      await press(widget().getByRole('button', { name }));
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
