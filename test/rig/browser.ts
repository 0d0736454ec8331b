import { existsSync } from 'node:fs';
import { cp, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { chromium, type BrowserContext } from 'playwright-core';
import { chromiumNames, findChromium } from './chromium';

/** Where a browser finds its VS Code, whatever the port: what is cached, and what VS Code keeps in the browser, goes by the address. */
export const vsCodeUrl = 'http://vscode.localhost/';

/** What the browsers of one VS Code share. */
export interface SharedVsCode {
  readonly port: number;
  /** The folder where one browser leaves what it has read of VS Code, 20 MB, for those to come; it may be missing. */
  readonly browserCache: string;
}

/**
 * A browser whose storage lives in `profile`: VS Code keeps its secrets and global state there. With `vsCode`, `vsCodeUrl` leads
 * to that port.
 */
export async function openBrowser(profile: string, vsCode?: SharedVsCode): Promise<BrowserContext> {
  const executablePath = findChromium();
  if (executablePath === undefined) {
    throw new Error(`No Chromium found: install one (${chromiumNames.join(', ')}) or name it in CHROMIUM.`);
  }
  if (vsCode && !existsSync(profile) && existsSync(vsCode.browserCache))
    await cp(vsCode.browserCache, cacheIn(profile), { recursive: true });
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
      ...(vsCode ? [`--host-resolver-rules=MAP ${new URL(vsCodeUrl).hostname}:80 127.0.0.1:${vsCode.port}`] : []),
    ],
  });
  context.setDefaultTimeout(60_000);
  return context;
}

/** Leaves what a browser that was closed has read of VS Code to those to come, unless another has done that. */
export async function shareCache(profile: string, { browserCache }: SharedVsCode): Promise<void> {
  if (existsSync(browserCache)) return;
  const draft = `${browserCache}.${process.pid}`;
  await cp(cacheIn(profile), draft, { recursive: true });
  await rename(draft, browserCache).catch(async (error: unknown) => {
    if (!existsSync(browserCache)) throw error;
    await rm(draft, { recursive: true });
  });
}

function cacheIn(profile: string): string {
  return join(profile, 'Default/Cache');
}
