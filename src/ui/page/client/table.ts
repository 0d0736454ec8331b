import type { Table } from '../pageModel';
import { element } from './element';
import type { Around } from './values';

/** Rows drawn at a time: tens of thousands would stop the page. */
const rowsAtATime = 200;

export function drawTable({ id = '', label, columns, filter }: Table, { words, rowsOf }: Around): HTMLElement {
  const rows = rowsOf(id);
  const body = element('tbody');
  const told = element('p', { class: 'told', attributes: { role: 'status' } });
  const more = element('vscode-button', { text: words.more });
  more.secondary = true;
  const field = element('vscode-textfield', { attributes: { placeholder: filter, label: filter } });
  let found = rows.having([]);
  let drawn = 0;
  const drawMore = () => {
    const next = found.slice(drawn, drawn + rowsAtATime);
    body.append(...next.map((cells) => element('tr', {}, ...cells.map((text) => element('td', { text })))));
    drawn += next.length;
    const number = (value: number) => value.toLocaleString(words.language);
    told.textContent =
      found.length === 0
        ? words.noRows
        : words.ofRows.replace('{0}', number(drawn)).replace('{1}', number(found.length));
    more.hidden = drawn >= found.length;
  };
  const narrow = () => {
    found = rows.having(field.value.toLowerCase().split(/\s+/).filter(Boolean));
    drawn = 0;
    body.replaceChildren();
    drawMore();
  };
  rows.follow(narrow);
  field.addEventListener('input', narrow);
  more.addEventListener('click', drawMore);
  drawMore();
  const head = element('tr', {}, ...columns.map((text) => element('th', { text, attributes: { scope: 'col' } })));
  const table = element('table', { attributes: { 'aria-label': label } }, element('thead', {}, head), body);
  return element('div', { class: 'table' }, field, table, told, more);
}
