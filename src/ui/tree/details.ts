import pLimit from 'p-limit';
import { isContagious } from '../../core/failure';
import { isCancellation } from '../report';
import type { TreeNode } from './treeNode';

/** Each reads with one request at a time, so this many requests are under way at most. */
const width = 6;

interface Group {
  readonly controller: AbortController;
  readonly pending: Set<TreeNode>;
}

/** Fetches what tag rows show beside their names: only for rows on display, a few at a time, given up when the row goes. */
export class TagDetails {
  private readonly limit = pLimit(width);
  private readonly groups = new Map<string, Group>();

  /** `draw`: called for each row whose details arrived or failed. */
  constructor(private readonly draw: (node: TreeNode) => void) {}

  /** Fetches for those of `nodes` that lack details; `group` names them all for `abandon`. Asking twice is harmless. */
  want(group: string, nodes: readonly TreeNode[]): void {
    const { controller, pending } = this.groupOf(group);
    for (const node of nodes.filter((candidate) => lacksDetails(candidate) && !pending.has(candidate))) {
      pending.add(node);
      void this.limit(async () => {
        if (!controller.signal.aborted && (await this.fetch(node, controller))) this.draw(node);
        pending.delete(node);
      });
    }
  }

  /** Fetches one row's details now, whatever the setting, without drawing it. True when there is something new to draw. */
  async fetch(node: TreeNode, controller: AbortController): Promise<boolean> {
    const { entry, provider } = node;
    if (entry?.kind !== 'tag' || provider.details === undefined || !lacksDetails(node)) return false;
    try {
      const details = await provider.details(entry, controller.signal);
      if (controller.signal.aborted) return false;
      node.setDetails(details);
    } catch (error) {
      if (controller.signal.aborted || isCancellation(error)) return false;
      node.detailsFailure = error;
      // The next tag would meet it as well.
      if (isContagious(error)) controller.abort();
    }
    return true;
  }

  /** Gives up what is under way or waiting for the group. */
  abandon(group: string): void {
    this.groups.get(group)?.controller.abort();
    this.groups.delete(group);
  }

  abandonAll(): void {
    for (const group of [...this.groups.keys()]) this.abandon(group);
  }

  private groupOf(name: string): Group {
    const known = this.groups.get(name);
    if (known !== undefined) return known;
    const group = { controller: new AbortController(), pending: new Set<TreeNode>() };
    this.groups.set(name, group);
    return group;
  }
}

function lacksDetails(node: TreeNode): boolean {
  return node.entry?.kind === 'tag' && !node.detailsAreFresh && node.detailsFailure === undefined;
}
