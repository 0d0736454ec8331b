import type { Locator } from 'playwright-core';
import type { Workbench } from './launch';

/** The editor tab in front. */
export interface Editor {
  /** Waits until the tab with this title is in front. */
  titled: (title: string) => Promise<void>;
  title: () => Promise<string>;
  /** The whole document, scrolled out of sight or not. */
  text: () => Promise<string>;
  close: () => Promise<void>;
}

export function editor(workbench: Workbench): Editor {
  const tab = (): Locator => workbench.page.locator('.editor-group-container.active .tab.active');
  return {
    titled: async (title) => {
      await tab()
        .and(workbench.page.locator(`[data-resource-name="${title}"]`))
        .waitFor();
    },
    title: () => tab().locator('.label-name').innerText(),
    text: async () => {
      // Only the lines on screen are drawn, so the document is taken the way a user would take it.
      await workbench.page.locator('.editor-group-container.active .monaco-editor .view-lines').first().click();
      await workbench.page.evaluate('navigator.clipboard.writeText("")');
      await workbench.page.keyboard.press('ControlOrMeta+a');
      await workbench.page.keyboard.press('ControlOrMeta+c');
      const copied = await workbench.page.waitForFunction('navigator.clipboard.readText()');
      return String(await copied.jsonValue());
    },
    close: async () => {
      await tab().hover();
      await tab()
        .getByRole('button', { name: /^Close/ })
        .click();
    },
  };
}
