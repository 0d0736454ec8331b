import type { Locator } from 'playwright-core';

/** All text of what is there now, nothing when it is not; VS Code's hard spaces become plain ones. */
export async function texts(locator: Locator): Promise<string> {
  const all = await locator.allInnerTexts();
  return all.join(' ').replace(/\s+/g, ' ').trim();
}
