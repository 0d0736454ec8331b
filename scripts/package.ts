import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from '../test/rig/paths';
import { buildVsix } from './build';
import { channelOf } from './release';

const isPreRelease = process.argv.includes('--pre-release');

async function run(): Promise<void> {
  const { version } = JSON.parse(readFileSync(join(projectRoot, 'package.json'), 'utf8')) as { version: string };
  if (isPreRelease && channelOf(version) !== 'pre-release')
    throw new Error(`${version} is no pre-release: the second number of one is odd.`);
  await buildVsix(console.log, isPreRelease);
  console.log('registry-explorer.vsix is up to date.');
}

run().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
