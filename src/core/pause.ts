import { setImmediate as nextTurn } from 'node:timers/promises';

/** Lets other waiting work run first: VS Code runs all extensions in one process. */
export type Pause = () => Promise<void>;

export const pause: Pause = () => nextTurn();
