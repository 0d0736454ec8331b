import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { build, type Plugin } from 'esbuild';
import type { HostReport, Outcome } from '../host/runSuites';
import { freePort } from '../sandbox/loopback';
import { createPki } from '../sandbox/pki';
import { openBrowser } from './browser';
import { quietSettings, startTestServer, vsCodeFolder, writeSettings } from './codeServer';
import { installVsCode } from './install';
import { knownPki, ownAddress, proxiedAddress } from './network';
import { startOutsideRegistry } from './outsideRegistry';
import { projectRoot } from './paths';

const outFolder = join(projectRoot, 'out/host');

/** Tests of one window: those in `test/host`, and then, in the window loaded again, those in `test/host/reloaded`. */
interface Round {
  readonly folder: string;
  readonly bundle: string;
  readonly reportFile: string;
}

const allRounds = ['.', 'reloaded'].map((folder, at): Round => {
  const name = join(outFolder, String(at + 1));
  return { folder: join(projectRoot, 'test/host', folder), bundle: `${name}.js`, reportFile: `${name}.ndjson` };
});

export interface HostTestOptions {
  /** This file of the first round alone. */
  readonly only?: string;
  /** The longest the tests may stay silent, the start of VS Code included. */
  readonly silenceMs?: number;
  readonly totalMs?: number;
}

/** Runs the tests in test/host inside a real extension host, with the built extension, and hands over each outcome. */
export async function runHostTests(
  received: (outcome: Outcome) => void,
  log: (line: string) => void,
  options: HostTestOptions = {},
): Promise<void> {
  const rounds = options.only === undefined ? allRounds : allRounds.slice(0, 1);
  await rm(outFolder, { recursive: true, force: true });
  await mkdir(outFolder, { recursive: true });
  await Promise.all(rounds.map((round) => bundleSuites(round, options)));
  const vsCode = await installVsCode(log);
  const root = await mkdtemp(join(tmpdir(), 'registry-explorer-host-'));
  try {
    const folder = vsCodeFolder(root);
    const workspace = join(root, 'workspace');
    await mkdir(workspace);
    await writeSettings(folder, quietSettings);
    const known = await createPki({ hosts: [ownAddress, proxiedAddress] });
    const outside = await startOutsideRegistry();
    const env = {
      HOME: folder.home,
      NODE_EXTRA_CA_CERTS: known.ca.certFile,
      [knownPki]: known.directory,
      HTTPS_PROXY: `http://127.0.0.1:${await freePort()}`,
      NO_PROXY: ownAddress,
      ...outside.env,
    };
    const server = await startTestServer({ vsCode, folder, port: await freePort(), env });
    try {
      const context = await openBrowser(join(root, 'browser'));
      try {
        const page = context.pages()[0] ?? (await context.newPage());
        const abort = new AbortController();
        const ended = server.process.exited.then((ending) => {
          throw new Error(`The VS Code server ended with ${ending}\n${server.process.output()}`);
        });
        const crashed = new Promise<never>((_resolve, reject) => {
          page.once('crash', () => {
            reject(new Error('The browser page crashed'));
          });
        });
        const run = async () => {
          for (const round of rounds) {
            outside.reset();
            await page.goto(testUrl(server.url, workspace, round));
            await followReport(round, received, options, abort.signal);
          }
        };
        await Promise.race([run(), ended, crashed]).finally(() => {
          abort.abort();
        });
      } finally {
        await context.close();
      }
    } finally {
      await server.process.stop();
      await known.remove();
      await outside.stop();
    }
  } finally {
    await rm(root, { recursive: true, force: true, maxRetries: 3 });
  }
}

/** The payload is how VS Code in a browser is told what `--extensionTestsPath` tells it on the desktop. */
function testUrl(serverUrl: string, workspace: string, { bundle }: Round): string {
  const { host } = new URL(serverUrl);
  const remote = (path: string): string => `vscode-remote://${host}${path}`;
  const payload = [
    ['extensionDevelopmentPath', remote(projectRoot)],
    ['extensionTestsPath', remote(bundle)],
  ];
  return `${serverUrl}?folder=${encodeURIComponent(workspace)}&payload=${encodeURIComponent(JSON.stringify(payload))}`;
}

async function bundleSuites({ folder, bundle, reportFile }: Round, { only }: HostTestOptions): Promise<void> {
  const testFiles = (await readdir(folder))
    .filter((file) => file.endsWith('.test.ts') && file === (only ?? file))
    .sort();
  const suites = testFiles.map((file) => `{ file: ${JSON.stringify(file)}, load: () => require('./${file}') }`);
  await build({
    stdin: {
      contents: `
        import { runSuites } from ${JSON.stringify(join(projectRoot, 'test/host/runSuites'))};
        export const run = () => runSuites([${suites.join(', ')}], ${JSON.stringify(reportFile)});`,
      resolveDir: folder,
      loader: 'ts',
    },
    outfile: bundle,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node22',
    sourcemap: 'inline',
    external: ['vscode', 'mocha'],
    plugins: [ownUrl],
    logLevel: 'warning',
  });
}

/** A file in a bundle still finds what lies beside its source. */
const ownUrl: Plugin = {
  name: 'own-url',
  setup: (bundler) => {
    bundler.onLoad({ filter: /[\\/]test[\\/].*\.ts$/ }, async ({ path }) => {
      const source = await readFile(path, 'utf8');
      return {
        contents: source.replaceAll('import.meta.url', JSON.stringify(pathToFileURL(path).href)),
        loader: 'ts',
      };
    });
  },
};

async function followReport(
  { reportFile }: Round,
  received: (outcome: Outcome) => void,
  { silenceMs = 120_000, totalMs = 600_000 }: HostTestOptions,
  signal: AbortSignal,
): Promise<void> {
  const started = Date.now();
  let heard = started;
  let count = 0;
  while (!signal.aborted) {
    const text = existsSync(reportFile) ? await readFile(reportFile, 'utf8') : '';
    // What follows the last line break is still being written.
    const lines = text.split('\n').slice(0, -1);
    for (const line of lines.slice(count)) {
      const report = JSON.parse(line) as HostReport;
      if (report.kind === 'finished') return;
      received(report);
      heard = Date.now();
    }
    count = lines.length;
    if (Date.now() - heard > silenceMs) throw new Error(`No host test reported for ${silenceMs / 1000} seconds`);
    if (Date.now() - started > totalMs) throw new Error(`The host tests took more than ${totalMs / 1000} seconds`);
    await delay(100);
  }
}
