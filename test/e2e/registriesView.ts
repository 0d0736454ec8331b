import { treeView, type TreeView } from './treeView';
import type { Workbench } from './launch';

export function registriesView(workbench: Workbench): TreeView {
  return treeView(workbench, 'Registries');
}

/** The view, with every row that the path leads over open. */
export async function openedTo(workbench: Workbench, path: readonly string[]): Promise<TreeView> {
  const view = registriesView(workbench);
  await view.open();
  for (let depth = 1; depth <= path.length; depth++) await view.expand(path.slice(0, depth));
  return view;
}
