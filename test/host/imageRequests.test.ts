import { deepEqual } from 'node:assert/strict';
import { commands, window } from 'vscode';
import { indexOf, versionOf } from '../sandbox/comparedImages';
import { startDockerRegistry, type RunningRegistry } from '../sandbox/dockerRegistry';
import { startRecorder, type RecordedRequest, type Recorder } from '../sandbox/recorder';
import { seedFilesystem } from '../sandbox/seed';
import { tempDir, type TempDir } from '../sandbox/tempDir';
import { openFindBox, runOnSelected, tagIsSelected } from './findBox';
import { expectBytes, setSetting, settled, showConnections } from './registriesView';

const repository = 'team/web';
/** What is shown first of an index is the platform of the machine. */
const own = process.arch === 'arm64' ? 'arm64' : 'amd64';
const [older, newer, index] = [versionOf('1.3.0', own), versionOf('1.4.0', own), indexOf('1.4.0')];
const tags = { '1.3.0': older, '1.4.0': newer, multi: index };
// An index lists its three platforms, then what is attested of each.
const attestation = index.children[index.children.findIndex(({ digest }) => digest === newer.digest) + 3];

/** Digests by what they are of. */
const named = new Map<string, string>();
for (const [what, of] of Object.entries({ older, newer, index, attestation })) {
  if (of === undefined) continue;
  named.set(of.digest, what);
  for (const [at, { digest }] of of.blobs.entries())
    named.set(digest, at === 0 ? `config of ${what}` : `blob ${at} of ${what}`);
}

/** A path as people read it; referrers stand under a tag that is made of the digest. */
function readable({ method, path }: RecordedRequest): string {
  const [, kind = '', reference = ''] = /^\/v2\/team\/web\/(\w+)\/(.*)$/.exec(path) ?? [];
  const digest = reference.replace(/^sha256-/, 'sha256:').replace(/\?.*$/, '');
  const known = named.get(digest) ?? reference;
  return `${method} ${kind} ${reference.startsWith('sha256-') ? `what refers to ${known}` : known}`;
}

/** Stands in for the box in which the user agrees; takes the question that it is asked, and presses Escape. */
function dismissQuestions(): { readonly asked: readonly string[]; readonly end: () => void } {
  const asked: string[] = [];
  const show = window.showWarningMessage;
  window.showWarningMessage = (message: string) => {
    asked.push(message);
    return Promise.resolve(undefined);
  };
  return {
    asked,
    end: () => {
      window.showWarningMessage = show;
    },
  };
}

describe('the requests for one image', () => {
  let files: TempDir;
  let registry: RunningRegistry;
  let recorder: Recorder;

  before(async () => {
    files = await tempDir('host');
    await seedFilesystem(files.path, [{ name: repository, tags }]);
    registry = await startDockerRegistry({ root: files.path });
    // So that the rows ask for nothing that a page asks for as well.
    await setSetting('tags.details', 'never');
  });
  after(async () => {
    await showConnections();
    await setSetting('tags.details', undefined);
    await registry.stop();
    await files.remove();
  });
  beforeEach(async () => {
    // Behind a port of its own each test meets a connection nothing is known of yet.
    recorder = await startRecorder(registry.url);
    await showConnections({ provider: 'generic', label: 'Counted', url: recorder.url });
  });
  afterEach(async () => {
    await commands.executeCommand('workbench.action.closeAllEditors');
    await recorder.stop();
  });

  /** Forgets the requests that the row itself took. */
  const select = async (tag: string): Promise<void> => {
    const reference = `${new URL(recorder.url).host}/${repository}:${tag}`;
    const box = await openFindBox();
    await box.type(reference);
    await box.accept();
    await tagIsSelected(reference);
    await settled(recorder);
    recorder.reset();
  };
  const expectRequests = async (expected: readonly string[], mostBytes: number): Promise<void> => {
    await settled(recorder);
    deepEqual(recorder.requests.map(readable).sort(), [...expected].sort());
    expectBytes(recorder.requests, mostBytes);
  };

  it('are four for its page: it, its config, and what refers to it', async () => {
    await select('1.4.0');
    await runOnSelected('openImage');
    const referring = ['GET referrers newer', 'GET manifests what refers to newer'];
    await expectRequests(['GET manifests 1.4.0', 'GET blobs config of newer', ...referring], 5500);
  });

  it('are eight for the page of an index, of which one platform is shown with its attestations', async () => {
    await select('multi');
    await runOnSelected('openImage');
    const attested = ['manifests attestation', 'blobs blob 1 of attestation', 'blobs blob 2 of attestation'];
    await expectRequests(
      [
        ...['GET manifests multi', 'GET manifests newer', 'GET blobs config of newer'],
        ...['GET referrers index', 'GET manifests what refers to index'],
        ...attested.map((each) => `GET ${each}`),
      ],
      12_500,
    );
  });

  it('are four for each of two that are compared', async () => {
    await select('1.4.0');
    const below = ['registryExplorer.registries.focus', 'list.expandSelectionDown'];
    for (const command of below) await commands.executeCommand(command);
    await runOnSelected('compareImages');
    const ofEach = (image: string, tag: string): readonly string[] => [
      ...[`GET manifests ${tag}`, `GET blobs config of ${image}`],
      ...[`GET referrers ${image}`, `GET manifests what refers to ${image}`],
    ];
    await expectRequests([...ofEach('older', '1.3.0'), ...ofEach('newer', '1.4.0')], 10_500);
  });

  it('are seven before the question whether it is deleted: other tags and indexes may name it', async () => {
    await select('1.4.0');
    const { asked, end } = dismissQuestions();
    try {
      await runOnSelected('deleteImage');
    } finally {
      end();
    }
    deepEqual(asked, [`Delete ${new URL(recorder.url).host}/${repository}:1.4.0?`]);
    await expectRequests(
      [
        ...['GET tags list?n=1000', 'GET manifests 1.4.0', 'HEAD manifests 1.3.0', 'HEAD manifests multi'],
        ...['GET manifests index', 'GET referrers newer', 'GET manifests what refers to newer'],
      ],
      7500,
    );
  });
});
