import type { Entry } from '../../core/model';
import type { App } from '../app';
import type { EngineProblem, LocalNode } from '../images/localNode';
import type { More, Node, Problem, Row } from '../tree/node';

/** A command that needs no row: Connect Registry…, Show Log. */
export interface AppCommand {
  readonly kind: 'app';
  readonly id: string;
  /** Completes "Could not …". */
  readonly doing: () => string;
  readonly run: (app: App) => Promise<void>;
}

/** A command that asks what to do, and is over when that is known. */
export interface BoxCommand {
  readonly kind: 'box';
  readonly id: string;
  /** What asking is called, if it fails. Completes "Could not …". */
  readonly doing: () => string;
  /** What was chosen; nothing if dismissed. */
  readonly choose: (app: App) => Promise<Task | undefined>;
}

/** What is to be done, with its own words for its failure. */
export interface Task {
  /** Completes "Could not …". */
  readonly doing: string;
  /** The row that it is done to. */
  readonly node?: Node;
  readonly run: () => Promise<void>;
}

/** What a command may act on: a row of the Registries view, or of the Images view. */
export type AnyNode = Node | LocalNode;

/** A command for rows. If it is called from the palette, the user picks the row first. */
export interface NodeCommand {
  readonly kind: 'node';
  readonly id: string;
  readonly title: () => string;
  /** Which views have rows to pick from. */
  readonly views: { readonly registries: boolean; readonly images: boolean };
  readonly applies: (node: AnyNode) => boolean;
  /** Whether it can apply to a row: to that one, or to one below it. A row that it cannot reach is not offered to be picked. */
  readonly reaches: (node: Node) => boolean;
  /** What to say when it reaches nothing that is connected; absent: which kinds of registry it can be used with. */
  readonly nowhere?: (() => string) | undefined;
  /** How it handles several selected rows: all at once, one after the other, or only the clicked one. */
  readonly several: 'together' | 'each' | 'one';
  readonly doing: (nodes: readonly AnyNode[]) => string;
  /** Whether what it was run on counts as used last. */
  readonly isUse?: boolean;
  readonly run: (app: App, nodes: readonly AnyNode[]) => Promise<void>;
}

/** A command of a row that is not a node; only that row calls it. */
export interface RowCommand {
  readonly kind: 'row';
  readonly id: string;
  readonly run: (app: App, row: More | Problem) => void;
}

/** What a key does on the row that has the focus. */
export interface KeyCommand {
  readonly kind: 'key';
  readonly id: string;
  /** Ids of commands for rows: the first that applies to the row is run. */
  readonly commands: readonly string[];
  /** The row above is taken where none applies. */
  readonly orAbove?: boolean;
  /** What is done if none applies. */
  readonly otherwise: (app: App, row: AnyRow | undefined) => Promise<void>;
}

export type Command = AppCommand | BoxCommand | NodeCommand | RowCommand | KeyCommand;

export type AnyRow = Row | LocalNode | EngineProblem;

/** The kinds of rows of the Registries view, from the top down. */
const rowKinds = ['connection', 'group', 'registry', 'repository', 'tag', 'platform', 'attachment'] as const;

type RowKind = (typeof rowKinds)[number];

/** How a command is found rows of the Registries view. */
interface OfRegistries<Target> {
  /** What `run` works on, or nothing: decides the menu, guards the call and types the body. */
  readonly needs: (node: Node) => Target | undefined;
  /** The deepest kind of row that the user is led to if the command is called from the palette. */
  readonly downTo: RowKind;
  /** Whether a connection has what the command needs below its own row. Absent: every connection has. */
  readonly below?: (connection: Node) => boolean;
  readonly nowhere?: () => string;
}

interface OfImages<Target> {
  /** The same for a row of the Images view. */
  readonly needsLocal: (node: LocalNode) => Target | undefined;
}

type Nothing<Of> = { readonly [Key in keyof Of]?: never };

type Needs<Target> = {
  readonly id: string;
  /** The title in the menu, and of the quick picks if it is called from the palette. */
  readonly title: () => string;
  /** Whether what it was run on counts as used last. */
  readonly isUse?: boolean;
} & ((OfRegistries<Target> & Partial<OfImages<Target>>) | (OfImages<Target> & Nothing<OfRegistries<Target>>));

type NodeCommandOf<Target> = Needs<Target> & {
  /** Whether several selected rows are worked on one after the other. */
  readonly each?: boolean;
  /** Completes "Could not …". */
  readonly doing: (target: Target) => string;
  readonly run: (app: App, target: Target) => Promise<void>;
};

type NodesCommandOf<Target> = Needs<Target> & {
  /** Completes "Could not …". */
  readonly doing: (targets: readonly Target[]) => string;
  readonly run: (app: App, targets: readonly Target[]) => Promise<void>;
};

export function nodeCommand<Target>({ each, doing, run, ...command }: NodeCommandOf<Target>): NodeCommand {
  return {
    ...nodesCommand<Target>({
      ...command,
      doing: ([target]) => (target === undefined ? command.title() : doing(target)),
      run: async (app, targets) => {
        for (const target of targets) await run(app, target);
      },
    }),
    several: each ? 'each' : 'one',
  };
}

/** A command that takes all selected rows at once. */
export function nodesCommand<Target>(command: NodesCommandOf<Target>): NodeCommand {
  const { id, title, needs, needsLocal, downTo = 'connection', below = () => true, nowhere, doing, run } = command;
  const { isUse = false } = command;
  const targetOf = (node: AnyNode) => (node.kind === 'node' ? needs?.(node) : needsLocal?.(node));
  const targetsOf = (nodes: readonly AnyNode[]) => nodes.map(targetOf).filter((target) => target !== undefined);
  const applies = (node: AnyNode) => targetOf(node) !== undefined;
  return {
    kind: 'node',
    id,
    title,
    views: { registries: needs !== undefined, images: needsLocal !== undefined },
    applies,
    reaches: (node) => applies(node) || (isAbove(node.entry, downTo) && (node.entry !== undefined || below(node))),
    nowhere,
    several: 'together',
    doing: (nodes) => doing(targetsOf(nodes)),
    isUse,
    run: (app, nodes) => run(app, targetsOf(nodes)),
  };
}

function isAbove(entry: Entry | undefined, kind: RowKind): boolean {
  return rowKinds.indexOf(entry?.kind ?? 'connection') < rowKinds.indexOf(kind);
}
