import { deepEqual } from 'node:assert/strict';
import { commands } from 'vscode';
import { outsideRequests } from '../outsideRequests';

describe('the requests after a reload', () => {
  it('are one for each row that is open', async () => {
    const focus = () => Promise.resolve(commands.executeCommand('registryExplorer.registries.focus'));
    deepEqual(await outsideRequests(2, focus), ['/v2/_catalog?n=1000', '/v2/team/api/tags/list?n=1000']);
  });
});
