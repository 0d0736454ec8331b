import { describe, expect, it } from 'vitest';
import { mostBarrenPages, rowsLeftOut } from '../../../src/core/bounds';
import { Failure } from '../../../src/core/failure';
import type { Entry, Page, Repository, Tag } from '../../../src/core/model';
import type { Ask } from '../../../src/ui/ask';
import type { NodeCommand } from '../../../src/ui/commands/command';
import { pickNode } from '../../../src/ui/pickNode';
import { failing } from '../failing';
import { notExpected } from '../stub';
import { connectionNode, fakeApp, localImage } from './fakeApp';
import { user } from './scriptedUser';

const command: NodeCommand = {
  kind: 'node',
  id: 'deleteImage',
  title: () => 'Delete…',
  views: { registries: true, images: false },
  applies: () => false,
  reaches: () => true,
  several: 'one',
  doing: () => 'delete',
  run: () => Promise.reject(notExpected('run')),
};

describe('a node that is looked for', () => {
  const picking = async (list: (page: number) => Page<Repository>, ...answers: readonly string[]) => {
    let asked = 0;
    const root = connectionNode({}, { list: () => Promise.resolve(list(asked++)) });
    const { ask, offered } = user('Acme', ...answers);
    const { app, told } = fakeApp({ ask, connected: [root] });
    const node = await pickNode(app, command);
    return { asked, told, node, offered: offered() };
  };

  it('is not looked for among pages without an end: the list ends, and that is said', async () => {
    const loads = Array.from({ length: mostBarrenPages - 1 }, () => 'Load more…');
    const { asked, told, offered } = await picking((page) => ({ items: [], next: String(page) }), ...loads);
    expect([asked, offered]).toEqual([mostBarrenPages, ['Nothing here that “Delete” can be used with']]);
    expect(told).toEqual([
      '20 pages in a row had nothing new, and the registry points to yet another. The list may have no end.',
    ]);
  });

  it('is looked for among the rows of a list that was cut, which is said', async () => {
    const repository: Repository = { kind: 'repository', label: 'a', image: { host: 'r.test', path: 'a' } };
    const { told, offered } = await picking(() => ({ items: [repository], failure: rowsLeftOut('r.test', 1) }));
    expect(offered).toEqual(['a']);
    expect(told).toEqual([
      'Only the first 1 are shown; the registry lists more. Use Pull by Reference… to pull any image by its name.',
    ]);
  });
});

describe('the way to a node', () => {
  const repository = (label: string): Repository => ({
    ...{ kind: 'repository', label },
    image: { host: 'r.test', path: label },
  });
  const tag = (label: string): Tag => ({ kind: 'tag', label, image: { host: 'r.test', path: 'team/app', tag: label } });
  const rows: Record<string, readonly Entry[]> = {
    '': [{ kind: 'group', key: 'team', label: 'team' }],
    team: [repository('team/app'), repository('team/other')],
    'team/app': [tag('1'), tag('2')],
    'team/other': [],
  };
  const provider = {
    list: (parent: Entry | undefined) => Promise.resolve({ items: rows[parent?.label ?? ''] ?? [] }),
  };
  const acme = connectionNode({ signIn: { kind: 'basic', account: 'alice' } }, provider);
  const other = connectionNode({ id: 'c2', label: 'Other' }, { list: () => Promise.resolve({ items: [] }) });
  const ofTags: NodeCommand = { ...command, applies: ({ entry }) => entry?.kind === 'tag' };
  const ofImages: NodeCommand = {
    ...{ ...command, views: { registries: false, images: true } },
    applies: ({ kind }) => kind === 'local',
  };
  const list = () => Promise.resolve([localImage('a', ['app:1', 'app:2']), localImage('b', [])]);
  it('begins with what was used last and with the favourites, as far as the command applies to them', async () => {
    const trail = (...labels: readonly string[]) => [
      { kind: 'group', key: 'team', label: 'team' } as const,
      ...labels.map((label) => (label.startsWith('team') ? repository(label) : tag(label))),
    ];
    const { ask, offered } = user('team/app:1');
    const { app } = fakeApp({
      ask,
      connected: [acme, other],
      recent: {
        all: () => [
          { connection: 'c1', trail: trail('team/app', '1') },
          { connection: 'gone', trail: trail('team/app', '9') },
        ],
      },
      favourites: {
        all: () => [
          { connection: 'c1', trail: trail('team/app', '1') },
          { connection: 'c1', trail: trail('team/app', '2') },
          { connection: 'c1', trail: trail('team/app') },
        ],
      },
    });
    expect(await pickNode(app, ofTags)).toMatchObject({ id: 'c1/group:team/repository:team/app/tag:1' });
    expect(offered()).toEqual(['team/app:1', 'team/app:2', 'Acme', 'Other']);
  });

  const leading = async (of: NodeCommand, ...script: readonly (string | undefined)[]) => {
    const { ask, seen, placeholders, offered } = user(...script);
    const { app } = fakeApp({ ask, connected: [acme, other], images: { list } });
    const node = await pickNode(app, of);
    return { seen, placeholders, node, id: node?.id, offered: offered() };
  };

  it('leads from the connections down, and ends at the first row that the command applies to', async () => {
    const { id, seen, placeholders } = await leading(ofTags, 'Acme', 'team', 'team/app', '2');
    expect(id).toBe('c1/group:team/repository:team/app/tag:2');
    expect(placeholders).toEqual(['Registry', 'Repository of Acme', 'Repository of team', 'Tag of team/app']);
    expect(new Set(seen)).toEqual(new Set(['Delete']));
    const root = await leading({ ...ofTags, applies: ({ entry }) => entry === undefined }, 'Other');
    expect(root.id).toBe('c2');
  });

  it('calls what is below a connection by its name, and offers tags in their order', async () => {
    const projects = {
      holds: (entry: Entry | undefined) =>
        entry === undefined
          ? { one: (of: string) => `Project of ${of}`, none: 'no projects', listing: (of: string) => `list ${of}` }
          : undefined,
      list: (parent: Entry | undefined) =>
        Promise.resolve({
          items:
            parent?.label === 'team/app' ? ['edge', '9', '10', 'latest'].map(tag) : (rows[parent?.label ?? ''] ?? []),
        }),
    };
    const { ask, placeholders, offered } = user('Acme', 'team', 'team/app', '10');
    const { app } = fakeApp({ ask, connected: [connectionNode({}, projects)] });
    await pickNode(app, ofTags);
    expect(placeholders).toEqual(['Registry', 'Project of Acme', 'Repository of team', 'Tag of team/app']);
    expect(offered()).toEqual(['latest', '10', '9', 'edge']);
  });

  it('leads back at each level', async () => {
    const script = [
      'Acme',
      'team',
      'team/other',
      'back',
      'back',
      'back',
      'Other',
      'back',
      'Acme',
      'team',
      'team/app',
      '1',
    ];
    const { id, placeholders } = await leading(ofTags, ...script);
    expect(id).toBe('c1/group:team/repository:team/app/tag:1');
    expect(placeholders.slice(3, 8)).toEqual([
      ...['Tag of team/other', 'Repository of team', 'Repository of Acme', 'Registry', 'Repository of Other'],
    ]);
  });

  it('ends with nothing when it is left, and stops asking the registry', async () => {
    const signals: AbortSignal[] = [];
    const listing = connectionNode(
      {},
      {
        list: (_parent, _cursor, signal) => (signals.push(signal), Promise.resolve({ items: [] })),
      },
    );
    const { app } = fakeApp({ ask: user('Acme', undefined).ask, connected: [listing] });
    expect(await pickNode(app, ofTags)).toBeUndefined();
    expect(signals.map(({ aborted }) => aborted)).toEqual([true]);
  });

  it('offers the images of this machine beside the registries, where the command takes both', async () => {
    const both: NodeCommand = { ...ofImages, views: { registries: true, images: true } };
    const { id, offered, placeholders } = await leading(
      both,
      'Images on this machine',
      'back',
      'Images on this machine',
      'app:2',
    );
    expect([id, offered]).toEqual(['app:2', ['docker.io', 'app', 'app:1', 'app:2', 'Untagged', 'bbbbbbbbbbbb']]);
    expect(placeholders).toEqual(['Registry', 'Image', 'Registry', 'Image']);
  });

  it('begins at the images where there is no other place, with no way back', async () => {
    const { ask, placeholders } = user('app:1');
    const canGoBack: unknown[] = [];
    const pick: Ask['pick'] = (step, accept) => (canGoBack.push(step.canGoBack), ask.pick(step, accept));
    const { app } = fakeApp({ ask: { ...ask, pick }, connected: [acme], images: { list } });
    expect((await pickNode(app, ofImages))?.id).toBe('app:1');
    expect([placeholders, canGoBack]).toEqual([['Image'], [false]]);
  });

  it('offers only those images that the command applies to', async () => {
    const untagged: NodeCommand = {
      ...ofImages,
      applies: (node) => node.kind === 'local' && node.entry.kind === 'untaggedImage',
    };
    const { offered } = await leading(untagged, undefined);
    expect(offered).toEqual(['bbbbbbbbbbbb']);
  });

  it('says that nothing in a list will do, and leads back from there', async () => {
    const none: NodeCommand = { ...ofTags, reaches: ({ entry }) => entry?.kind !== 'tag' };
    const sentence = 'Nothing here that “Delete” can be used with';
    const { node, placeholders } = await leading(none, 'Acme', 'team', 'team/app', sentence, undefined);
    expect([node, placeholders.at(-1)]).toEqual([undefined, 'Repository of team']);
    const local = await leading({ ...ofImages, applies: () => false }, sentence);
    expect([local.node, local.offered]).toEqual([undefined, [sentence]]);
  });

  it('offers only connections and rows that lead somewhere', async () => {
    const ofAcme: NodeCommand = {
      ...ofTags,
      reaches: ({ connection, entry }) => connection === acme.connection && entry?.label !== 'team/other',
    };
    const { seen, offered } = await leading(ofAcme, undefined);
    expect([seen.length, offered]).toEqual([1, ['Acme']]);
    expect((await leading(ofAcme, 'Acme', 'team', undefined)).offered).toEqual(['team/app']);
  });

  it('leads on to a pull where this machine has no images', async () => {
    const { ask, seen } = user('Pull by Reference…', undefined);
    const { app } = fakeApp({ ask, connected: [acme], images: { list: () => Promise.resolve([]) } });
    expect(await pickNode(app, ofImages)).toBeUndefined();
    expect(seen).toEqual(['Delete', 'Pull by Reference']);
  });

  it('ends with the reason where a list gives one and no row', async () => {
    const unlisted = new Failure('unlisted', '', { subject: 'r.test' });
    const silent = connectionNode({}, { list: () => Promise.resolve({ items: [], failure: unlisted }) });
    const { app } = fakeApp({ ask: user('Acme').ask, connected: [silent] });
    expect(await failing(pickNode(app, ofTags))).toMatchObject({ kind: 'unlisted', detail: { connection: 'c1' } });
  });

  it('names the connection whose list failed', async () => {
    const refused = new Failure('unauthorized', '', { subject: 'r.test' });
    const failed = connectionNode({}, { list: () => Promise.reject(refused) });
    const { app } = fakeApp({ ask: user('Acme').ask, connected: [failed] });
    expect((await failing(pickNode(app, ofTags))).detail.connection).toBe('c1');
  });
});
