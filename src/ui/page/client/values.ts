import type { Action, Fact, Mark, Tone, Value, Words } from '../pageModel';
import { isWebAddress } from '../webAddress';
import { element, icon } from './element';
import type { TableRows } from './tableRows';

/** What drawing needs of the page around it. */
export interface Around {
  readonly words: Words;
  readonly act: (id: string) => void;
  readonly copy: (text: string) => void;
  readonly open: (link: string) => void;
  /** The rows of a table by its id. */
  readonly rowsOf: (table: string) => TableRows;
}

const toneIcons: Record<Tone, string> = { good: 'pass-filled', warning: 'warning', bad: 'error', quiet: 'info' };

export function toneIcon(tone: Tone): HTMLElement {
  return icon(toneIcons[tone], `tone ${tone}`);
}

export function drawValue(value: Value, around: Around): HTMLElement {
  const { words } = around;
  return element(
    'span',
    { class: ['value', value.tone, value.mark].filter(Boolean).join(' ') },
    value.tone === undefined || value.tone === 'quiet' ? undefined : toneIcon(value.tone),
    value.mark === undefined ? undefined : drawMark(value.mark, words),
    drawText(value, around),
    value.copy === undefined ? undefined : copyButton(value.copy, around),
  );
}

function drawText({ text, isCode, link, action }: Value, { act, open }: Around): HTMLElement {
  // The extension sends no others.
  if (link !== undefined && isWebAddress(link)) return drawLink(text, link, open);
  if (action !== undefined) {
    const button = element('button', { class: 'link', text, attributes: { type: 'button' } });
    button.addEventListener('click', () => {
      act(action);
    });
    return button;
  }
  return element(isCode === true ? 'code' : 'span', { text });
}

function drawLink(text: string, link: string, open: Around['open']): HTMLElement {
  const anchor = element('a', { text, attributes: { href: link, title: link } });
  anchor.addEventListener('click', (event) => {
    event.preventDefault();
    // VS Code opens what it sees here without a question, if it trusts the workspace.
    event.stopPropagation();
    open(link);
  });
  return anchor;
}

/** `+` or `−`, which a screen reader reads as a word. */
export function drawMark(mark: Mark, { added, removed }: Words): HTMLElement {
  return element(
    'span',
    { class: 'mark' },
    element('span', { text: mark === 'added' ? '+' : '−', attributes: { 'aria-hidden': 'true' } }),
    element('span', { class: 'spoken', text: mark === 'added' ? added : removed }),
  );
}

export function copyButton(text: string, { words, copy }: Around): HTMLElement {
  const button = element(
    'button',
    { class: 'copy', attributes: { type: 'button', title: words.copy, 'aria-label': `${words.copy} ${text}` } },
    icon('copy'),
  );
  button.addEventListener('click', () => {
    copy(text);
    button.replaceChildren(icon('check'));
  });
  button.addEventListener('blur', () => {
    button.replaceChildren(icon('copy'));
  });
  return button;
}

export function drawFacts(rows: readonly Fact[], around: Around): HTMLElement {
  const facts = rows.map(({ name, values }) =>
    element(
      'div',
      { class: 'fact' },
      element('dt', {}, ...breakable(name)),
      ...values.map((value) => element('dd', {}, drawValue(value, around))),
    ),
  );
  return element('dl', {}, ...facts);
}

/** Long names, such as those of labels, may be broken after their parts. */
function breakable(text: string): readonly Node[] {
  return text.split(/(?<=[./_-])/).flatMap((part) => [document.createTextNode(part), document.createElement('wbr')]);
}

export function drawAction({ id, label, icon: name, isPrimary = false }: Action, { act }: Around): HTMLElement {
  const button = element('vscode-button', { text: label, attributes: { 'data-action': id, icon: name } });
  button.secondary = !isPrimary;
  button.addEventListener('click', () => {
    act(id);
  });
  return button;
}
