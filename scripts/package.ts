import { buildVsix } from './build';

buildVsix(console.log).then(
  () => {
    console.log('registry-explorer.vsix is up to date.');
  },
  (error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  },
);
