import { describe, expect, it } from 'vitest';
import type { Bookmark, Group, Repository, Tag } from '../../../src/core/model';
import { Bookmarks, idOf } from '../../../src/registries/bookmarks';

const group: Group = { kind: 'group', key: 'acme', label: 'Acme' };

function repository(name: string): Repository {
  return { kind: 'repository', label: name, image: { host: 'localhost:5000', path: `acme/${name}` } };
}

function bookmark(name: string): Bookmark {
  return { connection: 'one', trail: [group, repository(name)] };
}

function stateOf(stored: Record<string, unknown> = {}) {
  const values = new Map(Object.entries(stored));
  return {
    values,
    get: (key: string) => values.get(key),
    update: async (key: string, value: unknown) => {
      values.set(key, JSON.parse(JSON.stringify(value)));
      await Promise.resolve();
    },
  };
}

async function bookmarks(most = 10, state = stateOf()) {
  const all = new Bookmarks(state, 'favourites', most);
  await all.ready();
  return { all, state, names: () => all.all().map(({ trail }) => trail.at(-1)?.label) };
}

describe('Bookmarks', () => {
  it('are read as they were stored, without what gets out of date', async () => {
    const { all, state } = await bookmarks();
    const tag: Tag = {
      kind: 'tag',
      label: '1.4',
      image: { host: 'localhost:5000', path: 'acme/web', tag: '1.4' },
      details: { digest: 'sha256:1', mediaType: '', type: 'image', platforms: [], labels: {} },
    };
    await all.putLast([{ connection: 'one', trail: [group, { ...repository('web'), updated: new Date() }, tag] }]);
    const again = await bookmarks(10, state);
    expect(again.all.all()).toEqual([
      { connection: 'one', trail: [group, repository('web'), { kind: 'tag', label: '1.4', image: tag.image }] },
    ]);
  });

  it('stay where they are when they are put last again, and move when they are put first', async () => {
    const { all, names } = await bookmarks();
    await all.putLast([bookmark('a'), bookmark('b')]);
    await all.putLast([bookmark('a'), bookmark('c')]);
    expect(names()).toEqual(['a', 'b', 'c']);
    await all.putFirst([bookmark('c')]);
    expect(names()).toEqual(['c', 'a', 'b']);
  });

  it('are no more than the bound: the oldest goes', async () => {
    const { all, names } = await bookmarks(2);
    await all.putFirst([bookmark('a')]);
    await all.putFirst([bookmark('b')]);
    await all.putFirst([bookmark('c')]);
    expect(names()).toEqual(['c', 'b']);
    await all.putLast([bookmark('d')]);
    expect(names()).toEqual(['b', 'd']);
  });

  it('are removed, and listeners are told', async () => {
    const { all, names } = await bookmarks();
    await all.putLast([bookmark('a'), bookmark('b')]);
    let told = 0;
    all.onDidChange(() => told++);
    await all.remove([bookmark('a')]);
    expect(names()).toEqual(['b']);
    expect(told).toBe(1);
    expect([all.has(bookmark('a')), all.has(bookmark('b'))]).toEqual([false, true]);
  });

  it.each([
    ['no list', 'text'],
    ['another shape', [{ connection: 1, trail: [] }, null, 3]],
    ['nothing to lead to', [{ connection: 'one', trail: [] }]],
    ['another kind of row', [{ connection: 'one', trail: [{ kind: 'platform', label: 'x', image: {} }] }]],
    [
      'a name that no image has',
      [{ connection: 'one', trail: [{ kind: 'repository', label: 'x', image: { host: 'h', path: 'a b; rm' } }] }],
    ],
  ])('are skipped when the state holds %s', async (_name, stored) => {
    const { all } = await bookmarks(10, stateOf({ favourites: stored }));
    expect(all.all()).toEqual([]);
  });

  it('are told apart by connection and names', () => {
    expect(idOf(bookmark('a'))).toBe('one/group:acme/repository:a');
  });
});
