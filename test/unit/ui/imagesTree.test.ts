import { afterEach, describe, expect, it, vi } from 'vitest';
import { Failure } from '../../../src/core/failure';
import type { LocalImage } from '../../../src/engine/engine';
import { ImagesTree } from '../../../src/ui/images/imagesTree';
import { LocalImages } from '../../../src/ui/images/localImages';
import type { EngineProblem, LocalNode } from '../../../src/ui/images/localNode';
import { collectLog } from '../collectLog';
import { enginesOf, fakeEngine, localImage, reference } from './fakeApp';

const vsCode = await vi.hoisted(async () => {
  const { FakeVsCode } = await import('./fakeViews');
  return new FakeVsCode<LocalNode | EngineProblem>();
});
vi.mock('vscode', () => vsCode.api);

const platform = { os: 'linux', architecture: 'amd64' };
const gone = new Failure('unreachable', '', { subject: 'unix:///engine', speaker: 'engine', code: 'ECONNREFUSED' });
const missing = new Failure('notFound', '', { subject: 'engine', speaker: 'engine', code: 'NO_ENGINE' });

const disposables: { dispose(): void }[] = [];
afterEach(() => {
  for (const each of disposables.splice(0)) each.dispose();
  vsCode.commands.length = 0;
});

/** The view over an engine that has these images, or fails so. `lists`: one for each time it is asked, the last goes on. */
function treeOf(...lists: readonly (readonly LocalImage[] | Failure)[]) {
  let asked = 0;
  const engine = fakeEngine({
    version: () => Promise.resolve({ name: 'Podman', version: '4.3', platform }),
    images: () => {
      const list = lists[Math.min(asked++, lists.length - 1)] ?? [];
      return list instanceof Failure ? Promise.reject(list) : Promise.resolve(list);
    },
    watch: (onChange) => {
      onChange();
      return new Promise(() => undefined);
    },
  });
  let changes = 0;
  let watched: boolean | undefined;
  const images = new LocalImages(enginesOf(engine), collectLog(), () => {
    tree.update();
  });
  const setWatched = images.setWatched.bind(images);
  images.setWatched = (isWatched) => {
    watched = isWatched;
    setWatched(isWatched);
  };
  const commands = {
    ready: () => Promise.resolve([]),
    appliesTo: ({ kind }: { readonly kind: string }) => (kind === 'local' ? 'pushImage tagImage' : ''),
  };
  const tree = new ImagesTree({ images, commands, clean: (text) => text, isAsking: () => vsCode.isAsking });
  tree.onDidChangeTreeData(() => changes++);
  disposables.push(tree, images);
  return { tree, images, view: vsCode.view, asked: () => asked, changes: () => changes, watched: () => watched };
}

const labels = (tree: ImagesTree, rows: readonly (LocalNode | EngineProblem)[]) =>
  rows.map((row) => tree.getTreeItem(row).label);

describe('the Images view', () => {
  it('asks for nothing until it is drawn, then shows images by registry, and whose they are', async () => {
    const { tree, view, asked } = treeOf([localImage('a', ['ghcr.io/acme/app:1']), localImage('b', [])]);
    expect(asked()).toBe(0);
    const roots = await tree.getChildren();
    expect([labels(tree, roots), view.description]).toEqual([['ghcr.io', 'Untagged'], 'Podman 4.3']);
    const [registry] = roots;
    const [repository] = await tree.getChildren(registry);
    const [image] = await tree.getChildren(repository);
    if (registry === undefined || repository === undefined || image === undefined) throw new Error('A row is missing.');
    expect([tree.getParent(image), tree.getParent(repository), tree.getParent(registry)]).toEqual([
      repository,
      registry,
      undefined,
    ]);
    expect(tree.getTreeItem(repository)).toMatchObject({
      label: 'acme/app',
      description: '1 tag',
      collapsibleState: 1,
    });
    expect(tree.getTreeItem(image)).toMatchObject({
      ...{ label: '1', contextValue: 'pushImage tagImage', collapsibleState: 0, id: 'ghcr.io/acme/app:1' },
      tooltip: { value: expect.stringContaining(`sha256:${'a'.repeat(64)}`) as unknown },
    });
    expect(vsCode.commands).toEqual([['setContext', 'registryExplorer.engine', 'ready']]);
  });

  it('reads every row as a sentence', async () => {
    const old = { created: new Date(Date.now() - 49 * 3600 * 1000) };
    const { tree } = treeOf([localImage('a', ['ghcr.io/acme/app:1'], old), localImage('b', [], old)]);
    const spoken: (string | undefined)[] = [];
    const walk = async (row?: LocalNode | EngineProblem): Promise<void> => {
      if (row !== undefined) spoken.push(tree.getTreeItem(row).accessibilityInformation?.label);
      for (const child of await tree.getChildren(row)) await walk(child);
    };
    await walk();
    const problem = tree.getTreeItem({ kind: 'engineProblem', failure: gone });
    expect([...spoken, problem.accessibilityInformation?.label]).toEqual([
      'Images of ghcr.io',
      'Repository acme/app, 1 tag',
      'Image 1, 2 days ago, 1 MB',
      '1 untagged image',
      'Image bbbbbbbbbbbb, 2 days ago, 1 MB',
      'Could not list the local images: nothing answers at unix:///engine. Start Docker or Podman, or use another engine.',
    ]);
  });

  it('says why there is nothing to show, with what helps', async () => {
    const { tree, view } = treeOf(gone);
    const [row, ...others] = await tree.getChildren();
    expect([row, others]).toEqual([{ kind: 'engineProblem', failure: gone }, []]);
    if (row === undefined) return;
    expect([await tree.getChildren(row), tree.getParent(row), view.description]).toEqual([[], undefined, '']);
    expect(tree.getTreeItem(row)).toMatchObject({
      label: 'Not reachable',
      description: 'Nothing answers at unix:///engine. Start Docker or Podman, or use another engine.',
      ...{
        contextValue: 'engineProblem',
        command: { command: 'registryExplorer.useEngine' },
        tooltip: expect.stringMatching(/^Could not list the local images: /) as unknown,
      },
    });
  });

  it('is empty where there is no engine, for its welcome text to be shown', async () => {
    const { tree } = treeOf(missing);
    expect(await tree.getChildren()).toEqual([]);
    expect(vsCode.commands).toEqual([['setContext', 'registryExplorer.engine', 'missing']]);
  });

  it('is drawn anew only where something of it has changed', async () => {
    const same = [localImage('a', ['app:1'])];
    const { tree, images, changes } = treeOf(
      same,
      [localImage('a', ['app:1'])],
      [localImage('a', ['app:2'])],
      gone,
      gone,
    );
    await tree.getChildren();
    expect(changes()).toBe(1);
    await images.refresh();
    expect(changes()).toBe(1);
    await images.refresh();
    expect(changes()).toBe(2);
    // Why it fails may be another reason.
    await images.refresh();
    await images.refresh();
    expect(changes()).toBe(4);
  });

  describe('shows', () => {
    const before = [localImage('a', ['ghcr.io/acme/app:1'])];
    const after = [localImage('a', ['ghcr.io/acme/app:1', 'ghcr.io/acme/app:2'])];

    it.each([
      ['ghcr.io/acme/app:2', 'ghcr.io/acme/app:2', false],
      ['ghcr.io/acme/app:3', 'ghcr.io/acme/app', true],
      ['ghcr.io/acme/app', 'ghcr.io/acme/app', true],
    ])('%s, which may be new, at the row %s', async (name, id, expand) => {
      const { tree, view } = treeOf(before, after);
      await tree.getChildren();
      await tree.show(reference(name));
      expect(view.revealed).toEqual([
        { row: expect.objectContaining({ id }) as unknown, options: { select: true, focus: true, expand } },
      ]);
    });

    it('nothing of a repository that it does not have', async () => {
      const { tree, view } = treeOf(before);
      await tree.show(reference('ghcr.io/acme/other:1'));
      expect(view.revealed).toEqual([]);
    });

    it('nothing unasked to a user who does not see the view', async () => {
      const { tree, view } = treeOf(before);
      view.show(false);
      await tree.show(reference('ghcr.io/acme/app:1'), 'ifVisible');
      expect(view.revealed).toEqual([]);
      await tree.show(reference('ghcr.io/acme/app:1'));
      expect(view.revealed).toHaveLength(1);
      view.show(true);
      await tree.show(reference('ghcr.io/acme/app:1'), 'ifVisible');
      expect(view.revealed.at(-1)?.options).toMatchObject({ focus: false });
    });

    it('and leaves the focus to a user who types in a box by then', async () => {
      const { tree, view } = treeOf(before);
      vsCode.isAsking = true;
      await tree.show(reference('ghcr.io/acme/app:1'));
      vsCode.isAsking = false;
      expect(view.revealed.at(-1)?.options).toMatchObject({ select: true, focus: false });
    });

    it('why it cannot', async () => {
      await expect(treeOf(gone).tree.show(reference('ghcr.io/acme/app:1'))).rejects.toBe(gone);
    });
  });

  it('tells whether somebody looks, and nothing any more when VS Code ends', () => {
    const { tree, view, watched } = treeOf([]);
    expect(watched()).toBe(true);
    view.show(false);
    expect(watched()).toBe(false);
    tree.dispose();
    view.show(true);
    expect(watched()).toBe(false);
  });
});
