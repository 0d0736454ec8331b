import type { Page } from 'playwright-core';

/**
 * What is chosen for a row that VS Code is just drawing anew is lost. The status bar says so for some seconds, and whoever reads it chooses
 * again. So do the tests.
 */
const lastChoices = new WeakMap<Page, () => Promise<unknown>>();

/** Chooses a command of a row; again once the window says that it was lost. */
export async function choosing(page: Page, choose: () => Promise<unknown>): Promise<void> {
  lastChoices.set(page, choose);
  await choose();
}

/** Call it before the window is loaded. */
export async function watchLostChoices(page: Page): Promise<void> {
  await page.exposeFunction('choiceWasLost', async () => {
    console.log('What was chosen for a row was lost, and is chosen again.');
    await lastChoices.get(page)?.().catch(console.error);
  });
  await page.addInitScript(watchStatusBar);
}

/** As much of the page's own types as is used here. */
interface Shown {
  readonly textContent: string | null;
}
declare const document: { querySelector: (selector: string) => Shown | null };
declare const choiceWasLost: () => Promise<void>;
declare const top: unknown;
declare const self: unknown;

/** Runs inside each frame of the page, where only its own text is known. */
function watchStatusBar(): void {
  if (self !== top) return;
  let wasSaid = false;
  setInterval(() => {
    const text = document.querySelector('.part.statusbar')?.textContent ?? '';
    const isSaid = text.includes('The view is being refreshed. Try again.');
    if (isSaid && !wasSaid) void choiceWasLost();
    wasSaid = isSaid;
  }, 250);
}
