import { rowOrders } from '../../images/tagOrder';
import type { RowOrder } from '../../images/tagOrder';
import type { State } from '../../registries/connectionStore';

/** As many are kept of each; the oldest go first. */
const most = 500;

const keys = {
  expanded: 'rows.expanded',
  filters: 'rows.filters',
  orders: 'rows.orders',
  selected: 'rows.selected',
} as const;

/** What the user has done to the rows of the Registries view, by the id of each: stored, so that it survives a reload of the window. */
export class RowState {
  private readonly open: Set<string>;
  private readonly filters: Map<string, string>;
  /** As they are stored: a newer version may know more orders. */
  private readonly orders: Map<string, string>;

  /** `state`: that of the workspace. */
  constructor(private readonly state: State) {
    this.open = new Set(listIn(state.get(keys.expanded)).filter(isText));
    this.filters = new Map(pairsIn(state.get(keys.filters)));
    this.orders = new Map(pairsIn(state.get(keys.orders)));
  }

  get expanded(): ReadonlySet<string> {
    return this.open;
  }

  setExpanded(id: string, isExpanded: boolean): void {
    if (this.open.has(id) === isExpanded) return;
    if (isExpanded) this.open.add(id);
    else this.open.delete(id);
    void this.state.update(keys.expanded, [...this.open].slice(-most));
  }

  /** Empty: not filtered. */
  filterOf(id: string): string {
    return this.filters.get(id) ?? '';
  }

  get filtered(): readonly string[] {
    return [...this.filters.keys()];
  }

  setFilter(id: string, filter: string): void {
    set(this.filters, id, filter === '' ? undefined : filter);
    void this.state.update(keys.filters, [...this.filters].slice(-most));
  }

  orderOf(id: string): RowOrder | undefined {
    const name = this.orders.get(id);
    return rowOrders.find((order) => order === name);
  }

  setOrder(id: string, order: RowOrder | undefined): void {
    set(this.orders, id, order);
    void this.state.update(keys.orders, [...this.orders].slice(-most));
  }

  /** Id of the row that was selected last. */
  get selected(): string | undefined {
    const id = this.state.get(keys.selected);
    return isText(id) ? id : undefined;
  }

  setSelected(id: string | undefined): void {
    void this.state.update(keys.selected, id);
  }

  /** Forgets the rows with such an id. */
  forget(isGone: (id: string) => boolean): void {
    for (const id of [...this.open].filter(isGone)) this.setExpanded(id, false);
    for (const id of this.filtered.filter(isGone)) this.setFilter(id, '');
    for (const id of [...this.orders.keys()].filter(isGone)) this.setOrder(id, undefined);
  }
}

function set<T>(map: Map<string, T>, id: string, value: T | undefined): void {
  map.delete(id);
  if (value !== undefined) map.set(id, value);
}

function listIn(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}

function pairsIn(value: unknown): readonly (readonly [string, string])[] {
  return listIn(value).flatMap((pair) => {
    const [id, text] = listIn(pair);
    return isText(id) && isText(text) ? [[id, text] as const] : [];
  });
}
