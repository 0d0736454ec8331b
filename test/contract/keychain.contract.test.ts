import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { unless } from '../leftOut';
import { projectRoot } from '../rig/paths';
import { runCommand } from '../rig/processes';
import { findProgram } from '../sandbox/process';
import { tempDir, type TempDir } from '../sandbox/tempDir';
import type { Answer, Question } from './keychainSession';

/** The keychain, on a real gnome-keyring in a session bus of its own. */

const missing = ['dbus-run-session', 'gnome-keyring-daemon'].filter((program) => findProgram(program) === undefined);
const lacking = missing.length > 0 ? `missing: ${missing.join(', ')}` : undefined;
const whyNot = process.platform === 'linux' ? lacking : 'the keychain is tested on Linux';

/** The first one makes the keyring where there is none. */
const daemons = {
  unlocked: 'eval "$(printf %s testpw | gnome-keyring-daemon --unlock --components=secrets 2>/dev/null)"; exec "$@"',
  locked: 'gnome-keyring-daemon --start --components=secrets; exec "$@"',
} as const;

describe('the keychain', unless(whyNot), () => {
  let home: TempDir;

  beforeEach(async () => {
    home = await tempDir('keyring');
    for (const folder of ['share/keyrings', 'run'])
      mkdirSync(join(home.path, folder), { recursive: true, mode: 0o700 });
  });
  afterEach(() => home.remove());

  async function ask(session: 'unlocked' | 'locked' | 'without bus', ...questions: Question[]): Promise<Answer[]> {
    const [asked, answered] = [join(home.path, 'questions.json'), join(home.path, 'answers.json')];
    writeFileSync(asked, JSON.stringify(questions));
    const script = join(projectRoot, 'test/contract/keychainSession.ts');
    const node = [process.execPath, '--import', 'tsx', script, asked, answered];
    const line =
      session === 'without bus' ? node : ['dbus-run-session', '--', 'bash', '-c', daemons[session], '_', ...node];
    const [command = '', ...args] = line;
    const { PATH } = process.env;
    const folders = {
      HOME: home.path,
      XDG_DATA_HOME: join(home.path, 'share'),
      XDG_RUNTIME_DIR: join(home.path, 'run'),
    };
    await runCommand({ command, args, cwd: projectRoot, ownGroup: true, env: { PATH, ...folders } });
    return JSON.parse(readFileSync(answered, 'utf8')) as Answer[];
  }

  it('keeps secrets, replaces them and forgets them', async () => {
    const answers = await ask(
      'unlocked',
      ['get', 'a'],
      ['store', 'a', 'one'],
      ['get', 'a'],
      ['store', 'a', 'two'],
      ['get', 'a'],
      ['get', 'b'],
      ['delete', 'a'],
      ['get', 'a'],
      ['delete', 'a'],
    );
    expect(answers.map((answer) => ('secret' in answer ? answer.secret : answer.error))).toEqual([
      ...[null, null, 'one', null, 'two'],
      ...[null, null, null, null],
    ]);
  });

  it('lets another process find them', async () => {
    await ask('unlocked', ['store', 'generic https://registry.example.com account=alice', 'wonderland']);
    expect(await ask('unlocked', ['get', 'generic https://registry.example.com account=alice'])).toEqual([
      { secret: 'wonderland' },
    ]);
  });

  it.each([
    ['of every script', 'pässwörd 密码 🔑\n"quoted"\u0001'],
    ['of 20 kB', 'x'.repeat(20_000)],
  ])('keeps secrets %s', async (_what, secret) => {
    expect(await ask('unlocked', ['store', 'a', secret], ['get', 'a'])).toEqual([{ secret: null }, { secret }]);
  });

  it('when locked, says so of every question, and has all of it when it is unlocked', async () => {
    await ask('unlocked', ['store', 'a', 'one']);
    const answers = await ask('locked', ['get', 'a'], ['get', 'b'], ['store', 'a', 'two'], ['delete', 'a']);
    const error =
      'The keychain of this system is locked. Unlock it and try again; registryExplorer.credentialStore says where secrets are kept. It says “Cannot create an item in a locked collection”.';
    expect(answers).toEqual(answers.map(() => ({ error, isFailure: true, remedies: ['retry', 'showLog'] })));
    expect(await ask('unlocked', ['get', 'a'])).toEqual([{ secret: 'one' }]);
  });

  it.each([
    ['there is no keyring', 'locked', /It says “.*collection\/login/],
    ['there is no session bus', 'without bus', /It says “Cannot autolaunch D-Bus without X11 \$DISPLAY”/],
  ] as const)('when %s, says what to do', async (_when, session, words) => {
    const answers = await ask(session, ['get', 'a'], ['store', 'a', 'one'], ['delete', 'a']);
    expect(answers).toHaveLength(3);
    for (const answer of answers) {
      const error = 'error' in answer ? answer.error : '';
      expect(error).toMatch(/^The keychain of this system does not answer as it should\. Start one and unlock it/);
      expect(error).toContain('registryExplorer.credentialStore says where secrets are kept');
      expect(error).toMatch(words);
    }
  });
});
