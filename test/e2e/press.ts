import type { Locator } from 'playwright-core';

type Options = NonNullable<Parameters<Locator['click']>[0]>;

/**
 * Clicks an element of the window. VS Code may draw it anew between the button going down and up: such a click reaches nothing, and
 * whoever uses it clicks again. Resolves to whether the row that it is on was open when the button went down; nothing for a row that
 * cannot be opened, or for anything else.
 */
export async function press(target: Locator, options?: Options): Promise<boolean | undefined> {
  for (let turns = 0; turns < 5; turns++) {
    const watch = await target.page().evaluateHandle(watchClick);
    await target.click(options);
    const { reached, expanded } = await watch.evaluate(({ reached, expanded }) => ({ reached, expanded }));
    if (reached) return expanded === null ? undefined : expanded === 'true';
  }
  throw new Error('What was clicked does not stay.');
}

/** As much of the page's own types as is used here. */
interface PageElement {
  closest: (selector: string) => PageElement | null;
  getAttribute: (name: string) => string | null;
}
interface Watch {
  reached: boolean;
  expanded: string | null;
}
interface Pointed {
  readonly target: PageElement | null;
}
type Listen = (type: 'pointerdown' | 'click', heard: (event: Pointed) => void, options: true) => void;
declare const addEventListener: Listen;
declare const removeEventListener: Listen;

/** Learns whether the next click is one on the button, or on the row, on which it began. Runs inside the page, where only its own text is known. */
function watchClick(): Watch {
  const watch: Watch = { reached: false, expanded: null };
  // A click whose element was drawn anew is one on what both are in: enough for a row, too little for a button on it.
  const takers = '.action-label, .monaco-button, [role="button"], [role="checkbox"], .monaco-list-row';
  let began: PageElement | null = null;
  const onDown = ({ target }: Pointed) => {
    began = target?.closest(takers) ?? target;
    watch.expanded = target?.closest('.monaco-list-row')?.getAttribute('aria-expanded') ?? null;
    removeEventListener('pointerdown', onDown, true);
    addEventListener('click', onClick, true);
  };
  const onClick = ({ target }: Pointed) => {
    watch.reached = began === (target?.closest(takers) ?? target);
    removeEventListener('click', onClick, true);
  };
  addEventListener('pointerdown', onDown, true);
  return watch;
}
