import { commands, window } from 'vscode';
import type { TreeDataProvider, TreeView } from 'vscode';
import { isSettledWithin } from '../../src/core/pause';
import { withResolvers } from '../../src/core/withResolvers';
import type { Row } from '../../src/ui/tree/node';
import { revealRow } from '../../src/ui/tree/revealRow';
import type { RegistryTree } from '../../src/ui/tree/registryTree';

/** VS Code puts together what it is told of a tree within 200 milliseconds. */
const asksWithinMs = 250;
/** After an answer, it asks for what is below the rows of it. */
const asksOnWithinMs = 40;
/** What VS Code has not told by then it has lost: the row was being drawn again. A user would click once more. */
const tellsWithinMs = 5_000;
const mostClicks = 6;

const idOf = (row: Row | undefined): string => (row !== undefined && 'id' in row ? row.id : '');

/** The Registries view of the extension in this host, and what VS Code was given to draw of it. */
export interface WatchedTree {
  readonly tree: () => RegistryTree;
  /** The rows below one, as VS Code has them; at the top without one. */
  readonly drawn: (row: Row | undefined) => readonly Row[] | undefined;
  readonly open: (row: Row, isOpen: boolean) => Promise<void>;
  /** How often VS Code has asked how a row looks. */
  readonly looks: () => number;
  /** Whether VS Code has all that it asked for, and has asked for all that it was told of. */
  readonly isQuiet: () => boolean;
}

function watchTree(): WatchedTree {
  // What VS Code has dropped is not kept for us: memory is measured.
  const rows = new Map<string, readonly WeakRef<Row>[]>();
  let pending = 0;
  let quietAt = 0;
  let looks = 0;
  let found: { readonly tree: RegistryTree; readonly view: TreeView<Row> } | undefined;
  const busyFor = (ms: number) => {
    quietAt = Math.max(quietAt, performance.now() + ms);
  };
  const there = () => {
    if (found === undefined) throw new Error('The view is not there yet.');
    return found;
  };
  const watched = (tree: RegistryTree): TreeDataProvider<Row> => {
    tree.onDidChangeTreeData(() => {
      busyFor(asksWithinMs);
    });
    return {
      onDidChangeTreeData: tree.onDidChangeTreeData,
      getTreeItem: (row) => {
        looks++;
        return tree.getTreeItem(row);
      },
      getParent: (row) => tree.getParent(row),
      resolveTreeItem: (item, row, token) => tree.resolveTreeItem(item, row, token),
      getChildren: async (row) => {
        pending++;
        try {
          const below = await tree.getChildren(row);
          rows.set(
            idOf(row),
            below.map((each) => new WeakRef(each)),
          );
          return below;
        } finally {
          pending--;
          busyFor(asksOnWithinMs);
        }
      },
    };
  };
  const create = window.createTreeView;
  Object.assign(window, {
    createTreeView: (id: string, options: { readonly treeDataProvider: unknown }) => {
      if (id !== 'registryExplorer.registries') return create(id, options as never);
      const tree = options.treeDataProvider as RegistryTree;
      const view = create<Row>(id, { ...options, treeDataProvider: watched(tree) });
      found = { tree, view };
      return view;
    },
  });
  return {
    tree: () => there().tree,
    drawn: (row) => {
      const known = rows.get(idOf(row));
      const kept = known?.flatMap((each) => each.deref() ?? []);
      return kept?.length === known?.length ? kept : undefined;
    },
    looks: () => looks,
    isQuiet: () => pending === 0 && performance.now() > quietAt,
    open: async (row, isOpen) => {
      const { view } = there();
      const event = isOpen ? view.onDidExpandElement : view.onDidCollapseElement;
      await heard(event, idOf(row), async () => {
        if (isOpen) await view.reveal(row, { expand: true, select: false, focus: false });
        else {
          await revealRow(view, row, { select: true, focus: true, expand: false });
          await commands.executeCommand('list.collapse');
        }
        busyFor(asksOnWithinMs);
      });
    },
  };
}

/** Does it until the event has told of the row. */
async function heard(event: TreeView<Row>['onDidExpandElement'], id: string, act: () => Promise<void>): Promise<void> {
  const told = withResolvers<undefined>();
  const subscription = event(({ element }) => {
    if (idOf(element) === id) told.resolve(undefined);
  });
  try {
    for (let clicks = 0; clicks < mostClicks; clicks++) {
      await act();
      if (await isSettledWithin(told.promise, tellsWithinMs)) return;
    }
    throw new Error(`VS Code did not tell of ${id}.`);
  } finally {
    subscription.dispose();
  }
}

/** Begins when this file is loaded: the extension is not activated yet. */
export const watched = watchTree();
