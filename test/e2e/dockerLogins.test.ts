import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { tempDir, type TempDir } from '../sandbox/tempDir';
import { startSeededRegistry, type SeededRegistry } from './images';
import { notifications } from './notification';
import { quickInput } from './quickInput';
import { registriesView } from './registriesView';
import { useWorkbench } from './workbench';

const users = { alice: 'wonder land' };
const encoded = (text: string) => ({ auth: Buffer.from(text).toString('base64') });

let inFile: SeededRegistry;
let inHelper: SeededRegistry;
let hanging: SeededRegistry;
let folder: TempDir;
let configFile: string;

/** The same registry by another name, for which a helper is named that is not there. */
const unhelped = (): string => inFile.host.replace('127.0.0.1', 'localhost');

async function helper(name: string, script: string): Promise<void> {
  const file = join(folder.path, 'bin', `docker-credential-${name}`);
  await writeFile(file, `#!/bin/sh\n${script}\n`);
  await chmod(file, 0o755);
}

/** What docker's config says; `login`: whether it has one for the registry in the file. */
async function writeConfig(login: boolean): Promise<void> {
  const auths = {
    ...(login ? { [inFile.host]: encoded('alice:wonder land') } : {}),
    'quay.io': encoded('acme+robot:s'),
  };
  const credHelpers = { [inHelper.host]: 'safe', [hanging.host]: 'hangs', [unhelped()]: 'missing' };
  await writeFile(configFile, JSON.stringify({ auths, credHelpers }));
}

beforeAll(async () => {
  [inFile, inHelper, hanging] = [
    await startSeededRegistry(undefined, { auth: { kind: 'basic', users } }),
    await startSeededRegistry(undefined, { auth: { kind: 'basic', users } }),
    await startSeededRegistry(undefined, { auth: { kind: 'basic', users } }),
  ];
  folder = await tempDir('docker-logins');
  await mkdir(join(folder.path, 'bin'));
  configFile = join(folder.path, 'config.json');
  const answer = JSON.stringify({ ServerURL: inHelper.host, Username: 'alice', Secret: users.alice });
  await helper('safe', `[ "$1 $(cat)" = "get ${inHelper.host}" ] && echo '${answer}'`);
  await helper('hangs', 'exec sleep 60');
  await writeConfig(true);
});
afterAll(async () => {
  await Promise.all([inFile.stop(), inHelper.stop(), hanging.stop()]);
  await folder.remove();
});

describe('Import Docker Logins', () => {
  const workbench = useWorkbench(() => ({
    env: {
      PATH: `${join(folder.path, 'bin')}:${process.env.PATH ?? ''}`,
      // As from a terminal: otherwise VS Code takes the PATH of a login shell.
      VSCODE_CLI: '1',
      DOCKER_CONFIG: folder.path,
      XDG_RUNTIME_DIR: folder.path,
      // One of the machine's own would count before.
      DOCKER_AUTH_CONFIG: '',
      REGISTRY_AUTH_FILE: '',
    },
  }));

  it('is offered by the empty view, and lists the registries that docker has logins for', async () => {
    const view = registriesView(workbench());
    await view.open();
    expect(await view.welcome()).toContain('Connects the registries that docker or podman is logged in to.');
    await view.welcomeButton('Import Docker Logins…');
    const input = quickInput(workbench());
    await input.titled('Import Docker Logins');
    expect(await input.rows()).toEqual([
      { label: inHelper.host, description: '', detail: 'Credential helper safe' },
      { label: hanging.host, description: '', detail: 'Credential helper hangs' },
      { label: unhelped(), description: '', detail: 'Credential helper missing' },
      { label: inFile.host, description: 'alice', detail: 'Docker’s config' },
      { label: 'quay.io', description: 'acme+robot', detail: 'Docker’s config' },
    ]);
    await workbench().screenshot('import-docker-logins');
  });

  it('connects those that are ticked, and says why others could not be', async () => {
    const input = quickInput(workbench());
    await input.toggle('quay.io');
    await input.accept();
    await input.closed();
    const view = registriesView(workbench());
    const messages = notifications(workbench());
    expect(await messages.saying('hangs')).toBe(
      `Could not connect ${hanging.host}: the credential helper docker-credential-hangs, which ${configFile} names, did not answer within ten seconds. It may be waiting for you: unlock the keychain, or sign in with its own tool, then try again.`,
    );
    expect(await messages.saying('docker-credential-missing')).toBe(
      `Could not connect ${unhelped()}: ${configFile} names the credential helper docker-credential-missing, and there is no such program on the PATH of VS Code. Install it, or take its name out of that file.`,
    );
    await workbench().screenshot('import-docker-logins-outcome');
    await messages.clear();
    for (const { host } of [inHelper, inFile]) {
      await view.describes(host, 'docker login');
      await view.expand(host);
      await view.row([host, 'team/api']);
      await view.collapse(host);
    }
    expect((await view.rows()).map(({ label }) => label)).toEqual([inHelper.host, inFile.host]);
  });

  it('leaves out what is connected', async () => {
    await registriesView(workbench()).titleAction('Import Docker Logins…');
    const input = quickInput(workbench());
    await input.titled('Import Docker Logins');
    expect((await input.rows()).map(({ label }) => label)).toEqual([hanging.host, unhelped(), 'quay.io']);
    await input.escape();
    await input.closed();
  });

  it('copies nothing: a login that docker no longer has is gone, also after a restart, and a new one is used at once', async () => {
    await writeConfig(false);
    await workbench().restart();
    const view = registriesView(workbench());
    await view.open();
    await view.expand(inFile.host);
    const gone = `Docker has no login for ${inFile.host}. Run “docker login ${inFile.host}” in a terminal, or use Update Credential… to sign in another way.`;
    await view.row([inFile.host, gone]);
    await workbench().screenshot('docker-login-gone');
    await writeConfig(true);
    await view.inline([inFile.host, gone], 'Retry');
    await view.row([inFile.host, 'team/api']);
  });

  it('tells the log of no secret', async () => {
    const log = await workbench().log();
    expect(log).toContain('docker-credential-hangs');
    const secrets = ['wonder land', Buffer.from('alice:wonder land').toString('base64')];
    expect(secrets.filter((secret) => log.includes(secret))).toEqual([]);
  });
});
