import { deepEqual } from 'node:assert/strict';
import { ConfigurationTarget } from 'vscode';
import { listedConnections } from '../../src/ui/settings';
import { setSetting } from './registriesView';

const inWorkspace = ConfigurationTarget.Workspace;
const team = { provider: 'generic', url: 'https://registry.example.com' };
const evil = { provider: 'generic', url: 'https://evil.example.com' };

describe('the setting that lists connections', () => {
  afterEach(async () => {
    await setSetting('connections', undefined);
    await setSetting('connections', undefined, inWorkspace);
  });

  it('tells the user’s own list from that of a workspace, which is in force', async () => {
    let changes = 0;
    const listening = listedConnections.onDidChange(() => changes++);
    await setSetting('connections', [team]);
    deepEqual([listedConnections.inForce(), listedConnections.ofUser()], [[team], [team]]);
    await setSetting('connections', [evil], inWorkspace);
    deepEqual([listedConnections.inForce(), listedConnections.ofUser()], [[evil], [team]]);
    listening.dispose();
    deepEqual(changes, 2);
  });
});
