import type { TreeItem } from 'vscode';

/**
 * A row with every text of it fit to be shown, whoever wrote it. Tooltips of several lines are made by tooltip.ts, which does the
 * same for each.
 */
export function cleanItem(item: TreeItem, clean: (text: string) => string): TreeItem {
  if (typeof item.label === 'string') item.label = clean(item.label);
  if (typeof item.description === 'string') item.description = clean(item.description);
  if (typeof item.tooltip === 'string') item.tooltip = clean(item.tooltip);
  const { accessibilityInformation: spoken } = item;
  if (spoken !== undefined) item.accessibilityInformation = { ...spoken, label: clean(spoken.label) };
  return item;
}
