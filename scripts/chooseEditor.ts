import { findProgram } from '../test/sandbox/process';

export interface Surroundings {
  readonly platform: NodeJS.Platform;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** `desktop`: the user's own VS Code, in a window; `browser`: the one the tests drive, which any browser can open. */
export function chooseEditor({ platform, env }: Surroundings = process): 'desktop' | 'browser' {
  // In a terminal of a remote VS Code, `code` opens files over there and takes no profile of its own.
  if (env.VSCODE_IPC_HOOK_CLI !== undefined) return 'browser';
  const hasScreen = platform !== 'linux' || Boolean(env.DISPLAY) || Boolean(env.WAYLAND_DISPLAY);
  // Node does not run the command scripts that start VS Code on Windows without a shell in between.
  return hasScreen && platform !== 'win32' && findProgram('code') !== undefined ? 'desktop' : 'browser';
}
