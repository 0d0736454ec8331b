import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { once } from 'node:events';
import { connect } from 'node:net';
import { join } from 'node:path';
import type { Answer, Question } from '../contract/keychainSession';
import { projectRoot } from '../rig/paths';
import { runCommand, startProcess, type RunningProcess } from '../rig/processes';
import { findProgram, run } from './process';
import { tempDir } from './tempDir';

/** A session bus with a real gnome-keyring on it, as a desktop has. */
export interface Keyring {
  /** What programs of the session know it by. */
  readonly env: Readonly<Record<string, string>>;
  /** As the user does, or a desktop that is left alone. */
  readonly lock: () => Promise<void>;
  /** With the user's password. */
  readonly unlock: () => Promise<void>;
  /** What another program of the session is answered. */
  readonly ask: (...questions: Question[]) => Promise<readonly Answer[]>;
  readonly stop: () => Promise<void>;
}

const programs = ['dbus-daemon', 'dbus-send', 'gnome-keyring-daemon'];

/** Why there can be none here; nothing where there can. */
export function whyNoKeyring(): string | undefined {
  if (process.platform !== 'linux') return 'it is tested on Linux';
  const missing = programs.filter((program) => findProgram(program) === undefined);
  return missing.length === 0 ? undefined : `missing: ${missing.join(', ')}`;
}

export async function startKeyring(): Promise<Keyring> {
  const home = await tempDir('keyring');
  for (const folder of ['share/keyrings', 'run']) mkdirSync(join(home.path, folder), { recursive: true, mode: 0o700 });
  const bus = startProcess({
    command: 'dbus-daemon',
    args: ['--session', '--nofork', '--print-address=1', `--address=unix:path=${join(home.path, 'run/bus')}`],
  });
  const [address] = await bus.printed(/unix:path=\S+/, 60_000);
  const env = { DBUS_SESSION_BUS_ADDRESS: address };
  const folders = {
    HOME: home.path,
    XDG_DATA_HOME: join(home.path, 'share'),
    XDG_RUNTIME_DIR: join(home.path, 'run'),
  };
  const send = (destination: string, path: string, method: string, ...args: string[]) =>
    run('dbus-send', ['--session', '--print-reply', `--dest=${destination}`, path, method, ...args], env);
  const owns = async (): Promise<boolean> =>
    (
      await send(
        'org.freedesktop.DBus',
        '/org/freedesktop/DBus',
        'org.freedesktop.DBus.NameHasOwner',
        'string:org.freedesktop.secrets',
      )
    ).includes('true');

  /** Unlocking goes by the password that the first start was given. */
  const startDaemon = async (): Promise<RunningProcess> => {
    const daemon = startProcess({
      command: 'bash',
      args: ['-c', 'printf %s testpw | exec gnome-keyring-daemon --foreground --unlock --components=secrets'],
      env: { ...process.env, ...env, ...folders },
      ownGroup: true,
    });
    let end: string | undefined;
    void daemon.exited.then((how) => (end = how));
    while (!(await owns())) if (end !== undefined) throw new Error(`gnome-keyring-daemon: ${end}\n${daemon.output()}`);
    return daemon;
  };
  const daemon = await startDaemon();

  return {
    env,
    lock: async () => {
      const collection = '/org/freedesktop/secrets/collection/login';
      const service = 'org.freedesktop.secrets';
      await send(
        service,
        '/org/freedesktop/secrets',
        'org.freedesktop.Secret.Service.Lock',
        `array:objpath:${collection}`,
      );
    },
    unlock: () => unlockBy(join(home.path, 'run/keyring/control'), 'testpw'),
    ask: async (...questions) => {
      const [asked, answered] = [join(home.path, 'questions.json'), join(home.path, 'answers.json')];
      writeFileSync(asked, JSON.stringify(questions));
      const script = join(projectRoot, 'test/contract/keychainSession.ts');
      await runCommand({
        command: process.execPath,
        args: ['--import', 'tsx', script, asked, answered],
        cwd: projectRoot,
        env: { ...process.env, ...env },
      });
      return JSON.parse(readFileSync(answered, 'utf8')) as Answer[];
    },
    stop: async () => {
      await daemon.stop();
      await bus.stop();
      await home.remove();
    },
  };
}

/** As a login does: https://gitlab.gnome.org/GNOME/gnome-keyring/-/blob/46.2/daemon/control/gkd-control-codes.h */
async function unlockBy(control: string, password: string): Promise<void> {
  const unlockOperation = 1;
  const text = Buffer.from(password);
  const message = Buffer.alloc(12);
  message.writeUInt32BE(message.length + text.length, 0);
  message.writeUInt32BE(unlockOperation, 4);
  message.writeUInt32BE(text.length, 8);
  const socket = connect(control);
  await once(socket, 'connect');
  // The first byte only carries who is speaking.
  socket.write(Buffer.concat([Buffer.from([0]), message, text]));
  const [answer] = (await once(socket, 'data')) as [Buffer];
  socket.destroy();
  const result = answer.readUInt32BE(4);
  if (result !== 0) throw new Error(`gnome-keyring-daemon did not unlock: ${result}`);
}
