import type { Locator } from 'playwright-core';
import { texts } from './texts';
import type { Workbench } from './launch';

/** The menu that is open on screen. */
export interface ContextMenu {
  /** Its entries from top to bottom, `---` where a separator is. */
  entries: () => Promise<readonly string[]>;
  /** Chooses an entry, after those of the menus that lead to it; false when VS Code closed the menu before. */
  choose: (...path: readonly string[]) => Promise<boolean>;
  /** Chooses an entry of this menu with the arrow keys and Enter; false when VS Code closed the menu before. */
  chooseByKeys: (entry: string) => Promise<boolean>;
  dismiss: () => Promise<void>;
}

export function contextMenu({ page }: Workbench): ContextMenu {
  const menu = (): Locator => page.locator('.monaco-menu').first();
  const point = async (name: string): Promise<void> => {
    const entry = menu().getByRole('menuitem', { name, exact: true });
    await entry.hover();
    // Itself: what leads to the menu that it is in has the focus as well.
    await menu().locator('.action-item.focused > *').and(entry).waitFor();
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
    choose: async (...path) => {
      const chosen = await menu().evaluateHandle(watchEnter);
      const closed = menu().waitFor({ state: 'hidden' });
      for (const name of path) {
        // The entry before it opens a menu of its own.
        if (name !== path[0]) await page.keyboard.press('ArrowRight');
        const isOpen = await Promise.race([point(name).then(() => true), closed.then(() => false)]);
        if (!isOpen) return false;
      }
      // VS Code ignores the mouse button for a moment after a menu opens, lest it choose by accident; the keyboard it trusts.
      await page.keyboard.press('Enter');
      await closed;
      return chosen.evaluate(({ pressed }) => pressed);
    },
    chooseByKeys: async (name) => {
      const chosen = await menu().evaluateHandle(watchEnter);
      const closed = menu().waitFor({ state: 'hidden' });
      const entry = menu().getByRole('menuitem', { name, exact: true });
      const pointed = menu().locator('.action-item.focused > *').and(entry);
      for (let turns = 0; turns < 40 && !(await pointed.isVisible()); turns++) await page.keyboard.press('ArrowDown');
      const isOpen = await Promise.race([pointed.waitFor().then(() => true), closed.then(() => false)]);
      if (!isOpen) return false;
      await page.keyboard.press('Enter');
      await closed;
      return chosen.evaluate(({ pressed }) => pressed);
    },
    dismiss: async () => {
      // Unless a row that was drawn anew has closed it already.
      await menu()
        .waitFor({ timeout: 5_000 })
        .catch(() => undefined);
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
