import { chmod, mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'jsonc-parser';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { chooseEditor } from '../../scripts/chooseEditor';
import { keptPassword } from '../../scripts/password';
import { updateSettings } from '../../scripts/settings';
import { tempDir, type TempDir } from '../sandbox/tempDir';

let directory: TempDir;

beforeEach(async () => {
  directory = await tempDir('start');
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await directory.remove();
});

describe('chooseEditor', () => {
  const withCode = async (): Promise<void> => {
    const code = join(directory.path, 'code');
    await writeFile(code, '#!/bin/sh\n');
    await chmod(code, 0o755);
    vi.stubEnv('PATH', directory.path);
  };

  it.each([
    ['X11', 'linux', { DISPLAY: ':0' }],
    ['Wayland', 'linux', { WAYLAND_DISPLAY: 'wayland-0' }],
    ['macOS', 'darwin', {}],
  ] as const)('takes the VS Code on the PATH under %s', async (_name, platform, env) => {
    await withCode();
    expect(chooseEditor({ platform, env })).toBe('desktop');
  });

  it.each([
    ['without a screen', 'linux', {}],
    ['with an empty DISPLAY', 'linux', { DISPLAY: '' }],
    ['in the terminal of a remote VS Code', 'linux', { DISPLAY: ':0', VSCODE_IPC_HOOK_CLI: '/tmp/vscode.sock' }],
  ] as const)('takes the one for browsers %s', async (_name, platform, env) => {
    await withCode();
    expect(chooseEditor({ platform, env })).toBe('browser');
  });

  it('takes the one for browsers where there is no other', () => {
    vi.stubEnv('PATH', directory.path);
    expect(chooseEditor({ platform: 'linux', env: { DISPLAY: ':0' } })).toBe('browser');
  });
});

describe('the settings of the VS Code that is started', () => {
  const sandbox = { provider: 'generic', label: 'Sandbox registry', url: 'http://127.0.0.1:5100' };
  const file = (): string => join(directory.path, 'User/settings.json');
  const settings = async (): Promise<Record<string, unknown>> =>
    parse(await readFile(file(), 'utf8')) as Record<string, unknown>;

  it('connect the sandbox and keep the screen quiet', async () => {
    await updateSettings(file(), {
      connections: [sandbox],
      others: { 'registryExplorer.dockerHub.url': 'http://127.0.0.1:5101' },
    });
    expect(await settings()).toMatchObject({
      'registryExplorer.connections': [sandbox],
      'registryExplorer.dockerHub.url': 'http://127.0.0.1:5101',
      'workbench.startupEditor': 'none',
    });
  });

  it('follow the registry to another port, and keep what the user wrote', async () => {
    await mkdir(join(directory.path, 'User'));
    const other = { provider: 'generic', label: 'Mine', url: 'https://registry.example.com' };
    const connections = JSON.stringify([other, sandbox]);
    await writeFile(
      file(),
      `{\n  // large\n  "editor.fontSize": 30,\n  "registryExplorer.connections": ${connections}\n}`,
    );
    await updateSettings(file(), { connections: [{ ...sandbox, url: 'http://127.0.0.1:41000' }] });
    expect(await settings()).toEqual({
      'editor.fontSize': 30,
      'registryExplorer.connections': [other, { ...sandbox, url: 'http://127.0.0.1:41000' }],
    });
    expect(await readFile(file(), 'utf8')).toContain('// large');
  });
});

describe('the password', () => {
  it('stays the same, and only its owner can read it', async () => {
    const file = join(directory.path, 'password');
    const password = await keptPassword(file);
    expect(password).toMatch(/^[\w-]{12,}$/);
    expect(await keptPassword(file)).toBe(password);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
  });
});
