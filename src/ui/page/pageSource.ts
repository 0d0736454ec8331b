import type { Page, Remembered } from './pageModel';

/** What a tab shows. */
export interface PageSource {
  /** The same for what is shown in the same tab. */
  readonly key: string;
  /** Of the tab. */
  readonly title: string;
  /** With what it is made again after a reload. */
  readonly remembered: () => Remembered;
  /** Reads what the page shows, and draws it whenever more is known. Never rejects: what went wrong is on the page. */
  readonly load: (draw: (page: Page) => void, signal: AbortSignal) => Promise<void>;
  /** Does what a button says. */
  readonly act: (id: string) => Promise<void>;
  /** Switches to another choice of the page; it is loaded again. */
  readonly choose: (value: string) => void;
}
