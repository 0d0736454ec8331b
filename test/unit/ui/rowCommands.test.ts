import { describe, expect, it } from 'vitest';
import { Failure } from '../../../src/core/failure';
import type { Manifest } from '../../../src/core/manifest';
import type {
  Attachment,
  Entry,
  ImageDetails,
  InspectedImage,
  PlatformImage,
  Repository,
  Tag,
} from '../../../src/core/model';
import type { ImageContent, RegistryProvider } from '../../../src/providers/provider';
import type { AnyNode, NodeCommand } from '../../../src/ui/commands/command';
import { copyFullTag } from '../../../src/ui/commands/copyFullTag';
import { copyImageDigest } from '../../../src/ui/commands/copyImageDigest';
import { inspectImage } from '../../../src/ui/commands/inspectImage';
import { inspectImageManifest } from '../../../src/ui/commands/inspectImageManifest';
import { lockTag, unlockTag } from '../../../src/ui/commands/locks';
import { openAttachment } from '../../../src/ui/commands/openAttachment';
import { openInBrowser } from '../../../src/ui/commands/openInBrowser';
import { refresh, refreshAll, refreshImages } from '../../../src/ui/commands/refresh';
import { loadMore, retry } from '../../../src/ui/commands/rows';
import { viewProperties } from '../../../src/ui/commands/viewProperties';
import type { ShownDocument } from '../../../src/ui/documents';
import { groupImages, everyRow } from '../../../src/ui/images/localNode';
import { rowBelow } from '../../../src/ui/tree/node';
import { failing } from '../failing';
import { notExpected, stub } from '../stub';
import { connectionNode, enginesOf, fakeApp, fakeEngine, localImage, reference } from './fakeApp';
import type { FakeParts } from './fakeApp';
import { user } from './scriptedUser';

const digest = `sha256:${'a'.repeat(64)}`;
const plain: ImageDetails = { digest, mediaType: 'm', type: 'image', platforms: [], labels: {} };
const repository: Repository = {
  kind: 'repository',
  label: 'team/app',
  image: reference('registry.example.com/team/app'),
};
const tag = (details?: ImageDetails, label = '1'): Tag => ({
  ...{ kind: 'tag', label, image: reference(`registry.example.com/team/app:${label}`) },
  ...(details === undefined ? {} : { details }),
});
const amd64: PlatformImage = {
  ...{ kind: 'platform', label: 'linux/amd64', platform: { os: 'linux', architecture: 'amd64' }, attachments: [] },
  image: reference(`registry.example.com/team/app@${digest}`),
};
const sbom: Attachment = { kind: 'attachment', label: 'SBOM (spdx/json)', type: 'sbom', image: amd64.image };

function manifestOf(bytes: Uint8Array, its = digest): Manifest {
  return { kind: 'unknown', digest: its, bytes, mediaType: 'm', layers: [], annotations: {}, faults: [] };
}

/** The row of an entry, of a registry with these abilities. */
function rowOf(entry: Entry, abilities: Partial<RegistryProvider> = {}) {
  const root = connectionNode({}, abilities);
  return rowBelow(rowBelow(root, repository), entry);
}

function local(id: string) {
  const images = [localImage('a', ['app:1', 'localhost:5000/app:2']), localImage('b', [])];
  const row = everyRow(groupImages(images)).find((each) => each.id === id);
  if (row === undefined) throw new Error(`There is no row ${id}.`);
  return row;
}

/** What a command copied, showed, opened and refreshed. */
async function running(command: NodeCommand, nodes: readonly AnyNode[], parts: FakeParts = {}) {
  const copied: string[] = [];
  const documents: ShownDocument[] = [];
  const opened: string[] = [];
  const refreshed: unknown[] = [];
  const { app, ...told } = fakeApp({
    copy: (text) => Promise.resolve(void copied.push(text)),
    showDocument: (document) => Promise.resolve(void documents.push(document)),
    browse: (url) => Promise.resolve(void opened.push(url.href)),
    tree: { refresh: (node) => refreshed.push(node?.id) },
    ...parts,
  });
  expect(nodes.every(command.applies)).toBe(true);
  await command.run(app, nodes);
  return { ...told, copied, documents, opened, refreshed };
}

describe('Copy Full Tag', () => {
  it('copies names whole, of either view, a line each', async () => {
    const one = await running(copyFullTag, [rowOf(tag())]);
    expect([one.copied, one.done]).toEqual([
      ['registry.example.com/team/app:1'],
      ['Copied registry.example.com/team/app:1'],
    ]);
    const nodes = [local('app:1'), local('localhost:5000/app:2')];
    const { copied, done } = await running(copyFullTag, nodes);
    expect([copied, done]).toEqual([['app:1\nlocalhost:5000/app:2'], ['Copied 2 names']]);
  });

  it('is for what has a tag', () => {
    for (const entry of [repository, amd64, sbom]) expect(copyFullTag.applies(rowOf(entry))).toBe(false);
    expect(copyFullTag.applies(local(`sha256:${'b'.repeat(64)}`))).toBe(false);
  });
});

describe('Copy Image Digest', () => {
  it('asks what the tag points to now, and not what its row was drawn with', async () => {
    const asked: unknown[] = [];
    const now = `sha256:${'b'.repeat(64)}`;
    const content = stub<ImageContent>('content', {
      manifest: (image) => {
        asked.push(image);
        return Promise.resolve(manifestOf(Buffer.of(), now));
      },
    });
    const { copied, done } = await running(copyImageDigest, [rowOf(tag(plain), { content })]);
    expect([copied, done, asked]).toEqual([[now], [`Copied ${now}`], [tag().image]]);
  });

  it('knows that of a platform without asking', async () => {
    const { copied } = await running(copyImageDigest, [rowOf(amd64, { content: stub('content', {}) })]);
    expect(copied).toEqual([digest]);
  });

  it('is for images of registries that can be read', () => {
    expect(copyImageDigest.applies(rowOf(tag()))).toBe(false);
    expect(copyImageDigest.applies(rowOf(repository, { content: stub('content', {}) }))).toBe(false);
  });
});

describe('Lock and Unlock', () => {
  const locking = async (command: NodeCommand, isLocked: boolean) => {
    const set: unknown[] = [];
    const locks = {
      set: ({ label }: Tag, to: boolean) => Promise.resolve(void set.push([label, to])),
      lift: () => Promise.reject(notExpected('lift')),
    };
    const { done, refreshed } = await running(command, [rowOf(tag({ ...plain, isLocked }), { locks })]);
    return { set, done, refreshed };
  };

  it('change the tag, and list its repository anew', async () => {
    const refreshed = ['c1/repository:team/app'];
    const name = 'registry.example.com/team/app:1';
    expect(await locking(lockTag, false)).toEqual({ set: [['1', true]], done: [`Locked ${name}`], refreshed });
    expect(await locking(unlockTag, true)).toEqual({ set: [['1', false]], done: [`Unlocked ${name}`], refreshed });
  });

  it('are offered by what the tag is, where the registry has locks', () => {
    const locks = { set: () => Promise.resolve(), lift: () => Promise.reject(notExpected('lift')) };
    const offered = (entry: Entry, abilities: Partial<RegistryProvider>) => [
      lockTag.applies(rowOf(entry, abilities)),
      unlockTag.applies(rowOf(entry, abilities)),
    ];
    expect(offered(tag({ ...plain, isLocked: true }), { locks })).toEqual([false, true]);
    expect(offered(tag({ ...plain, isLocked: false }), { locks })).toEqual([true, false]);
    expect(offered(tag(), { locks })).toEqual([true, false]);
    expect(offered(tag(), {})).toEqual([false, false]);
    expect(offered(repository, { locks })).toEqual([false, false]);
  });
});

describe('View Properties', () => {
  it('shows what the service tells, under a name that is no path', async () => {
    const properties: RegistryProvider['properties'] = ({ kind }) =>
      kind === 'repository' ? () => Promise.resolve({ tags: 3, nested: { a: [] } }) : undefined;
    const row = rowBelow(connectionNode({}, { properties }), repository);
    const { documents } = await running(viewProperties, [row]);
    expect(documents).toMatchObject([{ name: 'team-app properties.json', id: encodeURIComponent(row.id) }]);
    expect(JSON.parse(documents[0]?.text ?? '')).toEqual({ tags: 3, nested: { a: [] } });
    expect(viewProperties.applies(rowOf(tag(), { properties }))).toBe(false);
    expect(viewProperties.applies(connectionNode({}, { properties }))).toBe(false);
  });
});

describe('Open in Browser', () => {
  it('opens the page of what was clicked, where it has one', async () => {
    const webPage: RegistryProvider['webPage'] = (entry) =>
      entry?.kind === 'tag' ? undefined : new URL(`https://web.example/${entry?.label ?? ''}`);
    const { opened } = await running(openInBrowser, [rowBelow(connectionNode({}, { webPage }), repository)]);
    expect(opened).toEqual(['https://web.example/team/app']);
    expect([openInBrowser.applies(rowOf(tag(), { webPage })), openInBrowser.applies(rowOf(tag()))]).toEqual([
      false,
      false,
    ]);
  });
});

describe('Refresh', () => {
  it('asks again below what was clicked, or all of it', async () => {
    const { refreshed } = await running(refresh, [rowOf(tag())]);
    expect(refreshed).toEqual(['c1/repository:team/app/tag:1']);
    const all: unknown[] = [];
    let images = 0;
    const { app } = fakeApp({
      tree: { refresh: (node) => all.push(node) },
      images: { refresh: () => (images++, Promise.resolve()) },
    });
    await refreshAll.run(app);
    await refreshImages.run(app);
    expect([all, images]).toEqual([[undefined], 1]);
  });

  it('is not for what never changes', () => {
    expect([refresh.applies(rowOf(amd64)), refresh.applies(rowOf(sbom))]).toEqual([false, false]);
    expect(refresh.applies(connectionNode({}, {}))).toBe(true);
  });
});

describe('the rows that are no nodes', () => {
  it('load more, and try again, each its own', () => {
    const did: unknown[] = [];
    const { app } = fakeApp({
      tree: { loadMore: (row) => did.push(['more', row.of.id]), retry: (row) => did.push(['again', row.of.id]) },
    });
    const of = rowOf(tag());
    for (const row of [{ kind: 'more', of } as const, { kind: 'problem', of, failure: undefined } as const]) {
      loadMore.run(app, row);
      retry.run(app, row);
    }
    expect(did).toEqual([
      ['more', of.id],
      ['again', of.id],
    ]);
  });
});

describe('Inspect Image Manifest', () => {
  it('shows it as the registry sent it, formatted, under the name of its image', async () => {
    const bytes = Buffer.from('{"schemaVersion":2,"big":12345678901234567890}');
    const manifest: ImageContent['manifest'] = () => Promise.resolve(manifestOf(bytes));
    const content = stub<ImageContent>('content', { manifest });
    const id = `registry.example.com/team/app@${digest}`;
    const { documents } = await running(inspectImageManifest, [rowOf(tag(), { content })]);
    expect(documents).toMatchObject([{ name: 'app@1 manifest.json', id }]);
    expect(documents[0]?.text).toContain('"big": 12345678901234567890');
    const platform = await running(inspectImageManifest, [rowOf(amd64, { content })]);
    expect(platform.documents[0]?.name).toBe('app@linux-amd64 manifest.json');
    expect(inspectImageManifest.applies(rowOf(sbom, { content }))).toBe(true);
    expect(inspectImageManifest.applies(rowOf(repository, { content }))).toBe(false);
    expect(inspectImageManifest.applies(rowOf(tag()))).toBe(false);
  });
});

describe('Open', () => {
  it('shows what describes an image', async () => {
    const blob = { mediaType: 'm', digest: `sha256:${'c'.repeat(64)}`, size: 2 };
    const read: unknown[] = [];
    const content = stub<ImageContent>('content', {
      attachment: (attachment) => (read.push(attachment), Promise.resolve(Buffer.from('{"a":1}'))),
    });
    for (const [attachment, held] of [
      [sbom, digest],
      [{ ...sbom, blob }, blob.digest],
    ] as const) {
      const { documents } = await running(openAttachment, [rowOf(attachment, { content })]);
      const id = `registry.example.com/team/app@${held}`;
      expect(documents).toMatchObject([{ name: 'app SBOM (spdx-json).json', id }]);
      expect(JSON.parse(documents[0]?.text ?? '')).toEqual({ a: 1 });
    }
    expect(read).toEqual([sbom, { ...sbom, blob }]);
    expect(openAttachment.applies(rowOf(tag(), { content }))).toBe(false);
  });
});

describe('Inspect Image', () => {
  const inspected: InspectedImage = {
    ...{ image: amd64.image, digest, platform: { os: 'linux', architecture: 'amd64' } },
    ...{ config: { config: { Cmd: ['serve'] } }, layers: [], faults: [] },
  };
  const arm64 = { ...amd64, label: 'linux/arm64', image: { ...amd64.image, digest: `sha256:${'b'.repeat(64)}` } };
  const reading = (images: readonly { readonly label: string; readonly image: typeof amd64.image }[]) => {
    const asked: unknown[] = [];
    const content = stub<ImageContent>('content', {
      images: () => Promise.resolve(images),
      config: (image) => (asked.push(image.digest), Promise.resolve(inspected)),
    });
    return { asked, content };
  };

  it('asks which platform is meant where there are several', async () => {
    const { asked, content } = reading([amd64, arm64]);
    const { ask, offered } = user('linux/arm64');
    const { documents } = await running(inspectImage, [rowOf(tag(), { content })], { ask });
    expect([offered(), asked]).toEqual([['linux/amd64', 'linux/arm64'], [arm64.image.digest]]);
    expect(documents).toMatchObject([
      { name: 'app@1 linux-amd64.yaml', id: `registry.example.com/team/app@${digest}` },
    ]);
    expect(documents[0]?.text).toContain('cmd:\n  - "serve"');
    const left = await running(inspectImage, [rowOf(tag(), { content })], { ask: user(undefined).ask });
    expect(left.documents).toEqual([]);
  });

  it('does not ask where there is one, or one was clicked', async () => {
    const { asked, content } = reading([amd64]);
    await running(inspectImage, [rowOf(tag(), { content })]);
    const { documents } = await running(inspectImage, [rowOf(arm64, { content })]);
    expect([asked, documents[0]?.name]).toEqual([[digest, arm64.image.digest], 'app linux-amd64.yaml']);
  });

  it('says that an index names no image', async () => {
    const failure = await failing(running(inspectImage, [rowOf(tag(), { content: reading([]).content })]).then());
    expect([failure.kind, failure.detail.explanation]).toEqual(['notFound', 'the index lists no images']);
  });

  it('is for images that can be read', () => {
    const { content } = reading([]);
    const failure = new Failure('notFound', '', { subject: 'r' });
    const applies = (entry: Entry) => inspectImage.applies(rowOf(entry, { content }));
    expect([tag(), tag({ ...plain, type: 'index' }), amd64].map(applies)).toEqual([true, true, true]);
    expect([tag({ ...plain, type: 'artifact' }), { ...amd64, failure }, sbom, repository].map(applies)).toEqual([
      ...[false, false, false, false],
    ]);
  });

  it('shows an image of this machine as its engine describes it', async () => {
    const asked: unknown[] = [];
    const engine = fakeEngine({ inspect: (name) => (asked.push(name), Promise.resolve({ Id: 'x' })) });
    const parts = { engines: enginesOf(engine) };
    const named = await running(inspectImage, [local('app:1')], parts);
    const nameless = await running(inspectImage, [local(`sha256:${'b'.repeat(64)}`)], parts);
    expect([named.documents[0]?.name, nameless.documents[0]?.name]).toEqual([
      'app@1 aaaaaaaaaaaa.json',
      'bbbbbbbbbbbb.json',
    ]);
    expect(JSON.parse(named.documents[0]?.text ?? '')).toEqual({ Id: 'x' });
    expect(asked).toEqual([reference('app:1'), { id: `sha256:${'b'.repeat(64)}` }]);
  });
});
