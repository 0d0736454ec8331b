/** A row of a tree view as it is drawn. */
export interface TreeRow {
  /** The place among the rows of the view, from 0. */
  readonly index: number;
  /** 1 for the topmost rows. */
  readonly level: number;
  /** What names it; of a row that says why there is nothing more, the reason, which stands right of its kind. */
  readonly label: string;
  readonly description: string;
  /** What a screen reader says. */
  readonly spoken: string;
  /** Whether the children are shown; absent on a row that has none to show. */
  readonly expanded?: boolean;
}

export interface RowQuery {
  /** The name of the view. */
  readonly view: string;
  /** Labels from an ancestor down to the row meant; absent for all rows. */
  readonly path?: readonly string[];
  /** What the dim text right of the label must contain. */
  readonly description?: string;
  /** The answer is right when no row is found. */
  readonly gone?: boolean;
}

/** As much of the page's own types as is used here: the whole of them would reach into code that runs in Node. */
interface Queryable {
  querySelector: (selector: string) => PageElement | null;
  querySelectorAll: (selector: string) => Iterable<PageElement>;
}
interface PageElement extends Queryable {
  readonly textContent: string;
  getAttribute: (name: string) => string | null;
}
declare const document: Queryable;
declare class MutationObserver {
  constructor(changed: () => void);
  observe(target: unknown, options: { subtree: true; attributes: true; attributeFilter: readonly string[] }): void;
  disconnect(): void;
}

/**
 * The rows asked for from top to bottom, or nothing while they are not there or the view still loads: whoever polls
 * this waits. It runs inside the page, where only its own text is known.
 */
export function queryRows({ view, path, description = '', gone = false }: RowQuery): readonly TreeRow[] | undefined {
  const pane = document.querySelector(`.pane:has(> .pane-header[aria-label^="${view} "])`);
  const loading = '.sidebar .monaco-progress-container.active, .sidebar .codicon-tree-item-loading';
  if (!pane || document.querySelector(loading)) return undefined;
  const textIn = (row: PageElement, selector: string): string =>
    (row.querySelector(selector)?.textContent ?? '').replace(/\s+/g, ' ').trim();
  const rows = [...pane.querySelectorAll('.monaco-list-rows > .monaco-list-row')]
    .map((row) => {
      const expanded = row.getAttribute('aria-expanded');
      const spoken = (row.getAttribute('aria-label') ?? '').trim();
      const [label, description] = [textIn(row, '.label-name'), textIn(row, '.label-description')];
      const isProblem = spoken.startsWith('Could not ');
      return {
        index: Number(row.getAttribute('data-index')),
        level: Number(row.getAttribute('aria-level')),
        label: isProblem ? description : label,
        description: isProblem ? label : description,
        spoken,
        ...(expanded === null ? {} : { expanded: expanded === 'true' }),
      };
    })
    .sort((one, other) => one.index - other.index);
  if (!path) return rows;

  const ancestry: string[] = [];
  const found = rows.filter((row) => {
    ancestry.length = row.level - 1;
    ancestry.push(row.label);
    const tail = ancestry.slice(-path.length);
    return (
      tail.length === path.length &&
      tail.every((label, at) => label === path[at]) &&
      row.description.includes(description)
    );
  });
  return found.length > 0 === gone ? undefined : found;
}

export interface LoadingWatch {
  seen: boolean;
}

/** Remembers whether the view began to load: progress too short for a poll to notice is noticed. Runs inside the page. */
export function watchLoading(): LoadingWatch {
  const watch = { seen: false };
  const observer = new MutationObserver(() => {
    if (!document.querySelector('.sidebar .monaco-progress-container.active')) return;
    watch.seen = true;
    observer.disconnect();
  });
  observer.observe(document, { subtree: true, attributes: true, attributeFilter: ['class'] });
  return watch;
}

/** Whether the row at this place has its children: they are there, or the view loaded and there are none. Runs inside the page. */
export function hasLoaded({ view, index, watch }: { view: string; index: number; watch: LoadingWatch }): boolean {
  const rows = `.pane:has(> .pane-header[aria-label^="${view} "]) .monaco-list-rows >`;
  const level = (at: number): number =>
    Number(document.querySelector(`${rows} [data-index="${at}"]`)?.getAttribute('aria-level') ?? 0);
  const hasChild = level(index + 1) > level(index);
  // A row that stands for those to come.
  const isLoading = document.querySelector(`${rows} [data-index="${index + 1}"] .codicon-loading`) !== null;
  const isBusy = document.querySelector('.sidebar .monaco-progress-container.active') !== null;
  return hasChild ? !isLoading : watch.seen && !isBusy;
}

/** Whether every tag on screen tells what it is. Runs inside the page. */
export function hasDetails({ view }: { view: string }): boolean {
  const rows = `.pane:has(> .pane-header[aria-label^="${view} "]) .monaco-list-rows > .monaco-list-row`;
  return [...document.querySelectorAll(rows)].every(
    (row) =>
      !/^\s*Tag /.test(row.getAttribute('aria-label') ?? '') ||
      (row.querySelector('.label-description')?.textContent ?? '') !== '',
  );
}
