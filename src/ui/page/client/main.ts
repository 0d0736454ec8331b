import '@vscode-elements/elements/dist/vscode-button/index.js';
import '@vscode-elements/elements/dist/vscode-option/index.js';
import '@vscode-elements/elements/dist/vscode-progress-ring/index.js';
import '@vscode-elements/elements/dist/vscode-single-select/index.js';
import '@vscode-elements/elements/dist/vscode-textfield/index.js';
import type { Choice, FromView, Page, Remembered, Section, ToView, Words } from '../pageModel';
import { spokenPage } from '../spokenPage';
import { drawBlock } from './blocks';
import { element, icon } from './element';
import { Focus } from './focus';
import { TableRows } from './tableRows';
import { copyButton, drawAction } from './values';
import type { Around } from './values';

/** https://code.visualstudio.com/api/extension-guides/webview#passing-messages-from-a-webview-to-an-extension */
declare function acquireVsCodeApi(): {
  postMessage(message: FromView): void;
  setState(state: Remembered): void;
};

const host = acquireVsCodeApi();
const root = document.body.appendChild(element('main'));
/** What a screen reader says of a change that happens elsewhere than at the focus. */
const status = document.body.appendChild(element('div', { class: 'spoken', attributes: { role: 'status' } }));
let spoken: readonly string[] = [];
const focus = new Focus(root);
const tables = new Map<string, TableRows>();
/** What is drawn, so that what stays the same keeps the focus and its scroll position. */
const drawn = new Map<string, { readonly text: string; readonly drawing: HTMLElement }>();

addEventListener('message', ({ data }: MessageEvent<ToView>) => {
  switch (data.kind) {
    case 'page':
      focus.over(() => {
        drawPage(data.page, data.words);
      });
      speak(data.page, data.words);
      return;
    case 'rows':
      rowsOf(data.table).add(data.at, data.rows);
      return;
    case 'remember':
      host.setState(data.state);
      return;
  }
});
host.postMessage({ kind: 'ready' });

function rowsOf(table: string): TableRows {
  const known = tables.get(table) ?? new TableRows();
  tables.set(table, known);
  return known;
}

function say(text: string): void {
  status.replaceChildren(text);
}

/** That the page is being read, once; then only what is new, or else what is on display. */
function speak(page: Page, words: Words): void {
  const wasLoading = status.textContent === words.loading;
  const parts = spokenPage(page);
  if (parts.length === 0) {
    if (!wasLoading) say(words.loading);
    return;
  }
  const fresh = parts.filter((part) => !spoken.includes(part));
  spoken = parts;
  if (fresh.length > 0 || wasLoading) say((fresh.length > 0 ? fresh : parts.slice(0, 1)).join('\n'));
}

function drawPage(page: Page, words: Words): void {
  const around: Around = {
    words,
    act: (id) => {
      host.postMessage({ kind: 'action', id });
    },
    copy: (text) => {
      host.postMessage({ kind: 'copy', text });
      say(words.copied);
    },
    open: (link) => {
      host.postMessage({ kind: 'open', link });
    },
    rowsOf,
  };
  document.title = page.title;
  const { sections, ...top } = page;
  const parts = [
    part('top', top, () => drawTop(page, around)),
    ...sections.map((section) => part(`section ${section.id}`, section, () => drawSection(section, around))),
  ];
  const kept = new Set(parts);
  for (const child of [...root.children]) if (!kept.has(child)) child.remove();
  for (const [at, one] of parts.entries())
    if (root.children[at] !== one) root.insertBefore(one, root.children[at] ?? null);
}

function part(id: string, model: unknown, draw: () => HTMLElement): Element {
  const text = JSON.stringify(model);
  const before = drawn.get(id);
  if (before?.text === text) return before.drawing;
  const drawing = draw();
  drawn.set(id, { text, drawing });
  return drawing;
}

function drawTop({ title, copy, subtitle, icon: name, actions, choice }: Page, around: Around): HTMLElement {
  return element(
    'header',
    {},
    element(
      'div',
      { class: 'title' },
      icon(name),
      element('h1', { text: title }),
      copy === undefined ? undefined : copyButton(copy, around),
    ),
    subtitle === undefined ? undefined : element('p', { class: 'subtitle', text: subtitle }),
    choice === undefined ? undefined : drawChoice(choice),
    element('div', { class: 'actions' }, ...actions.map((action) => drawAction(action, around))),
  );
}

function drawChoice({ label, options, selected }: Choice): HTMLElement {
  const select = element(
    'vscode-single-select',
    { attributes: { label } },
    ...options.map(({ value, label: text }) => element('vscode-option', { text, attributes: { value } })),
  );
  select.value = selected;
  select.addEventListener('change', () => {
    host.postMessage({ kind: 'choose', value: select.value });
  });
  return element(
    'div',
    { class: 'choice' },
    element('span', { text: label, attributes: { 'aria-hidden': 'true' } }),
    select,
  );
}

function drawSection({ id, title, isLoading = false, blocks }: Section, around: Around): HTMLElement {
  const heading = title === undefined ? undefined : element('h2', { text: title, attributes: { id: `title-${id}` } });
  const busy = isLoading
    ? element(
        'p',
        { class: 'loading' },
        element('vscode-progress-ring', { attributes: { 'aria-hidden': 'true' } }),
        element('span', { text: around.words.loading }),
      )
    : undefined;
  const attributes = title === undefined ? {} : { 'aria-labelledby': `title-${id}` };
  const content = blocks.map((block) => drawBlock(block, around));
  return element('section', { attributes: { ...attributes, 'data-section': id } }, heading, ...content, busy);
}
