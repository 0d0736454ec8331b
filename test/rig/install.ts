import { existsSync } from 'node:fs';
import { copyFile, mkdir, mkdtemp, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';
import { node24, rigFolder } from './paths';
import { runCommand } from './processes';

/** Another one, such as that of the oldest VS Code that package.json allows, is named in the environment. */
const codeServerVersion = process.env.CODE_SERVER_VERSION ?? '4.139.1';
const installed = join(rigFolder, `code-server-${codeServerVersion}`);

/** A whole VS Code that needs a browser and nothing else. */
export interface VsCodeServer {
  /** code-server's own entry: what a user meets, with passwords, toasts and dialogs. */
  readonly entry: string;
  /** The VS Code server beneath it: the one that can run tests inside the extension host. */
  readonly server: string;
  /** A folder with few of VS Code's own extensions: a window with these alone is there in half the time. */
  readonly fewExtensions: string;
  /** The folder where a browser leaves what it has read of this VS Code for those to come. */
  readonly browserCache: string;
}

export async function installVsCode(log: (line: string) => void): Promise<VsCodeServer> {
  if (node24 === process.execPath && Number.parseInt(process.versions.node) < 24)
    throw new Error(`VS Code needs Node 24, which npm has not brought; this is ${process.versions.node}: install it.`);
  if (!existsSync(installed)) {
    log(`Installing code-server ${codeServerVersion} into .rig (once, about 20 seconds)…`);
    await install();
  }
  const root = join(installed, 'node_modules/code-server');
  const vsCode = join(root, 'lib/vscode');
  // VS Code writes its logs, and so our output channel, through a native module; a plain one stands in for it.
  await putInPlace(join(import.meta.dirname, 'spdlog.cjs'), join(vsCode, 'node_modules/@vscode/spdlog/index.js'));
  // Accounts need the internet; tests bring their own, which VS Code takes only where these are not.
  for (const name of ['github', 'github-authentication', 'microsoft-authentication']) {
    await rm(join(vsCode, 'extensions', name), { recursive: true, force: true });
  }
  return {
    entry: join(root, 'out/node/entry.js'),
    server: join(vsCode, 'out/server-main.js'),
    fewExtensions: await linkExtensions(vsCode),
    browserCache: join(installed, 'browser-cache'),
  };
}

/** Copies a file unless it is there already: another run may be reading it. */
async function putInPlace(source: string, target: string): Promise<void> {
  if ((await readFile(source)).equals(await readFile(target))) return;
  const draft = `${target}.${process.pid}`;
  await copyFile(source, draft);
  await rename(draft, target);
}

/** Themes, and what our documents are shown by: JSON, Markdown with its preview. */
const few = [
  ...['theme-defaults', 'theme-seti', 'configuration-editing'],
  ...['json', 'json-language-features', 'markdown-basics', 'markdown-language-features'],
];

async function linkExtensions(vsCode: string): Promise<string> {
  const folder = join(vsCode, 'few-extensions');
  await mkdir(folder, { recursive: true });
  for (const name of few) {
    await symlink(join('..', 'extensions', name), join(folder, name), 'junction').catch((error: unknown) => {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    });
  }
  return folder;
}

async function install(): Promise<void> {
  await mkdir(rigFolder, { recursive: true });
  // Moved into place when complete, so that an interrupted installation is never taken for a good one.
  const draft = await mkdtemp(join(rigFolder, 'installing-'));
  try {
    // The oldest has one that would have to be compiled.
    await writeFile(join(draft, 'package.json'), JSON.stringify({ overrides: { argon2: '0.44.0' } }));
    // Its postinstall compiles native modules for minutes; only the integrated terminal misses them.
    await npm(['install', '--prefix', draft, '--ignore-scripts', `code-server@${codeServerVersion}`], draft);
    const vscode = join(draft, 'node_modules/code-server/lib/vscode');
    await takeFromNpm(vscode);
    await npm(['install', '--omit=dev', '--omit=optional', '--ignore-scripts'], vscode);
    await rename(draft, installed).catch((error: unknown) => {
      // Another run may have finished the same installation first.
      if (!existsSync(installed)) throw error;
    });
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}

/** VS Code 1.105 has one of its modules from a git repository; npm has the same version, for networks that reach npm alone. */
async function takeFromNpm(vscode: string): Promise<void> {
  const watcher = '@parcel/watcher';
  const wanted = await readJson<Wanted>(join(vscode, 'package.json'));
  const locked = await readJson<Locked>(join(vscode, 'npm-shrinkwrap.json'));
  const [root, module] = [locked.packages[''], locked.packages[`node_modules/${watcher}`]];
  if (root === undefined || module?.resolved?.startsWith('git') !== true) return;
  wanted.dependencies[watcher] = root.dependencies[watcher] = module.version;
  const packages = Object.fromEntries(Object.entries(locked.packages).filter(([, each]) => each !== module));
  await writeFile(join(vscode, 'package.json'), JSON.stringify(wanted));
  await writeFile(join(vscode, 'npm-shrinkwrap.json'), JSON.stringify({ ...locked, packages }));
}

interface Wanted {
  readonly dependencies: Record<string, string>;
}

interface Locked {
  readonly packages: Record<string, Wanted & { readonly version: string; readonly resolved?: string }>;
}

async function readJson<T>(file: string): Promise<T> {
  return JSON.parse(await readFile(file, 'utf8')) as T;
}

async function npm(args: readonly string[], cwd: string): Promise<void> {
  // Inside an npm script the environment describes this project; only the settings that concern every project stay.
  const env = Object.fromEntries(
    Object.entries(process.env).filter(
      ([name]) =>
        !/^npm_(package|lifecycle|command|config_(local_prefix|omit|include|ignore_scripts|workspace))/i.test(name),
    ),
  );
  env.PATH = [dirname(node24), process.env.PATH].join(delimiter);
  await runCommand({
    command: 'npm',
    args: [...args, '--no-audit', '--no-fund', '--no-update-notifier', '--loglevel=error'],
    cwd,
    env,
  });
}
