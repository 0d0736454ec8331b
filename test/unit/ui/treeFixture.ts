import { afterEach, beforeEach, vi } from 'vitest';
import { Failure } from '../../../src/core/failure';
import type { Entry, ImageDetails, Page, Repository, Tag } from '../../../src/core/model';
import type { RegistryProvider } from '../../../src/providers/provider';
import { Bookmarks } from '../../../src/registries/bookmarks';
import { Listeners } from '../../../src/registries/listeners';
import type { OpenRegistry, RegistryChange } from '../../../src/registries/registries';
import type { Node, Row } from '../../../src/ui/tree/node';
import { RegistryTree } from '../../../src/ui/tree/registryTree';
import { RowState } from '../../../src/ui/tree/rowState';
import { collectLog } from '../collectLog';
import { connectionNode, fakeProvider } from './fakeApp';
import type { FakeVsCode } from './fakeViews';

/** A tree over registries that are written down. The test file mocks VS Code, and gives it to `treesOver`. */

export const host = 'registry.example.com';
export const repository = (label: string): Repository => ({ kind: 'repository', label, image: { host, path: label } });
export const tag = (label: string): Tag => ({ kind: 'tag', label, image: { host, path: 'app', tag: label } });
export const tags = (from: number, to: number) => Array.from({ length: to - from }, (_, at) => tag(`t${from + at}`));
export const unreached = new Failure('unreachable', '', { subject: host, code: 'ECONNREFUSED' });
export const details: ImageDetails = {
  ...{ digest: 'sha256:1', mediaType: 'm', type: 'image', size: 5_000_000, platforms: [], labels: {} },
};

export type Lists = Record<string, readonly Entry[] | (() => Page<Entry> | Promise<Page<Entry>>)>;

/** A registry that lists what `lists` has under the label of each row, `''` for its own, and notes what it is asked. */
export function registryOf(lists: Lists, abilities: Partial<RegistryProvider> = {}) {
  const asked: string[] = [];
  const signals: AbortSignal[] = [];
  const provider = fakeProvider({
    list: async (parent, cursor, signal) => {
      const label = parent?.label ?? '';
      asked.push(cursor === undefined ? label : `${label} ${cursor}`);
      signals.push(signal);
      const list = lists[cursor === undefined ? label : `${label} ${cursor}`] ?? [];
      return typeof list === 'function' ? await list() : { items: list };
    },
    ...abilities,
  });
  return { asked, signals, provider, lists };
}

/** A list that is answered when the test says so, unless it is given up. */
export function waiting() {
  const answers: ((page: Page<Entry>) => void)[] = [];
  const list = () => new Promise<Page<Entry>>((resolve) => answers.push(resolve));
  return { answers, list };
}

export const labels = (rows: readonly Row[]) =>
  rows.map((row) => (row.kind === 'node' ? (row.entry?.label ?? row.connection.label) : row.kind));

/** The state of a workspace. */
export function memento(stored: Readonly<Record<string, unknown>> = {}) {
  const values = new Map(Object.entries(stored));
  return {
    get: (key: string) => values.get(key),
    update: (key: string, value: unknown) => {
      values.set(key, JSON.parse(JSON.stringify(value ?? null)));
      return Promise.resolve();
    },
  };
}

/** Trees in a VS Code, which are gone after each test. */
export function treesOver(vsCode: FakeVsCode<Row>) {
  const trees: RegistryTree[] = [];
  beforeEach(() => {
    vi.useFakeTimers();
    vsCode.settings.clear();
    vsCode.isAsking = false;
  });
  afterEach(() => {
    for (const tree of trees.splice(0)) tree.dispose();
    vi.useRealTimers();
  });
  /** `workspace`: what was stored with it. */
  const treeIn = (workspace: ReturnType<typeof memento>, ...connected: OpenRegistry[]) => {
    const listeners = new Listeners<RegistryChange>();
    const log = collectLog();
    const changes: unknown[] = [];
    let loads = 0;
    const ready = () => {
      loads++;
      return Promise.resolve();
    };
    const favourites = new Bookmarks(workspace, 'favourites', 10);
    const recent = new Bookmarks(workspace, 'recent', 10);
    const tree = new RegistryTree({
      registries: {
        ready,
        all: () => connected,
        iconOf: () => 'server',
        calledOf: () => 'Registry',
        onDidChange: listeners.add,
      },
      commands: {
        ready: () => ready().then(() => []),
        appliesTo: ({ kind }) => (kind === 'node' ? 'refresh editTrust' : ''),
      },
      verifying: () => Promise.resolve({}),
      favourites,
      recent,
      state: new RowState(workspace),
      clean: (text) => text,
      isAsking: () => vsCode.isAsking,
      log,
    });
    trees.push(tree);
    tree.onDidChangeTreeData((rows) => changes.push(Array.isArray(rows) ? labels(rows) : rows));
    const { view } = vsCode;
    const nodeAt = async (...path: readonly string[]): Promise<Node> => {
      let rows = await tree.getChildren();
      let found: Node | undefined;
      for (const label of path) {
        found = rows.find((row): row is Node => row.kind === 'node' && labels([row])[0] === label);
        if (found === undefined) throw new Error(`There is no row ${label} among ${labels(rows).join(', ')}.`);
        if (label !== path.at(-1)) rows = await tree.getChildren(found);
      }
      if (found === undefined) throw new Error('There is no path.');
      return found;
    };
    const below = async (...path: readonly string[]) => labels(await tree.getChildren(await nodeAt(...path)));
    return {
      tree,
      view,
      changes,
      log,
      listeners,
      connected,
      nodeAt,
      below,
      favourites,
      recent,
      loads: () => loads,
    };
  };
  const treeOf = (...connected: OpenRegistry[]) => treeIn(memento(), ...connected);
  return { treeOf, treeIn };
}

export const acme = (lists: Lists, abilities?: Partial<RegistryProvider>) => {
  const { provider, ...noted } = registryOf(lists, abilities);
  return { ...noted, node: connectionNode({ label: 'Acme' }, provider) };
};
