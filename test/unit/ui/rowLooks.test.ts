import { describe, expect, it } from 'vitest';
import type { Bookmark, Entry } from '../../../src/core/model';
import { viewAsList, viewAsTree } from '../../../src/ui/commands/folders';
import { addToFavourites, removeFromFavourites } from '../../../src/ui/commands/favourites';
import { clearFilter, filterRows } from '../../../src/ui/commands/filterRows';
import { filterRow } from '../../../src/ui/commands/keys';
import { runCommand } from '../../../src/ui/commands/runCommand';
import { sortRows } from '../../../src/ui/commands/sortRows';
import { commands } from '../../../src/ui/commands/table';
import { rowBelow } from '../../../src/ui/tree/node';
import type { Node } from '../../../src/ui/tree/node';
import { detailsFrom } from '../../../src/providers/rows';
import { connectionNode, fakeApp, reference } from './fakeApp';
import { user } from './scriptedUser';

const repository: Entry = { kind: 'repository', label: 'app', image: reference('registry.example.com/app') };
const tag: Entry = { kind: 'tag', label: '1', image: reference('registry.example.com/app:1') };
const root = connectionNode(
  { label: 'Acme' },
  { details: () => Promise.resolve(detailsFrom({ digest: '', type: 'image' })) },
);
const app = rowBelow(root, repository);

/** What the tree is told, with these rows below every row. */
function treeWith(entries: readonly Entry[] = [], filter = '') {
  const told: string[] = [];
  const label = ({ entry, connection }: Node) => entry?.label ?? connection.label;
  const note = (text: string) => Promise.resolve(void told.push(text));
  return {
    told,
    tree: {
      open: (node: Node) => note(`open ${label(node)}`),
      filterOf: () => filter,
      setFilter: (_node: Node, text: string, isTyping = false) =>
        void note(`${isTyping ? 'typed' : 'filter'} “${text}”`),
      orderOf: () => undefined,
      defaultOrder: ({ entry }: Node) => (entry?.kind === 'repository' ? ('version' as const) : undefined),
      setOrder: (_node: Node, order: string | undefined) => void note(`order ${order ?? 'default'}`),
      entriesBelow: () => Promise.resolve(entries),
      readDetails: (_node: Node, progress: (done: number, of: number) => void) => {
        progress(1, 2);
        return note('read details');
      },
    },
  };
}

describe('Filter…', () => {
  it('opens the row, narrows it while the user types, and keeps what was typed', async () => {
    const { tree, told } = treeWith();
    const { ask, seen } = user('  web  ');
    await filterRows.run(fakeApp({ tree, ask: typing(ask, ['w', 'we']) }).app, [app]);
    expect(told).toEqual(['open app', 'typed “w”', 'typed “we”', 'filter “web”']);
    expect(seen).toEqual(['Filter app']);
  });

  it('is as it was when the user leaves', async () => {
    const { tree, told } = treeWith([], 'before');
    const { ask, proposed } = user(undefined);
    await filterRows.run(fakeApp({ tree, ask: typing(ask, ['x']) }).app, [root]);
    expect(told).toEqual(['open Acme', 'typed “x”', 'filter “before”']);
    expect(proposed).toEqual(['before']);
  });

  it('is of rows that have others with names below them, and is cleared where there is one', () => {
    expect([root, app, rowBelow(app, tag)].map((node) => filterRows.applies(node))).toEqual([true, true, false]);
    expect([app, { ...app, filter: 'x' }].map((node) => clearFilter.applies(node))).toEqual([false, true]);
  });

  it('is for its repository when its key is pressed on a tag', async () => {
    const { tree, told } = treeWith();
    await runCommand(fakeApp({ tree, ask: user('1').ask }).app, commands, filterRow.id, [rowBelow(app, tag), []]);
    expect(told).toEqual(['open app', 'filter “1”']);
  });
});

/** A user who types these texts before each answer. */
function typing(ask: ReturnType<typeof user>['ask'], texts: readonly string[]): typeof ask {
  return {
    ...ask,
    input: (step, accept) => {
      for (const text of texts) step.typing?.(text);
      return ask.input(step, accept);
    },
  };
}

describe('Sort…', () => {
  const dated: Entry = { ...tag, details: { ...detailsFrom({ digest: '', type: 'image' }), created: new Date() } };

  it('reads dates where the listing does not tell them, and nothing where it does or where names are enough', async () => {
    const cases: readonly [string, readonly Entry[]][] = [
      ['Newest first', [tag]],
      ['Newest first', [dated]],
      ['By name', [tag]],
      ['As in the settings', [tag]],
    ];
    const all = [];
    for (const [label, entries] of cases) {
      const { tree, told } = treeWith(entries);
      await sortRows.run(fakeApp({ tree, ask: user(label).ask }).app, [app]);
      all.push(told.slice(1));
    }
    expect(all).toEqual([['order newest', 'read details'], ['order newest'], ['order name'], ['order default']]);
  });

  it('offers the last change of repositories only where the registry tells it', async () => {
    const offers = [];
    for (const entries of [[repository], [{ ...repository, updated: new Date() }]]) {
      const { ask, offered } = user(undefined);
      await sortRows.run(fakeApp({ tree: treeWith(entries).tree, ask }).app, [root]);
      offers.push(offered());
    }
    expect(offers).toEqual([
      ['As the registry lists them', 'By name', 'By name, reversed'],
      ['As the registry lists them', 'Newest first', 'Oldest first', 'By name', 'By name, reversed'],
    ]);
  });

  it('is of repositories and of what holds them, not of what holds namespaces', () => {
    const holds = () => ({ one: () => '', none: '', listing: () => '' });
    expect(
      [root, app, rowBelow(app, tag), connectionNode({}, { holds })].map((node) => sortRows.applies(node)),
    ).toEqual([true, true, false, false]);
  });
});

describe('favourites', () => {
  it('are added and removed several at once, by what leads to them', async () => {
    const marks: string[] = [];
    const noteOf = (what: string) => (bookmarks: readonly Bookmark[]) =>
      Promise.resolve(
        void marks.push(`${what} ${bookmarks.map(({ trail }) => trail.map(({ label }) => label).join('/')).join(' ')}`),
      );
    const { app: shell, done } = fakeApp({ favourites: { putLast: noteOf('add'), remove: noteOf('remove') } });
    const nodes = [app, rowBelow(app, tag)];
    await addToFavourites.run(shell, nodes);
    await removeFromFavourites.run(
      shell,
      nodes.map((node) => ({ ...node, isFavourite: true })),
    );
    expect(marks).toEqual(['add app app/1', 'remove app app/1']);
    expect(done).toEqual(['Added 2 rows to Favourites']);
  });

  it('can be repositories and tags', () => {
    expect([root, app, rowBelow(app, tag)].map((node) => addToFavourites.applies(node))).toEqual([false, true, true]);
    expect(
      [app, { ...app, isFavourite: true }].map((node) =>
        [addToFavourites, removeFromFavourites].map((one) => one.applies(node)),
      ),
    ).toEqual([
      [true, false],
      [false, true],
    ]);
  });
});

it('View as Tree and View as List set how repositories are shown', async () => {
  const views: string[] = [];
  const { app: shell } = fakeApp({ viewRepositoriesAs: (view) => Promise.resolve(void views.push(view)) });
  await viewAsTree.run(shell);
  await viewAsList.run(shell);
  expect(views).toEqual(['tree', 'list']);
});
