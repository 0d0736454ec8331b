import type { Locator } from 'playwright-core';
import { texts } from './texts';
import type { Workbench } from './workbench';

/** The menu that is open on screen. */
export interface ContextMenu {
  /** Its entries from top to bottom, `---` where a separator is. */
  entries: () => Promise<readonly string[]>;
  choose: (entry: string) => Promise<void>;
  /** Opens the submenu of an entry, and chooses from that. */
  chooseIn: (submenu: string, entry: string) => Promise<void>;
  dismiss: () => Promise<void>;
}

export function contextMenu({ page }: Workbench): ContextMenu {
  const menus = (): Locator => page.locator('.monaco-menu');
  const entry = (name: string): Locator => menus().getByRole('menuitem', { name, exact: true });
  // VS Code ignores the mouse button for a moment after a menu opens, lest it choose by accident; the keyboard it trusts.
  const press = async (name: string, key: 'Enter' | 'ArrowRight'): Promise<void> => {
    await entry(name).hover();
    await menus()
      .locator('.action-item.focused')
      .filter({ has: page.getByRole('menuitem', { name, exact: true }) })
      .waitFor();
    await page.keyboard.press(key);
  };
  return {
    entries: async () => {
      await menus().first().waitFor();
      const labels = await menus().first().locator('.action-label').all();
      return Promise.all(
        labels.map(async (label) =>
          (await label.getAttribute('class'))?.includes('separator') ? '---' : texts(label),
        ),
      );
    },
    choose: async (name) => {
      await press(name, 'Enter');
      await menus().first().waitFor({ state: 'hidden' });
    },
    chooseIn: async (submenu, name) => {
      await press(submenu, 'ArrowRight');
      await press(name, 'Enter');
      await menus().first().waitFor({ state: 'hidden' });
    },
    dismiss: async () => {
      await page.keyboard.press('Escape');
      await menus().first().waitFor({ state: 'hidden' });
    },
  };
}
