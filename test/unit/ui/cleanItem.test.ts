import { TreeItem } from 'vscode';
import { describe, expect, it, vi } from 'vitest';
import { harmless } from '../../../src/core/plainText';
import { cleanItem } from '../../../src/ui/tree/cleanItem';
import { Tooltip } from '../../../src/ui/tree/tooltip';

vi.mock('vscode', () => ({
  TreeItem: class {
    constructor(readonly label: string) {}
  },
  MarkdownString: class {
    value = '';
    appendText(text: string) {
      this.value += `«${text}»`;
      return this;
    }
    appendMarkdown(text: string) {
      this.value += text;
      return this;
    }
  },
}));

const hostile = 'a\n\u202eb [c](command:d) $(e)';
const shown = 'a b [c] (command:d) $ (e)';

describe('a row', () => {
  it('shows and speaks text alone', () => {
    const item = Object.assign(new TreeItem(hostile), {
      ...{ description: hostile, tooltip: hostile, id: hostile, contextValue: 'pullImage' },
      accessibilityInformation: { label: hostile, role: 'treeitem' },
    });
    expect(cleanItem(item, harmless)).toEqual({
      ...{ label: shown, description: shown, tooltip: shown, id: hostile, contextValue: 'pullImage' },
      accessibilityInformation: { label: shown, role: 'treeitem' },
    });
  });
});

describe('a tooltip', () => {
  it('appends all that others wrote as text on its own line', () => {
    const tooltip = new Tooltip(harmless).paragraph(hostile).fact('Digest', hostile).heading('Labels').item(hostile);
    expect(tooltip.value.value).toBe(`«${shown}»\n\n- «Digest: ${shown}»\n\n«Labels»\n\n- «${shown}»\n`);
  });
});
