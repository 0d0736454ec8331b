import axe from 'axe-core';
import type { FrameLocator, Locator } from 'playwright-core';
import type { Theme, Workbench } from './launch';
import type { TreeView } from './treeView';

/** The page in the tab in front. */
export interface PageView {
  readonly frame: FrameLocator;
  /** Waits until nothing on the page is being read any more. */
  ready: () => Promise<void>;
  title: () => Promise<string>;
  section: (id: string) => Locator;
  /** The values of a fact, in the words on the page. */
  fact: (name: string) => Promise<readonly string[]>;
  button: (label: string) => Locator;
  /** Presses Tab until the part of the page with this name has the focus. */
  tabTo: (name: string | RegExp) => Promise<void>;
  /** The name of what has the focus. */
  focused: () => Promise<string>;
  /** What a screen reader was told last. */
  said: () => Promise<string>;
  /**
   * What is wrong for people who do not see the page, or use no mouse, by all rules of WCAG 2.1 A and AA, and by those of good
   * practice: https://github.com/dequelabs/axe-core.
   */
  barriers: () => Promise<readonly string[]>;
  /** The same in one theme after the other; the last one stays. */
  barriersIn: (...themes: readonly Theme[]) => Promise<readonly string[]>;
}

export function pageView(workbench: Workbench): PageView {
  // VS Code keeps the frames of tabs in the background, and hides them.
  const frame = workbench.page
    .locator('iframe.webview.ready:visible')
    .contentFrame()
    .locator('#active-frame')
    .contentFrame();
  // Run inside the page, where only its own text is known.
  const focused = async () => {
    const name: unknown = await frame.locator('html').evaluate(`(() => {
      const { activeElement: one } = document;
      return one.getAttribute('aria-label') ?? one.getAttribute('label') ?? one.textContent;
    })()`);
    return String(name);
  };
  const barriers = async () => {
    const main = frame.locator('main');
    await main.evaluate(axe.source);
    return main.evaluate(async () => {
      const { violations } = await (globalThis as unknown as { axe: typeof axe }).axe.run();
      return violations.flatMap(({ id, nodes }) =>
        nodes.map(({ html, failureSummary }) => `${id}: ${html}\n${failureSummary ?? ''}`),
      );
    });
  };
  return {
    frame,
    focused,
    tabTo: async (name) => {
      const isThere = async () => {
        const now = await focused();
        return typeof name === 'string' ? now === name : name.test(now);
      };
      for (let turns = 0; !(await isThere()); turns++) {
        if (turns === 100) throw new Error(`Tab does not lead to ${String(name)}.`);
        await workbench.page.keyboard.press('Tab');
      }
    },
    said: () => frame.locator('.spoken[role="status"]').innerText(),
    ready: async () => {
      await frame.locator('h1').waitFor();
      await frame.locator('main:not(:has(.loading))').waitFor();
    },
    title: () => frame.locator('h1').innerText(),
    section: (id) => frame.locator(`section[data-section="${id}"]`),
    fact: (name) => {
      const named = frame.locator('dt').filter({ hasText: new RegExp(`^${name}$`) });
      return frame.locator('.fact', { has: named }).locator('dd').allInnerTexts();
    },
    button: (label) => frame.locator('vscode-button', { hasText: label }),
    barriers,
    barriersIn: async (...themes) => {
      const found: string[] = [];
      for (const theme of themes) {
        await workbench.useTheme(theme);
        found.push(...(await barriers()).map((barrier) => `${theme}: ${barrier}`));
      }
      return found;
    },
  };
}

/** Opens the page of a row by its button, and waits until it is read. `title`: a part of the page's. */
export async function openPage(
  workbench: Workbench,
  view: TreeView,
  path: readonly string[],
  title: string,
): Promise<PageView> {
  await view.inline(path, 'Open Image');
  const page = pageView(workbench);
  await page.frame.locator('h1', { hasText: title }).waitFor();
  await page.ready();
  return page;
}
