import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import webpack from 'webpack';
import { tempDir, type TempDir } from '../../sandbox/tempDir';

const { thirdPartyNotices } = createRequire(import.meta.url)('../../../scripts/notices.cjs') as {
  thirdPartyNotices: (options: { asItIs: readonly string[]; given: string }) => webpack.WebpackPluginInstance;
};

let project: TempDir;
beforeEach(async () => {
  project = await tempDir('notices');
  await mkdir(join(project.path, 'licenses'));
});
afterEach(() => project.remove());

describe('thirdPartyNotices', () => {
  it('has each package in the bundle once, by name, with its version and its licence', async () => {
    await write({
      'main.js': "import '@scope/b'; import 'a'; import './own';",
      'own.js': 'console.log(1)',
      ...packageFiles(
        'a',
        '1.0.0',
        { LICENSE: 'Licence of a\r\n' },
        "import '@scope/b'; import './more'; console.log(2)",
      ),
      'node_modules/a/more.js': 'console.log(3)',
      ...packageFiles('@scope/b', '2.0.0', { 'license.md': 'Licence of b', 'NOTICE.txt': 'Notice of b' }),
    });
    expect(await build()).toEqual({
      problems: [],
      sections: ['@scope/b 2.0.0\n\nNotice of b\n\nLicence of b', 'a 1.0.0\n\nLicence of a'],
    });
  });

  it('has every version of a package, and what packages bring with them', async () => {
    await write({
      'main.js': "import 'a'; import 'b';",
      ...packageFiles('a', '1.0.0', { COPYING: 'Licence of a' }, "import 'b'"),
      ...under('node_modules/a', packageFiles('b', '1.0.0', { LICENCE: 'First' })),
      ...packageFiles('b', '2.0.0', { LICENSE: 'Second' }),
    });
    const { sections } = await build();
    expect(sections).toEqual(['a 1.0.0\n\nLicence of a', 'b 1.0.0\n\nFirst', 'b 2.0.0\n\nSecond']);
  });

  it('has no package that is installed and not in the bundle', async () => {
    await write({
      'main.js': "import { used } from 'a'; import 'left-out'; console.log(used);",
      ...packageFiles(
        'a',
        '1.0.0',
        { LICENSE: 'Licence of a' },
        "import { b } from 'pure'; export const used = Date.now(); export const unused = b;",
      ),
      ...packageFiles(
        'pure',
        '1.0.0',
        { LICENSE: 'x', 'package.json': packageJson('pure', '1.0.0', { sideEffects: false }) },
        'export const b = 1;',
      ),
      ...packageFiles('left-out', '1.0.0', { LICENSE: 'x' }),
      ...packageFiles('installed', '1.0.0', { LICENSE: 'x' }),
    });
    expect((await build()).sections).toEqual(['a 1.0.0\n\nLicence of a']);
  });

  it('has what goes along as it is', async () => {
    await write({ 'main.js': '', ...packageFiles('binary', '1.0.0', { LICENSE: 'Licence of binary' }) });
    const { sections } = await build([join(project.path, 'node_modules/binary')]);
    expect(sections).toEqual(['binary 1.0.0\n\nLicence of binary']);
  });

  it('fails the build for a package without a licence, with its name', async () => {
    await write({
      'main.js': "import 'a'",
      ...packageFiles('a', '1.0.0', { 'license.js': 'no text', 'README.md': 'MIT' }),
    });
    expect((await build()).problems).toEqual([
      `a 1.0.0 (MIT) brings no licence: put its text into ${join(project.path, 'licenses/a.txt')}.`,
    ]);
  });

  it('takes the text that is kept here for a package that brings none', async () => {
    await write({
      'main.js': "import '@scope/a'",
      ...packageFiles('@scope/a', '1.0.0', {}),
      'licenses/@scope/a.txt': 'Kept',
    });
    expect(await build()).toEqual({ problems: [], sections: ['@scope/a 1.0.0\n\nKept'] });
  });

  it('fails the build for a kept text that nothing needs', async () => {
    await write({
      'main.js': "import 'a'",
      ...packageFiles('a', '1.0.0', { LICENSE: 'Own' }),
      'licenses/a.txt': 'Kept',
    });
    const { problems, sections } = await build();
    expect(problems).toEqual([`No package in the bundle needs ${join(project.path, 'licenses/a.txt')}.`]);
    expect(sections).toEqual(['a 1.0.0\n\nOwn']);
  });
});

async function write(files: Readonly<Record<string, string>>): Promise<void> {
  for (const [file, text] of Object.entries(files)) {
    const path = join(project.path, file);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, text);
  }
}

function packageFiles(name: string, version: string, files: Readonly<Record<string, string>>, code = 'console.log(0)') {
  return under(`node_modules/${name}`, { 'package.json': packageJson(name, version), 'index.js': code, ...files });
}

function packageJson(name: string, version: string, more: object = {}): string {
  return JSON.stringify({ name, version, license: 'MIT', main: 'index.js', ...more });
}

function under(folder: string, files: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(files).map(([file, text]) => [`${folder}/${file}`, text]));
}

/** What webpack says of the project, and the sections of the file that it writes. */
async function build(asItIs: readonly string[] = []) {
  const compiler = webpack({
    mode: 'production',
    context: project.path,
    entry: './main.js',
    output: { path: join(project.path, 'dist') },
    // The file is read although the build fails.
    optimization: { minimize: false, emitOnErrors: true },
    resolve: { alias: { 'left-out': false } },
    plugins: [thirdPartyNotices({ asItIs, given: join(project.path, 'licenses') })],
  });
  const problems = await new Promise<readonly string[]>((resolve, reject) => {
    compiler.run((error, stats) => {
      if (error) reject(error);
      else resolve(stats?.compilation.errors.map(({ message }) => message) ?? []);
    });
  });
  const file = join(project.path, 'dist/THIRD_PARTY_NOTICES.txt');
  const text = await readFile(file, 'utf8');
  return {
    problems,
    sections: text
      .split(/^-+$/m)
      .slice(1)
      .map((section) => section.trim()),
  };
}
