import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import type { BrowserContext, Page } from 'playwright-core';
import { openBrowser, shareCache, vsCodeUrl } from '../rig/browser';
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
import { noteRanCommands } from '../rig/ranCommands';
import { freePort } from '../sandbox/loopback';
import { watchLostChoices } from './lostChoices';
import { quickInput } from './quickInput';

/** The class that VS Code gives its page in each theme. */
const themeClasses = {
  'Dark 2026': 'vs-dark',
  'Light 2026': 'vs',
  'Dark High Contrast': 'hc-black',
  'Light High Contrast': 'hc-light',
} as const;
export type Theme = keyof typeof themeClasses;

/** What moves by itself is in the way of a test. */
const stillSettings: Settings = {
  'workbench.reduceMotion': 'on',
  // A tooltip under a pointer that rests lies over what comes next, takes the wheel, and stays when its row is drawn anew.
  'workbench.hover.delay': 600_000,
};

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
  /** The same without the mouse. */
  typeCommand: (title: string) => Promise<void>;
  useTheme: (theme: Theme) => Promise<void>;
  /** Loads the window with these settings over the ones it was started with. */
  changeSettings: (settings: Settings) => Promise<void>;
  clipboard: () => Promise<string>;
  /** Everything our output channel was told since the start of this profile. */
  log: () => Promise<string>;
  /** Reloads the window once its state is stored, as "Developer: Reload Window" does. */
  reload: () => Promise<void>;
  /** Waits until VS Code has stored a tab with that text in its state: it does so only every few seconds. */
  written: (text: string) => Promise<void>;
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
  const startSettings = { ...quietSettings, ...stillSettings, ...options.settings };
  await writeSettings(folder, startSettings);
  await copyExtensions(vsCode, folder, vsix, options.helpers);
  const { language } = options;
  if (language !== undefined) await addLanguage(folder, language);
  const port = await freePort();
  const profile = join(root, 'browser');
  const shared = { port, browserCache: vsCode.browserCache };

  const start = async (): Promise<Running> => {
    const [serverStart, browserStart] = await Promise.allSettled([
      startCodeServer({
        vsCode,
        folder,
        port,
        env: { HOME: folder.home, ...options.env },
        builtInExtensions: vsCode.fewExtensions,
        ...(language === undefined ? {} : { language }),
      }),
      openBrowser(profile, shared),
    ]);
    try {
      const server = startedOf(serverStart);
      const context = startedOf(browserStart);
      const page = context.pages()[0] ?? (await context.newPage());
      await watchLostChoices(page);
      await page.goto(`${vsCodeUrl}?folder=${encodeURIComponent(workspace)}`);
      await workbenchDrawn(page);
      return { server, context, page };
    } catch (error) {
      if (browserStart.status === 'fulfilled') await browserStart.value.close();
      if (serverStart.status === 'fulfilled') {
        console.error(serverStart.value.process.output());
        await serverStart.value.process.stop();
      }
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
      await quickInput(workbench).runCommand(title);
    },
    typeCommand: async (title) => {
      await quickInput(workbench).findCommand(title);
      await quickInput(workbench).pickByKeys(title);
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
      await stateWritten(running.page);
      await running.page.reload();
      await workbenchDrawn(running.page);
    },
    written: async (text) => {
      while (!(await isWritten(running.page, text))) await running.page.waitForTimeout(200);
    },
    restart: async () => {
      await stateWritten(running.page);
      await stop(running);
      running = await start();
    },
    close: async () => {
      await stop(running);
      await noteRanCommands(basename(root), await workbench.log());
      await shareCache(profile, shared);
      await rm(root, { recursive: true, force: true, maxRetries: 3 });
    },
  };
  return workbench;
}

function startedOf<Part>(start: PromiseSettledResult<Part>): Part {
  if (start.status === 'rejected') throw start.reason;
  return start.value;
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
 * Waits until all that was stored so far is in the browser's databases, as it is when a user comes back another day: a page
 * that is left at once loses it. VS Code gathers changes for 100 ms: a later timer of the same page fires after that one,
 * however slow the machine, and a transaction opened then ends after the one of the changes.
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

/** Whether one of the tabs that VS Code has stored for the next start has the text in its state. */
async function isWritten(page: Page, text: string): Promise<boolean> {
  return page.evaluate<boolean>(`(async () => {
    const settled = (request) => new Promise((resolve, reject) => {
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
    });
    for (const { name } of await indexedDB.databases()) {
      if (!name.startsWith('vscode-web-state-db')) continue;
      const database = await settled(indexedDB.open(name));
      const stores = [...database.objectStoreNames];
      const values = await Promise.all(
        stores.map((store) => settled(database.transaction(store).objectStore(store).get('memento/workbench.parts.editor'))),
      );
      database.close();
      if (values.some((value) => String(value).includes(${JSON.stringify(text)}))) return true;
    }
    return false;
  })()`);
}
