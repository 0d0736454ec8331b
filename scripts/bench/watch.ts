/** When things happened in the page, in milliseconds since 1970; absent until they did. */
export interface Watch {
  began?: number;
  drawn?: number;
}

/** What is to be in the page. */
export interface Wanted {
  /** An element like this, */
  readonly selector: string;
  /** with this text, if it is named; */
  readonly text?: string;
  /** and also one like this whose text has that part; */
  readonly also?: { readonly selector: string; readonly part: string };
  /** and in each element like the first, one like this with a text. */
  readonly filled?: string;
}

interface Shown {
  readonly textContent: string;
  querySelector: (selector: string) => Shown | null;
}

/** As much of the page's own types as is used here. */
declare const document: {
  querySelectorAll: (selector: string) => Iterable<Shown>;
  addEventListener: (name: string, listener: () => void, options: { capture: true; once: true }) => void;
};
declare class MutationObserver {
  constructor(changed: () => void);
  observe(target: unknown, options: Readonly<Record<string, true>>): void;
  disconnect(): void;
}

/** Notes when the user presses next, and when what is wanted is in the page. Runs inside the page. */
export function watchPage({ selector, text, also, filled }: Wanted): Watch {
  const watch: Watch = {};
  const now = (): number => performance.timeOrigin + performance.now();
  for (const name of ['mousedown', 'keydown'])
    document.addEventListener(name, () => (watch.began ??= now()), { capture: true, once: true });
  const isThere = (): boolean => {
    const found = [...document.querySelectorAll(selector)];
    return (
      found.some(({ textContent }) => text === undefined || textContent === text) &&
      (also === undefined ||
        [...document.querySelectorAll(also.selector)].some(({ textContent }) => textContent.includes(also.part))) &&
      (filled === undefined || found.every((each) => (each.querySelector(filled)?.textContent ?? '') !== ''))
    );
  };
  const look = (): void => {
    if (watch.began === undefined || !isThere()) return;
    watch.drawn = now();
    observer.disconnect();
  };
  const observer = new MutationObserver(look);
  observer.observe(document, { subtree: true, childList: true, attributes: true, characterData: true });
  return watch;
}

/**
 * Notes in the frame of a page when nothing on it is being read any more, as `completeAt`, in milliseconds since 1970. Runs inside each
 * frame before all else. It looks every few milliseconds, because VS Code writes the document of a page anew, and what observed the one
 * of before hears nothing of it.
 */
export const noteComplete = `(() => {
  if (window === top) return;
  const timer = setInterval(() => {
    if (document.querySelector('main h1') === null || document.querySelector('main .loading') !== null) return;
    globalThis.completeAt = performance.timeOrigin + performance.now();
    clearInterval(timer);
  }, 4);
})()`;

/** What the compiler puts around functions is not there in the page that they are sent to. */
export const nameHelper = 'globalThis.__name = (made) => made';

const tree = '.pane:has(> .pane-header[aria-label^="Registries "]) .monaco-list-row';

/** A row of the Registries view, by its depth. */
export const rowAt = (level: number): string => `${tree}[aria-level="${level}"]`;
export const rowNumber = (index: number): string => `${tree}[data-index="${index}"]`;
