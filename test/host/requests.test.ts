import { deepEqual, equal, ok } from 'node:assert/strict';
import { commands } from 'vscode';
import { startDockerRegistry, type RunningRegistry } from '../sandbox/dockerRegistry';
import { buildImage } from '../sandbox/images';
import { startRecorder, type Recorder } from '../sandbox/recorder';
import { seedFilesystem } from '../sandbox/seed';
import { tempDir, type TempDir } from '../sandbox/tempDir';
import { startV2Server, type V2Server } from '../sandbox/v2Server';
import {
  catalogRequests,
  collapseRepository,
  detailRequests,
  expectBytes,
  expandConnection,
  expandRepository,
  loadMore,
  setSetting,
  settled,
  showConnections,
  tagRequests,
} from './registriesView';

/** Plain images of one platform, each with a digest and a config of its own. */
function builds(count: number): Record<string, ReturnType<typeof buildImage>> {
  return Object.fromEntries(
    Array.from({ length: count }, (_, index) => [
      `build-${index + 1}`,
      buildImage({ created: new Date(Date.UTC(2026, 0, 1, 0, index)), env: [`BUILD=${index + 1}`] }),
    ]),
  );
}

describe('the requests of the Registries view', function () {
  let files: TempDir;
  let registry: RunningRegistry;
  let recorder: Recorder;

  before(async () => {
    files = await tempDir('host');
    await seedFilesystem(files.path, [{ name: 'ci/builds', tags: builds(1000) }]);
    registry = await startDockerRegistry({ root: files.path });
  });
  after(async () => {
    await showConnections();
    await registry.stop();
    await files.remove();
  });
  beforeEach(async () => {
    // Behind a port of its own each test meets a connection nothing is known of yet.
    recorder = await startRecorder(registry.url);
  });
  afterEach(async () => {
    await setSetting('tags.details', undefined);
    await recorder.stop();
  });

  const show = async (): Promise<void> => {
    await showConnections({ provider: 'generic', label: 'Counted', url: recorder.url });
    await expandConnection(recorder);
    deepEqual(
      recorder.requests.map(({ path }) => path),
      ['/v2/_catalog?n=1000'],
    );
    recorder.reset();
  };

  it('takes 202 for 100 of 1,000 tags with all details, six at a time over six connections', async () => {
    await show();
    recorder.latencyMs = 20;
    await expandRepository(recorder);
    await recorder.until((requests) => detailRequests(requests).length >= 200);
    await settled(recorder);

    const { requests } = recorder;
    // A full page without a link may have another behind it.
    equal(tagRequests(requests).length, 2);
    equal(requests.filter(({ path }) => path.includes('/manifests/')).length, 100);
    equal(requests.filter(({ path }) => path.includes('/blobs/')).length, 100);
    equal(new Set(requests.map(({ path }) => path)).size, 202, 'nothing is asked twice');
    equal(requests.length, 202);
    deepEqual(new Set(requests.map(({ status }) => status)), new Set([200]));
    equal(recorder.maxConcurrent, 6);
    ok(recorder.connections <= 6, `${recorder.connections} TCP connections`);
    const newest = ['build-1000', 'build-999', 'build-901'];
    const asked = (tag: string): boolean => requests.some(({ path }) => path.endsWith(`/manifests/${tag}`));
    deepEqual(newest.filter(asked), newest);
    equal(asked('build-900'), false);
    expectBytes(requests, 160_000);
  });

  it('takes one for the first 1,000 of 1,500 repositories, and one more for those behind them', async () => {
    const names = Array.from({ length: 1500 }, (_, index) => `team/service-${String(index).padStart(4, '0')}`);
    const many: V2Server = await startV2Server({ repositories: names.map((name) => ({ name, tags: {} })) });
    const counter = await startRecorder(many.url);
    try {
      await showConnections({ provider: 'generic', label: 'Many', url: counter.url });
      await expandConnection(counter);
      deepEqual(
        counter.requests.map(({ path }) => path),
        ['/v2/_catalog?n=1000'],
      );
      expectBytes(counter.requests, 21_000);
      await loadMore(counter, 2);
      await settled(counter);
      equal(counter.requests.length, 2);
      equal(catalogRequests(counter.requests).length, 2);
      ok(counter.requests[1]?.path.includes('last=team%2Fservice-0999'), counter.requests[1]?.path);
    } finally {
      await counter.stop();
      await many.stop();
    }
  });

  it('are given up when the repository is collapsed, and taken up when it is opened again', async () => {
    await show();
    recorder.latencyMs = 200;
    await expandRepository(recorder);
    await recorder.until((requests) => detailRequests(requests).length > 6);
    await collapseRepository();
    await settled(recorder, 2_000);
    const given = detailRequests(recorder.requests);
    ok(given.length < 100, `${given.length} requests were made for a row that is closed`);
    ok(given.some(({ state }) => state === 'broken'));

    recorder.latencyMs = 0;
    for (const command of ['list.focusFirst', 'list.focusDown', 'list.expand']) await commands.executeCommand(command);
    const answered = (): number => detailRequests(recorder.requests).filter(({ state }) => state === 'answered').length;
    await recorder.until(() => answered() >= 200);
    await settled(recorder);
    equal(tagRequests(recorder.requests).length, 2, 'the tags are known already');
    ok(recorder.maxConcurrent <= 6, `${recorder.maxConcurrent} requests at once`);
  });

  it('are given up for those of a refresh', async () => {
    await show();
    recorder.latencyMs = 200;
    await expandRepository(recorder);
    await recorder.until((requests) => detailRequests(requests).length > 6);
    await commands.executeCommand('registryExplorer.refreshAll');
    await recorder.until((requests) => tagRequests(requests).length === 2);
    const before = [...recorder.requests];
    ok(detailRequests(before).length < 100, 'the refresh did not wait for what it replaces');

    recorder.latencyMs = 0;
    const manifests = (): number =>
      recorder.requests
        .slice(before.length)
        .filter(({ path, state }) => path.includes('/manifests/') && state === 'answered').length;
    await recorder.until(() => manifests() >= 100);
    await settled(recorder);
    const late = detailRequests(before).filter(({ state }) => state !== 'answered');
    ok(late.length > 0, 'what was under way was ended');
    equal(manifests(), 100);
    equal(catalogRequests(recorder.requests).length, 1);
  });

  it('are none for details where the setting says never', async () => {
    await setSetting('tags.details', 'never');
    await show();
    await expandRepository(recorder);
    await settled(recorder, 2_000);
    equal(recorder.requests.length, 2);
    equal(tagRequests(recorder.requests).length, 2);

    await setSetting('tags.details', 'always');
    await recorder.until((requests) => detailRequests(requests).length >= 200);
  });

  it('end when the connection is taken out of the settings', async () => {
    await show();
    recorder.latencyMs = 200;
    await expandRepository(recorder);
    await recorder.until((requests) => detailRequests(requests).length > 6);
    await setSetting('connections', []);
    await settled(recorder, 2_000);
    const made = detailRequests(recorder.requests).length;
    ok(made < 100, `${made} requests were made for a connection that is gone`);
  });
});
