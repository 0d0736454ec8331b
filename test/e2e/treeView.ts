import type { Locator } from 'playwright-core';
import { contextMenu } from './contextMenu';
import { choosing } from './lostChoices';
import { press } from './press';
import { quickInput } from './quickInput';
import { texts } from './texts';
import { hasDetails, hasLoaded, queryRows, watchLoading, type RowQuery, type TreeRow } from './treeRows';
import type { Workbench } from './launch';

/** Labels from an ancestor down to the row meant; a single label will do when only one row on screen has it. */
type RowPath = string | readonly string[];

/** A view of the Container Explorer. Each method waits until the view has nothing left to load. */
export interface TreeView {
  /** Shows the Container Explorer and waits for this view. */
  open: () => Promise<void>;
  /** The rows on screen from top to bottom. */
  rows: () => Promise<readonly TreeRow[]>;
  /** Waits for the row. */
  row: (path: RowPath) => Promise<TreeRow>;
  /** Waits until no such row is there. */
  gone: (path: RowPath) => Promise<void>;
  /** Waits until the dim text right of the label contains this. */
  describes: (path: RowPath, text: string) => Promise<void>;
  click: (path: RowPath) => Promise<void>;
  /** Brings the keyboard to the view, as its command does. */
  focus: () => Promise<void>;
  /** Presses a key that does something with the row that has the focus; again where that was lost, as by `choose`. */
  press: (key: string) => Promise<void>;
  /** Leads the focus to the row with the arrow keys. The view has the focus. */
  arrowTo: (path: RowPath) => Promise<void>;
  /** Opens the row that has the focus by its arrow key, and waits for the row below it. */
  arrowInto: (below: RowPath) => Promise<void>;
  /** Chooses from the context menu of the row, without the mouse. The view has the focus. */
  chooseByKeys: (path: RowPath, command: string) => Promise<void>;
  /** Chooses from the context menu of the selected rows, without the mouse. The view has the focus. */
  chooseForSelected: (command: string) => Promise<void>;
  /** Turns the wheel over the view until the row is on screen: only those can be found. */
  scrollTo: (path: RowPath, direction: 'up' | 'down') => Promise<void>;
  /** Waits until the row is selected. */
  selected: (path: RowPath) => Promise<void>;
  /** Adds the row to the selection, as Ctrl+click does. */
  alsoSelect: (path: RowPath) => Promise<void>;
  /** Selects all rows from the one that has the focus to this one, as Shift+click does. */
  selectTo: (path: RowPath) => Promise<void>;
  /** Opens the row and waits until its children are there. */
  expand: (path: RowPath) => Promise<void>;
  collapse: (path: RowPath) => Promise<void>;
  /** The entries of the row's context menu from top to bottom, `---` where a separator is. */
  menu: (path: RowPath) => Promise<readonly string[]>;
  /** Chooses an entry of the row's context menu. */
  choose: (path: RowPath, ...entries: readonly string[]) => Promise<void>;
  /** Presses a button that stands on the row. */
  inline: (path: RowPath, command: string) => Promise<void>;
  /** The buttons that stand on the row. */
  inlineActions: (path: RowPath) => Promise<readonly string[]>;
  /** The text of the row's tooltip. */
  tooltip: (path: RowPath) => Promise<string>;
  /** Presses a button in the view's title bar, or chooses from the menu behind its `…`. */
  titleAction: (command: string) => Promise<void>;
  /** The text shown while the view is empty. */
  welcome: () => Promise<string>;
  /** Presses a button of the text shown while the view is empty. */
  welcomeButton: (label: string) => Promise<void>;
}

export function treeView(workbench: Workbench, name: string): TreeView {
  const pane = (): Locator => workbench.page.locator(`.pane:has(> .pane-header[aria-label^="${name} "])`);
  const query = async (wanted: Omit<RowQuery, 'view'>): Promise<readonly TreeRow[]> => {
    try {
      const rows = await workbench.page.waitForFunction(queryRows, { view: name, ...wanted });
      return (await rows.jsonValue()) ?? [];
    } catch (error) {
      throw new Error(`${JSON.stringify(wanted)} is not so. ${name} shows:\n${await texts(pane())}`, { cause: error });
    }
  };
  const locate = async (path: RowPath, description?: string): Promise<TreeRow> => {
    const [row, another] = await query({ path: [path].flat(), ...(description === undefined ? {} : { description }) });
    if (!row || another)
      throw new Error(`More than one row is called ${[path].flat().join(' › ')}: name its ancestors.`);
    return row;
  };
  const element = async (path: RowPath): Promise<Locator> =>
    pane().locator(`.monaco-list-rows > .monaco-list-row[data-index="${(await locate(path)).index}"]`);
  const toolbar = (): Locator =>
    // A container with a single view merges the view's title bar into its own.
    workbench.page
      .locator('.sidebar')
      .getByRole('toolbar', { name: new RegExp(`(^|: )${name} actions$`) })
      .filter({ visible: true });

  const toggle = async ({ index, expanded }: TreeRow): Promise<void> => {
    const row = pane().locator(`.monaco-list-rows > .monaco-list-row[data-index="${index}"]`);
    const twistie = row.locator('.monaco-tl-twistie');
    const wanted = expanded !== true;
    const toggled = row.and(workbench.page.locator(`[aria-expanded="${String(wanted)}"]`));
    // VS Code takes back a click while it draws the whole tree again: a user sees that, and clicks once more.
    for (let turns = 0; turns < 5; turns++) {
      // What has just been connected opens by itself; a click in that moment closes it.
      if ((await press(twistie)) === wanted) await press(twistie);
      const isToggled = await toggled.waitFor({ timeout: 5_000 }).then(
        () => true,
        () => false,
      );
      if (isToggled) return;
    }
    throw new Error(`The row ${index} does not ${wanted ? 'open' : 'close'}.`);
  };
  /**
   * VS Code draws a tree once more some time after a window came up, and closes the menu that is open on a row: whoever uses it then opens
   * it again.
   */
  const until = async (path: RowPath, isChosen: () => Promise<boolean>): Promise<void> => {
    for (let turns = 0; turns < 5; turns++) if (await isChosen()) return;
    throw new Error(`The menu of ${[path].flat().join(' › ')} does not stay.`);
  };
  const detailed = async (): Promise<void> => {
    await workbench.page.waitForFunction(hasDetails, { view: name });
  };
  const openMenu = async (path: RowPath): Promise<ReturnType<typeof contextMenu>> => {
    // A row that is drawn anew, because its details arrived, closes the menu that was opened on it.
    await detailed();
    const row = await element(path);
    await row.locator('.label-name').click({ button: 'right' });
    return contextMenu(workbench);
  };

  const arrowTo = async (path: RowPath): Promise<void> => {
    const row = await element(path);
    const { keyboard } = workbench.page;
    await keyboard.press('Home');
    await pane().locator('.monaco-list-row.focused[data-index="0"]').waitFor();
    const isFocused = async () => /\bfocused\b/.test((await row.getAttribute('class')) ?? '');
    for (let turns = 0; turns < 100 && !(await isFocused()); turns++) await keyboard.press('ArrowDown');
    await row.and(workbench.page.locator('.focused')).waitFor();
  };

  return {
    focus: async () => {
      await workbench.typeCommand(`Container Explorer: Focus on ${name} View`);
      await pane().locator('.monaco-list:focus').waitFor();
    },
    press: async (key) => {
      // VS Code takes the keyboard back from a box that is opened while it draws rows anew.
      await detailed();
      await choosing(workbench.page, () => workbench.page.keyboard.press(key));
    },
    arrowTo,
    arrowInto: async (below) => {
      await workbench.page.keyboard.press('ArrowRight');
      await locate(below);
    },
    chooseByKeys: (path, command) =>
      choosing(workbench.page, () =>
        until(path, async () => {
          await detailed();
          await arrowTo(path);
          await workbench.page.keyboard.press('Shift+F10');
          return contextMenu(workbench).chooseByKeys(command);
        }),
      ),
    chooseForSelected: (command) =>
      choosing(workbench.page, () =>
        until('the selected rows', async () => {
          await workbench.page.keyboard.press('Shift+F10');
          return contextMenu(workbench).chooseByKeys(command);
        }),
      ),
    open: async () => {
      // A click on the tab would hide what a window that is still coming up has just brought back.
      if (!(await pane().isVisible())) await quickInput(workbench).runCommand('View: Show Container Explorer');
      await pane().waitFor();
    },
    rows: () => query({}),
    row: (path) => locate(path),
    gone: async (path) => {
      await query({ path: [path].flat(), gone: true });
    },
    describes: async (path, text) => {
      await locate(path, text);
    },
    click: async (path) => {
      await press((await element(path)).locator('.label-name'));
    },
    scrollTo: async (path, direction) => {
      const wanted = { view: name, path: [path].flat() };
      await pane().hover();
      for (let turns = 0; (await workbench.page.evaluate(queryRows, wanted)) === undefined; turns++) {
        if (turns === 500) throw new Error(`No row ${wanted.path.join(' › ')} came on screen.`);
        await workbench.page.mouse.wheel(0, direction === 'down' ? 120 : -120);
      }
    },
    selected: async (path) => {
      await (await element(path)).and(workbench.page.locator('[aria-selected="true"]')).waitFor();
    },
    alsoSelect: async (path) => {
      await press((await element(path)).locator('.label-name'), { modifiers: ['ControlOrMeta'] });
    },
    selectTo: async (path) => {
      await press((await element(path)).locator('.label-name'), { modifiers: ['Shift'] });
    },
    expand: async (path) => {
      const row = await locate(path);
      if (row.expanded) return;
      const watch = await workbench.page.evaluateHandle(watchLoading);
      await toggle(row);
      await workbench.page.waitForFunction(hasLoaded, { view: name, index: row.index, watch });
      await locate(path);
    },
    collapse: async (path) => {
      const row = await locate(path);
      if (row.expanded) await toggle(row);
    },
    menu: async (path) => {
      const menu = await openMenu(path);
      const entries = await menu.entries();
      await menu.dismiss();
      return entries;
    },
    choose: (path, ...entries) =>
      choosing(workbench.page, () => until(path, async () => (await openMenu(path)).choose(...entries))),
    inline: (path, command) =>
      choosing(workbench.page, async () => {
        const row = await element(path);
        await row.hover();
        await press(row.getByRole('button', { name: command }));
      }),
    inlineActions: async (path) => {
      const row = await element(path);
      await row.hover();
      const buttons = await row.locator('.actions .action-label').all();
      return Promise.all(buttons.map(async (button) => (await button.getAttribute('aria-label')) ?? ''));
    },
    tooltip: async (path) => {
      const hover = workbench.page
        .locator('.workbench-hover .hover-contents, .workbench-hover .monaco-hover-content')
        .first();
      // VS Code gives the tooltip up when its row is drawn anew; whoever uses it then asks for it again.
      for (let turns = 0; turns < 5; turns++) {
        // A row whose menu was open has the focus.
        await (await element(path)).locator('.label-name').click({ button: 'right' });
        await contextMenu(workbench).dismiss();
        await workbench.page.keyboard.press('ControlOrMeta+KeyK');
        await workbench.page.keyboard.press('ControlOrMeta+KeyI');
        const text = await hover
          // VS Code's own text, while a tooltip is still being asked for.
          .filter({ hasNotText: /^Loading\.\.\.$/ })
          .innerText({ timeout: 5_000 })
          .catch(() => undefined);
        // VS Code keeps words together with unbreakable spaces.
        if (text !== undefined) return text.replaceAll('\u00a0', ' ');
      }
      throw new Error(`The tooltip of ${[path].flat().join(' › ')} does not stay.`);
    },
    titleAction: async (command) => {
      // Views show their buttons under the pointer only.
      await pane().hover();
      await toolbar().waitFor();
      const button = toolbar().getByRole('button', { name: command, exact: true });
      if (await button.isVisible()) {
        await press(button);
        return;
      }
      await until(name, async () => {
        // It opens when the button goes down.
        await toolbar()
          .getByRole('button', { name: /More Actions\.\.\.$/ })
          .click();
        return contextMenu(workbench).choose(command);
      });
    },
    welcome: async () => {
      const content = pane().locator('.welcome-view-content');
      await content.waitFor();
      return texts(content);
    },
    welcomeButton: async (label) => {
      // The text is drawn anew once the extension runs, and a click in that moment is lost. What the images are shown tells that it does.
      const images = workbench.page.locator('.pane:has(> .pane-header[aria-label^="Images "])');
      await images.locator('.welcome-view-content .monaco-button, .monaco-list-row').first().waitFor();
      await press(pane().locator('.welcome-view-content').getByRole('button', { name: label }));
    },
  };
}
