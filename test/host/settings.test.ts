import { equal, ok } from 'node:assert/strict';
import { ConfigurationTarget } from 'vscode';
import { buildImage } from '../sandbox/images';
import { startRecorder, type Recorder } from '../sandbox/recorder';
import { startV2Server, type V2Server } from '../sandbox/v2Server';
import { catalogRequests, expandConnection, setSetting, settled, showConnections } from './registriesView';

describe('the setting registryExplorer.connections', function () {
  let registry: V2Server;
  let first: Recorder;
  let second: Recorder;

  before(async () => {
    registry = await startV2Server({ repositories: [{ name: 'team/api', tags: { '1.0': buildImage() } }] });
  });
  after(async () => {
    await registry.stop();
  });
  beforeEach(async () => {
    first = await startRecorder(registry.url);
    second = await startRecorder(registry.url);
    await showConnections();
  });
  afterEach(async () => {
    await setSetting('connections', undefined, ConfigurationTarget.Workspace);
    await setSetting('connections', undefined);
    await first.stop();
    await second.stop();
  });

  const inWorkspace = (...urls: readonly string[]): Promise<void> =>
    setSetting(
      'connections',
      urls.map((url) => ({ provider: 'generic', url })),
      ConfigurationTarget.Workspace,
    );

  it('brings the connections of the workspace', async () => {
    await inWorkspace(first.url);
    await expandConnection(first);
    equal(catalogRequests(first.requests).length, 1);
    ok(first.requests.every(({ hasAuthorization }) => !hasAuthorization));
  });

  it('lists them in the order of the settings', async () => {
    await inWorkspace(second.url, first.url);
    await expandConnection(second);
    await settled(second);
    equal(first.requests.length, 0, 'a connection that is closed is asked nothing');
  });

  it('brings those that are well written, whatever stands beside them', async () => {
    const good = { provider: 'generic', url: first.url };
    await setSetting('connections', ['none', { label: 'No address' }, good], ConfigurationTarget.Workspace);
    await expandConnection(first);
    equal(catalogRequests(first.requests).length, 1);
  });

  it('does not use an address that holds a password', async () => {
    const { host } = new URL(first.url);
    await inWorkspace(`http://alice:secret@${host}`, `http://alice@${host}`, second.url);
    await expandConnection(second);
    await settled(second);
    equal(first.requests.length, 0);
  });
});
