import type { Block, Page } from './pageModel';

/**
 * What a screen reader is told of a page that has been read, in parts: what is on display first, then what the page is asked for
 * and what is wrong. Nothing while a section is still being read.
 */
export function spokenPage({ title, choice, sections }: Page): readonly string[] {
  if (sections.some(({ isLoading }) => isLoading === true)) return [];
  const shown = choice?.options.find(({ value }) => value === choice.selected);
  const display = shown === undefined ? title : `${title}, ${shown.label}`;
  return [display, ...sections.flatMap(({ blocks }) => blocks.flatMap(spokenBlock))];
}

function spokenBlock(block: Block): readonly string[] {
  switch (block.kind) {
    case 'note':
      return block.isAnswer === true || block.tone === 'warning' || block.tone === 'bad' ? [block.text] : [];
    case 'facts':
      return block.rows
        .filter(({ isAnswer }) => isAnswer)
        .map(({ name, values }) => `${name}: ${values.map(({ text }) => text).join(', ')}`);
    case 'table':
      return [block.label];
    case 'lines':
    case 'steps':
      return [];
  }
}
