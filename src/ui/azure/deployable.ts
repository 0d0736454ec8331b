import type { ImageReference } from '../../core/reference';
import type { Node } from '../tree/node';

/** What is to run in Azure. */
export interface Deployable {
  readonly image: ImageReference;
  /** The row of the Registries view that it was chosen on. */
  readonly from?: Node;
}
