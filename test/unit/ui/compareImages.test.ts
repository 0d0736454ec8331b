import { describe, expect, it } from 'vitest';
import { Failure } from '../../../src/core/failure';
import type { Entry, ImageDetails, PlatformImage, Tag } from '../../../src/core/model';
import type { ImageSource } from '../../../src/images/imageSource';
import type { ImageContent, ProviderType } from '../../../src/providers/provider';
import { compareImages } from '../../../src/ui/commands/compareImages';
import { everyRow, groupImages } from '../../../src/ui/images/localNode';
import { ComparisonPage } from '../../../src/ui/page/comparisonPage';
import { rowBelow } from '../../../src/ui/tree/node';
import type { AnyNode } from '../../../src/ui/commands/command';
import { stub } from '../stub';
import { connectionNode, fakeApp, fakeProvider, localImage, reference } from './fakeApp';
import type { FakeParts } from './fakeApp';
import { user } from './scriptedUser';

const web = 'registry.example.com/team/web';
const digest = (digit: string) => `sha256:${digit.repeat(64)}`;
const index: ImageDetails = {
  digest: digest('1'),
  mediaType: 'm',
  type: 'index',
  platforms: [
    { os: 'linux', architecture: 'amd64' },
    { os: 'linux', architecture: 'riscv64' },
  ],
  labels: {},
};
const dated = (day: string): ImageDetails => ({ ...index, platforms: [], created: new Date(`2026-11-${day}`) });
const tagOf = (name: string, details?: ImageDetails): Tag => {
  const image = reference(`${web}:${name}`);
  return { kind: 'tag', label: name, image, ...(details === undefined ? {} : { details }) };
};
const images: ImageContent['images'] = () =>
  Promise.resolve(
    ['amd64', 'riscv64'].map((architecture, at) => ({
      image: reference(`${web}@${digest(String(at))}`),
      label: `linux/${architecture}`,
      platform: { os: 'linux', architecture },
    })),
  );
const content = stub<ImageContent>('content', { images });
const acme = connectionNode({}, { content, locate: ({ host }) => (host === 'registry.example.com' ? [] : undefined) });
const mirror = connectionNode(
  { id: 'c2', label: 'Mirror' },
  { content, locate: ({ host }) => (host === 'mirror.example.com' ? [] : undefined) },
);
const repository = rowBelow(acme, { kind: 'repository', label: 'team/web', image: reference(web) });
const row = (entry: Entry) => rowBelow(repository, entry);
const local = [localImage('a', [`${web}:dev`, `${web}:1.4`]), localImage('b', ['app:latest'])];
const localRow = (id: string) => {
  const found = everyRow(groupImages(local)).find((each) => each.id === id);
  if (found === undefined) throw new Error(`There is no row ${id}.`);
  return found;
};
const loaded = [tagOf('1.2'), tagOf('1.3', dated('02')), tagOf('1.4', dated('03')), tagOf('1.5', dated('04'))];

/** What is told, offered and opened when the command is run on these rows and the user answers so. */
async function comparing(
  nodes: readonly AnyNode[],
  script: readonly (string | undefined)[] = [],
  parts: FakeParts = {},
) {
  const asked = user(...script);
  const opened: string[] = [];
  const { app, told } = fakeApp({
    connected: [acme, mirror],
    ask: asked.ask,
    images: { list: () => Promise.resolve(local) },
    tree: { known: () => loaded.map((entry) => ({ below: repository, entry })) },
    openPage: (page) => {
      if (!(page instanceof ComparisonPage)) throw new Error('Another page was opened.');
      const { before, after } = page.remembered();
      opened.push(...[before, after].map((place) => (place.kind === 'local' ? `local ${place.id}` : printed(place))));
    },
    ...parts,
  });
  await compareImages.run(app, nodes);
  return { told, opened, seen: asked.seen, offered: asked.offered() };
}

type Remote = Extract<ReturnType<ComparisonPage['remembered']>['before'], { readonly kind: 'image' }>;
const printed = ({ registry, image: { path, tag = '' }, part }: Remote) =>
  `${registry.label} ${path}:${tag}${part === undefined ? '' : `${part.tag ?? ''} ${part.platform}`}`;

describe('Compare…', () => {
  it('takes tags, platforms and images of the engine', () => {
    const platform: PlatformImage = {
      kind: 'platform',
      label: 'linux/amd64',
      image: reference(`${web}@${digest('2')}`),
      attachments: [],
    };
    expect(compareImages.applies(row(tagOf('1')))).toBe(true);
    expect(compareImages.applies(row(platform))).toBe(true);
    expect(compareImages.applies(row({ ...platform, failure: new Failure('notFound', '', { subject: 'x' }) }))).toBe(
      false,
    );
    expect(compareImages.applies(repository)).toBe(false);
    expect(compareImages.applies(localRow('app:latest'))).toBe(true);
    expect(compareImages.applies(localRow('docker.io/app'))).toBe(false);
  });

  it('compares two rows, the one further down being the first, and says so of more', async () => {
    const rows = ['1.4', '1.3', '1.2'].map((name) => row(tagOf(name)));
    expect(await comparing(rows.slice(0, 2))).toMatchObject({
      opened: ['Acme team/web:1.3', 'Acme team/web:1.4'],
      seen: [],
    });
    expect(await comparing(rows)).toMatchObject({
      opened: [],
      told: ['Two images are compared at a time: select one or two rows.'],
    });
  });

  it('offers other tags of the repository, the newest first, and the image of the name in the engine', async () => {
    const { seen, offered, opened } = await comparing([row(tagOf('1.4'))], ['1.3']);
    expect(seen).toEqual(['Compare web:1.4 with']);
    expect(offered).toEqual(['1.5', '1.3', '1.2', `${web}:1.4`, `${web}:dev`, 'Another image…', 'A local image…']);
    expect(opened).toEqual(['Acme team/web:1.3', 'Acme team/web:1.4']);
  });

  it('offers the platforms of an index, and those beside a platform', async () => {
    const tag = row(tagOf('1.4', index));
    const { offered, opened } = await comparing([tag], ['linux/riscv64']);
    expect(offered).toContain('linux/riscv64');
    expect(offered).not.toContain('linux/amd64');
    expect(opened).toEqual(['Acme team/web:1.4 linux/amd64', 'Acme team/web:1.4 linux/riscv64']);
    const platform: PlatformImage = {
      kind: 'platform',
      label: 'linux/riscv64',
      image: reference(`${web}@${digest('1')}`),
      attachments: [],
    };
    const beside = await comparing([rowBelow(tag, platform)], ['linux/amd64']);
    expect(beside.seen).toEqual(['Compare web:1.4 linux/riscv64 with']);
    expect(beside.opened).toEqual(['Acme team/web:1.4 linux/riscv64', 'Acme team/web:1.4 linux/amd64']);
  });

  it('offers the rest when the engine does not answer', async () => {
    const list = () => Promise.reject(new Failure('notFound', '', { subject: '', code: 'NO_ENGINE' }));
    const { offered } = await comparing([row(tagOf('1.4'))], [], { images: { list } });
    expect(offered).toEqual(['1.5', '1.3', '1.2', 'Another image…']);
  });

  it('offers for a local image its other tags, and its name in a registry that is connected', async () => {
    const { offered, opened } = await comparing([localRow(`${web}:dev`)], [`${web}:dev`]);
    expect(offered).toEqual([`${web}:1.4`, `${web}:dev`, 'Another image…', 'A local image…']);
    expect(opened).toEqual(['Acme team/web:dev', `local ${web}:dev`]);
    const other = await comparing([localRow('app:latest')], ['A local image…', `${web}:1.4`]);
    expect(other.opened).toEqual([`local ${web}:1.4`, 'local app:latest']);
  });

  it('takes a pasted line, and goes back', async () => {
    const { seen, opened } = await comparing(
      [row(tagOf('1.4'))],
      ['Another image…', 'back', 'A local image…', 'back', 'Another image…', 'docker pull mirror.example.com/web:2'],
    );
    expect(seen).toHaveLength(6);
    expect(opened).toEqual(['Mirror web:2', 'Acme team/web:1.4']);
    await expect(comparing([row(tagOf('1.4'))], ['Another image…', 'Web Shop'])).rejects.toThrow('does not take');
  });

  it('reads what is not connected as nobody, by the next address if the first speaks another protocol', async () => {
    const asked: string[] = [];
    const type = stub<ProviderType>('type', {
      dockerConnections: (host) =>
        ['https', 'http'].map((scheme) => ({
          provider: 'generic',
          label: host,
          url: `${scheme}://${host}`,
          signIn: { kind: 'anonymous' } as const,
        })),
    });
    const open: FakeParts['open'] = ({ url, signIn }) => {
      const source = stub<ImageSource>('source', {
        manifest: (name) => {
          asked.push(`${url} ${name} ${signIn.kind}`);
          if (url.startsWith('https')) throw new Failure('untrusted', '', { subject: url });
          return Promise.resolve(manifest);
        },
      });
      return fakeProvider({ content: stub<ImageContent>('content', { source: () => source }) });
    };
    const manifest = {
      kind: 'unknown',
      digest: digest('3'),
      mediaType: 'm',
      bytes: new Uint8Array(),
      annotations: {},
      layers: [],
      faults: [],
    } as const;
    const { opened } = await comparing([row(tagOf('1.4'))], ['Another image…', 'localhost:5000/app'], {
      providerTypes: [type],
      open,
      setting: () => '',
    });
    expect(asked).toEqual(['https://localhost:5000 latest anonymous', 'http://localhost:5000 latest anonymous']);
    expect(opened).toEqual(['localhost:5000 app:latest', 'Acme team/web:1.4']);
    const none = comparing([row(tagOf('1.4'))], ['Another image…', 'localhost:5000/app'], { providerTypes: [] });
    await expect(none).rejects.toThrow(Failure);
  });
});
