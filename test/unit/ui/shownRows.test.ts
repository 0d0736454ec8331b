import { describe, expect, it, vi } from 'vitest';
import { Failure } from '../../../src/core/failure';
import type { Entry, Tag } from '../../../src/core/model';
import type { Node, Row } from '../../../src/ui/tree/node';
import { bookmarkOf } from '../../../src/ui/tree/node';
import { connectionNode } from './fakeApp';
import {
  acme,
  details,
  host,
  labels,
  registryOf,
  memento,
  repository,
  tag,
  tags,
  treesOver,
  unreached,
  waiting,
} from './treeFixture';

const vsCode = await vi.hoisted(async () => {
  const { FakeVsCode: Fake } = await import('./fakeViews');
  return new Fake<Row>();
});
vi.mock('vscode', () => vsCode.api);

const { treeOf, treeIn } = treesOver(vsCode);

const dated = (label: string, day: number, size?: number): Tag => ({
  ...tag(label),
  details: { ...details, updated: new Date(Date.UTC(2026, 0, day)), ...(size === undefined ? {} : { size }) },
});

describe('a filter', () => {
  const lists = { '': [repository('app'), repository('team/web'), repository('team/api')], app: tags(0, 20_000) };

  it('shows the rows that match, asks for none again, and is named by the row', async () => {
    const { asked, node } = acme(lists);
    const { tree, nodeAt, below } = treeOf(node);
    const app = await nodeAt('Acme', 'app');
    await below('Acme', 'app');
    tree.setFilter(app, 't1*99');
    const rows = labels(await tree.getChildren(app));
    expect([rows.length, rows.at(-1)]).toEqual([101, 'more']);
    expect(rows.slice(0, 2)).toEqual(['t19999', 't19899']);
    expect(tree.getTreeItem(app).description).toBe('filtered: “t1*99”');
    tree.setFilter(app, '');
    expect((await below('Acme', 'app')).slice(0, 2)).toEqual(['t19999', 't19998']);
    expect(tree.getTreeItem(app).description).toBeUndefined();
    expect(asked).toEqual(['', 'app']);
  });

  it('says when it leaves nothing', async () => {
    const { tree, nodeAt, below } = treeOf(acme(lists).node);
    const root = await nodeAt('Acme');
    await below('Acme');
    tree.setFilter(root, 'nothing of that name');
    expect(await tree.getChildren(root)).toEqual([]);
    expect(tree.getTreeItem(root).description).toBe('filtered: “nothing of that name” · nothing found');
  });

  it('reads on page by page where the service cannot search, within a bound that the last row tells', async () => {
    let read = 0;
    const page = () => ({ items: tags(read * 100, (read + 1) * 100), next: String(++read) });
    const pages = Object.fromEntries(Array.from({ length: 50 }, (_, at) => [at === 0 ? 'app' : `app ${at}`, page]));
    const { asked, node } = acme({ '': [repository('app')], ...pages });
    const { tree, nodeAt, below } = treeOf(node);
    const app = await nodeAt('Acme', 'app');
    await below('Acme', 'app');
    const before = asked.length;
    tree.setFilter(app, 'no such tag');
    const [more] = await tree.getChildren(app);
    expect(more).toMatchObject({ kind: 'more', searched: 2100 });
    expect(asked.length - before).toBe(20);
  });

  it('asks a service that can search, after a pause in typing, and shows what it finds beside what is known', async () => {
    const found: string[] = [];
    const { asked, node } = acme(
      { '': [repository('app')], app: () => ({ items: tags(0, 100), next: '1' }) },
      {
        find: (parent) =>
          parent?.kind === 'repository'
            ? (text) => {
                found.push(text);
                return Promise.resolve({ items: [tag('t7'), tag('t7000')] });
              }
            : undefined,
      },
    );
    const { tree, nodeAt, below } = treeOf(node);
    const app = await nodeAt('Acme', 'app');
    await below('Acme', 'app');
    for (const text of ['t', 't7', 't7*']) {
      tree.setFilter(app, text, true);
      await tree.getChildren(app);
    }
    expect(found).toEqual([]);
    expect(labels(await tree.getChildren(app))).not.toContain('t7000');
    await vi.advanceTimersByTimeAsync(1000);
    const rows = labels(await tree.getChildren(app));
    expect(rows).toEqual(expect.arrayContaining(['t7000', 't79', 't7']));
    expect(rows.filter((label) => label === 't7')).toHaveLength(1);
    expect([found, asked]).toEqual([['t7'], ['', 'app']]);
  });

  it('is there again after a refresh and after a reload', async () => {
    const workspace = memento();
    const first = treeIn(workspace, acme(lists).node);
    const root = await first.nodeAt('Acme');
    await first.below('Acme');
    first.tree.setFilter(root, 'team');
    first.tree.refresh();
    expect(await first.below('Acme')).toEqual(['team/web', 'team/api']);
    const second = treeIn(workspace, acme(lists).node);
    expect(await second.below('Acme')).toEqual(['team/web', 'team/api']);
    second.tree.clearFilters();
    expect(await second.below('Acme')).toHaveLength(3);
    expect(await treeIn(workspace, acme(lists).node).below('Acme')).toHaveLength(3);
  });

  it('stays when the connection gets another credential, and goes with the connection', async () => {
    const workspace = memento();
    const { tree, nodeAt, below, listeners, connected } = treeIn(workspace, acme(lists).node);
    await below('Acme');
    tree.setFilter(await nodeAt('Acme'), 'team');
    listeners.tell({ id: 'c1', reason: 'reopened' });
    expect(await below('Acme')).toEqual(['team/web', 'team/api']);
    const [registry] = connected.splice(0);
    listeners.tell({ id: 'c1', reason: 'removed' });
    if (registry !== undefined) connected.push(registry);
    expect(await below('Acme')).toHaveLength(3);
  });

  it('keeps the details of the rows that come back', async () => {
    const { tree, nodeAt, below } = treeOf(
      acme({ '': [repository('app')], app: tags(0, 3) }, { details: () => Promise.resolve(details) }).node,
    );
    const app = await nodeAt('Acme', 'app');
    await below('Acme', 'app');
    await vi.advanceTimersByTimeAsync(1000);
    tree.setFilter(app, 't1');
    await tree.getChildren(app);
    tree.setFilter(app, '');
    expect(tree.getTreeItem(await nodeAt('Acme', 'app', 't0')).description).toContain('5 MB');
  });
});

describe('an order', () => {
  it('is chosen for a repository, and said there', async () => {
    const lists = { '': [repository('app')], app: [dated('1.0', 3), dated('2.0', 1), dated('edge', 2)] };
    const { tree, nodeAt, below } = treeOf(acme(lists).node);
    const app = await nodeAt('Acme', 'app');
    expect(await below('Acme', 'app')).toEqual(['2.0', '1.0', 'edge']);
    tree.setOrder(app, 'newest');
    expect(await below('Acme', 'app')).toEqual(['1.0', 'edge', '2.0']);
    expect(tree.getTreeItem(app).description).toBe('newest first');
    tree.setOrder(app, undefined);
    expect(await below('Acme', 'app')).toEqual(['2.0', '1.0', 'edge']);
    expect(tree.getTreeItem(app).description).toBeUndefined();
  });

  it('is that of the settings everywhere else, for tags alone', async () => {
    const lists = { '': [repository('b'), repository('a')], b: [dated('1.0', 3), dated('2.0', 1)] };
    const { below, nodeAt, tree } = treeOf(acme(lists).node);
    await below('Acme', 'b');
    vsCode.set('registryExplorer.tags.sort', 'newest');
    expect(await below('Acme', 'b')).toEqual(['1.0', '2.0']);
    expect(await below('Acme')).toEqual(['b', 'a']);
    expect(tree.getTreeItem(await nodeAt('Acme', 'b')).description).toBeUndefined();
  });

  it('reads more rows than it draws, so that the first ones are the first of many', async () => {
    const { asked, node } = acme({
      '': [repository('app')],
      app: () => ({ items: tags(0, 100), next: '1' }),
      'app 1': [tag('t9999')],
    });
    const { tree, nodeAt, below } = treeOf(node);
    const app = await nodeAt('Acme', 'app');
    await below('Acme', 'app');
    expect(asked).toEqual(['', 'app']);
    tree.setOrder(app, 'nameReversed');
    expect((await below('Acme', 'app'))[0]).toBe('t9999');
    expect(asked).toEqual(['', 'app', 'app 1']);
  });

  it('reads what it goes by where the listing does not tell it, and the row says of how many it is known', async () => {
    const read: string[] = [];
    const registry = acme(
      { '': [repository('app')], app: tags(0, 600) },
      {
        details: ({ label }) => {
          read.push(label);
          return Promise.resolve({ ...details, updated: new Date(Number(label.slice(1)) * 1000) });
        },
      },
    );
    vsCode.settings.set('registryExplorer.tags.details', 'never');
    const { tree, nodeAt, below } = treeOf(registry.node);
    const app = await nodeAt('Acme', 'app');
    tree.setOrder(app, 'oldest');
    await below('Acme', 'app');
    expect(tree.getTreeItem(app).description).toBe('oldest first · 0 of 600 looked at');
    const progress: number[] = [];
    await tree.readDetails(app, (done, of) => progress.push(done / of), new AbortController().signal);
    expect((await below('Acme', 'app')).slice(0, 2)).toEqual(['t100', 't101']);
    expect([read.length, progress.at(-1)]).toEqual([500, 1]);
    expect(tree.getTreeItem(app).description).toBe('oldest first · 500 of 600 looked at');
  });

  it('stays with what was read when reading is given up', async () => {
    const controller = new AbortController();
    let read = 0;
    const registry = acme(
      { '': [repository('app')], app: tags(0, 60) },
      {
        details: (_tag, signal) => {
          if (++read === 12) controller.abort();
          signal.throwIfAborted();
          return Promise.resolve({ ...details, updated: new Date() });
        },
      },
    );
    vsCode.settings.set('registryExplorer.tags.details', 'never');
    const { tree, nodeAt, below } = treeOf(registry.node);
    const app = await nodeAt('Acme', 'app');
    tree.setOrder(app, 'newest');
    await expect(tree.readDetails(app, () => undefined, controller.signal)).rejects.toThrow('aborted');
    await below('Acme', 'app');
    expect(tree.getTreeItem(app).description).toMatch(/^newest first · \d+ of 60 looked at$/);
    expect(read).toBeLessThan(20);
  });

  it('of repositories goes by their last change where the listing tells it', async () => {
    const at = (label: string, day: number): Entry => ({
      ...repository(label),
      updated: new Date(Date.UTC(2026, 0, day)),
    });
    const { tree, nodeAt, below } = treeOf(acme({ '': [at('a', 1), at('b', 3), at('c', 2)] }).node);
    await below('Acme');
    tree.setOrder(await nodeAt('Acme'), 'newest');
    expect(await below('Acme')).toEqual(['b', 'c', 'a']);
  });
});

describe('folders', () => {
  const lists = {
    '': ['web', 'team/api', 'team/api/v1', 'team/api/v2', 'accounts/one', 'accounts/two', 'solo/app'].map(repository),
  };
  const drawn = (rows: readonly Row[]) =>
    rows.map((row) => (row.kind === 'folder' ? `${row.label}/` : labels([row])[0]));

  it('hold repositories by the parts of their paths; what would be alone stands in none', async () => {
    vsCode.settings.set('registryExplorer.repositories.view', 'tree');
    const { tree, nodeAt } = treeOf(acme(lists).node);
    const rows = await tree.getChildren(await nodeAt('Acme'));
    expect(drawn(rows)).toEqual(['web', 'team/', 'accounts/', 'solo/app']);
    const [, team] = rows;
    const inTeam = await tree.getChildren(team);
    expect(drawn(inTeam)).toEqual(['team/api', 'api/']);
    const [api, apiFolder] = inTeam;
    if (api === undefined || apiFolder === undefined || team === undefined) throw new Error('Rows are missing.');
    expect([tree.getTreeItem(api).label, tree.getTreeItem(team).description]).toEqual(['api', '3']);
    expect(drawn(await tree.getChildren(apiFolder))).toEqual(['team/api/v1', 'team/api/v2']);
    expect([tree.getParent(api), tree.getParent(apiFolder)]).toEqual([team, team]);
  });

  it('of one folder alone are one row', async () => {
    vsCode.settings.set('registryExplorer.repositories.view', 'tree');
    const deep = { '': ['a/b/c/one', 'a/b/c/two'].map(repository) };
    const { tree, nodeAt } = treeOf(acme(deep).node);
    expect(drawn(await tree.getChildren(await nodeAt('Acme')))).toEqual(['a/b/c/']);
  });

  it('hold a thousand repositories where two hundred are drawn without them', async () => {
    const names = Array.from({ length: 1500 }, (_, at) => repository(`team/service-${at}`));
    const { asked, node } = acme({ '': names });
    const { tree, nodeAt } = treeOf(node);
    const root = await nodeAt('Acme');
    const [rows, more] = [200, 1];
    expect(await tree.getChildren(root)).toHaveLength(rows + more);
    vsCode.set('registryExplorer.repositories.view', 'tree');
    const [team] = await tree.getChildren(root);
    expect(team === undefined ? undefined : tree.getTreeItem(team).description).toBe('1,000');
    vsCode.set('registryExplorer.repositories.view', 'list');
    expect(await tree.getChildren(root)).toHaveLength(rows + more);
    expect(asked).toEqual(['']);
  });

  it('come and go with the setting, without a request', async () => {
    const { asked, node } = acme(lists);
    const { tree, nodeAt, changes } = treeOf(node);
    const root = await nodeAt('Acme');
    expect(await tree.getChildren(root)).toHaveLength(7);
    vsCode.set('registryExplorer.repositories.view', 'tree');
    expect(changes.at(-1)).toBeUndefined();
    expect(drawn(await tree.getChildren(root))).toEqual(['web', 'team/', 'accounts/', 'solo/app']);
    expect(asked).toEqual(['']);
  });
});

describe('favourites', () => {
  const lists = { '': [repository('app')], app: tags(0, 3) };

  it('stand on top, say where they are, and open without a listing of what is above them', async () => {
    const workspace = memento();
    const first = treeIn(workspace, acme(lists).node);
    const [app, one] = [await first.nodeAt('Acme', 'app'), await first.nodeAt('Acme', 'app', 't1')];
    await first.favourites.putLast([app, one].flatMap((node) => bookmarkOf(node) ?? []));
    const { asked, node } = acme(lists);
    const { tree } = treeIn(workspace, node);
    const [top] = await tree.getChildren();
    expect(top).toEqual({ kind: 'favourites', id: 'favourites' });
    const rows = await tree.getChildren(top);
    expect(rows.map((row) => tree.getTreeItem(row)).map(({ label, description }) => [label, description])).toEqual([
      ['app', 'Acme'],
      ['app:t1', 'Acme'],
    ]);
    expect(asked).toEqual([]);
    const [favourite] = rows;
    expect(labels(await tree.getChildren(favourite))).toEqual(['t2', 't1', 't0']);
    expect(asked).toEqual(['app']);
    expect(favourite === undefined ? undefined : tree.getParent(favourite)).toBe(top);
  });

  it('are other rows than the same below a favourite', async () => {
    const { tree, nodeAt, favourites } = treeOf(acme(lists).node);
    const [app, tagOfIt] = [await nodeAt('Acme', 'app'), await nodeAt('Acme', 'app', 't1')];
    await favourites.putLast([app, tagOfIt].flatMap((node) => bookmarkOf(node) ?? []));
    const [top] = await tree.getChildren();
    const [marked, markedTag] = await tree.getChildren(top);
    const below = (await tree.getChildren(marked)).find((row) => row.kind === 'node' && row.entry?.label === 't1');
    if (marked === undefined || markedTag === undefined || below === undefined)
      throw new Error('There are no favourites.');
    expect([markedTag, below].map((row) => tree.getTreeItem(row).label)).toEqual(['app:t1', 't1']);
    expect([tree.getParent(markedTag), tree.getParent(below)]).toEqual([top, marked]);
  });

  it('are kept no longer than their marks', async () => {
    const { asked, node } = acme(lists);
    const { tree, nodeAt, favourites } = treeOf(node);
    const bookmarks = [bookmarkOf(await nodeAt('Acme', 'app'))].filter((one) => one !== undefined);
    await favourites.putLast(bookmarks);
    const [top] = await tree.getChildren();
    const [marked] = await tree.getChildren(top);
    await favourites.remove(bookmarks);
    asked.length = 0;
    expect([marked === undefined ? undefined : await tree.getChildren(marked), asked]).toEqual([[], []]);
  });

  it('come first among selected rows, and count once where the row elsewhere is selected too', async () => {
    const { tree, nodeAt, favourites } = treeOf(acme(lists).node);
    const app = await nodeAt('Acme', 'app');
    const [one, two] = [await nodeAt('Acme', 'app', 't1'), await nodeAt('Acme', 'app', 't2')];
    await favourites.putLast([app, one].flatMap((node) => bookmarkOf(node) ?? []));
    const [top] = await tree.getChildren();
    const [marked, markedTag] = (await tree.getChildren(top)).filter((row) => row.kind === 'node');
    const [inFavourite] = (await tree.getChildren(marked)).filter((row) => row.kind === 'node');
    if (markedTag === undefined || inFavourite === undefined) throw new Error('There are no favourites.');
    const ids = (rows: readonly Node[]) => tree.inOrder(rows).map(({ id }) => id.replace(/.*app\//, ''));
    expect(ids([one, two])).toEqual(['tag:t2', 'tag:t1']);
    expect(ids([two, markedTag])).toEqual(['tag:t1', 'tag:t2']);
    expect(ids([two, one, markedTag])).toEqual(['tag:t1', 'tag:t2']);
    expect(inFavourite.id).toBe('favourites/c1/repository:app/tag:t2');
    expect(ids([one, inFavourite])).toEqual(['tag:t2', 'tag:t1']);
  });

  it('go with their connection, and come and go with their marks', async () => {
    const { tree, nodeAt, favourites, connected, listeners, changes } = treeOf(acme(lists).node);
    const app = await nodeAt('Acme', 'app');
    expect(app.isFavourite).toBe(false);
    const bookmarks = [bookmarkOf(app)].filter((one) => one !== undefined);
    await favourites.putLast(bookmarks);
    expect([app.isFavourite, changes.at(-1)]).toEqual([true, undefined]);
    const [top] = await tree.getChildren();
    expect(await tree.getChildren(top)).toHaveLength(1);
    connected.length = 0;
    listeners.tell({ id: 'c1', reason: 'removed' });
    expect(await tree.getChildren(top)).toEqual([]);
    await favourites.remove(bookmarks);
    expect(await tree.getChildren()).toEqual([]);
  });

  it('are drawn with their connection when that is opened anew or renamed, and no other row is', async () => {
    const { tree, view, nodeAt, favourites, connected, listeners, changes } = treeOf(acme(lists).node);
    const app = await nodeAt('Acme', 'app');
    await favourites.putLast([bookmarkOf(app)].filter((one) => one !== undefined));
    const [top] = await tree.getChildren();
    if (top === undefined) throw new Error('There is no row of favourites.');
    view.expand(top);
    await tree.getChildren(top);
    connected[0] = connectionNode({ label: 'New name' }, registryOf({ '': [repository('other')] }).provider);
    listeners.tell({ id: 'c1', reason: 'renamed' });
    expect(changes.at(-1)).toEqual(['New name', 'app', 'favourites']);
    const [renamed] = await tree.getChildren(top);
    expect(renamed).toMatchObject({ connection: { label: 'New name' } });
    listeners.tell({ id: 'c1', reason: 'reopened' });
    expect(changes.at(-1)).toEqual(['New name', 'favourites']);
    const [root] = (await tree.getChildren()).slice(1);
    expect(labels(await tree.getChildren(root))).toEqual(['other']);
    expect((await tree.getChildren(top))[0]).not.toBe(renamed);
  });

  it('are listed again with their row elsewhere', async () => {
    const { asked, node } = acme(lists);
    const { tree, nodeAt, favourites } = treeOf(node);
    const app = await nodeAt('Acme', 'app');
    await favourites.putLast([bookmarkOf(app)].filter((one) => one !== undefined));
    const [top] = await tree.getChildren();
    const [favourite] = await tree.getChildren(top);
    await tree.getChildren(favourite);
    tree.refresh(app);
    await tree.getChildren(favourite);
    expect(asked).toEqual(['', 'app', 'app']);
  });

  it('draw no more than themselves when one more is marked, and are there when they are opened', async () => {
    const { tree, view, nodeAt, favourites, changes } = treeOf(acme(lists).node);
    const [app, one] = [await nodeAt('Acme', 'app'), await nodeAt('Acme', 'app', 't1')];
    const [first, second] = [app, one].flatMap((node) => bookmarkOf(node) ?? []);
    if (first === undefined || second === undefined) throw new Error('There is nothing to mark.');
    await favourites.putLast([first]);
    const [top] = await tree.getChildren();
    if (top === undefined) throw new Error('There is no row of favourites.');
    const [marked] = await tree.getChildren(top);
    await tree.getChildren(marked);
    view.collapse(top);
    await favourites.putLast([second]);
    expect(changes.at(-1)).toEqual(['t1']);
    view.expand(top);
    expect(changes.at(-1)).toEqual(['favourites']);
    await favourites.remove([second]);
    expect(changes.at(-1)).toEqual(['t1', 't1', 'favourites']);
  });

  it('are drawn again with their connection, in whose rows they are not', async () => {
    const { tree, view, nodeAt, favourites, changes } = treeOf(acme(lists).node);
    const app = await nodeAt('Acme', 'app');
    await favourites.putLast([bookmarkOf(app)].filter((one) => one !== undefined));
    const [top] = await tree.getChildren();
    await tree.getChildren(top);
    tree.refresh(await nodeAt('Acme'));
    expect(changes.at(-1)).toEqual(['Acme', 'app']);
    tree.refresh(app);
    expect(changes.at(-1)).toEqual(['app', 'app']);
    if (top !== undefined) view.collapse(top);
    tree.refresh(app);
    expect(changes.at(-1)).toEqual(['app']);
    if (top !== undefined) view.expand(top);
    expect(changes.at(-1)).toEqual(['favourites']);
  });
});

describe('after a reload of the window', () => {
  it('open rows are open, what was selected is selected, and only what is shown is asked for', async () => {
    const lists = { '': [repository('app'), repository('web')], app: tags(0, 3), web: tags(0, 3) };
    const workspace = memento();
    const first = treeIn(workspace, acme(lists).node);
    await first.below('Acme', 'app');
    await first.below('Acme', 'web');
    first.view.collapse(await first.nodeAt('Acme', 'web'));
    first.view.select(await first.nodeAt('Acme', 'app', 't1'));
    const { asked, node } = acme(lists);
    const { tree, nodeAt, below, view } = treeIn(workspace, node);
    const states = [];
    for (const path of [['Acme'], ['Acme', 'app'], ['Acme', 'web']])
      states.push(tree.getTreeItem(await nodeAt(...path)).collapsibleState);
    expect(states).toEqual([2, 2, 1]);
    await below('Acme', 'app');
    await vi.advanceTimersByTimeAsync(10);
    expect(asked).toEqual(['', 'app']);
    expect(view.revealed).toMatchObject([{ row: { entry: { label: 't1' } }, options: { select: true, focus: false } }]);
  });

  it('an open connection that answers late holds up no other, nor does one that fails', async () => {
    vi.useRealTimers();
    const workspace = memento();
    const slow = waiting();
    const late = () => connectionNode({ id: 'c2', label: 'Late' }, acme({ '': slow.list }).node.provider);
    const off = () =>
      connectionNode(
        { id: 'c3', label: 'Off' },
        acme({
          '': () => {
            throw unreached;
          },
        }).node.provider,
      );
    const stored = treeIn(workspace, late(), off());
    for (const label of ['Late', 'Off']) stored.view.expand(await stored.nodeAt(label));
    const { tree, nodeAt, changes } = treeIn(workspace, late(), off());
    expect(labels(await tree.getChildren(await nodeAt('Late')))).toEqual(['loading']);
    expect(labels(await tree.getChildren(await nodeAt('Off')))).toEqual(['problem']);
    for (const answer of slow.answers) answer({ items: [repository('app')] });
    await vi.waitFor(() => {
      expect(changes).toContainEqual(['Late']);
    });
    expect(labels(await tree.getChildren(await nodeAt('Late')))).toEqual(['app']);
  });

  it('is told again to VS Code, which may lose what it was told, until that asks for the rows', async () => {
    const workspace = memento();
    const slow = waiting();
    const late = () => connectionNode({ label: 'Late' }, acme({ '': slow.list }).node.provider);
    const stored = treeIn(workspace, late());
    stored.view.expand(await stored.nodeAt('Late'));
    const { tree, nodeAt, changes } = treeIn(workspace, late());
    const rows = tree.getChildren(await nodeAt('Late'));
    await vi.advanceTimersByTimeAsync(1000);
    expect(labels(await rows)).toEqual(['loading']);
    for (const answer of slow.answers) answer({ items: [repository('app')] });
    const told = () => changes.filter((change) => String(change) === 'Late').length;
    await vi.advanceTimersByTimeAsync(20_000);
    expect(told()).toBeGreaterThan(4);
    expect(labels(await tree.getChildren(await nodeAt('Late')))).toEqual(['app']);
    await vi.advanceTimersByTimeAsync(1000);
    const before = told();
    await vi.advanceTimersByTimeAsync(200_000);
    expect(told()).toBe(before);
  });

  it('what is stored may be anything', async () => {
    const workspace = memento({
      'rows.expanded': [1, {}],
      'rows.filters': 'x',
      'rows.orders': [['c1', 'upside down']],
      'rows.selected': {},
    });
    const { below } = treeIn(workspace, acme({ '': [repository('app')] }).node);
    expect(await below('Acme')).toEqual(['app']);
  });
});

describe('a failure of the search for a filter', () => {
  it('is a row beside what is known, and goes with the filter', async () => {
    const refused = new Failure('forbidden', 'no', { subject: host });
    const lists = { '': [repository('app')], app: () => ({ items: tags(0, 100), next: '1' }) };
    const { tree, nodeAt, below } = treeOf(acme(lists, { find: () => () => Promise.reject(refused) }).node);
    const app = await nodeAt('Acme', 'app');
    await below('Acme', 'app');
    tree.setFilter(app, 't99');
    expect(labels(await tree.getChildren(app))).toEqual(['t99', 'problem']);
    tree.setFilter(app, '');
    expect(labels(await tree.getChildren(app)).slice(-2)).toEqual(['t0', 'more']);
  });
});
