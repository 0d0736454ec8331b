import type { Locator } from 'playwright-core';
import { texts } from './texts';
import type { Workbench } from './workbench';

/** The menu that is open on screen. */
export interface ContextMenu {
  /** Its entries from top to bottom, `---` where a separator is. */
  entries: () => Promise<readonly string[]>;
  /** Chooses an entry; false when VS Code closed the menu before. */
  choose: (entry: string) => Promise<boolean>;
  dismiss: () => Promise<void>;
}

export function contextMenu({ page }: Workbench): ContextMenu {
  const menu = (): Locator => page.locator('.monaco-menu').first();
  const point = async (name: string): Promise<void> => {
    await menu().getByRole('menuitem', { name, exact: true }).hover();
    await menu()
      .locator('.action-item.focused')
      .filter({ has: page.getByRole('menuitem', { name, exact: true }) })
      .waitFor();
  };
  return {
    entries: async () => {
      await menu().waitFor();
      const labels = await menu().locator('.action-label').all();
      return Promise.all(
        labels.map(async (label) =>
          (await label.getAttribute('class'))?.includes('separator') ? '---' : texts(label),
        ),
      );
    },
    choose: async (name) => {
      const chosen = await menu().evaluateHandle(watchEnter);
      const closed = menu().waitFor({ state: 'hidden' });
      const isOpen = await Promise.race([point(name).then(() => true), closed.then(() => false)]);
      if (!isOpen) return false;
      // VS Code ignores the mouse button for a moment after a menu opens, lest it choose by accident; the keyboard it trusts.
      await page.keyboard.press('Enter');
      await closed;
      return chosen.evaluate(({ pressed }) => pressed);
    },
    dismiss: async () => {
      await page.keyboard.press('Escape');
      await menu().waitFor({ state: 'hidden' });
    },
  };
}

/** As much of the page's own types as is used here. */
interface Pressable {
  addEventListener: (type: 'keydown', heard: (event: { readonly key: string }) => void, capture: true) => void;
}

/** Learns whether Enter reaches the menu. It runs inside the page, where only its own text is known. */
function watchEnter(menu: Pressable): { pressed: boolean } {
  const watch = { pressed: false };
  menu.addEventListener(
    'keydown',
    ({ key }) => {
      watch.pressed ||= key === 'Enter';
    },
    true,
  );
  return watch;
}
