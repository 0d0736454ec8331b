import { describe, expect, it } from 'vitest';
import { Failure } from '../../../src/core/failure';
import type { Connection, Repository, Shown } from '../../../src/core/model';
import type { FoundRepository, RegistryProvider } from '../../../src/providers/provider';
import { addNamespace, removeNamespace } from '../../../src/ui/commands/namespaces';
import { searchRepositories } from '../../../src/ui/commands/searchRepositories';
import { showPullLimit } from '../../../src/ui/commands/showPullLimit';
import type { Node } from '../../../src/ui/tree/node';
import { connectionNode, fakeApp, reference } from './fakeApp';
import { user } from './scriptedUser';

const namespaces: RegistryProvider['namespaces'] = {
  problem: (name) => (/^[a-z]+$/.test(name) ? undefined : `“${name}” is no namespace.`),
  check: (name) =>
    name === 'nobody'
      ? Promise.reject(new Failure('notFound', 'object not found', { subject: 'hub' }))
      : Promise.resolve(),
};

/** A connection whose namespaces are noted when they are set. */
function connected(provider: Partial<RegistryProvider>, connection: Partial<Connection> = {}) {
  const set: (readonly string[])[] = [];
  const connections = {
    setShown: (_id: string, { namespaces: names = [] }: Shown) => (set.push(names), Promise.resolve()),
  };
  return { node: connectionNode({ label: 'Docker Hub', ...connection }, provider), connections, set };
}

describe('Add Namespace…', () => {
  it('adds several to those there are, each once', async () => {
    const { node, connections, set } = connected({ namespaces }, { shown: { namespaces: ['acme'] } });
    await addNamespace.run(fakeApp({ connections, ask: user('Library, acme').ask }).app, [node]);
    expect(set).toEqual([['acme', 'library']]);
  });

  it('says in the box why one will not do, and adds none', async () => {
    const { node, connections, set } = connected({ namespaces });
    const { ask, seen } = user('library nobody', undefined);
    await addNamespace.run(fakeApp({ connections, ask }).app, [node]);
    expect(seen).toContain('Could not list the repositories of nobody: the registry says “object not found”.');
    expect(set).toEqual([]);
    await expect(addNamespace.run(fakeApp({ ask: user('a_b').ask }).app, [node])).rejects.toThrow(
      '“a_b” is no namespace.',
    );
    await expect(addNamespace.run(fakeApp({ ask: user(' , ').ask }).app, [node])).rejects.toThrow('Type a name.');
  });

  it('is offered where namespaces can be added alone', () => {
    expect(addNamespace.applies(connected({ namespaces }).node)).toBe(true);
    expect(addNamespace.applies(connected({}).node)).toBe(false);
  });
});

describe('Remove Namespace from View', () => {
  const group = (node: Node, key: string): Node => ({
    ...node,
    entry: { kind: 'group', key, label: key },
    parent: node,
  });

  it('removes one that was added by hand, and is offered on no other', async () => {
    const { node, connections, set } = connected({ namespaces }, { shown: { namespaces: ['acme', 'library'] } });
    await removeNamespace.run(fakeApp({ connections }).app, [group(node, 'acme')]);
    expect(set).toEqual([['library']]);
    expect(removeNamespace.applies(group(node, 'alice'))).toBe(false);
  });
});

describe('Search Repositories…', () => {
  const repository = (path: string): Repository => ({ kind: 'repository', label: path, image: reference(path) });
  const found: readonly FoundRepository[] = [
    { repository: repository('nginx'), isOfficial: true, stars: 20_000, description: 'A web server' },
    { repository: repository('bitnami/nginx'), isOfficial: false },
  ];
  const provider: Partial<RegistryProvider> = {
    search: (query, cursor) =>
      Promise.resolve(
        query === 'nginx' && cursor === undefined
          ? { items: found, next: '2' }
          : { items: [{ repository: repository('more/nginx'), isOfficial: false }] },
      ),
    locate: (image) => [
      { kind: 'group', key: image.path.split('/')[0] ?? '', label: image.path.split('/')[0] ?? '' },
      { kind: 'repository', label: image.path, image },
    ],
    list: () => Promise.resolve({ items: [{ kind: 'group', key: 'alice', label: 'alice' }] }),
  };

  it('shows the repository chosen in the tree, where its namespace stays', async () => {
    const { node, connections, set } = connected(provider);
    const shown: unknown[] = [];
    const show = (_root: Node, trail: unknown) => (shown.push(trail), Promise.resolve());
    const tree = { show };
    const { ask, offered } = user('nginx', 'Load more…', 'more/nginx');
    await searchRepositories.run(fakeApp({ connections, tree, ask }).app, [node]);
    expect(offered()).toEqual(['nginx', 'bitnami/nginx', 'more/nginx']);
    expect([set, shown]).toEqual([[['more']], [[expect.objectContaining({ key: 'more' }), expect.anything()]]]);
  });

  it('leads back to the words', async () => {
    const { node, connections, set } = connected(provider);
    const { ask, proposed } = user('nginx', 'back', undefined);
    await searchRepositories.run(fakeApp({ connections, ask }).app, [node]);
    expect([proposed, set]).toEqual([['', 'nginx'], []]);
  });

  it('says that nothing was found, and leads to other words or to adding by name', async () => {
    const none: Partial<RegistryProvider> = {
      ...provider,
      search: () => Promise.resolve({ items: [] }),
      hostOf: () => undefined,
    };
    const { node, connections } = connected(none);
    const again = user('ngimx', 'Nothing found for “ngimx”', undefined);
    await searchRepositories.run(fakeApp({ connections, ask: again.ask }).app, [node]);
    expect([again.offered(), again.proposed]).toEqual([['Nothing found for “ngimx”'], ['', 'ngimx']]);
    const namespaces = { problem: () => undefined, check: () => Promise.resolve() };
    const adding = connected({ ...none, namespaces });
    const { ask, offered, seen } = user('bitnamy', 'Add Namespace…', undefined);
    await searchRepositories.run(fakeApp({ connections: adding.connections, ask }).app, [adding.node]);
    expect(offered()).toEqual(['Nothing found for “bitnamy”', 'Add Namespace…']);
    expect(seen.at(-1)).toBe('Add Namespace to Docker Hub');
  });
});

describe('Show Pull Limit', () => {
  const said = async (limit: Awaited<ReturnType<NonNullable<RegistryProvider['pullLimit']>>>) => {
    const { node } = connected(
      { pullLimit: () => Promise.resolve(limit) },
      { signIn: { kind: 'basic', account: 'alice' } },
    );
    const { app, told } = fakeApp();
    await showPullLimit.run(app, [node]);
    return told;
  };

  it('says how many pulls are left, in what time', async () => {
    expect(await said({ limit: 100, remaining: 76, windowSeconds: 21_600 })).toEqual([
      'Docker Hub allows this account (alice) 100 pulls in 6 hours: 76 left.',
    ]);
  });

  it('says that there is no limit', async () => {
    expect(await said(undefined)).toEqual(['Docker Hub sets no pull limit for this account (alice).']);
  });
});
