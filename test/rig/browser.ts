import { join } from 'node:path';
import { chromium, type BrowserContext } from 'playwright-core';
import { chromiumNames, findChromium } from './chromium';

/** A browser whose storage lives in `profile`: VS Code keeps its secrets and global state there. */
export async function openBrowser(profile: string): Promise<BrowserContext> {
  const executablePath = findChromium();
  if (executablePath === undefined) {
    throw new Error(`No Chromium found: install one (${chromiumNames.join(', ')}) or name it in CHROMIUM.`);
  }
  const context = await chromium.launchPersistentContext(profile, {
    executablePath,
    // Tall, because VS Code draws only the rows that are on screen.
    viewport: { width: 1280, height: 1000 },
    colorScheme: 'dark',
    reducedMotion: 'reduce',
    // Caches and crash reports belong with the profile, not in the home folder.
    env: { ...process.env, XDG_CONFIG_HOME: join(profile, 'config'), XDG_CACHE_HOME: join(profile, 'cache') },
    permissions: ['clipboard-read', 'clipboard-write'],
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
  context.setDefaultTimeout(60_000);
  return context;
}
