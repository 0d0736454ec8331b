import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { cp, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { VsCodeServer } from './install';
import { node24, projectRoot } from './paths';
import { runCommand, startProcess, type RunningProcess } from './processes';

export type Settings = Readonly<Record<string, unknown>>;

/** Nothing on screen but what the extension shows. */
export const quietSettings: Settings = {
  'workbench.startupEditor': 'none',
  'chat.disableAIFeatures': true,
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'security.workspace.trust.enabled': false,
  'telemetry.telemetryLevel': 'off',
  'extensions.autoCheckUpdates': false,
  'extensions.ignoreRecommendations': true,
  'workbench.tips.enabled': false,
  'git.openRepositoryInParentFolders': 'never',
  // The servers of the tests are no ports that a user wants to be told of.
  'remote.autoForwardPorts': false,
  // A browser starts light; the default of the desktop is what most people see.
  'workbench.colorTheme': 'Dark 2026',
};

/** Everything one VS Code writes lives below its folder; two starts on the same folder are one user coming back. */
export interface VsCodeFolder {
  readonly root: string;
  readonly user: string;
  readonly extensions: string;
  readonly home: string;
  readonly settingsFile: string;
}

export function vsCodeFolder(root: string): VsCodeFolder {
  const user = join(root, 'user');
  return {
    root,
    user,
    extensions: join(root, 'extensions'),
    home: join(root, 'home'),
    settingsFile: join(user, 'User/settings.json'),
  };
}

export async function writeSettings(folder: VsCodeFolder, settings: Settings): Promise<void> {
  await mkdir(join(folder.user, 'User'), { recursive: true });
  await writeFile(folder.settingsFile, JSON.stringify(settings, undefined, 2));
}

export interface CodeServerOptions {
  readonly vsCode: VsCodeServer;
  readonly folder: VsCodeFolder;
  readonly port: number;
  /** The folder a window opens when its address names none. */
  readonly workspace?: string;
  /** The display language of VS Code, which `addLanguage` has made known; English by default. */
  readonly language?: string;
  /** Another folder for VS Code's own extensions than the one that holds all of them. */
  readonly builtInExtensions?: string;
  /** Absent: whoever reaches the port is let in. */
  readonly password?: string;
  /** Over the environment of this process. */
  readonly env?: NodeJS.ProcessEnv;
  readonly log?: (text: string) => void;
  readonly ownGroup?: boolean;
}

export interface RunningCodeServer {
  readonly url: string;
  readonly process: RunningProcess;
}

/** Keeps VS Code and code-server out of the home folder; HOME itself is the caller's to move. */
function environment(folder: VsCodeFolder, env: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv {
  const inherited = Object.entries(process.env).filter(
    ([name]) => !/^(npm_|VSCODE_|PASSWORD$|HASHED_PASSWORD$|PORT$)/i.test(name),
  );
  return {
    ...Object.fromEntries(inherited),
    XDG_CONFIG_HOME: join(folder.home, '.config'),
    XDG_DATA_HOME: join(folder.home, '.local/share'),
    XDG_CACHE_HOME: join(folder.home, '.cache'),
    ...env,
  };
}

function commonArguments(folder: VsCodeFolder): readonly string[] {
  return ['--user-data-dir', folder.user, '--extensions-dir', folder.extensions];
}

/** Installs the VSIX as a user would, then puts unpacked helper extensions beside it. */
export async function installExtensions(
  vsCode: VsCodeServer,
  folder: VsCodeFolder,
  vsix: string,
  helpers: readonly string[] = [],
): Promise<void> {
  await mkdir(folder.home, { recursive: true });
  await runCommand({
    command: node24,
    args: [
      vsCode.entry,
      '--config',
      join(folder.root, 'config.yaml'),
      ...commonArguments(folder),
      '--install-extension',
      vsix,
      '--force',
    ],
    env: environment(folder),
  });
  if (helpers.length > 0) await addHelpers(folder.extensions, helpers);
}

/** Puts unpacked extensions into the folder where a VS Code keeps those of its user. */
export async function addHelpers(extensions: string, helpers: readonly string[]): Promise<void> {
  for (const helper of helpers) {
    await cp(helper, join(extensions, `helper.${basename(helper)}-0.0.1`), { recursive: true });
  }
  // Without its list VS Code takes every folder it finds.
  await rm(join(extensions, 'extensions.json'), { force: true });
}

/** What `installExtensions` makes, copied from an installation of the same package: a second less for each VS Code. */
export async function copyExtensions(
  vsCode: VsCodeServer,
  folder: VsCodeFolder,
  vsix: string,
  helpers: readonly string[] = [],
): Promise<void> {
  const digest = createHash('sha256')
    .update(vsCode.entry)
    .update(await readFile(vsix));
  const installed = join(projectRoot, 'out/installed', digest.digest('hex'));
  if (!existsSync(installed)) {
    const draft = vsCodeFolder(`${installed}.${process.pid}`);
    await installExtensions(vsCode, draft, vsix);
    await rename(draft.extensions, installed).catch((error: unknown) => {
      // Another file's tests may have installed it first.
      if (!existsSync(installed)) throw error;
    });
    await rm(draft.root, { recursive: true, force: true });
  }
  await mkdir(folder.home, { recursive: true });
  await cp(installed, folder.extensions, { recursive: true });
  await addHelpers(folder.extensions, helpers);
}

/**
 * Makes a language known to VS Code as an installed language pack does. This one translates nothing of VS Code itself:
 * what its own parts are called stays English.
 */
export async function addLanguage({ root, user }: VsCodeFolder, language: string): Promise<void> {
  const translations = join(root, `vscode.${language}.json`);
  await writeFile(translations, JSON.stringify({ contents: {} }));
  const extensions = [{ extensionIdentifier: { id: `registry-explorer.${language}` }, version: '0.0.1' }];
  const pack = { hash: language, label: language, extensions, translations: { vscode: translations } };
  await mkdir(user, { recursive: true });
  await writeFile(join(user, 'languagepacks.json'), JSON.stringify({ [language]: pack }));
}

/** VS Code behind code-server, as users see it: toasts, dialogs, passwords. */
export async function startCodeServer(options: CodeServerOptions): Promise<RunningCodeServer> {
  const { folder, password } = options;
  await mkdir(folder.home, { recursive: true });
  const running = startProcess({
    command: node24,
    args: [
      options.vsCode.entry,
      ...['--config', join(folder.root, 'config.yaml')],
      ...['--auth', password === undefined ? 'none' : 'password'],
      ...['--bind-addr', `127.0.0.1:${options.port}`],
      ...commonArguments(folder),
      ...['--disable-telemetry', '--disable-update-check', '--disable-getting-started-override'],
      ...(options.language === undefined ? [] : ['--locale', options.language]),
      ...(options.builtInExtensions === undefined ? [] : ['--builtin-extensions-dir', options.builtInExtensions]),
      ...(options.workspace === undefined ? [] : ['--ignore-last-opened', options.workspace]),
    ],
    // In the environment, because other users of the machine can read arguments.
    env: environment(folder, { ...options.env, ...(password === undefined ? {} : { PASSWORD: password }) }),
    ...(options.log ? { log: options.log } : {}),
    ...(options.ownGroup ? { ownGroup: true } : {}),
  });
  return ready(running, /HTTP server listening on/, options.port);
}

/** The bare VS Code server, which honours the payload that makes the extension host run a test bundle. */
export async function startTestServer(
  options: Omit<CodeServerOptions, 'password' | 'workspace' | 'builtInExtensions'>,
): Promise<RunningCodeServer> {
  const { folder } = options;
  await mkdir(folder.home, { recursive: true });
  const running = startProcess({
    command: node24,
    args: [
      options.vsCode.server,
      ...['--accept-server-license-terms', '--without-connection-token', '--enable-smoke-test-driver'],
      ...['--host', '127.0.0.1', '--port', String(options.port), '--telemetry-level', 'off'],
      ...['--server-data-dir', join(folder.root, 'server')],
      ...commonArguments(folder),
    ],
    env: environment(folder, options.env),
    ...(options.log ? { log: options.log } : {}),
    ...(options.ownGroup ? { ownGroup: true } : {}),
  });
  return ready(running, /Extension host agent started/, options.port);
}

async function ready(running: RunningProcess, sign: RegExp, port: number): Promise<RunningCodeServer> {
  try {
    await running.printed(sign, 120_000);
  } catch (error) {
    await running.stop();
    throw error;
  }
  return { url: `http://127.0.0.1:${port}/`, process: running };
}
