import { describe, expect, it, vi } from 'vitest';
import { Failure } from '../../../src/core/failure';
import type { Entry, ImageDetails } from '../../../src/core/model';
import type { Row } from '../../../src/ui/tree/node';
import { connectionNode } from './fakeApp';
import { cancellation } from './fakeViews';
import {
  acme,
  details,
  host,
  labels,
  registryOf,
  repository,
  tag,
  tags,
  treesOver,
  unreached,
  waiting,
} from './treeFixture';
import type { Lists } from './treeFixture';

const vsCode = await vi.hoisted(async () => {
  const { FakeVsCode: Fake } = await import('./fakeViews');
  return new Fake<Row>();
});
vi.mock('vscode', () => vsCode.api);

const { treeOf } = treesOver(vsCode);

describe('the Registries view', () => {
  it('draws the connections in their order, and asks no registry, once what they are drawn with is loaded', async () => {
    const one = acme({});
    const { tree, loads } = treeOf(one.node, connectionNode({ id: 'c2', label: 'Other' }, {}));
    expect(labels(await tree.getChildren())).toEqual(['Acme', 'Other']);
    expect([loads(), one.asked]).toEqual([2, []]);
  });

  it('reads no setting for a row: VS Code puts all settings together for each reading', async () => {
    const { tree, nodeAt } = treeOf(acme({ '': [repository('app')], app: tags(0, 100) }).node);
    const rows = await tree.getChildren(await nodeAt('Acme', 'app'));
    const reading = vi.spyOn(vsCode.api.workspace, 'getConfiguration');
    expect(rows.map((row) => tree.getTreeItem(row).label)).toHaveLength(100);
    expect(reading).not.toHaveBeenCalled();
    reading.mockRestore();
  });

  it('lists a row once until it is refreshed, also for two that ask at once', async () => {
    const { asked, node } = acme({ '': [repository('app')] });
    const { tree, nodeAt, below } = treeOf(node);
    const root = await nodeAt('Acme');
    await Promise.all([tree.getChildren(root), tree.getChildren(root)]);
    expect([await below('Acme'), asked]).toEqual([['app'], ['']]);
    tree.refresh(root);
    await below('Acme');
    expect(asked).toEqual(['', '']);
  });

  it('keeps no row that its list does not have any more, and nothing of what was below it', async () => {
    const { asked, node, lists } = acme({ '': [repository('app'), repository('old')], old: tags(0, 2) });
    const { tree, nodeAt, below } = treeOf(node);
    const old = await nodeAt('Acme', 'old');
    await below('Acme', 'old');
    const [tagOfIt] = await tree.getChildren(old);
    lists[''] = [repository('app')];
    tree.refresh(await nodeAt('Acme'));
    expect(await below('Acme')).toEqual(['app']);
    asked.length = 0;
    expect([await tree.getChildren(old), await tree.getChildren(tagOfIt), asked]).toEqual([[], [], []]);
  });

  it('keeps the filter and the order of a row that is just being replaced', async () => {
    const { tree, nodeAt, below, listeners } = treeOf(
      acme({ '': [repository('a1'), repository('a2'), repository('b')] }).node,
    );
    const root = await nodeAt('Acme');
    listeners.tell({ id: root.id, reason: 'reopened' });
    tree.setFilter(root, 'a');
    tree.setOrder(root, 'nameReversed');
    expect(await below('Acme')).toEqual(['a2', 'a1']);
  });

  it('knows what is above a row', async () => {
    const { tree, nodeAt } = treeOf(acme({ '': [repository('app')] }).node);
    const app = await nodeAt('Acme', 'app');
    const root = await nodeAt('Acme');
    expect(tree.getParent(app)).toBe(root);
    expect(tree.getParent(root)).toBeUndefined();
    expect(tree.getParent({ kind: 'more', of: app })).toBe(app);
  });

  it('shows behind the rows what is no name, and what is left', async () => {
    const { tree, nodeAt, changes } = treeOf(acme({ '': [repository('app')], app: [...tags(0, 350), tag(';')] }).node);
    const app = await nodeAt('Acme', 'app');
    const rows = await tree.getChildren(app);
    expect([rows.length, rows.at(-1)]).toEqual([102, { kind: 'more', of: app, left: { rows: 250, of: 350 } }]);
    expect(rows.at(-2)).toEqual({ kind: 'invalid', of: app, name: ';', at: 0 });
    tree.loadMore({ kind: 'more', of: app });
    expect(changes.at(-1)).toEqual(['app']);
    expect((await tree.getChildren(app)).at(-1)).toMatchObject({ left: { rows: 50, of: 350 } });
    tree.loadMore({ kind: 'more', of: app });
    expect((await tree.getChildren(app)).length).toBe(351);
  });

  it('asks for the next page when more is wanted, and cannot tell how many there are', async () => {
    const page = () => ({ items: tags(0, 100), next: '2' });
    const { asked, node } = acme({ '': [repository('app')], app: page, 'app 2': tags(100, 120) });
    const { tree, nodeAt } = treeOf(node);
    const app = await nodeAt('Acme', 'app');
    expect((await tree.getChildren(app)).at(-1)).toEqual({ kind: 'more', of: app });
    tree.loadMore({ kind: 'more', of: app });
    expect(labels(await tree.getChildren(app)).slice(-2)).toEqual(['t101', 't100']);
    expect(asked).toEqual(['', 'app', 'app 2']);
  });
});

describe('the words of a row', () => {
  it('call a group what its registry calls it, for the eye and for the ear', async () => {
    const groups: readonly Entry[] = [
      { kind: 'group', key: 'a', label: 'Production', called: 'Subscription' },
      { kind: 'group', key: 'b', label: 'library', detail: 'public · old' },
    ];
    const { tree, nodeAt, below } = treeOf(acme({ '': groups, Production: [] }).node);
    await below('Acme', 'Production');
    expect(tree.getTreeItem(await nodeAt('Acme', 'Production'))).toMatchObject({
      tooltip: 'Subscription Production',
      accessibilityInformation: { label: 'Subscription Production, no repositories' },
    });
    expect(tree.getTreeItem(await nodeAt('Acme', 'library'))).toMatchObject({
      tooltip: 'Namespace library',
      accessibilityInformation: { label: 'Namespace library, public, old' },
    });
  });

  it('are a sentence for the ear on a row of every kind', async () => {
    vsCode.settings.set('registryExplorer.repositories.view', 'tree');
    const image: Entry = {
      ...tag('1'),
      details: { ...details, size: 5_000_000, isLocked: true, platforms: [{ os: 'linux', architecture: 'amd64' }] },
    };
    const below = { image: { host, path: 'app' }, attachments: [] };
    const parts: readonly Entry[] = [
      { kind: 'platform', label: 'linux/amd64', platform: { os: 'linux', architecture: 'amd64' }, ...below, size: 9e6 },
      { kind: 'attachment', label: 'Signature', type: 'signature', ...below },
    ];
    const { tree, nodeAt } = treeOf(
      acme({
        '': [repository('app'), repository('team/a'), repository('team/b')],
        app: [image, ...tags(0, 350)],
        '1': parts,
      }).node,
    );
    const root = await nodeAt('Acme');
    const app = await nodeAt('Acme', 'app');
    const [top, tagRows] = [await tree.getChildren(root), await tree.getChildren(app)];
    tree.setFilter(app, 't0');
    tree.setOrder(app, 'name');
    const rows: readonly Row[] = [
      root,
      ...top,
      ...[tagRows[0], tagRows[1], tagRows.at(-1)].filter((row) => row !== undefined),
      ...(await tree.getChildren(tagRows.find((row) => labels([row])[0] === '1'))),
      { kind: 'more', of: app, searched: 2000 },
      { kind: 'invalid', of: root, name: 'Not/Valid', at: 0 },
      { kind: 'loading', of: app },
      { kind: 'problem', of: app, failure: unreached },
      { kind: 'favourites', id: 'favourites' },
    ];
    expect(rows.map((row) => tree.getTreeItem(row).accessibilityInformation?.label)).toEqual([
      'Registry Acme',
      'Repository app, filtered: “t0”, by name',
      'Folder team, 2 repositories',
      'Tag 1, locked, 5 MB, 1 platform',
      'Tag t349',
      'Load more of app, 251 of 351 left',
      'Platform linux/amd64, 9 MB',
      'Attachment Signature',
      'Load more of app, 2,000 rows searched',
      'Not/Valid, not a valid name',
      'Loading what is in app',
      `Could not list the tags of app: nothing listens at ${host}. Check the port, or whether the registry is running.`,
      'Favourites, repositories and tags of all registries',
    ]);
  });

  it('name the user of docker’s login once the login was read, without drawing more than its row', async () => {
    const { provider } = registryOf({ '': [repository('app')] });
    const { tree, nodeAt, below, connected, changes } = treeOf(
      connectionNode({ label: 'Acme', signIn: { kind: 'docker' } }, provider),
    );
    const root = await nodeAt('Acme');
    expect(tree.getTreeItem(root).description).toBe('docker login');
    connected[0] = connectionNode({ label: 'Acme', signIn: { kind: 'docker', user: 'mona' } }, provider);
    await tree.getChildren(root);
    await vi.advanceTimersByTimeAsync(400);
    expect([tree.getTreeItem(root).description, changes]).toEqual(['mona (docker login)', [['Acme']]]);
    await below('Acme');
    await vi.advanceTimersByTimeAsync(1000);
    expect(changes).toHaveLength(1);
  });

  it('begin with the state, and of a problem with its kind', async () => {
    const denied = new Failure('unauthorized', 'denied', { subject: host, status: 401 });
    const { provider } = registryOf({ '': () => Promise.reject(denied) });
    const { tree, nodeAt } = treeOf(
      connectionNode({ label: 'Acme', signIn: { kind: 'basic', account: 'mona' } }, provider),
    );
    const root = await nodeAt('Acme');
    const [problem] = await tree.getChildren(root);
    expect(problem && tree.getTreeItem(problem)).toMatchObject({
      label: 'Not signed in',
      description: 'The registry says “denied” (401).',
      tooltip: 'Could not list the repositories of Acme: the registry says “denied” (401).',
      accessibilityInformation: { label: 'Could not list the repositories of Acme: the registry says “denied” (401).' },
    });
    expect(tree.getTreeItem(root).description).toBe('signed out · mona');
  });
});

describe('a list that fails', () => {
  it('keeps what it had, with the reason as its last row, which is logged once', async () => {
    const lists: Lists = { '': () => ({ items: [repository('app')], failure: unreached }) };
    const { tree, nodeAt, below, log } = treeOf(acme(lists).node);
    expect(await below('Acme')).toEqual(['app', 'problem']);
    await below('Acme');
    expect(log.lines).toEqual([expect.stringMatching(/^error Could not list the repositories of Acme\n/)]);
    const problem = (await tree.getChildren(await nodeAt('Acme'))).at(-1);
    expect(problem && tree.getTreeItem(problem)).toMatchObject({
      contextValue: 'problem retry showLog',
      command: { command: 'registryExplorer.retry', arguments: [problem] },
    });
  });

  it('offers what helps a row above it', async () => {
    const untrusted = new Failure('untrusted', '', { subject: host, code: 'CERT_HAS_EXPIRED' });
    const { tree, nodeAt } = treeOf(acme({ '': [repository('app')], app: () => Promise.reject(untrusted) }).node);
    const [problem] = await tree.getChildren(await nodeAt('Acme', 'app'));
    expect(problem && tree.getTreeItem(problem).contextValue).toMatch(/^problem editTrust retry/);
    expect(problem && tree.getTreeItem(problem).command?.command).toBe('registryExplorer.editTrust');
  });

  it('is asked again by Retry, and says of its row that it was offline as long as it was', async () => {
    let isDown = true;
    const lists: Lists = { '': () => (isDown ? Promise.reject(unreached) : Promise.resolve({ items: [] })) };
    const { tree, nodeAt, below, changes } = treeOf(acme(lists).node);
    const root = await nodeAt('Acme');
    expect(await below('Acme')).toEqual(['problem']);
    await vi.advanceTimersByTimeAsync(400);
    expect([changes, tree.getTreeItem(root).description]).toEqual([[['Acme']], 'offline']);
    isDown = false;
    tree.retry({ kind: 'problem', of: root, failure: unreached });
    expect(changes).toHaveLength(2);
    expect(await below('Acme')).toEqual([]);
    expect(tree.getTreeItem(root).description).toBe('no repositories');
  });

  it('is asked again when the user comes back to the window, if it was the network, and it is seen', async () => {
    const denied = new Failure('forbidden', '', { subject: host });
    const one = acme({ '': () => Promise.reject(unreached) });
    const other = registryOf({ '': () => Promise.reject(denied) });
    const { view, below, changes } = treeOf(one.node, connectionNode({ id: 'c2', label: 'Other' }, other.provider));
    await below('Acme');
    await below('Other');
    await vi.advanceTimersByTimeAsync(1000);
    changes.length = 0;
    vsCode.focus(false);
    view.show(false);
    vsCode.focus();
    expect(changes).toEqual([]);
    view.show(true);
    vsCode.focus();
    expect(changes).toEqual([['Acme']]);
    await below('Acme');
    await below('Other');
    expect([one.asked.length, other.asked.length]).toEqual([2, 1]);
  });
});

describe('a row that is collapsed', () => {
  it('while it is listed gives that up, and is listed anew when it is opened again', async () => {
    const { answers, list } = waiting();
    const { signals, asked, node } = acme({ '': list });
    const { tree, view, nodeAt } = treeOf(node);
    const root = await nodeAt('Acme');
    const first = tree.getChildren(root);
    view.collapse(root);
    expect(signals[0]?.aborted).toBe(true);
    answers[0]?.({ items: [repository('late')] });
    expect(await first).toEqual([]);
    const second = tree.getChildren(root);
    answers[1]?.({ items: [repository('app')] });
    expect([labels(await second), asked]).toEqual([['app'], ['', '']]);
  });

  it('keeps what is listed', async () => {
    const { asked, node } = acme({ '': [repository('app')] });
    const { view, nodeAt, below } = treeOf(node);
    await below('Acme');
    view.collapse(await nodeAt('Acme'));
    expect([await below('Acme'), asked]).toEqual([['app'], ['']]);
  });

  it('and opened again is drawn anew where VS Code does not ask by itself', async () => {
    const { answers, list } = waiting();
    const { node } = acme({ '': list });
    const { tree, view, nodeAt, changes } = treeOf(node);
    const root = await nodeAt('Acme');
    const first = tree.getChildren(root);
    view.collapse(root);
    answers[0]?.({ items: [] });
    await first;
    view.expand(root);
    expect(changes).toEqual([]);
    await vi.advanceTimersByTimeAsync(1100);
    expect(changes).toEqual([['Acme']]);
    view.expand(root);
    void tree.getChildren(root);
    await vi.advanceTimersByTimeAsync(1500);
    expect(changes).toHaveLength(1);
  });
});

describe('a refresh', () => {
  it('keeps rows the same objects, what is open, and as many rows as were drawn', async () => {
    const lists = { '': [repository('app'), repository('old')], app: tags(0, 350) };
    const { asked, node } = acme(lists);
    const { tree, nodeAt, below, changes } = treeOf(node);
    const app = await nodeAt('Acme', 'app');
    await tree.getChildren(app);
    tree.loadMore({ kind: 'more', of: app });
    await tree.getChildren(app);
    lists[''] = [repository('new'), repository('app')];
    tree.refresh(await nodeAt('Acme'));
    expect(changes.at(-1)).toEqual(['Acme']);
    expect(await below('Acme')).toEqual(['new', 'app']);
    expect(await nodeAt('Acme', 'app')).toBe(app);
    expect((await tree.getChildren(app)).length).toBe(301);
    expect(asked).toEqual(['', 'app', '', 'app']);
  });

  it('of all asks only for what was drawn', async () => {
    const one = acme({ '': [] });
    const other = registryOf({});
    const { tree, below, changes } = treeOf(one.node, connectionNode({ id: 'c2', label: 'Other' }, other.provider));
    await below('Acme');
    tree.refresh();
    expect(changes.at(-1)).toBeUndefined();
    await below('Acme');
    expect([one.asked.length, other.asked.length]).toEqual([2, 0]);
  });

  it('supersedes what is under way: whoever waits gets the new answer, and the old one is dropped', async () => {
    const { answers, list } = waiting();
    const { signals, node } = acme({ '': list });
    const { tree, nodeAt } = treeOf(node);
    const root = await nodeAt('Acme');
    const first = tree.getChildren(root);
    tree.refresh(root);
    expect(signals[0]?.aborted).toBe(true);
    answers[0]?.({ items: [repository('old')] });
    await vi.advanceTimersByTimeAsync(0);
    answers[1]?.({ items: [repository('new')] });
    expect(labels(await first)).toEqual(['new']);
  });

  it('of a kind of registry leaves others alone', async () => {
    const one = acme({ '': [] });
    const other = registryOf({ '': [] });
    const azure = connectionNode({ id: 'c2', label: 'Azure', provider: 'azure' }, other.provider);
    const { tree, below } = treeOf(one.node, azure);
    await below('Acme');
    await below('Azure');
    tree.relistKind('azure');
    await below('Acme');
    await below('Azure');
    expect([one.asked.length, other.asked.length]).toEqual([1, 2]);
  });
});

describe('a connection', () => {
  const twice = () => {
    const first = registryOf({ '': [repository('app')], app: tags(0, 1) });
    const second = registryOf({ '': [repository('other')] });
    return { first, second };
  };

  it('that is opened anew is forgotten with all that is below it', async () => {
    const { first, second } = twice();
    const { tree, nodeAt, below, connected, listeners, changes } = treeOf(
      connectionNode({ label: 'Acme' }, first.provider),
    );
    const before = await nodeAt('Acme', 'app');
    connected[0] = connectionNode({ label: 'Acme' }, second.provider);
    listeners.tell({ id: 'c1', reason: 'reopened' });
    // Not all rows: VS Code knows none of them until it has asked for them again.
    expect(changes).toEqual([['Acme']]);
    expect(await below('Acme')).toEqual(['other']);
    expect(await tree.getChildren(before)).toEqual([]);
    expect([first.asked, second.asked]).toEqual([[''], ['']]);
  });

  it('that is gone is forgotten, and what is under way there is given up', async () => {
    const { list } = waiting();
    const { signals, node } = acme({ '': list });
    const { tree, nodeAt, connected, listeners } = treeOf(node);
    const root = await nodeAt('Acme');
    void tree.getChildren(root);
    connected.length = 0;
    listeners.tell({ id: 'c1', reason: 'removed' });
    expect(signals.every(({ aborted }) => aborted)).toBe(true);
    expect([await tree.getChildren(), await tree.getChildren(root)]).toEqual([[], []]);
  });

  it('of which something else is shown is listed anew, and its rows stay', async () => {
    const { first } = twice();
    const { nodeAt, below, listeners } = treeOf(connectionNode({ label: 'Acme' }, first.provider));
    const app = await nodeAt('Acme', 'app');
    listeners.tell({ id: 'c1', reason: 'shown' });
    expect([await below('Acme'), first.asked]).toEqual([['app'], ['', '']]);
    expect(await nodeAt('Acme', 'app')).toBe(app);
  });
});

describe('an entry that is to be shown', () => {
  const shown = async (lists: Lists, ...trail: readonly Entry[]) => {
    const { asked, node } = acme(lists);
    const { tree, view, below } = treeOf(node);
    await below('Acme');
    await tree.show(node, trail);
    const [{ row, options } = { row: undefined, options: undefined }] = view.revealed;
    return { asked, label: row && labels([row])[0], options };
  };

  it('is asked for anew and revealed', async () => {
    const found = await shown({ '': [repository('app')], app: tags(0, 3) }, repository('app'), tag('t2'));
    expect(found).toEqual({
      label: 't2',
      options: { select: true, focus: false, expand: false },
      asked: ['', '', 'app'],
    });
  });

  it('and is not there, leads to the last row that is', async () => {
    const found = await shown({ '': [repository('app')], app: tags(0, 3) }, repository('app'), tag('gone'));
    expect(found).toMatchObject({ label: 'app', options: { expand: true } });
    expect((await shown({ '': [] }, repository('app'), tag('t1'))).label).toBe('Acme');
  });

  it('is drawn at once where it is known further down, and looked for on a few pages more', async () => {
    expect((await shown({ '': [repository('app')], app: tags(0, 900) }, repository('app'), tag('t850'))).label).toBe(
      't850',
    );
    const paged: Lists = { '': [repository('app')] };
    for (let page = 0; page < 12; page++)
      paged[page === 0 ? 'app' : `app ${page}`] = () => ({
        items: tags(page * 100, page * 100 + 100),
        next: String(page + 1),
      });
    expect((await shown(paged, repository('app'), tag('t450'))).label).toBe('t450');
    const { label, asked } = await shown(paged, repository('app'), tag('t1150'));
    expect([label, asked.length]).toEqual(['app', 9]);
  });

  it('is not looked for below more rows than can be drawn at once', async () => {
    const lists = { '': [repository('app')], app: tags(0, 6000) };
    expect((await shown(lists, repository('app'), tag('t1000'))).label).toBe('t1000');
    expect((await shown(lists, repository('app'), tag('t999'))).label).toBe('app');
  });

  it('of a connection that is gone is not shown', async () => {
    const { tree, view } = treeOf();
    await tree.show(acme({}).node, []);
    await tree.reveal('c1');
    expect(view.revealed).toEqual([]);
  });

  it('may be the connection itself, which is opened', async () => {
    const { tree, view } = treeOf(acme({}).node);
    await tree.reveal('c1');
    expect(view.revealed).toMatchObject([{ row: { id: 'c1' }, options: { expand: true, focus: true } }]);
  });

  it('is opened again where VS Code says that it was opened, but was not', async () => {
    const { tree, view } = treeOf(acme({}).node);
    view.opensNot = 2;
    await tree.reveal('c1');
    // The focus may be in a box by then.
    const focuses = view.revealed.map(({ options }) => options);
    expect(focuses).toMatchObject([{ focus: true }, { focus: false }, { focus: false }]);
    const [root] = await tree.getChildren();
    if (root !== undefined) view.collapse(root);
    view.opensNot = 9;
    await tree.reveal('c1');
    // Not for ever.
    expect(view.revealed).toHaveLength(6);
  });

  it('gets the focus also when the row that had it is gone', async () => {
    const { tree, view } = treeOf(acme({}).node);
    view.isSelectedGone = true;
    await tree.reveal('c1');
    expect(view.revealed).toMatchObject([
      { row: { id: 'c1' }, options: { select: true, focus: false } },
      { row: { id: 'c1' }, options: { focus: true } },
    ]);
  });

  it('leaves the focus to a user who types in a box by then', async () => {
    const { tree, view } = treeOf(acme({}).node);
    vsCode.isAsking = true;
    await tree.reveal('c1');
    expect(view.revealed).toMatchObject([{ row: { id: 'c1' }, options: { expand: true, focus: false } }]);
  });
});

describe('details of tags', () => {
  const tagLabels = ['t9', 't8', 't7', 't6', 't5', 't4', 't3', 't2', 't1', 't0'];
  /** A repository of tags whose details are answered when the test says so. */
  const detailed = (count = 10) => {
    const asked: string[] = [];
    const signals: AbortSignal[] = [];
    const answers: (() => void)[] = [];
    const registry = acme(
      { '': [repository('app')], app: tags(0, count) },
      {
        details: ({ label }, signal) => {
          asked.push(label);
          signals.push(signal);
          return new Promise((resolve) =>
            answers.push(() => {
              resolve(details);
            }),
          );
        },
      },
    );
    const answer = async () => {
      for (const each of answers.splice(0)) each();
      await vi.advanceTimersByTimeAsync(0);
    };
    return { asked, signals, answer, ...treeOf(registry.node), registry };
  };

  it('are read of rows on display, six at a time, and drawn together', async () => {
    const { asked, answer, below, changes, tree, nodeAt } = detailed();
    await below('Acme', 'app');
    await vi.advanceTimersByTimeAsync(0);
    expect(asked).toHaveLength(6);
    await answer();
    expect(asked).toHaveLength(10);
    await answer();
    await vi.advanceTimersByTimeAsync(1000);
    expect(changes).toEqual([tagLabels]);
    expect(tree.getTreeItem(await nodeAt('Acme', 'app', 't0')).description).toContain('5 MB');
  });

  it.each([
    ['its row is collapsed', ['app']],
    ['a row above it is', ['Acme']],
  ])('are given up when %s, and read on when it is opened again', async (_what, [label = '']) => {
    const { asked, signals, answer, below, view, nodeAt } = detailed();
    await below('Acme', 'app');
    await vi.advanceTimersByTimeAsync(0);
    const row = await nodeAt(...(label === 'app' ? ['Acme', 'app'] : ['Acme']));
    view.collapse(row);
    expect([signals.length, signals.every(({ aborted }) => aborted)]).toEqual([6, true]);
    view.expand(row);
    await answer();
    await answer();
    expect(asked.slice(6)).toEqual(tagLabels);
  });

  it('are given up when the view is hidden, and read on when it is seen again', async () => {
    const { signals, answer, asked, below, view } = detailed();
    await below('Acme', 'app');
    await vi.advanceTimersByTimeAsync(0);
    view.show(false);
    expect(signals.every(({ aborted }) => aborted)).toBe(true);
    await answer();
    expect(asked).toHaveLength(6);
    view.show(true);
    await answer();
    await answer();
    expect(asked.slice(6)).toEqual(tagLabels);
  });

  it('are read of the first rows only, however many are drawn, and of another when it is refreshed', async () => {
    const { asked, answer, nodeAt, tree } = detailed(1000);
    const app = await nodeAt('Acme', 'app');
    await tree.getChildren(app);
    for (let clicks = 0; clicks < 3; clicks++) {
      tree.loadMore({ kind: 'more', of: app });
      await tree.getChildren(app);
    }
    for (let turn = 0; turn < 200; turn++) await answer();
    expect([asked.length, asked.at(-1)]).toEqual([500, 't500']);
    tree.refresh(await nodeAt('Acme', 'app', 't7'));
    await answer();
    expect(asked.slice(500)).toEqual(['t7']);
  });

  it('stay until new ones arrive, also where the listing tells a part of them', async () => {
    vsCode.settings.set('registryExplorer.tags.details', 'onHover');
    const part: ImageDetails = {
      digest: 'sha256:1',
      mediaType: '',
      type: 'image',
      platforms: [],
      labels: {},
      isPartial: true,
    };
    const lists: Lists = { '': [repository('app')], app: [{ ...tag('1'), details: part }] };
    const { tree, nodeAt } = treeOf(acme(lists, { details: () => Promise.resolve(details) }).node);
    const row = await nodeAt('Acme', 'app', '1');
    await tree.resolveTreeItem(tree.getTreeItem(row), row, cancellation().token);
    expect(tree.getTreeItem(row).description).toBe('5 MB');
    tree.refresh();
    expect(tree.getTreeItem(await nodeAt('Acme', 'app', '1')).description).toBe('5 MB');
    lists.app = [{ ...tag('1'), details: { ...part, digest: 'sha256:2' } }];
    tree.refresh();
    expect(tree.getTreeItem(await nodeAt('Acme', 'app', '1')).description).toBe('');
  });

  it('are not read before the view is seen', async () => {
    const { asked, below, view } = detailed();
    view.visible = false;
    await below('Acme', 'app');
    await vi.advanceTimersByTimeAsync(0);
    expect(asked).toEqual([]);
  });

  it.each(['onHover', 'never'])('are not read where the setting says so: %s', async (setting) => {
    const { asked, below, changes } = detailed();
    vsCode.set('registryExplorer.tags.details', setting);
    expect(changes).toEqual([undefined]);
    await below('Acme', 'app');
    await vi.advanceTimersByTimeAsync(0);
    expect(asked).toEqual([]);
  });

  it('are read on hover, for the tooltip alone', async () => {
    vsCode.settings.set('registryExplorer.tags.details', 'onHover');
    const { asked, answer, nodeAt, tree, changes } = detailed();
    const row = await nodeAt('Acme', 'app', 't3');
    const item = tree.getTreeItem(row);
    expect(item.tooltip).toBeUndefined();
    const resolving = tree.resolveTreeItem(item, row, cancellation().token);
    await answer();
    expect((await resolving).tooltip).toMatchObject({ value: expect.stringContaining('sha256:1') as unknown });
    await vi.advanceTimersByTimeAsync(1000);
    expect([asked, changes]).toEqual([['t3'], []]);
  });

  it('are given up when the mouse goes on, and not read where the setting says never', async () => {
    vsCode.settings.set('registryExplorer.tags.details', 'onHover');
    const { asked, signals, answer, nodeAt, tree } = detailed();
    const row = await nodeAt('Acme', 'app', 't3');
    const { token, cancel } = cancellation();
    const resolving = tree.resolveTreeItem(tree.getTreeItem(row), row, token);
    cancel();
    expect(signals[0]?.aborted).toBe(true);
    await answer();
    await resolving;
    vsCode.set('registryExplorer.tags.details', 'never');
    await tree.resolveTreeItem(tree.getTreeItem(row), row, cancellation().token);
    expect(asked).toEqual(['t3']);
  });

  it('are read again of a tag that is refreshed, without listing its repository', async () => {
    const { asked, answer, nodeAt, below, tree, registry } = detailed();
    await below('Acme', 'app');
    await vi.advanceTimersByTimeAsync(0);
    await answer();
    await answer();
    tree.refresh(await nodeAt('Acme', 'app', 't3'));
    await answer();
    expect([asked.slice(10), registry.asked]).toEqual([['t3'], ['', 'app']]);
  });
});

describe('the view, when VS Code ends', () => {
  it('gives up what is under way, and listens to nothing any more', async () => {
    const { list } = waiting();
    const { signals, node } = acme({ '': list });
    const { tree, nodeAt, changes } = treeOf(node);
    void tree.getChildren(await nodeAt('Acme'));
    tree.dispose();
    expect(signals.map(({ aborted }) => aborted)).toEqual([true]);
    vsCode.set('registryExplorer.tags.details', 'never');
    expect(changes).toEqual([]);
  });
});
