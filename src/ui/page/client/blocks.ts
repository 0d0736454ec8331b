import type { Block, Line, Note, Step, Steps } from '../pageModel';
import { element, icon } from './element';
import { drawTable } from './table';
import { drawAction, drawFacts, drawMark, drawValue, toneIcon } from './values';
import type { Around } from './values';

export function drawBlock(block: Block, around: Around): HTMLElement {
  switch (block.kind) {
    case 'facts':
      return drawFacts(block.rows, around);
    case 'note':
      return drawNote(block, around);
    case 'lines':
      return element('ul', { class: 'lines' }, ...block.lines.map((line) => drawLine(line, around)));
    case 'steps':
      return drawSteps(block, around);
    case 'table':
      return drawTable(block, around);
  }
}

function drawNote({ tone, text, isAnswer = false, actions = [] }: Note, around: Around): HTMLElement {
  return element(
    'div',
    { class: `note ${tone}${isAnswer ? ' answer' : ''}` },
    toneIcon(tone),
    element('p', { text }),
    ...actions.map((action) => drawAction(action, around)),
  );
}

function drawLine({ text, icon: name, detail = [], facts = [] }: Line, around: Around): HTMLElement {
  const head = [
    name === undefined ? undefined : icon(name),
    drawValue(text, around),
    ...detail.map((one) => element('span', { class: 'detail' }, drawValue(one, around))),
  ];
  if (facts.length === 0) return element('li', {}, element('div', { class: 'line' }, ...head));
  return element(
    'li',
    {},
    element('details', {}, element('summary', { class: 'line' }, ...head), drawFacts(facts, around)),
  );
}

function drawSteps({ steps }: Steps, { words }: Around): HTMLElement {
  return element('ol', { class: 'steps' }, ...steps.map((step) => drawStep(step, words)));
}

/** Longer ones scroll, so the keyboard has to reach them. */
const longStep = 400;

function drawStep({ keyword, text, size, share = 0, isLargest, mark }: Step, words: Around['words']): HTMLElement {
  const code = element(
    'code',
    { class: 'step', attributes: text.length > longStep ? { tabindex: '0' } : {} },
    mark === undefined ? undefined : drawMark(mark, words),
    keyword === undefined ? undefined : element('strong', { text: `${keyword} ` }),
    element('span', { text }),
  );
  const bar = element('span', { class: 'bar', attributes: { 'aria-hidden': 'true' } }, element('span'));
  bar.querySelector('span')?.style.setProperty('width', `${Math.max(share * 100, 0.5)}%`);
  return element(
    'li',
    { class: [mark, isLargest === true ? 'largest' : undefined].filter(Boolean).join(' ') },
    code,
    size === undefined
      ? undefined
      : element(
          'div',
          { class: 'weight' },
          bar,
          element('span', { text: isLargest === true ? `${size} · ${words.largest}` : size }),
        ),
  );
}
