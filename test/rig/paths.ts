import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

export const projectRoot = resolve(fileURLToPath(new URL('../..', import.meta.url)));

/** Kept between runs and ignored by git: the VS Code that tests and `npm start` drive. */
export const rigFolder = join(projectRoot, '.rig');

/** What users install, and so what browser tests and `npm start` run. */
export const vsixFile = join(projectRoot, 'registry-explorer.vsix');

/** Pictures, logs and reports of the last test run. */
export const resultsFolder = join(projectRoot, 'test-results');

const system = process.platform === 'win32' ? 'win' : process.platform;
const program = process.platform === 'win32' ? 'node.exe' : 'node';
const brought = join(projectRoot, `node_modules/node-${system}-${process.arch}/bin`, program);

/** VS Code's extension host wants a newer Node than the one a contributor may have; npm brings it to where it can. */
export const node24 = existsSync(brought) ? brought : process.execPath;
