import { deepEqual } from 'node:assert/strict';
import { commands } from 'vscode';
import { outsideRequests, outsideUrl } from './outsideRequests';
import { setSetting, showConnections } from './registriesView';

const walk = (...path: readonly string[]) => {
  return async () => {
    for (const command of path) await commands.executeCommand(command);
  };
};

/** The last test before the window is loaded again; those in `reloaded/` follow. */
describe('what is open before a reload', () => {
  it('is a connection and its first repository', async () => {
    await setSetting('tags.details', 'never');
    await showConnections({ provider: 'generic', label: 'Outside', url: outsideUrl() });
    await outsideRequests(1, walk('registryExplorer.registries.focus', 'list.focusFirst', 'list.expand'));
    deepEqual(await outsideRequests(2, walk('list.focusFirst', 'list.focusDown', 'list.expand')), [
      '/v2/_catalog?n=1000',
      '/v2/team/api/tags/list?n=1000',
    ]);
  });
});
