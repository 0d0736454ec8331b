import { describe, expect, it, vi } from 'vitest';
import { Failure } from '../../../src/core/failure';
import type { Entry, Group } from '../../../src/core/model';
import { idOf } from '../../../src/registries/bookmarks';
import type { Landing, Row } from '../../../src/ui/tree/node';
import { acme, host, labels, repository, tag, tags, treesOver } from './treeFixture';
import type { Lists } from './treeFixture';

const vsCode = await vi.hoisted(async () => {
  const { FakeVsCode: Fake } = await import('./fakeViews');
  return new Fake<Row>();
});
vi.mock('vscode', () => vsCode.api);

const { treeOf } = treesOver(vsCode);

const group = (key: string): Group => ({ kind: 'group', key, label: key });

/** 1,003 repositories, as registries list them: a thousand, and the rest. */
function manyRepositories(): Lists {
  const names = Array.from({ length: 1003 }, (_, at) => repository(`r${at}`));
  return { '': () => ({ items: names.slice(0, 1000), next: '2' }), ' 2': names.slice(1000) };
}

/** A tree over lists, and the way to a row of it. */
function going(lists: Lists) {
  const { asked, node } = acme(lists);
  const { tree, view, below, nodeAt, recent, changes } = treeOf(node);
  const goTo = async (...trail: readonly Entry[]) => {
    asked.length = 0;
    const landing = await tree.goTo(node, trail);
    const revealed = view.revealed.at(-1)?.row;
    return { landing: said(landing), revealed: revealed && labels([revealed])[0], asked: [...asked] };
  };
  return { tree, view, node, below, nodeAt, recent, changes, goTo };
}

function said(landing: Landing): string {
  const name = 'row' in landing ? ` ${(landing.row.entry ?? landing.row.connection).label}` : '';
  return `${landing.kind}${name}`;
}

describe('the way to a row', () => {
  it('takes one request to a tag, and none where its repository was read', async () => {
    const { goTo, view } = going({ '': [repository('app')], app: tags(0, 3) });
    expect(await goTo(repository('app'), tag('t2'))).toEqual({ landing: 'shown t2', revealed: 't2', asked: ['app'] });
    expect(await goTo(repository('app'), tag('t1'))).toEqual({ landing: 'shown t1', revealed: 't1', asked: [] });
    expect(view.revealed.at(-1)?.options).toEqual({ select: true, focus: true, expand: false });
  });

  it('leaves the focus to a user who types in a box by then', async () => {
    const { goTo, view } = going({ '': [repository('app')], app: tags(0, 3) });
    vsCode.isAsking = true;
    await goTo(repository('app'), tag('t2'));
    expect(view.revealed.at(-1)?.options).toEqual({ select: true, focus: false, expand: false });
  });

  it('takes one request below lists that were not read, which are read when more is wanted', async () => {
    const { goTo, below, tree, nodeAt } = going({
      ...{ '': [group('other'), group('acme')], acme: [repository('api'), repository('web')], web: tags(0, 2) },
    });
    expect(await goTo(group('acme'), repository('web'), tag('t1'))).toMatchObject({
      ...{ landing: 'shown t1', asked: ['web'] },
    });
    expect([await below('Acme'), await below('Acme', 'acme')]).toEqual([
      ['acme', 'more'],
      ['web', 'more'],
    ]);
    tree.loadMore({ kind: 'more', of: await nodeAt('Acme', 'acme') });
    expect([await below('Acme'), await below('Acme', 'acme')]).toEqual([
      ['acme', 'more'],
      ['web', 'api'],
    ]);
    tree.refresh();
    expect([await below('Acme'), await below('Acme', 'acme')]).toEqual([
      ['other', 'acme'],
      ['api', 'web'],
    ]);
  });

  it('draws a second row below lists that were not read, and reads them for what is no repository', async () => {
    const { goTo, below, view, nodeAt, changes } = going({ '': [group('acme'), group('other')], web: [], api: [] });
    await goTo(group('acme'), repository('web'));
    view.expand(await nodeAt('Acme'));
    view.expand(await nodeAt('Acme', 'acme'));
    changes.length = 0;
    expect(await goTo(group('acme'), repository('api'))).toMatchObject({ landing: 'shown api', asked: ['api'] });
    expect([changes, await below('Acme', 'acme')]).toEqual([[['acme']], ['web', 'api', 'more']]);
    expect(await goTo(group('other'))).toMatchObject({ landing: 'shown other', asked: [''] });
  });

  it('reads the lists above a repository whose tags cannot be listed, and says where the way ends', async () => {
    const gone = () => Promise.reject(new Failure('notFound', '', { subject: host }));
    const { goTo } = going({ '': [group('acme')], acme: [repository('web')], gone });
    expect(await goTo(group('acme'), repository('gone'), tag('1'))).toEqual({
      ...{ landing: 'missing acme', revealed: 'acme', asked: ['gone', '', 'acme'] },
    });
  });

  it('takes one request more in a list that was read, of 1,003, where the repository comes late', async () => {
    const { goTo, below, tree, nodeAt } = going({ ...manyRepositories(), r1002: [tag('1.4')] });
    await below('Acme');
    expect(await goTo(repository('r1002'), tag('1.4'))).toEqual({
      ...{ landing: 'shown 1.4', revealed: '1.4', asked: ['r1002'] },
    });
    expect((await below('Acme')).slice(-3)).toEqual(['r999', 'r1002', 'more']);
    tree.loadMore({ kind: 'more', of: await nodeAt('Acme') });
    expect((await below('Acme')).slice(-4)).toEqual(['r999', 'r1002', 'r1000', 'r1001']);
  });

  it('does not show a repository that has no list of tags', async () => {
    const gone = () => Promise.reject(new Failure('notFound', '', { subject: host }));
    const { goTo } = going({ '': () => ({ items: [repository('app')], next: '1' }), ' 1': [], gone });
    expect(await goTo(repository('gone'), tag('1'))).toMatchObject({ landing: 'missing Acme', revealed: 'Acme' });
  });

  it('reads a list again that lacks the row, once', async () => {
    const lists: Lists = { '': [repository('app')], app: tags(0, 2) };
    const { goTo } = going(lists);
    await goTo(repository('app'), tag('t1'));
    expect(await goTo(repository('app'), tag('t2'))).toEqual({
      ...{ landing: 'missing app', revealed: 'app', asked: ['app'] },
    });
    lists.app = tags(0, 3);
    expect(await goTo(repository('app'), tag('t2'))).toEqual({
      ...{ landing: 'shown t2', revealed: 't2', asked: ['app'] },
    });
  });

  it('ends where a filter hides the row, and says so', async () => {
    const { goTo, tree, nodeAt, below } = going({ '': [repository('app'), repository('web')], app: tags(0, 3) });
    await below('Acme');
    tree.setFilter(await nodeAt('Acme'), 'web');
    expect(await goTo(repository('app'), tag('t1'))).toMatchObject({ landing: 'filtered Acme', revealed: 'Acme' });
    tree.setFilter(await nodeAt('Acme'), '');
    expect(await goTo(repository('app'), tag('t1'))).toMatchObject({ landing: 'shown t1' });
  });

  it('ends where a list cannot be read, and is tried again the next time', async () => {
    const refused = () => Promise.reject(new Failure('unauthorized', 'no', { subject: host, status: 401 }));
    const lists: Lists = { '': refused, app: refused };
    const { goTo } = going(lists);
    expect(await goTo(repository('app'), tag('t1'))).toMatchObject({ landing: 'failed Acme', revealed: 'Acme' });
    Object.assign(lists, { '': [repository('app')], app: tags(0, 3) });
    expect(await goTo(repository('app'), tag('t1'))).toMatchObject({ landing: 'shown t1' });
  });

  it('leads nowhere once the connection is gone', async () => {
    const { tree, view } = treeOf();
    expect(await tree.goTo(acme({}).node, [repository('app')])).toEqual({ kind: 'gone' });
    expect(view.revealed).toEqual([]);
  });
});

describe('what is known', () => {
  it('are the repositories and tags that were loaded, each below its row, and not again below Favourites', async () => {
    const { tree, below, nodeAt } = going({ '': [repository('app'), repository('web')], app: tags(0, 2) });
    await below('Acme', 'app');
    await nodeAt('Acme', 'app', 't1');
    const known = [...tree.known()].map(({ below: row, entry }) => `${row.id}/${entry.label}`);
    expect(known).toEqual(['c1/app', 'c1/web', 'c1/repository:app/t0', 'c1/repository:app/t1']);
  });

  it('and was opened is remembered: repositories', async () => {
    const { view, nodeAt, recent } = going({ '': [repository('app')], app: tags(0, 2) });
    const row = await nodeAt('Acme', 'app');
    view.expand(await nodeAt('Acme'));
    view.expand(row);
    await vi.waitFor(() => {
      expect(recent.all().map(idOf)).toEqual(['c1/repository:app']);
    });
  });
});
