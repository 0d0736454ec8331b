import type { Tag } from '../../src/core/model';
import { nameFilter } from '../../src/core/nameFilter';
import { inOrder } from '../../src/images/tagOrder';
import { contextMenu } from '../../test/e2e/contextMenu';
import { dialog } from '../../test/e2e/dialog';
import { pageView } from '../../test/e2e/pageView';
import { quickInput } from '../../test/e2e/quickInput';
import { registriesView } from '../../test/e2e/registriesView';
import { builds, compared, fewTags, hundred, manyTags, page, tagNames } from './content';
import type { Figures } from './figures';
import { everything, lists, measure, nothing, quiet, type Bench, type IsNeeded } from './measure';
import { rowAt, rowNumber, type Wanted } from './watch';

const typed = '9-alpine';
/** Something that is there all the time: the page of an image is in a frame, where the watch does not look. */
const anything: Wanted = { selector: '.monaco-workbench' };
const label = (level: number): string => `${rowAt(level)} .label-name`;

async function twistieOf({ workbench }: Bench, row: string): Promise<() => Promise<void>> {
  const { index } = await registriesView(workbench).row(row);
  const twistie = workbench.page.locator(`${rowNumber(index)} .monaco-tl-twistie`);
  return () => twistie.click();
}

/** From the click on a row's arrow to the first row below it. */
export async function expand(bench: Bench, row: string, level: number): Promise<Figures> {
  return measure(bench, { selector: label(level + 1) }, lists, await twistieOf(bench, row));
}

/** From the click on a repository's arrow until all of its hundred rows are read, and those in sight show it. */
export async function details(bench: Bench): Promise<Figures> {
  const isAnswered = ({ path, state }: { readonly path: string; readonly state: string }): boolean =>
    state === 'answered' && /\/(?:manifests|blobs)\//.test(path);
  const wanted = { selector: rowAt(3), filled: '.label-description' };
  return measure(bench, wanted, everything, await twistieOf(bench, builds), async () => {
    await bench.recorder.until((requests) => requests.filter(isAnswered).length >= 200);
    return performance.timeOrigin + performance.now();
  });
}

/** For each key that is typed: from the key to the first row that has it, and the view telling that it is filtered. */
export async function filter(bench: Bench): Promise<readonly Figures[]> {
  const { workbench } = bench;
  const tags = tagNames(20_000).map((name): Tag => {
    return { kind: 'tag', label: name, image: { host: 'bench', path: manyTags, tag: name } };
  });
  const sorted = await inOrder(tags, 'version');
  await registriesView(workbench).inline(manyTags, 'Filter…');
  await quickInput(workbench).titled(`Filter ${manyTags}`);
  const samples: Figures[] = [];
  for (let length = 1; length <= typed.length; length++) {
    const text = typed.slice(0, length);
    const matches = nameFilter(text);
    const first = sorted.find(({ label: name }) => matches(name))?.label ?? '';
    const also = { selector: `${rowAt(2)} .label-description`, part: `“${text}”` };
    const press = () => workbench.page.keyboard.press(typed.charAt(length - 1));
    samples.push(await measure(bench, { selector: label(3), text: first, also }, lists, press));
  }
  await quickInput(workbench).escape();
  await quickInput(workbench).closed();
  return samples;
}

async function openBox({ workbench }: Bench): Promise<ReturnType<typeof quickInput>> {
  await workbench.page.keyboard.press('Control+Alt+g');
  const input = quickInput(workbench);
  await input.titled('Go to Image');
  return input;
}

/** In a window that has listed nothing: from the first letter, with the others right behind it, to the repository in the box. */
export async function findByWords(bench: Bench): Promise<Figures> {
  const word = 'service-0500';
  return find(bench, word, lists, () => bench.workbench.page.keyboard.type(word));
}

/** In a window that has listed repositories: from a letter that most of them have to the first of them in the box. */
export async function findLoaded(bench: Bench): Promise<Figures> {
  return find(bench, 'service-0000', nothing, () => bench.workbench.page.keyboard.press('s'));
}

async function find(bench: Bench, wanted: string, isNeeded: IsNeeded, type: () => Promise<void>): Promise<Figures> {
  const input = await openBox(bench);
  const hit = { selector: '.quick-input-list .monaco-list-row .label-name', text: `team/${wanted}` };
  const figures = await measure(bench, hit, isNeeded, type);
  await input.escape();
  await input.closed();
  return figures;
}

/** In a window that has listed nothing: from Enter to the row of the tag. */
export async function goToReference(bench: Bench): Promise<Figures> {
  const [tag = ''] = tagNames(1000);
  const input = await openBox(bench);
  await input.type(`${new URL(bench.recorder.url).host}/${fewTags}:${tag}`);
  await quiet(bench);
  return measure(bench, { selector: label(3), text: tag }, lists, () => bench.workbench.page.keyboard.press('Enter'));
}

/** From the button on a row until the page has read all that it tells. */
export async function openImage(bench: Bench, tag: string): Promise<Figures> {
  const press = () => registriesView(bench.workbench).inline([page, tag], 'Open Image');
  return measure(bench, anything, everything, press, () => completed(bench, tag));
}

/** When the page with that in its title was complete. It notes that itself, as whoever looks into its frame from here sees it later. */
async function completed({ workbench }: Bench, title: string): Promise<number> {
  const view = pageView(workbench);
  await view.frame.locator('h1', { hasText: title }).waitFor();
  await view.ready();
  const at: unknown = await view.frame.locator('html').evaluate('globalThis.completeAt');
  return Number(at);
}

/** Opens the menu of the selected rows. */
async function openMenu(bench: Bench): Promise<ReturnType<typeof contextMenu>> {
  // The tooltip of a row under the pointer asks for its details.
  await bench.workbench.page.mouse.move(0, 0);
  await bench.workbench.page.keyboard.press('Shift+F10');
  const menu = contextMenu(bench.workbench);
  await menu.entries();
  return menu;
}

/** From the entry of the menu until the page has read all that it tells. */
export async function compare(bench: Bench, one: string, other: string): Promise<Figures> {
  const { workbench } = bench;
  const view = registriesView(workbench);
  await view.click([compared, one]);
  await view.alsoSelect([compared, other]);
  const menu = await openMenu(bench);
  const choose = () => menu.choose('Compare…');
  return measure(bench, anything, everything, choose, () => completed(bench, '→'));
}

/** From the entry of the menu to the question, which is cancelled. */
export async function askForDeletion(bench: Bench): Promise<Figures> {
  // The highest version, of which the plain one is the first of four.
  const tag = tagNames(100).at(-4) ?? '';
  await registriesView(bench.workbench).click([hundred, tag]);
  const menu = await openMenu(bench);
  const choose = () => menu.choose('Delete Image…');
  const figures = await measure(bench, { selector: '.monaco-dialog-box' }, everything, choose);
  await dialog(bench.workbench).press('Cancel');
  return figures;
}
