import { equal, ok } from 'node:assert/strict';
import { commands, extensions } from 'vscode';
import packageJson from '../../package.json';

const extensionId = `${packageJson.publisher}.${packageJson.name}`;

describe('the extension', () => {
  it('is there and activates', async () => {
    const extension = extensions.getExtension(extensionId);
    ok(extension, `${extensionId} is not installed`);
    await extension.activate();
    equal(extension.isActive, true);
  });

  it('registers every command it contributes', async () => {
    const registered = new Set(await commands.getCommands(true));
    const missing = packageJson.contributes.commands.map(({ command }) => command).filter((id) => !registered.has(id));
    equal(missing.join(', '), '');
  });
});
