// Runs a TypeScript script of this project on a fresh clone: `node scripts/bootstrap.mjs scripts/start.ts [arguments]`.
// Plain JavaScript that needs nothing but Node, because it is what installs the dependencies.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const modules = join(root, 'node_modules');
const stampFile = join(modules, '.bootstrap-stamp');

const [major, minor] = process.versions.node.split('.').map(Number);
if (major < 20 || (major === 20 && minor < 18)) {
  console.error(`Node 20.18 or newer is needed, this is ${process.versions.node}: https://nodejs.org/en/download`);
  process.exit(1);
}

const wanted = createHash('sha256')
  .update(readFileSync(join(root, 'package-lock.json')))
  .update(`${process.platform} ${process.arch}`)
  .digest('hex');
const isCurrent = existsSync(stampFile) && readFileSync(stampFile, 'utf8') === wanted;
if (!isCurrent) install();

const [script, ...args] = process.argv.slice(2);
if (script !== undefined) {
  // In this very process, so that a signal to npm reaches the script without a go-between that could lose it.
  process.argv = [process.execPath, resolve(root, script), ...args];
  process.chdir(root);
  await import('tsx');
  await import(pathToFileURL(resolve(root, script)).href);
}

function install() {
  console.log('▸ Installing dependencies (npm ci)…');
  const { status, error } = spawnSync('npm', ['ci', '--include=dev', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: root,
    env: environment(),
    stdio: ['ignore', 'inherit', 'inherit'],
    shell: process.platform === 'win32',
  });
  if (error || status !== 0) {
    console.error(`npm ci failed${error ? `: ${error.message}` : ''}.`);
    process.exit(1);
  }
  // Written last: an installation that was interrupted is done again.
  writeFileSync(stampFile, wanted);
}

// npm describes the script it runs to everything below, another npm included. Only what the user set goes on; and the
// node that is being replaced in node_modules must not be the one that runs the installation.
function environment() {
  const entries = Object.entries(process.env)
    .filter(
      ([name]) => !/^npm_(package_|lifecycle_|command$|config_(local_prefix|omit|include|production)$)/i.test(name),
    )
    .map(([name, value = '']) =>
      /^path$/i.test(name)
        ? [
            name,
            value
              .split(delimiter)
              .filter((folder) => !folder.includes('node_modules'))
              .join(delimiter),
          ]
        : [name, value],
    );
  return Object.fromEntries(entries);
}
