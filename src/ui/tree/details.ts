import pLimit from 'p-limit';
import { isContagious } from '../../core/failure';
import { isCancellation } from '../report';
import type { TreeNode } from './treeNode';

/** Each row sends one request at a time, so this is also the most requests at a time. */
const width = 6;

interface Group {
  readonly controller: AbortController;
  readonly pending: Set<TreeNode>;
}

/** Fetches the details of tag rows: only for visible rows, a few at a time, and aborted when the row disappears. */
export class TagDetails {
  private readonly limit = pLimit(width);
  private readonly groups = new Map<string, Group>();

  /** `draw` is called for each row whose details arrived or failed. */
  constructor(private readonly draw: (node: TreeNode) => void) {}

  /** Fetches the details of those `nodes` that have none. `group` identifies them for `abandon`. Calling it twice is harmless. */
  want(group: string, nodes: readonly TreeNode[]): void {
    const { controller, pending } = this.groupOf(group);
    for (const node of nodes.filter((candidate) => lacksDetails(candidate) && !pending.has(candidate))) {
      pending.add(node);
      void this.limit(async () => {
        if (!controller.signal.aborted) await this.fetch(node, controller);
        // They may be there by a click or a hover meanwhile, which do not draw the row.
        if (!lacksDetails(node)) this.draw(node);
        pending.delete(node);
      });
    }
  }

  /** Fetches the details of those `nodes` that have none, without drawing them. Rejects when aborted; a failure that others would meet ends it. */
  async read(
    nodes: readonly TreeNode[],
    progress: (done: number, of: number) => void,
    signal: AbortSignal,
  ): Promise<void> {
    const lacking = nodes.filter(lacksDetails);
    const controller = new AbortController();
    const abort = () => {
      controller.abort();
    };
    signal.addEventListener('abort', abort);
    const limit = pLimit(width);
    let done = 0;
    await Promise.all(
      lacking.map((node) =>
        limit(async () => {
          if (!controller.signal.aborted) await this.fetch(node, controller);
          progress(++done, lacking.length);
        }),
      ),
    ).finally(() => {
      signal.removeEventListener('abort', abort);
    });
    signal.throwIfAborted();
  }

  /** Fetches the details of one row now, without drawing it. True if there is something new to draw. */
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

  /** Aborts all fetches of the group. */
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
