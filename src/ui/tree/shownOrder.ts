import type { Node } from './node';

interface Levels {
  /** The row above a row, as it stands in the view. */
  readonly parentOf: (row: Node) => Node | undefined;
  /** The rows below one, in their order; without a row, the topmost. It is called once for each. */
  readonly below: (parent: Node | undefined) => readonly { readonly id: string }[];
}

/**
 * The rows as they stand in a view, from the top down: VS Code tells selected rows in the order in which they were clicked. What is not
 * there any more comes after what is on its level.
 */
export function inShownOrder(rows: readonly Node[], { parentOf, below }: Levels): readonly Node[] {
  const levels = new Map<string | undefined, ReadonlyMap<string, number>>();
  /** The places of the rows above it, from the top down, and its own. */
  const placeOf = (row: Node): readonly number[] => {
    const parent = parentOf(row);
    const level = levels.get(parent?.id) ?? new Map(below(parent).map(({ id }, at) => [id, at]));
    levels.set(parent?.id, level);
    return [...(parent === undefined ? [] : placeOf(parent)), level.get(row.id) ?? level.size];
  };
  const places = new Map(rows.map((row) => [row, placeOf(row)]));
  return [...rows].sort((one, other) => compare(places.get(one) ?? [], places.get(other) ?? []));
}

function compare(one: readonly number[], other: readonly number[]): number {
  const at = one.findIndex((place, index) => place !== other[index]);
  return at === -1 ? one.length - other.length : (one[at] ?? 0) - (other[at] ?? -1);
}
