import type { App } from '../app';
import type { More, Node, Problem } from '../tree/node';

/** Acts on no row: Connect Registry…, Show Log. */
export interface AppCommand {
  readonly kind: 'app';
  readonly id: string;
  /** Completes "Could not …". */
  readonly doing: () => string;
  readonly run: (app: App) => Promise<void>;
}

/** Acts on a row of the Registries view; called from the palette, the row is picked first. */
export interface NodeCommand {
  readonly kind: 'node';
  readonly id: string;
  readonly title: () => string;
  readonly applies: (node: Node) => boolean;
  readonly doing: (node: Node) => string;
  readonly run: (app: App, node: Node) => Promise<void>;
}

/** Belongs to a row that is no node, and is called by it alone. */
export interface RowCommand {
  readonly kind: 'row';
  readonly id: string;
  readonly run: (app: App, row: More | Problem) => void;
}

export type Command = AppCommand | NodeCommand | RowCommand;

interface NodeCommandOf<Target> {
  readonly id: string;
  /** As in the menu: the title of the picks when called from the palette. */
  readonly title: () => string;
  /** What `run` works on, or nothing: decides the menu, guards the call and types the body. */
  readonly needs: (node: Node) => Target | undefined;
  /** Completes "Could not …". */
  readonly doing: (target: Target) => string;
  readonly run: (app: App, target: Target, node: Node) => Promise<void>;
}

export function nodeCommand<Target>({ id, title, needs, doing, run }: NodeCommandOf<Target>): NodeCommand {
  return {
    kind: 'node',
    id,
    title,
    applies: (node) => needs(node) !== undefined,
    doing: (node) => {
      const target = needs(node);
      return target === undefined ? title() : doing(target);
    },
    run: async (app, node) => {
      const target = needs(node);
      if (target !== undefined) await run(app, target, node);
    },
  };
}
