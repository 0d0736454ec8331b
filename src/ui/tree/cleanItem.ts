import type { TreeItem } from 'vscode';

/** Makes every text of a row safe to show. For tooltips of several lines, tooltip.ts does this. */
export function cleanItem(item: TreeItem, clean: (text: string) => string): TreeItem {
  if (typeof item.label === 'string') item.label = clean(item.label);
  if (typeof item.description === 'string') item.description = clean(item.description);
  if (typeof item.tooltip === 'string') item.tooltip = clean(item.tooltip);
  const { accessibilityInformation: spoken } = item;
  if (spoken !== undefined) item.accessibilityInformation = { ...spoken, label: clean(spoken.label) };
  return item;
}
