import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { unless } from '../leftOut';
import { startKeyring, whyNoKeyring, type Keyring } from '../sandbox/keyring';
import { connected, startSeededRegistry, type SeededRegistry } from './images';
import { notifications } from './notification';
import { quickInput } from './quickInput';
import { registriesView } from './registriesView';
import { launchWorkbench, type Workbench } from './launch';
import { useWorkbench } from './workbench';

const why = whyNoKeyring();

const inKeychain = { 'registryExplorer.credentialStore': 'osKeychain' };
const inEditor = { 'registryExplorer.credentialStore': 'vscode' };
const locked =
  'The keychain of this system is locked. Unlock it and try again; registryExplorer.credentialStore says where secrets are kept. It says “Cannot create an item in a locked collection”.';
const secret = JSON.stringify({ kind: 'basic', username: 'alice', secret: 'wonder land' });

describe('the keychain of the system', unless(why), () => {
  let keyring: Keyring;
  let registry: SeededRegistry;
  beforeAll(async () => {
    keyring = await startKeyring();
    registry = await startSeededRegistry(undefined, { auth: { kind: 'basic', users: { alice: 'wonder land' } } });
  });
  afterAll(async () => {
    await registry.stop();
    await keyring.stop();
  });

  /** Beside what is connected by hand: the same registry by another name, since none is shown twice. */
  const settings = () => ({
    env: keyring.env,
    settings: { ...inKeychain, ...connected({ label: 'Team', url: registry.url.replace('127.0.0.1', 'localhost') }) },
  });
  const workbench = useWorkbench(settings);
  const own = () => `generic ${registry.url} account=alice`;
  const kept = async (): Promise<unknown> => (await keyring.ask(['get', own()]))[0];
  /** In the editor of settings, which shows the one. */
  const chosen = async (store: string): Promise<void> => {
    const item = workbench().page.locator('.setting-item', { hasText: 'Credential Store' });
    await item.locator('select').selectOption({ label: store });
    await workbench().screenshot('keychain-setting');
  };

  it('keeps what is typed in VS Code', async () => {
    const view = registriesView(workbench());
    await view.open();
    await view.titleAction('Connect Registry…');
    await signIn(workbench(), registry.url);
    await view.row([registry.host, 'team/api']);
    expect(await kept()).toEqual({ secret });
  });

  it('tells it again when VS Code starts anew', async () => {
    await workbench().restart();
    const view = registriesView(workbench());
    await view.open();
    await view.expand(registry.host);
    await view.row([registry.host, 'team/api']);
  });

  it('when locked, is named as the reason in the row, and is asked again', async () => {
    const view = registriesView(workbench());
    await keyring.lock();
    await view.choose(registry.host, 'Refresh');
    const row = [registry.host, locked];
    await view.row(row);
    await workbench().screenshot('keychain-locked');
    expect(await view.inlineActions(row)).toEqual(['Retry']);
    await keyring.unlock();
    await view.inline(row, 'Retry');
    await view.row([registry.host, 'team/api']);
  });

  it('is shared by the editors of the machine', async () => {
    await registriesView(workbench()).choose('Team', 'Update Credential…');
    const input = quickInput(workbench());
    await input.titled('Update Credential');
    await input.pick('User name and password or token');
    await input.titled('Update Credential (2 of 3)');
    await input.type('alice');
    await input.accept();
    await input.titled('Update Credential (3 of 3)');
    await input.type('wonder land');
    await input.accept();
    await input.closed();
    const other = await launchWorkbench(settings());
    try {
      const elsewhere = registriesView(other);
      await elsewhere.open();
      await elsewhere.expand('Team');
      await elsewhere.row(['Team', 'team/api']);
    } finally {
      await other.close();
    }
  });

  it('gives nothing up while it is locked, and says so', async () => {
    await keyring.lock();
    await workbench().changeSettings(inEditor);
    const toasts = notifications(workbench());
    const words = 'Could not move the secrets to where registryExplorer.credentialStore says';
    expect(await toasts.saying(words)).toContain('the keychain of this system is locked. Unlock it and try again');
    expect(await toasts.buttons(words)).toEqual(['Retry', 'Change Setting', 'Show Log']);
    await workbench().screenshot('keychain-move-failed');
    const view = registriesView(workbench());
    await view.open();
    await view.expand(registry.host);
    await view.row([registry.host, locked]);
    await keyring.unlock();
    await toasts.press(words, 'Change Setting');
    await chosen('osKeychain');
    await chosen('vscode');
    await expect.poll(kept, { timeout: 10_000 }).toEqual({ secret: null });
  });

  it('is emptied when the setting leads back, and the secret is where it leads', async () => {
    const view = registriesView(workbench());
    await workbench().page.keyboard.press('Escape');
    await view.choose(registry.host, 'Refresh');
    await view.row([registry.host, 'team/api']);
    await workbench().restart();
    await registriesView(workbench()).open();
    await registriesView(workbench()).expand(registry.host);
    await registriesView(workbench()).row([registry.host, 'team/api']);
  });

  it('has its secrets nowhere in the log', async () => {
    const log = await workbench().log();
    expect(log).toContain('keychain');
    for (const hidden of ['wonder land', Buffer.from('alice:wonder land').toString('base64')])
      expect(log).not.toContain(hidden);
  });
});

async function signIn(workbench: Workbench, url: string): Promise<void> {
  const input = quickInput(workbench);
  await input.titled('Connect Registry');
  await input.pick('Generic Docker V2 / OCI registry');
  await input.titled('Connect Registry (2 of 3)');
  await input.type(url);
  await input.accept();
  await input.titled('Connect Registry (3 of 3)');
  await input.pick('User name and password or token');
  for (const [title, text] of [
    ['Connect Registry (4 of 5)', 'alice'],
    ['Connect Registry (5 of 5)', 'wonder land'],
  ] as const) {
    await input.titled(title);
    await input.type(text);
    await input.accept();
  }
  await input.closed();
}
