import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { addHelpers, installExtensions, startCodeServer, vsCodeFolder } from '../test/rig/codeServer';
import { installVsCode } from '../test/rig/install';
import { projectRoot, vsixFile } from '../test/rig/paths';
import { preferredPort } from '../test/rig/ports';
import { runCommand, startProcess } from '../test/rig/processes';
import { chooseEditor } from './chooseEditor';
import { keptPassword } from './password';
import { updateSettings } from './settings';
import type { SandboxSettings } from './settings';

export interface OpenOptions {
  readonly sandboxFolder: string;
  readonly settings: SandboxSettings;
  /** Over the environment of this process. */
  readonly env: NodeJS.ProcessEnv;
  readonly log: (line: string) => void;
}

export interface OpenVsCode {
  readonly stop: () => Promise<void>;
  /** Settles when VS Code has gone; `wanted` when the user closed it. */
  readonly ended: Promise<{ readonly why: string; readonly wanted: boolean }>;
}

const webPort = 5180;

/**
 * Accounts of VS Code for the sandbox's GitHub and Azure. VS Code's own need github.com and Entra, and VS Code takes others only where
 * those are not.
 */
const accountHelpers = ['accounts', 'microsoft'].map((name) => join(projectRoot, 'test/e2e', name));
/** Opens the Container Explorer, so that there is something to look at. */
const helpers = [...accountHelpers, join(projectRoot, 'scripts/firstLook')];
const ownAccounts = ['vscode.github-authentication', 'vscode.microsoft-authentication'];

/** VS Code with the packaged extension: a window of the desktop where there is one, else a page for the browser. */
export async function openVsCode(options: OpenOptions): Promise<OpenVsCode> {
  const workspace = await sampleWorkspace(options.sandboxFolder);
  return chooseEditor() === 'desktop' ? openDesktop(options, workspace) : openInBrowser(options, workspace);
}

async function sampleWorkspace(sandboxFolder: string): Promise<string> {
  const workspace = join(sandboxFolder, 'workspace');
  await mkdir(workspace, { recursive: true });
  const dockerfile = join(workspace, 'Dockerfile');
  if (!existsSync(dockerfile)) await writeFile(dockerfile, 'FROM scratch\nCOPY . /\n');
  return workspace;
}

async function openDesktop(
  { sandboxFolder, settings, env: own, log }: OpenOptions,
  workspace: string,
): Promise<OpenVsCode> {
  const root = join(sandboxFolder, 'vscode');
  const user = join(root, 'user');
  await updateSettings(join(user, 'User/settings.json'), settings);
  const extensions = join(root, 'ext');
  const profile = ['--user-data-dir', user, '--extensions-dir', extensions];
  // VS Code refuses to run as root unless its sandbox is off.
  if (process.getuid?.() === 0) profile.push('--no-sandbox');
  const inherited = Object.entries(process.env).filter(([name]) => !/^(npm_|VSCODE_|ELECTRON_)/i.test(name));
  const env = { ...Object.fromEntries(inherited), ...own };
  log('Installing the extension into a VS Code profile of its own…');
  await runCommand({ command: 'code', args: [...profile, '--install-extension', vsixFile, '--force'], env });
  await addHelpers(extensions, helpers);
  log('Opening VS Code…');
  const withoutOwn = ownAccounts.flatMap((id) => ['--disable-extension', id]);
  const code = startProcess({
    command: 'code',
    args: [...profile, ...withoutOwn, '--new-window', '--wait', workspace],
    env,
    ownGroup: true,
  });
  return {
    stop: code.stop,
    ended: code.exited.then((ending) =>
      ending === 'exit code 0'
        ? { why: 'VS Code was closed', wanted: true }
        : { why: `VS Code ended with ${ending}\n${code.output()}`, wanted: false },
    ),
  };
}

async function openInBrowser(
  { sandboxFolder, settings, env, log }: OpenOptions,
  workspace: string,
): Promise<OpenVsCode> {
  const vsCode = await installVsCode(log);
  const folder = vsCodeFolder(join(sandboxFolder, 'code-server'));
  await updateSettings(folder.settingsFile, settings);
  await installExtensions(vsCode, folder, vsixFile, helpers);
  const port = await preferredPort(webPort);
  if (port !== webPort) log(`Port ${webPort} is taken, VS Code uses ${port}.`);
  const password = await keptPassword(join(sandboxFolder, 'password'));
  log('Starting VS Code…');
  const server = await startCodeServer({ vsCode, folder, port, password, workspace, env, ownGroup: true });
  console.log(`\n  VS Code    ${server.url}\n  Password   ${password}`);
  return {
    stop: server.process.stop,
    ended: server.process.exited.then((ending) => ({
      why: `VS Code ended with ${ending}\n${server.process.output()}`,
      wanted: false,
    })),
  };
}
