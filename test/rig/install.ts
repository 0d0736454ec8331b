import { existsSync } from 'node:fs';
import { copyFile, mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
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
}

export async function installVsCode(log: (line: string) => void): Promise<VsCodeServer> {
  if (node24 === process.execPath && Number.parseInt(process.versions.node) < 24)
    throw new Error(`VS Code needs Node 24, which npm has not brought; this is ${process.versions.node}: install it.`);
  if (!existsSync(installed)) {
    log(`Installing code-server ${codeServerVersion} into .rig (once, about 20 seconds)…`);
    await install();
  }
  const root = join(installed, 'node_modules/code-server');
  // VS Code writes its logs, and so our output channel, through a native module; a plain one stands in for it.
  await copyFile(
    join(import.meta.dirname, 'spdlog.cjs'),
    join(root, 'lib/vscode/node_modules/@vscode/spdlog/index.js'),
  );
  // Accounts need the internet; tests bring their own, which VS Code takes only where these are not.
  for (const name of ['github', 'github-authentication', 'microsoft-authentication']) {
    await rm(join(root, 'lib/vscode/extensions', name), { recursive: true, force: true });
  }
  return { entry: join(root, 'out/node/entry.js'), server: join(root, 'lib/vscode/out/server-main.js') };
}

async function install(): Promise<void> {
  await mkdir(rigFolder, { recursive: true });
  // Moved into place when complete, so that an interrupted installation is never taken for a good one.
  const draft = await mkdtemp(join(rigFolder, 'installing-'));
  try {
    // Its postinstall compiles native modules for minutes; only the integrated terminal misses them.
    await npm(['install', '--prefix', draft, '--ignore-scripts', `code-server@${codeServerVersion}`], draft);
    const vscode = join(draft, 'node_modules/code-server/lib/vscode');
    await npm(['install', '--omit=dev', '--omit=optional', '--ignore-scripts'], vscode);
    await rename(draft, installed).catch((error: unknown) => {
      // Another run may have finished the same installation first.
      if (!existsSync(installed)) throw error;
    });
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
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
