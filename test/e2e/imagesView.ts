import { treeView, type TreeView } from './treeView';
import type { Workbench } from './launch';

export function imagesView(workbench: Workbench): TreeView {
  return treeView(workbench, 'Images');
}
