const { setTimeout: delay } = require('node:timers/promises');
const { commands } = require('vscode');

/** VS Code does not tell when a view has drawn its rows. */
const attempts = 8;
const everyMs = 500;

/** Opens the Container Explorer with its first registry unfolded. Only the first time: then VS Code knows what was open. */
exports.activate = async ({ workspaceState }) => {
  await commands.executeCommand('registryExplorer.registries.focus');
  if (workspaceState.get('shown')) return;
  await workspaceState.update('shown', true);
  for (let attempt = 0; attempt < attempts; attempt++) {
    await delay(everyMs);
    await commands.executeCommand('registryExplorer.registries.focus');
    await commands.executeCommand('list.focusFirst');
    await commands.executeCommand('list.expand');
  }
};
