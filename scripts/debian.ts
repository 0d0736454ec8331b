import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { findChromium } from '../test/rig/chromium';
import { runCommand } from '../test/rig/processes';
import { findProgram } from '../test/sandbox/process';

export type DebianPackage =
  | 'docker-registry'
  | 'perl'
  | 'chromium-headless-shell'
  | 'fonts-liberation'
  | 'docker.io'
  | 'containerd'
  | 'podman'
  | 'crun'
  | 'skopeo'
  | 'gnome-keyring'
  | 'dbus-x11'
  | 'libsecret-1-0';

const isThere: Readonly<Record<DebianPackage, () => boolean>> = {
  'docker-registry': () => findProgram('docker-registry') !== undefined,
  perl: () => findProgram('perl') !== undefined,
  'docker.io': () => findProgram('dockerd') !== undefined,
  containerd: () => findProgram('containerd') !== undefined,
  podman: () => findProgram('podman') !== undefined,
  crun: () => findProgram('crun') !== undefined,
  skopeo: () => findProgram('skopeo') !== undefined,
  'gnome-keyring': () => findProgram('gnome-keyring-daemon') !== undefined,
  // Brings the program dbus-run-session along.
  'dbus-x11': () => findProgram('dbus-run-session') !== undefined,
  'libsecret-1-0': () => hasLibrary('libsecret-1.so.0'),
  'chromium-headless-shell': () => findChromium() !== undefined,
  // Pictures without any font show boxes; which font does not matter, nor does it off Linux.
  'fonts-liberation': () => process.platform !== 'linux' || hasEntries('/usr/share/fonts/truetype'),
};

/** Libraries are in a folder named after the machine, such as /usr/lib/x86_64-linux-gnu. */
function hasLibrary(name: string): boolean {
  return readdirSync('/usr/lib', { withFileTypes: true }).some(
    (entry) => entry.isDirectory() && existsSync(join('/usr/lib', entry.name, name)),
  );
}

function hasEntries(folder: string): boolean {
  return existsSync(folder) && readdirSync(folder).length > 0;
}

/** Installs what is missing with apt-get where that needs no password; explains what to install where it cannot. */
export async function ensureDebianPackages(
  wanted: readonly DebianPackage[],
  log: (line: string) => void,
): Promise<void> {
  const missing = wanted.filter((name) => !isThere[name]());
  if (missing.length === 0) return;
  const byHand = `install ${missing.join(', ')} (Debian: sudo apt-get install ${missing.join(' ')})`;
  const prefix = await privilege();
  if (!prefix) throw new Error(`Some programs are missing: please ${byHand}.`);
  log(`Installing ${missing.join(', ')} with apt-get…`);
  try {
    // One source out of reach need not be the one that is wanted.
    await aptGet(prefix, ['update']).catch((error: unknown) => {
      log(error instanceof Error ? error.message : String(error));
    });
    await aptGet(prefix, ['install', '-y', '--no-install-recommends', ...missing]);
  } catch (error) {
    throw new Error(`apt-get could not do it: please ${byHand}.`, { cause: error });
  }
}

/** What to put before apt-get, or nothing when it cannot be run without a password. */
async function privilege(): Promise<readonly string[] | undefined> {
  if (findProgram('apt-get') === undefined) return undefined;
  if (process.getuid?.() === 0) return [];
  if (findProgram('sudo') === undefined) return undefined;
  return runCommand({ command: 'sudo', args: ['-n', 'true'] }).then(
    () => ['sudo', '-n'],
    () => undefined,
  );
}

async function aptGet(prefix: readonly string[], args: readonly string[]): Promise<void> {
  const environment = [
    'DEBIAN_FRONTEND=noninteractive',
    // Only the program is wanted: a registry started as a service would take port 5000.
    'SYSTEMD_OFFLINE=1',
  ];
  // Another installation may be under way.
  const options = ['-q', '-o', 'DPkg::Lock::Timeout=120'];
  const [command = 'env', ...rest] = [...prefix, 'env', ...environment, 'apt-get', ...options, ...args];
  await runCommand({ command, args: rest });
}
