/** The door to the flows of Azure: one part of the bundle, loaded when the first of them is called. */
export { createRegistry } from './createRegistry';
export { deployToAppService } from './deployToAppService';
export { deployToContainerApps } from './deployToContainerApps';
