import { treeView, type TreeView } from './treeView';
import type { Workbench } from './workbench';

export function registriesView(workbench: Workbench): TreeView {
  return treeView(workbench, 'Registries');
}
