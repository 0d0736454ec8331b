import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll } from 'vitest';
import { openBrowser } from '../rig/browser';
import {
  addLanguage,
  copyExtensions,
  quietSettings,
  startCodeServer,
  vsCodeFolder,
  writeSettings,
  type RunningCodeServer,
  type Settings,
} from '../rig/codeServer';
import { installVsCode } from '../rig/install';
import { resultsFolder, vsixFile } from '../rig/paths';
import { freePort } from '../sandbox/loopback';
import { quickInput } from './quickInput';

/** The class that VS Code gives its page in each theme. */
const themeClasses = {
  'Dark 2026': 'vs-dark',
  'Light 2026': 'vs',
  'Dark High Contrast': 'hc-black',
  'Light High Contrast': 'hc-light',
} as const;
type Theme = keyof typeof themeClasses;

export interface WorkbenchOptions {
  /** User settings, over the ones that keep the screen quiet. */
  readonly settings?: Settings;
  /** Settings of the workspace opened. */
  readonly workspaceSettings?: Settings;
  /** Over the environment of VS Code and its extension host; HOME is an empty folder unless named here. */
  readonly env?: NodeJS.ProcessEnv;
  /** Unpacked extensions to load beside ours. */
  readonly helpers?: readonly string[];
  readonly vsix?: string;
  /** The display language of VS Code, whose own parts stay English; English by default. */
  readonly language?: string;
}

/** A VS Code with the packaged extension, and the browser page that shows it. */
export interface Workbench {
  /** The page of the moment: `restart` replaces it, so do not keep it. */
  readonly page: Page;
  /** The folder open in the window. */
  readonly workspace: string;
  /** Saves test-results/screenshots/<name>.png. */
  screenshot: (name: string) => Promise<void>;
  /** Runs a command from the palette by its full title. */
  runCommand: (title: string) => Promise<void>;
  useTheme: (theme: Theme) => Promise<void>;
  /** Loads the window with these settings over the ones it was started with. */
  changeSettings: (settings: Settings) => Promise<void>;
  clipboard: () => Promise<string>;
  /** Everything our output channel was told since the start of this profile. */
  log: () => Promise<string>;
  /** Reloads the window, as "Developer: Reload Window" does. */
  reload: () => Promise<void>;
  /** Ends VS Code and the browser, and starts both again for the same user. */
  restart: () => Promise<void>;
  close: () => Promise<void>;
}

export async function launchWorkbench(options: WorkbenchOptions = {}): Promise<Workbench> {
  const vsix = options.vsix ?? vsixFile;
  if (!existsSync(vsix)) throw new Error(`${vsix} is missing: run "npm run package".`);
  const vsCode = await installVsCode(console.log);
  const root = await mkdtemp(join(tmpdir(), 'registry-explorer-e2e-'));
  const folder = vsCodeFolder(root);
  const workspace = join(root, 'workspace');
  await mkdir(join(workspace, '.vscode'), { recursive: true });
  await writeFile(join(workspace, '.vscode/settings.json'), JSON.stringify(options.workspaceSettings ?? {}));
  const startSettings = { ...quietSettings, 'workbench.reduceMotion': 'on', ...options.settings };
  await writeSettings(folder, startSettings);
  await copyExtensions(vsCode, folder, vsix, options.helpers);
  const { language } = options;
  if (language !== undefined) await addLanguage(folder, language);
  // The same port for life: the browser keeps secrets by origin.
  const port = await freePort();

  const start = async (): Promise<Running> => {
    const env = { HOME: folder.home, ...options.env };
    const server = await startCodeServer({
      vsCode,
      folder,
      port,
      env,
      ...(language === undefined ? {} : { language }),
    });
    try {
      const context = await openBrowser(join(root, 'browser'));
      const page = context.pages()[0] ?? (await context.newPage());
      await page.goto(`${server.url}?folder=${encodeURIComponent(workspace)}`);
      await workbenchDrawn(page);
      return { server, context, page };
    } catch (error) {
      console.error(server.process.output());
      await server.process.stop();
      throw error;
    }
  };
  const stop = async ({ server, context, page }: Running): Promise<void> => {
    // Leaving the page lets VS Code write down what it keeps, as closing a tab does.
    await page.goto('about:blank');
    await context.close();
    await server.process.stop();
  };

  let running = await start().catch(async (error: unknown) => {
    await rm(root, { recursive: true, force: true });
    throw error;
  });
  const workbench: Workbench = {
    get page() {
      return running.page;
    },
    workspace,
    screenshot: async (name) => {
      await running.page.screenshot({ path: join(resultsFolder, 'screenshots', `${name}.png`) });
    },
    runCommand: async (title) => {
      await running.page.keyboard.press('F1');
      const input = quickInput(workbench);
      await input.type(`>${title}`);
      await input.pick(title);
    },
    useTheme: async (theme) => {
      await workbench.runCommand('Preferences: Color Theme');
      const input = quickInput(workbench);
      await input.type(theme);
      await input.pick(theme);
      await input.closed();
      await running.page.locator(`.monaco-workbench.${themeClasses[theme]}`).waitFor();
    },
    changeSettings: async (settings) => {
      await writeSettings(folder, { ...startSettings, ...settings });
      await workbench.reload();
    },
    clipboard: () => running.page.evaluate<string>('navigator.clipboard.readText()'),
    log: async () => {
      const files = await readdir(join(folder.user, 'logs'), { recursive: true });
      const ours = files.filter((file) => file.endsWith('Registry Explorer.log'));
      return (await Promise.all(ours.map((file) => readFile(join(folder.user, 'logs', file), 'utf8')))).join('');
    },
    reload: async () => {
      await running.page.reload();
      await workbenchDrawn(running.page);
    },
    restart: async () => {
      await stateWritten(running.page);
      await stop(running);
      running = await start();
    },
    close: async () => {
      await stop(running);
      await rm(root, { recursive: true, force: true, maxRetries: 3 });
    },
  };
  return workbench;
}

interface Running {
  readonly server: RunningCodeServer;
  readonly context: BrowserContext;
  readonly page: Page;
}

export async function workbenchDrawn(page: Page): Promise<void> {
  await page.locator('.monaco-workbench .activitybar .action-item').first().waitFor({ timeout: 120_000 });
}

/**
 * Waits until all that was stored so far is in the browser's databases, as it is when a user comes back another day. VS
 * Code gathers changes for 100 ms: a later timer of the same page fires after that one, however slow the machine, and a
 * transaction opened then ends after the one of the changes.
 */
async function stateWritten(page: Page): Promise<void> {
  await page.evaluate(`(async () => {
    await new Promise((resolve) => setTimeout(resolve, 300));
    const settled = (request) => new Promise((resolve, reject) => {
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
    });
    for (const { name } of await indexedDB.databases()) {
      if (!name.startsWith('vscode-')) continue;
      const database = await settled(indexedDB.open(name));
      const stores = [...database.objectStoreNames];
      if (stores.length > 0) await settled(database.transaction(stores, 'readwrite').objectStore(stores[0]).count());
      database.close();
    }
  })()`);
}

/**
 * One VS Code for all tests of a file or describe block; a test that fails leaves a picture in test-results.
 * The options are asked for when the block starts, after the servers they name.
 */
export function useWorkbench(options: () => WorkbenchOptions = () => ({})): () => Workbench {
  let workbench: Workbench | undefined;
  beforeAll(async () => {
    workbench = await launchWorkbench(options());
  });
  afterEach(async ({ task }) => {
    if (task.result?.state !== 'fail' || !workbench) return;
    await workbench.screenshot(`failed ${task.name.replace(/[^\w.-]+/g, ' ')}`);
    // What the test left on screen, a dialog say, is not for the next one to stumble over.
    await workbench.reload();
  });
  afterAll(async () => {
    await workbench?.close();
  });
  return () => {
    if (!workbench) throw new Error('The workbench is there only while tests run.');
    return workbench;
  };
}
